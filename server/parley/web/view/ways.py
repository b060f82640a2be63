"""Other ways on for those who search: kinds that are named so, and questions that somebody asked in these words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from parley.web.view.asking import Question
from parley.web.view.browse import Kind
from parley.web.view.naming import collation

#: Ways of each sort that are offered, and letters below which a word tells too little.
OFFERED: Final = 4
_SHORTEST: Final = 3


def kinds_named(kinds: Iterable[Kind], words: str) -> list[Kind]:
    """The kinds whose name has one of `words`, in the singular or plural, those with most of them first."""
    wanted = _stems(words)
    found = [(len(wanted & _stems(kind.name.text)), kind) for kind in kinds]
    return [kind for number, kind in sorted(found, key=lambda row: -row[0]) if number][:OFFERED]


def questions_with(asked: Sequence[Question], words: str) -> list[Question]:
    """The questions with all of `words`, as beginnings of words: those in whose titles they stand come first."""
    wanted = _stems(words)
    if not wanted:
        return []
    titled = [one for one in asked if _has(one.title.text, wanted)]
    told = [one for one in asked if one not in titled and _has(f"{one.title.text} {_described(one)}", wanted)]
    return [*titled, *told][:OFFERED]


def _described(question: Question) -> str:
    return question.description.text if question.description else ""


def _has(text: str, wanted: Iterable[str]) -> bool:
    known = _stems(text)
    return all(any(word.startswith(stem) for word in known) for stem in wanted)


def _stems(text: str) -> set[str]:
    """The words of `text` that tell something, without the ending of most plurals."""
    plain = "".join(c if c.isalnum() else " " for c in collation(text))
    return {word.removesuffix("s") for word in plain.split() if len(word) >= _SHORTEST}
