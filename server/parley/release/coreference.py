"""What is the same, or nearly, under another name: mapping relations of the release, followed in both directions.

Links are never reasoned over when a release is built (a wrong `owl:sameAs` would merge two things for good), so the
cluster of a thing is found when it is asked for, and every step of it can be shown.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, NamedTuple

import pyoxigraph as ox

from parley.release.records import Description
from parley.release.spellings import spellings
from parley.vocab import FOAF, OWL, RDFS, SCHEMA, SCHEMA_HTTP, SKOS

Rows = Callable[..., list[tuple[Any, ...]]]


class Relation(IntEnum):
    """How far two ends of a mapping mean the same, closest first."""

    SAME = 0
    #: A concept and the thing that it is a concept of.
    FOCUS = 1
    CLOSE = 2
    #: A page about the thing.
    PAGE = 3
    BROAD = 4
    NARROW = 5
    RELATED = 6


#: Every property that maps, with what it says.
MAPPINGS: Final[dict[str, Relation]] = {
    OWL + "sameAs": Relation.SAME,
    SKOS + "exactMatch": Relation.SAME,
    SCHEMA + "sameAs": Relation.SAME,
    SCHEMA_HTTP + "sameAs": Relation.SAME,
    OWL + "equivalentClass": Relation.SAME,
    OWL + "equivalentProperty": Relation.SAME,
    FOAF + "focus": Relation.FOCUS,
    SKOS + "closeMatch": Relation.CLOSE,
    RDFS + "seeAlso": Relation.PAGE,
    FOAF + "isPrimaryTopicOf": Relation.PAGE,
    FOAF + "homepage": Relation.PAGE,
    FOAF + "page": Relation.PAGE,
    SCHEMA + "url": Relation.PAGE,
    SCHEMA_HTTP + "url": Relation.PAGE,
    SKOS + "broadMatch": Relation.BROAD,
    SKOS + "narrowMatch": Relation.NARROW,
    SKOS + "relatedMatch": Relation.RELATED,
}
#: Things of one cluster that are looked at; a larger one is an accident of the data.
CLUSTER: Final = 500

_INCOMING: Final = (
    "SELECT DISTINCT s.name, p.iri, g.iri FROM node o JOIN incoming i ON i.object = o.id"
    " JOIN property p ON p.id = i.property JOIN node s ON s.id = i.subject JOIN graph g ON g.id = i.graph"
    " WHERE o.name = ? AND p.iri IN (SELECT value FROM json_each(?)) ORDER BY 1, 2, 3"
)


class Mapping(NamedTuple):
    """A statement of the release that maps, and the graph that says it."""

    subject: str
    predicate: str
    object: str
    graph: str

    @property
    def relation(self) -> Relation:
        """What the property says."""
        return MAPPINGS[self.predicate]


@dataclass(frozen=True, slots=True)
class Coreference:
    """What is known of `asked`.

    `reached` has each thing with the farthest relation on the closest way to it: those that are the same, or the
    focus of one that is, are the cluster; `mappings` are all statements from or to the cluster. `whole` is False if
    the cluster is larger than `CLUSTER`.
    """

    asked: str
    reached: dict[str, Relation] = field(default_factory=dict)
    mappings: tuple[Mapping, ...] = ()
    whole: bool = True

    @property
    def cluster(self) -> list[str]:
        """All names of the thing, that asked for first if it is known."""
        return [iri for iri, relation in self.reached.items() if relation <= Relation.FOCUS]


class Coreferences:
    """Follows the mappings of a release; `rows` runs a query on its index, `describe` gives a description."""

    def __init__(self, rows: Rows, describe: Callable[..., Description | None]) -> None:
        self._rows = rows
        self._describe = describe

    def of(self, iri: str) -> Coreference:
        """All that `iri`, in any of its spellings, is mapped to, directly and through what is the same."""
        known = self.known(spellings(iri))
        reached = dict.fromkeys(known, Relation.SAME)
        waiting, mappings = deque(known), dict[Mapping, None]()
        while waiting:
            here = waiting.popleft()
            for mapping in self.mappings(here):
                mappings[mapping] = None
                other = mapping.object if mapping.subject == here else mapping.subject
                farthest = max(reached[here], mapping.relation)
                same = self.known(spellings(other)) if mapping.relation <= Relation.FOCUS else [other]
                for name in same:
                    if name not in reached and mapping.relation <= Relation.FOCUS and len(reached) < CLUSTER:
                        waiting.append(name)
                    reached[name] = min(reached.get(name, farthest), farthest)
        return Coreference(iri, reached, tuple(mappings), len(reached) < CLUSTER)

    def known(self, iris: Iterable[str]) -> list[str]:
        """Those of `iris` that the release has as subject or object, in their order."""
        found = self._rows("SELECT name FROM node WHERE name IN (SELECT value FROM json_each(?))", json.dumps([*iris]))
        names = {row[0] for row in found}
        return [iri for iri in iris if iri in names]

    def mappings(self, iri: str) -> list[Mapping]:
        """The mappings from `iri` and to it."""
        described = self._describe(iri, page_size=0)
        found = [
            Mapping(iri, s.predicate.value, s.object.value, s.graph)
            for s in (described.outgoing if described else ())
            if s.predicate.value in MAPPINGS and isinstance(s.object, ox.NamedNode) and s.subject == ox.NamedNode(iri)
        ]
        incoming = self._rows(_INCOMING, iri, json.dumps(list(MAPPINGS)))
        found += [Mapping(subject, property_, iri, graph) for subject, property_, graph in incoming if subject != iri]
        return [mapping for mapping in found if not mapping.subject.startswith("_:")]
