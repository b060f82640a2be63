"""The HTML of values and facts, of which pages hold hundreds: what templates would take three times as long to write.

Every text is escaped here, by `escape`; what comes out is Markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from markupsafe import Markup

from parley.web.view.i18n import Interface
from parley.web.view.naming import Text
from parley.web.view.values import Fact, Group, Value

#: Values of a property that are shown before the rest is folded, and how many there may be before any is.
_SHOWN: Final = 10
_UNFOLDED: Final = 14
#: Lines of a section that are shown before its further properties are folded, and how many of these are worth it.
_LINES: Final = 20
_FEWEST: Final = 3
#: WORD JOINER: keeps the number of a footnote on the line of the fact.
_JOIN: Final = "\u2060"


class Html:
    """Writes HTML for the pages of one interface; `page_language` is the language of the page itself."""

    def __init__(self, interface: Interface) -> None:
        self._ui = interface
        self._page_language = interface.language.lower()
        self._notes: dict[int, str] = {}

    def lang(self, text: Text) -> Markup:
        """The attributes that mark `text` as another language than the interface's; none if it is the same."""
        return Markup(self._lang(text))

    def say(self, text: Text, capital: bool = False) -> Markup:
        """`text`, marked with its language where it is another; with a capital first letter if wanted."""
        return Markup(self._say(text, capital))

    def show(self, value: Value, after: str = "") -> Markup:
        """One value: a link, a text, a date, a list, or a node with facts of its own; `after` follows its name."""
        return Markup(self._show(value, after))

    def link(self, href: str, content: str) -> Markup:
        """A link around `content`, which is HTML; one that leads away vouches for nothing there."""
        return Markup(self._link(href, content))

    def folded(self, found: Sequence[Fact], told: bool = False) -> Markup:
        """The values of one property as `dd`; many are folded, so that a page can be overseen."""
        return Markup(self._folded(found, told))

    def facts(self, groups: Sequence[Group], told: bool = False) -> Markup:
        """Facts by property; `told` if it is said already that all of them are inferred."""
        return Markup(self._facts(groups, told))

    def section(self, groups: Sequence[Group]) -> Markup:
        """The facts of one section: what is said most about, then the rest, folded where it is much."""
        shown, lines = 0, 0
        while shown < len(groups) and lines < _LINES:
            lines += min(len(groups[shown].facts), _UNFOLDED)
            shown += 1
        rest = groups[shown:]
        if len(rest) < _FEWEST:
            return self.facts(groups)
        names = ", ".join(self._say(group.label, bool(group.property)) for group in rest)
        summary = f'{self._ui("entity.more_rows", count=len(rest))} <span class="detail">{names}</span>'
        folded = f'<details class="further"><summary>{summary}</summary>\n{self._facts(rest)}</details>\n'
        return Markup(self._facts(groups[:shown]) + folded)

    def _lang(self, text: Text) -> str:
        if not text.language or text.language == self._ui.text_language:
            return ""
        direction = ' dir="rtl"' if text.direction == "rtl" else ""
        return f' lang="{escape(text.language)}"{direction}'

    def _link(self, href: str, content: str) -> str:
        away = ' rel="noopener nofollow"' if href.startswith(("http:", "https:")) else ""
        return f'<a href="{escape(href)}"{away}>{content}</a>'

    def _say(self, text: Text, capital: bool = False) -> str:
        words = text.text[:1].upper() + text.text[1:] if capital else text.text
        attributes = self._lang(text)
        return f"<span{attributes}>{escape(words)}</span>" if attributes else escape(words)

    def _marks(self, fact: Fact, told: bool) -> str:
        ui, parts = self._ui, []
        if fact.why:
            word = ui("why.mark") if told else ui("entity.inferred")
            title = ui("entity.inferred_why")
            parts.append(f' <a class="mark" href="{escape(fact.why)}" rel="nofollow" title="{title}">{word}</a>')
        elif fact.inferred and not told:
            parts.append(f' <abbr class="mark" title="{ui("entity.inferred_why")}">{ui("entity.inferred")}</abbr>')
        if fact.outside:
            parts.append(f' <abbr class="mark" title="{ui("entity.outside_why")}">{ui("entity.outside")}</abbr>')
        if fact.notes:
            parts.append(f'{_JOIN}<sup class="refs">{"".join(map(self._note, fact.notes))}</sup>')
        return "".join(parts)

    def _note(self, number: int) -> str:
        """The link to a footnote, of which there are few for many facts."""
        if number not in self._notes:
            label = self._ui("entity.note", number=number)
            self._notes[number] = f'<a href="#note-{number}" aria-label="{label}">{number}</a>'
        return self._notes[number]

    def _show(self, value: Value, after: str = "") -> str:
        if value.items:
            return f'<ol class="list">{"".join(f"<li>{self._show(item)}</li>" for item in value.items)}</ol>{after}'
        if value.groups:
            name = self._say(value.text, True)
            named = self._link(value.href, name) if value.href else name
            title = f'<p class="node-name">{named}{after}</p>\n' if name or after else ""
            return f'<div class="node">\n{title}{self._facts(value.groups)}</div>'
        return self._plain(value) + self._tags(value) + after

    def _plain(self, value: Value) -> str:
        other = value.exact is not None and value.exact != value.text.text
        title = f' title="{escape(value.exact or "")}"' if other else ""
        if value.href and value.external:
            exact = escape(value.exact or "")
            return (
                f'<a class="external" href="{escape(value.href)}" rel="noopener nofollow" title="{exact}">'
                f"{self._say(value.text)}</a>"
            )
        if value.href:
            return f'<a href="{escape(value.href)}">{self._say(value.text)}</a>'
        if value.machine:
            return f'<time datetime="{escape(value.machine)}"{title}>{escape(value.text.text)}</time>'
        return f'<span class="text"{self._lang(value.text)}{title}>{escape(value.text.text)}</span>'

    def _tags(self, value: Value) -> str:
        tags = ""
        if value.language and value.language != self._page_language:
            tags += f' <span class="tag">{escape(self._ui.language_name(value.language))}</span>'
        if value.relation:
            tags += f' <span class="tag">{self._say(value.relation)}</span>'
        if value.datatype:
            tags += f' <span class="tag">{escape(value.datatype.text)}</span>'
        return tags

    def _folded(self, found: Sequence[Fact], told: bool) -> str:
        if len(found) <= _UNFOLDED:
            return self._values(found, told)
        rest = found[_SHOWN:]
        items = "".join(f"<li>{self._show(fact.value, self._marks(fact, told))}</li>" for fact in rest)
        summary = self._ui("entity.more", count=len(rest))
        return (
            f"{self._values(found[:_SHOWN], told)}<dd><details><summary>{summary}</summary>"
            f'<ul class="plain">{items}</ul></details></dd>\n'
        )

    def _values(self, found: Sequence[Fact], told: bool) -> str:
        return "".join(f"<dd>{self._show(fact.value, self._marks(fact, told))}</dd>\n" for fact in found)

    def _facts(self, groups: Sequence[Group], told: bool = False) -> str:
        rows = []
        for group in groups:
            name = self._say(group.label, bool(group.property))  # the names of sites are as they are
            label = self._link(group.href, name) if group.href else name
            rows.append(f'<div class="row">\n<dt>{label}</dt>\n{self._folded(group.facts, told)}</div>\n')
        return f'<dl class="facts">\n{"".join(rows)}</dl>\n'
