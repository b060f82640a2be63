"""Themes as a tree, from SKOS: schemes, their top concepts, what is narrower."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import pyoxigraph as ox

from parley.release.records import Description
from parley.roles import Role
from parley.vocab import SKOS
from parley.web.view.naming import LabelSource, Namer, collation
from parley.web.view.values import Links, Value

#: Concepts that a tree is made of, at most; a larger thesaurus is searched, not overseen.
CONCEPTS: Final = 1000
_UP: Final = (SKOS + "broader", SKOS + "broaderTransitive")
_DOWN: Final = (SKOS + "narrower",)


class Source(LabelSource, Protocol):
    """The part of the release's index that is needed."""

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        """All that is said about `iri`."""

    def instances(self, class_iri: str, limit: int = 100, offset: int = 0) -> list[str]:
        """The things of a class."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A theme, how many things are about it, and the narrower ones."""

    value: Value
    things: int
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Which themes there are, with the number of links to each, and which are narrower than which, as asserted."""

    links: dict[str, int]
    narrower: dict[str, frozenset[str]]


def hierarchy(source: Source) -> Hierarchy:
    """The hierarchy of the concepts in `source`; an empty one where there are too many, or none."""
    iris = source.instances(SKOS + "Concept", CONCEPTS + 1)
    if len(iris) > CONCEPTS:
        return Hierarchy({}, {})
    links: dict[str, int] = {}
    below: dict[str, set[str]] = {}
    for iri in iris:
        found = source.describe(iri, page_size=0)
        links[iri] = found.incoming_total if found else 0
        for statement in found.outgoing if found else ():
            if statement.role is Role.INFERRED or not isinstance(statement.object, ox.NamedNode):
                continue
            if statement.predicate.value in _UP:
                below.setdefault(statement.object.value, set()).add(iri)
            elif statement.predicate.value in _DOWN:
                below.setdefault(iri, set()).add(statement.object.value)
    return Hierarchy(links, {iri: frozenset(found) for iri, found in below.items()})


def tree(
    known: Hierarchy, namer: Namer, links: Links, counts: Mapping[str, int], address: Callable[[str], str]
) -> tuple[Branch, ...]:
    """The themes without a broader one, each with what is below it, by name; every theme stands once.

    `counts` says how many things are about each, and `address` where they are listed; the others lead to their page.
    """
    namer.learn(known.links)
    placed: set[str] = set()

    def branches(iris: Iterable[str]) -> tuple[Branch, ...]:
        found = [branch(iri) for iri in sorted(iris) if iri in known.links and iri not in placed]
        return tuple(sorted(found, key=lambda one: collation(one.value.text.text)))

    def branch(iri: str) -> Branch:
        placed.add(iri)
        value = Value(namer.thing(iri), address(iri) if counts.get(iri) else links.page(iri), exact=iri)
        return Branch(value, counts.get(iri, 0), branches(known.narrower.get(iri, ())))

    lower = {iri for found in known.narrower.values() for iri in found}
    # what is left stands in a circle of broader terms
    return (*branches(known.links.keys() - lower), *branches(known.links.keys()))
