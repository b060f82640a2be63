"""Terms of pyoxigraph as terms of rdflib, and back: the only bridge between the two.

Only validation and closure need rdflib's graphs. Lexical forms are kept: `"01"^^xsd:integer` stays `01`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from parley.vocab import XSD

_XSD_STRING = XSD + "string"

_NO_TERM = "%r is no term of RDF 1.1"


def to_rdflib(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> URIRef | BNode | Literal:
    """The same term in rdflib; a plain literal stays plain. Raises TypeError for a triple term (RDF 1.2)."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language, normalize=False)
        datatype = term.datatype.value
        # rdflib tells "a" from "a"^^xsd:string, RDF 1.1 does not: always the plain one
        return Literal(term.value, datatype=None if datatype == _XSD_STRING else URIRef(datatype), normalize=False)
    raise TypeError(_NO_TERM % (term,))


def from_rdflib(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """The same term in pyoxigraph. Raises TypeError for anything that is no term of RDF 1.1."""
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else None)
    raise TypeError(_NO_TERM % (term,))


def graph_of(quads: Iterable[ox.Quad]) -> Graph:
    """The merge of all graphs in `quads` as one rdflib graph.

    Triples about triples (RDF 1.2) are left out: neither OWL 2 nor SHACL 1.0 can say anything about them.
    """
    graph = Graph(bind_namespaces="none")
    with quiet_rdflib():
        for quad in quads:
            if not isinstance(quad.object, ox.Triple):
                graph.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
    return graph


@contextmanager
def quiet_rdflib() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each ill-typed literal: the stages report those themselves."""
    logger = logging.getLogger("rdflib.term")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
