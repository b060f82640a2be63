"""Long sections are folded: what is said most about stands first, the rest is named."""

from __future__ import annotations

from parley.web.page.markup import Html
from parley.web.view.i18n import Interface, load_catalogues
from parley.web.view.naming import Text
from parley.web.view.values import Fact, Group, Value


def group(name: str, facts: int) -> Group:
    values = tuple(Fact(Value(Text(f"{name} {n}"))) for n in range(facts))
    return Group(f"http://example.com/{name}", Text(name), None, values)


def section(*groups: Group) -> str:
    return str(Html(Interface.of("en", load_catalogues())).section(groups))


def test_what_is_beyond_a_screen_is_folded_and_named() -> None:
    html = section(*(group(f"first-{n}", 5) for n in range(4)), *(group(f"rest <{n}>", 1) for n in range(4)))
    shown, fold, folded = html.partition('<details class="further">')
    assert fold and all(f"first-{n} 4" in shown for n in range(4)) and "rest" not in shown
    summary, _, rows = folded.partition("</summary>")
    assert "and 4 more kinds of facts" in summary and "Rest &lt;0&gt;, Rest &lt;1&gt;" in summary
    assert rows.count("<dt>") == 4


def test_a_short_section_and_a_short_rest_stay_open() -> None:
    assert "<details" not in section(*(group(str(n), 1) for n in range(20)))
    assert "<details" not in section(*(group(str(n), 8) for n in range(3)), group("a", 1), group("b", 1))
