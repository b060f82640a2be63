"""How alike two folded names are, and what a name of each kind is worth. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from types import ModuleType
from typing import Final

from parley.release.names import Form
from parley.release.words import compact

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
#: Two words are one with a slip of the pen from this likeness on; short words, where a letter makes another, need more.
_SLIP, _SLIP_OF_SHORT, _SHORT = 0.75, 0.84, 5
#: Words that begin or end alike, by so many letters, all of the shorter but one: typed halfway, inflected, compounded.
_BEGUN, _BEGINNING = 0.85, 4
#: What a word such as “of” weighs beside others; a number tells things of one name apart, so it weighs more.
_LITTLE, _NUMBER = 0.3, 2.0
#: What is left for a thing that has a number, but another one.
_OTHER_NUMBER: Final = 0.7
#: What is left for a name that holds all that was asked for among much else.
_AMONG: Final = 0.5
_OF_LANGUAGES: Final = (
    "a an and at by for from in of on or the to with",
    "au aux avec ce d dans de des du en et l la le les ou par pour sur un une",
    "am auf bei das dem den der die ein eine fur im mit und vom von zu zum zur",
    "al con da del della di e el i il los las lo o para per por y",
)
_LITTLE_WORDS: Final = frozenset(word for words in _OF_LANGUAGES for word in words.split())
#: Candidates below are not worth a look.
LOWEST: Final = 40.0


def similarity(asked: str, name: str) -> float:
    """How alike two folded texts are, from 0 to 1 (equal).

    By words, each with its slips, whatever their order: how much of what was asked for the name has, and how much it
    has besides. Words that are merely of the same letters are not alike.

    >>> similarity("sea of stones", "sea of stones"), similarity("stones sea of", "sea of stones")
    (1.0, 0.97)
    >>> 0.8 < similarity("sea of stomes", "sea of stones") < 1, similarity("training", "ukraine")
    (True, 0.0)
    >>> similarity("resolution 7", "resolution 8") < similarity("stones", "sea of stones")
    True
    """
    if asked == name:
        return 1.0
    few, many = _weighed(asked), _weighed(name)
    if not few or not many:
        return 0.0
    found = sum(weight * max(_same(word, other) for other, _ in many) for word, weight in few)
    held = sum(weight * max(_same(other, word) for other, _ in few) for word, weight in many)
    share = found / sum(weight for _, weight in few)
    words = _REORDERED * share * (_AMONG + (1 - _AMONG) * held / sum(weight for _, weight in many))
    numbers, others = _numbers(few), _numbers(many)
    if numbers and others and numbers.isdisjoint(others):
        words *= _OTHER_NUMBER
    edits = _fuzz().ratio(compact(asked), compact(name)) / 100  # where spaces are set otherwise
    return max(words, edits) if edits >= _SLIP_OF_SHORT and numbers == others else words


@cache
def _fuzz() -> ModuleType:
    """What compares by letters: it takes 3 MB, of a server of which nobody asks for it too."""
    from rapidfuzz import fuzz

    return fuzz


@lru_cache(maxsize=20_000)
def _weighed(key: str) -> tuple[tuple[str, float], ...]:
    """The words of a folded text, each with what it weighs."""
    return tuple((word, _weight(word)) for word in key.split())


def _weight(word: str) -> float:
    if word in _LITTLE_WORDS:
        return _LITTLE
    return len(word) * (_NUMBER if word.isdigit() else 1.0)


def _numbers(words: Iterable[tuple[str, float]]) -> set[str]:
    return {word for word, _ in words if word.isdigit()}


@lru_cache(maxsize=100_000)
def _same(asked: str, word: str) -> float:
    """How far two words are one."""
    if asked == word:
        return 1.0
    if min(len(asked), len(word)) < _BEGINNING or asked.isdigit() or word.isdigit():
        return 0.0
    likeness: float = _fuzz().ratio(asked, word) / 100
    if likeness >= (_SLIP if min(len(asked), len(word)) > _SHORT else _SLIP_OF_SHORT):
        return likeness
    shared = max(_shared(asked, word), _shared(asked[::-1], word[::-1]))
    least = min(len(asked), len(word))
    return _BEGUN * shared / least if shared >= max(_BEGINNING, least - 1) else 0.0


def _shared(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def worth(asked: str, name: str, form: Form) -> float:
    """The score, from 0 to 100, of a thing that has `name` (of the kind `form`) where `asked` was asked for."""
    if compact(asked) == compact(name):
        return WORTH[form]
    return WORTH[form] * _ALIKE * similarity(asked, name)
