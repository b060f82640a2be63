"""The description of the SPARQL service (SPARQL 1.1 Service Description), from the table of formats and the index."""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin

import pyoxigraph as ox

from parley.formats import JSON_LD, RDF_FORMATS, RESULT_FORMATS, Format, Kind
from parley.vocab import PREFIXES, RDF, VOID, XSD
from parley.web.site import Site

SD: Final = PREFIXES["sd"]
#: The syntaxes for the triples of CONSTRUCT and DESCRIBE; no quads come out of a query, but JSON-LD holds triples too.
GRAPH_FORMATS: Final = tuple(f for f in RDF_FORMATS if f.kind is Kind.GRAPH or f is JSON_LD)


def service_description(site: Site, syntax: Format) -> bytes:
    """The description in an RDF syntax.

    The endpoint has its canonical address, under the publication's base. Federation is not among the features, since
    SERVICE is refused; nor is an entailment regime, since inferred triples are in a graph of their own.
    """
    quads = [ox.Quad(*triple) for triple in _triples(site)]
    prefixes = {name: PREFIXES[name] for name in ("rdf", "sd", "void", "xsd")}
    if syntax.oxigraph is None:
        raise ValueError(f"{syntax.name} is no syntax of RDF")
    statements = quads if syntax.oxigraph.supports_datasets else [quad.triple for quad in quads]
    return ox.serialize(statements, format=syntax.oxigraph, prefixes=prefixes) or b""


Triple = tuple[ox.NamedNode | ox.BlankNode, ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal]


def _triples(site: Site) -> list[Triple]:
    service, dataset, default = ox.BlankNode("service"), ox.BlankNode("dataset"), ox.BlankNode("default")
    endpoint = ox.NamedNode(urljoin(site.publication.base, "sparql"))
    triples: list[Triple] = [
        (service, _rdf("type"), _sd("Service")),
        (service, _sd("endpoint"), endpoint),
        (service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        (service, _sd("feature"), _sd("EmptyGraphs")),
        (service, _sd("defaultDataset"), dataset),
        (dataset, _rdf("type"), _sd("Dataset")),
        (dataset, _sd("defaultGraph"), default),
        (default, _rdf("type"), _sd("Graph")),
        (default, _void("triples"), _count(site.index.counts().triples)),
    ]
    formats = [f.iri for f in (*RESULT_FORMATS, *GRAPH_FORMATS) if f.iri]
    triples += [(service, _sd("resultFormat"), ox.NamedNode(iri)) for iri in formats]
    for number, graph in enumerate(site.index.graphs()):
        named, content = ox.BlankNode(f"named{number}"), ox.BlankNode(f"graph{number}")
        triples += [
            (dataset, _sd("namedGraph"), named),
            (named, _rdf("type"), _sd("NamedGraph")),
            (named, _sd("name"), ox.NamedNode(graph.iri)),
            (named, _sd("graph"), content),
            (content, _rdf("type"), _sd("Graph")),
            (content, _void("triples"), _count(graph.triples)),
        ]
    return triples


def _count(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))


def _rdf(name: str) -> ox.NamedNode:
    return ox.NamedNode(RDF + name)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)


def _void(name: str) -> ox.NamedNode:
    return ox.NamedNode(VOID + name)
