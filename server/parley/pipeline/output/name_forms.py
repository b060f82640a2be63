"""The names by which a thing may be meant: labels, other labels, identifiers, and what a label says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from parley import nquads
from parley.nquads import Line
from parley.pipeline.output.texts import local_name
from parley.release.names import Form
from parley.release.words import fold
from parley.vocab import ALTERNATIVE_LABEL_PROPERTIES, IDENTIFIER_PROPERTIES, LABEL_PROPERTIES, SKOS

_FORMS: Final = (
    {f"<{iri}>": Form.ALTERNATIVE for iri in ALTERNATIVE_LABEL_PROPERTIES}
    | {f"<{SKOS}hiddenLabel>": Form.HIDDEN}
    | {f"<{iri}>": Form.IDENTIFIER for iri in IDENTIFIER_PROPERTIES}
    | {f"<{iri}>": Form.LABEL for iri in LABEL_PROPERTIES}
)
_BRACKETED: Final = re.compile(r"(?P<bare>.*\S)\s*\((?P<inside>[^()]{1,80})\)\s*")
_ACRONYM: Final = re.compile(r"(?=(?:[^\W\d_a-z]*[A-ZÀ-Þ]){2})[^\W_a-zß-ÿ](?:[\w.&-]*[^\W_])?")
_WORDS: Final = re.compile(r"[^\W\d_]+")
#: Longer texts are no names.
_LONGEST: Final = 400
_FEWEST_INITIALS: Final = 3
#: Words of up to so many letters, such as “of” and “the”, may be small between those that give initials.
_SMALL: Final = 3


def name_forms(iri: str, lines: Sequence[Line]) -> list[tuple[str, Form, str]]:
    """Folded name, form and language of each name that the quads of `iri` give it, each key once in its best form."""
    found: dict[tuple[str, str], Form] = {}
    for text, form, language in _texts(lines):
        for name, its_form in _forms(text, form):
            if key := fold(name):
                place = (key, language)
                found[place] = min(found.get(place, its_form), its_form)
    if Form.LABEL not in found.values() and (key := fold(local_name(iri))):
        found.setdefault((key, ""), Form.LOCAL)
    return [(key, form, language) for (key, language), form in sorted(found.items())]


def _texts(lines: Iterable[Line]) -> Iterator[tuple[str, Form, str]]:
    for line in lines:
        form = _FORMS.get(line.predicate)
        if form is not None and line.object.startswith('"') and len(line.object) <= _LONGEST:
            literal = nquads.literal(line.object)
            yield literal.value, form, literal.language


def _forms(text: str, form: Form) -> Iterator[tuple[str, Form]]:
    """The text itself, and of a label what stands in brackets, what stands before them, its initials.

    >>> [(name, form.name) for name, form in _forms("United Stones of Example (USE)", Form.LABEL)][1:]
    [('USE', 'ACRONYM'), ('United Stones of Example', 'ALTERNATIVE'), ('USE', 'INITIALS')]
    """
    yield text, form
    if form is not Form.LABEL:
        return
    bare = text
    if match := _BRACKETED.fullmatch(text):
        bare, inside = match["bare"], match["inside"]
        shortened = _ACRONYM.fullmatch(inside) is not None and _abbreviates(fold(inside), fold(bare))
        if shortened:
            yield inside, Form.ACRONYM
        # an acronym says the name again; any other word in brackets may be what tells the thing from a namesake
        yield bare, Form.ALTERNATIVE if shortened else Form.BARE
    if initials := _initials(bare):
        yield initials, Form.INITIALS


def _abbreviates(short: str, name: str) -> bool:
    """Whether the letters of `short` stand in `name` in their order, the first at the beginning of a word.

    >>> _abbreviates("kfor", "kosovo force"), _abbreviates("otan", "treaty of the north")
    (True, False)
    """
    starts = (match.start() for match in re.finditer(rf"\b{re.escape(short[:1])}", name))
    return any(_in_order(short, name[start:]) for start in starts)


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters if letter != " ")


def _initials(name: str) -> str:
    """The capitals that begin the words of a title; "" if it is no title.

    >>> _initials("Bureau of Odd Stones"), _initials("Odd stones of the bureau"), _initials("The EU and its Stones")
    ('BOS', '', '')
    """
    words = _WORDS.findall(name)
    big = [word for word in words if word[0].isupper()]
    is_title = all(len(word) <= _SMALL for word in words if word[0].islower()) and not any(
        len(word) > 1 and word.isupper() for word in big
    )
    return "".join(word[0] for word in big) if is_title and len(big) >= _FEWEST_INITIALS else ""
