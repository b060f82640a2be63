"""How alike two folded names are, and what a name of each kind is worth. Pure functions."""

from __future__ import annotations

from typing import Final

from rapidfuzz import fuzz

from parley.release.names import Form

#: What an equal name scores, by its kind: up to 100.
WORTH: Final = {
    Form.LABEL: 100.0,
    Form.ALTERNATIVE: 98.0,
    Form.IDENTIFIER: 100.0,
    Form.HIDDEN: 97.0,
    Form.ACRONYM: 97.0,
    Form.BARE: 90.0,
    Form.INITIALS: 75.0,
    Form.LOCAL: 95.0,
}
#: Kinds that name the thing itself, so that an equal name that nothing else has settles the question.
TELLING: Final = frozenset([Form.LABEL, Form.ALTERNATIVE, Form.IDENTIFIER, Form.HIDDEN, Form.ACRONYM, Form.LOCAL])
#: A name that is not equal never gets beyond this share of what an equal one is worth.
_ALIKE: Final = 0.94
_REORDERED: Final = 0.97
#: What is left for a name that holds all the words asked for among others, and what of that depends on how many.
_CONTAINED, _COVERAGE = 0.5, 0.4
#: Candidates below are not worth a look.
LOWEST: Final = 45.0


def similarity(asked: str, name: str) -> float:
    """How alike two folded texts are, from 0 to 1 (equal).

    By edits, whatever the order of words; a name that holds all words asked for is never far.

    >>> similarity("sea of stones", "sea of stones"), similarity("stones sea of", "sea of stones")
    (1.0, 0.97)
    >>> 0.8 < similarity("see of stones", "sea of stones") < 1, similarity("sea", "xyz")
    (True, 0.0)
    """
    if asked == name:
        return 1.0
    edits = fuzz.ratio(asked, name) / 100
    reordered = _REORDERED * fuzz.token_sort_ratio(asked, name) / 100
    return max(edits, reordered, _contained(asked, name))


def _contained(asked: str, name: str) -> float:
    few, many = set(asked.split()), set(name.split())
    if not few or not few <= many:
        return 0.0
    return _CONTAINED + _COVERAGE * sum(map(len, few)) / sum(map(len, many))


def worth(asked: str, name: str, form: Form) -> float:
    """The score, from 0 to 100, of a thing that has `name` (of the kind `form`) where `asked` was asked for."""
    if asked == name:
        return WORTH[form]
    return WORTH[form] * _ALIKE * similarity(asked, name)
