"""What the index answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pyoxigraph as ox

from parley.roles import Role

Subject = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class Statement(NamedTuple):
    """A triple in one graph, with that graph's role; a triple that stands in two graphs is two statements."""

    subject: Subject
    predicate: ox.NamedNode
    object: Term
    graph: str
    role: Role


@dataclass(frozen=True, slots=True)
class Description:
    """What is said about `iri`: asserted and inferred, from all graphs.

    `outgoing` includes the blank nodes it leads to, list cells too; `incoming` is one page of `incoming_total`.
    `owners` names, for each blank subject in `incoming`, the IRI in whose description that blank node stands.
    """

    iri: str
    outgoing: list[Statement]
    incoming: list[Statement]
    incoming_total: int
    owners: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A search result: `label` in the language asked for if there is one; `kind` is the IRI of its class, if any."""

    iri: str
    label: str
    language: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class Graph:
    """A named graph of the release."""

    iri: str
    role: Role
    triples: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GraphPage:
    """What one page of the subjects in a named graph have in it; `subjects` is their number on all pages."""

    statements: list[Statement]
    subjects: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Sizes. `triples` are the distinct ones of the default graph, `entities` its distinct named subjects, `classes`
    the IRIs that are classes of anything in it.

    `quads` = `asserted` + `inferred` count statements in all graphs.
    """

    triples: int
    quads: int
    asserted: int
    inferred: int
    entities: int
    classes: int


#: Terms in N-Triples syntax; in rules also variables, `?x`.
Terms = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a statement follows by: if all of `body` holds, so does `head`.

    `name` is the rule's in OWL 2 Profiles §4.3 and `axiom` the axiom it comes from, in Turtle with full IRIs; of a rule
    among axioms it is empty. A rule of the publication has its file as name, `titles` by language, and no `head`.
    """

    name: str
    axiom: str = ""
    head: Terms | None = None
    body: tuple[Terms, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Why:
    """Why a statement holds.

    `graphs` are those that assert it, with their roles; by `rule` it follows from `premises`. A statement may have
    both. One that has neither holds, but how it follows is not recorded.
    """

    statement: Terms
    graphs: tuple[tuple[str, Role], ...] = ()
    rule: Rule | None = None
    premises: tuple[Why, ...] = ()
