"""The values of things: read from the release, compared with what somebody's table has in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import pyoxigraph as ox

from parley.reconcile.similarity import similarity
from parley.release.index import Index
from parley.release.records import Term
from parley.release.spellings import expand_identifier, spellings
from parley.release.words import fold
from parley.roles import Role

#: Values of one property that are compared.
_COMPARED: Final = 200
_YEAR: Final = 4


class Values:
    """The values of the things of one release, remembered while a batch is answered.

    `absolute` expands prefixed names that are wanted.
    """

    def __init__(self, index: Index, absolute: Callable[[str], str] = str) -> None:
        self._index = index
        self._absolute = absolute
        self._known: dict[str, dict[str, list[Term]]] = {}

    def of(self, iri: str) -> dict[str, list[Term]]:
        """Property → its values, each once, whatever graph says it; shapes say nothing about things."""
        found = self._known.get(iri)
        if found is None:
            found = self._known[iri] = {}
            description = None if iri.startswith("_:") else self._index.describe(iri, page_size=0)
            for s in description.outgoing if description else ():
                if s.role is not Role.SHAPES and isinstance(s.subject, ox.NamedNode):
                    values = found.setdefault(s.predicate.value, [])
                    if s.object not in values:
                        values.append(s.object)
        return found

    def agreement(self, iri: str, property_: str, wanted: Iterable[str], quantifier: str) -> float:
        """How well `wanted` and the values of the property agree, from 0 to 1."""
        values = self.of(iri).get(property_, [])[:_COMPARED]
        names = self._index.names.of(value.value for value in values if isinstance(value, ox.NamedNode))
        best = [
            max((_agreement(text, self._absolute(text), value, names) for value in values), default=0.0)
            for text in wanted
        ]
        if not best:
            return 0.0
        if quantifier == "none":
            return 1.0 - max(best)
        return min(best) if quantifier == "all" else max(best)


def _agreement(text: str, iri: str, value: Term, names: dict[str, list[str]]) -> float:
    asked = fold(text)
    if isinstance(value, ox.NamedNode):
        if value.value in spellings(expand_identifier(text) or iri):
            return 1.0
        return max((similarity(asked, name) for name in names.get(value.value, ())), default=0.0)
    if not isinstance(value, ox.Literal):
        return 0.0
    return (
        1.0 if _equal_number(text, value.value) or _within(text, value.value) else similarity(asked, fold(value.value))
    )


def _equal_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _within(text: str, date: str) -> bool:
    """Whether `text` is the year, or the year and month, of a longer date.

    >>> _within("1998", "1998-10-25"), _within("1998-1", "1998-10-25")
    (True, False)
    """
    return len(text) >= _YEAR and text.isascii() and text[:1].isdigit() and date.startswith(f"{text}-")
