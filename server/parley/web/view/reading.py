"""A source, passage by passage: its parts in their order, what each passage says, and what it speaks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from parley.release.coverage import Row, coverage
from parley.release.index import Index
from parley.roles import Role
from parley.web.view.naming import Namer, Text
from parley.web.view.values import Links, Value

#: Passages up to which they are put in order and shown as a whole; a longer source is read by searching.
PASSAGES: Final = 3000


@dataclass(frozen=True, slots=True)
class Place:
    """A passage in the order of the source, and the part of the source that it belongs to."""

    row: Row
    part: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage to read: what it says, how many statements rest on it, what they are about, why there are none."""

    value: Value
    text: Text
    statements: int
    about: tuple[Value, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the source; without a name where the data tells of no parts."""

    value: Value | None
    passages: tuple[Passage, ...]


def order(index: Index, language: str) -> tuple[Place, ...]:
    """The passages in the order of the source; none where there are too many."""
    if sum(graph.role is Role.PASSAGE for graph in index.graphs()) > PASSAGES:
        return ()
    rows = coverage(index, language)
    parts = _parts(index, [row.passage for row in rows])
    return tuple(Place(row, parts.get(row.passage)) for row in rows)


def _parts(index: Index, passages: Iterable[str]) -> dict[str, str]:
    """The part of each passage: by the property that gives most of them one value each, and not all the same."""
    by_property: dict[str, dict[str, list[str]]] = {}
    for passage in passages:
        found = index.describe(passage, page_size=0)
        for s in found.outgoing if found else ():
            given = s.subject == ox.NamedNode(passage) and s.role is not Role.INFERRED
            if given and isinstance(s.object, ox.NamedNode):
                by_property.setdefault(s.predicate.value, {}).setdefault(passage, []).append(s.object.value)
    best: dict[str, str] = {}
    for _property, values in sorted(by_property.items()):
        single = {passage: found[0] for passage, found in values.items() if len(found) == 1}
        sizes = Counter(single.values())
        # A part holds several passages as a rule; what every passage has for itself is no part.
        if 2 <= len(sizes) <= len(single) / 2 and len(single) > len(best) and _named(index, sizes):
            best = single
    return best


def _named(index: Index, iris: Iterable[str]) -> bool:
    wanted = list(iris)
    kinds = {iri for iri, _ in index.classes()}
    return len(index.labels(wanted)) == len(wanted) and not kinds & set(wanted)


def view(index: Index, places: Iterable[Place], namer: Namer, links: Links) -> list[Part]:
    """The parts of the source, each with its passages."""
    found: list[Part] = []
    for place in places:
        value = Value(namer.thing(place.part), links.page(place.part), exact=place.part) if place.part else None
        if not found or (found[-1].value.exact if found[-1].value else None) != place.part:
            found.append(Part(value, ()))
        found[-1] = Part(found[-1].value, (*found[-1].passages, _passage(index, place.row, namer, links)))
    return found


def _passage(index: Index, row: Row, namer: Namer, links: Links) -> Passage:
    content = index.graph_statements(row.passage)
    subjects = [s.subject.value for s in (content.statements if content else ()) if isinstance(s.subject, ox.NamedNode)]
    iris = [iri for iri in dict.fromkeys(subjects) if iri != row.passage]
    namer.learn(iris)
    about = [Value(label, links.page(iri), exact=iri) for iri in iris if (label := namer.label(iri)) is not None]
    value = Value(namer.thing(row.passage), links.page(row.passage), exact=row.passage)
    return Passage(value, Text(row.text, namer.language), row.statements, tuple(about), row.reasons)


def neighbours(places: tuple[Place, ...], iri: str) -> tuple[str | None, str | None] | None:
    """The passages before and after the passage `iri`; None if it is none of the source's."""
    passages = [place.row.passage for place in places]
    if iri not in passages:
        return None
    number = passages.index(iri)
    return passages[number - 1] if number else None, passages[number + 1] if number + 1 < len(passages) else None
