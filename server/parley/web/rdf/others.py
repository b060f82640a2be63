"""Whose data a document is made of: where all of it is other people's, its page, its links and its RDF say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from parley import nquads
from parley.nquads import Line
from parley.roles import Role
from parley.vocab import DCTERMS
from parley.web.site import Site

_TOLD: Final = {DCTERMS + name: name for name in ("license", "source", "date")}


@dataclass(frozen=True, slots=True)
class Theirs:
    """A graph of other people's data: its licence, its origin, the date it was taken from there, as its record says."""

    graph: str
    license: str | None = None
    source: str | None = None
    date: str | None = None


def theirs(site: Site, iri: str) -> tuple[Theirs, ...]:
    """The graphs of others that alone say something of `iri`, or are `iri`; none if we say something of it too."""
    if not site.index.has_graphs_of(Role.EXTERNAL):
        return ()
    graph = site.index.graph(iri)
    if graph is not None:
        return (_recorded(site, iri),) if graph.role is Role.EXTERNAL else ()
    nodes = site.index.nodes
    own = nodes.lines(iri)
    if not own or not _all_external(site, own):
        return ()
    lines = nodes.closure(own)
    graphs = {nquads.iri(line.graph) for line in lines if _role(site, line) is Role.EXTERNAL}
    return tuple(_recorded(site, graph) for graph in sorted(graphs)) if _all_external(site, lines) else ()


def _all_external(site: Site, lines: Iterable[Line]) -> bool:
    """Whether others alone say `lines`; what a rule adds nobody says."""
    return all(_role(site, line) in (Role.EXTERNAL, Role.INFERRED) for line in lines)


def _role(site: Site, line: Line) -> Role | None:
    graph = site.index.graph(nquads.iri(line.graph))
    return graph.role if graph else None


def licence(site: Site, iri: str) -> str | None:
    """The licence of the document about `iri`: that of the others whose data it is, else the publication's."""
    found = theirs(site, iri)
    return found[0].license if found else site.publication.licence


def _recorded(site: Site, graph: str) -> Theirs:
    described = site.index.describe(graph, page_size=0)
    values = {
        _TOLD[s.predicate.value]: s.object.value
        for s in (described.outgoing if described else ())
        if s.predicate.value in _TOLD and isinstance(s.object, ox.NamedNode | ox.Literal)
    }
    return Theirs(graph, **values)
