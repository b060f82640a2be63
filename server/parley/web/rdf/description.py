"""The description of the SPARQL service (SPARQL 1.1 Service Description), from the table of formats and the index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin

import pyoxigraph as ox

from parley.engine.functions import EXTENSION_FUNCTIONS
from parley.formats import JSON_LD, RDF_FORMATS, RESULT_FORMATS, Format, Kind
from parley.settings import Settings
from parley.vocab import DCTERMS, PREFIXES, RDF, RDFS, SCHEMA, VOID, XSD
from parley.web.site import Site

SD: Final = PREFIXES["sd"]
#: Where graphs are read by name (see `graph_store`), and by which protocol.
ADDRESS: Final = "graph-store"
GRAPH_STORE_PROTOCOL: Final = "https://www.w3.org/TR/sparql11-http-rdf-update/"
_SIMPLE: Final = "http://www.w3.org/ns/entailment/Simple"
_SECONDS, _BYTES = "SEC", "AD"
#: The limits that a query meets, with their units as codes of UN/CEFACT, "" for plain numbers.
_LIMITS: Final = {
    "query_seconds": _SECONDS, "query_memory": _BYTES, "query_length": _BYTES, "query_depth": "", "query_joins": "",
    "query_operators": "", "result_bytes": _BYTES, "describe_triples": "", "queue_seconds": _SECONDS,
    "queue_length": "", "slow_queries": "", "quick_milliseconds": "C26", "request_line": _BYTES, "request_body": _BYTES,
    "service_seconds": _SECONDS, "service_bytes": _BYTES, "service_rows": "", "service_requests": "",
}  # fmt: skip
#: Settings that the description shows: with another value it is another description.
SHOWN: Final = (*_LIMITS, "services", "engine")
_HELP: Final = {name: text for _table, name, _default, text in Settings.table()}
#: The syntaxes for the triples of CONSTRUCT and DESCRIBE; no quads come out of a query, but JSON-LD holds triples too.
GRAPH_FORMATS: Final = tuple(f for f in RDF_FORMATS if f.kind is Kind.GRAPH or f is JSON_LD)


def service_description(site: Site, syntax: Format) -> bytes:
    """The description in an RDF syntax.

    The endpoint has its canonical address, under the publication's base. Federation is among the features where there
    are endpoints that SERVICE may name. Entailment is simple: what follows was inferred by the build, and stands in the
    store like the rest. The functions are those of our own engine. The limits are property values of schema.org, under
    the names of the settings.
    """
    quads = [ox.Quad(*triple) for triple in _triples(site)]
    prefixes = {name: PREFIXES[name] for name in ("dcterms", "rdf", "rdfs", "schema", "sd", "void", "xsd")}
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
        (service, _sd("defaultEntailmentRegime"), ox.NamedNode(_SIMPLE)),
        (service, _sd("defaultDataset"), dataset),
        (dataset, _rdf("type"), _sd("Dataset")),
        (dataset, _sd("defaultGraph"), default),
        (default, _rdf("type"), _sd("Graph")),
        (default, _void("triples"), _count(site.index.counts().triples)),
    ]
    store = ox.NamedNode(urljoin(site.publication.base, ADDRESS))
    triples += [
        (service, ox.NamedNode(RDFS + "seeAlso"), store),
        (store, ox.NamedNode(DCTERMS + "conformsTo"), ox.NamedNode(GRAPH_STORE_PROTOCOL)),
    ]
    triples += [*_federation(site, service), *_limits(site, service)]
    formats = [f.iri for f in (*RESULT_FORMATS, *GRAPH_FORMATS) if f.iri]
    triples += [(service, _sd("resultFormat"), ox.NamedNode(iri)) for iri in formats]
    if not site.settings.endpoint:  # another engine has functions of its own
        triples += [(service, _sd("extensionFunction"), ox.NamedNode(iri)) for iri in EXTENSION_FUNCTIONS]
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


def _federation(site: Site, service: ox.BlankNode) -> Iterator[Triple]:
    """That SERVICE works, and whom it may ask."""
    endpoints = site.settings.services.split()
    if endpoints:
        yield service, _sd("feature"), _sd("BasicFederatedQuery")
    for number, endpoint in enumerate(endpoints):
        other = ox.BlankNode(f"other{number}")
        yield service, ox.NamedNode(RDFS + "seeAlso"), other
        yield other, _rdf("type"), _sd("Service")
        yield other, _sd("endpoint"), ox.NamedNode(endpoint)


def _limits(site: Site, service: ox.BlankNode) -> Iterator[Triple]:
    """What a query may use, by the names that errors give."""
    for name, unit in _LIMITS.items():
        if name.startswith("service_") and not site.settings.services:
            continue
        limit = ox.BlankNode(f"limit{name.replace('_', '')}")
        yield service, _schema("additionalProperty"), limit
        yield limit, _rdf("type"), _schema("PropertyValue")
        yield limit, _schema("propertyID"), ox.Literal(name)
        yield limit, _schema("maxValue"), _number(getattr(site.settings, name))
        yield limit, _schema("description"), ox.Literal(_HELP[name], language="en")
        if unit:
            yield limit, _schema("unitCode"), ox.Literal(unit)


def _number(value: float) -> ox.Literal:
    """A time as a decimal, anything else as an integer."""
    if isinstance(value, int):
        return _count(value)
    return ox.Literal(f"{value:.3f}", datatype=ox.NamedNode(XSD + "decimal"))


def _count(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))


def _schema(name: str) -> ox.NamedNode:
    return ox.NamedNode(SCHEMA + name)


def _rdf(name: str) -> ox.NamedNode:
    return ox.NamedNode(RDF + name)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)


def _void(name: str) -> ox.NamedNode:
    return ox.NamedNode(VOID + name)
