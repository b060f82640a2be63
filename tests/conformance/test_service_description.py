"""SPARQL 1.1 Service Description: the suite's three cases, which name what to check and bring no data."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
CASES = {"has-endpoint-triple", "returns-rdf", "conforms-to-schema"}
#: Property → class of subjects and class of objects (SPARQL 1.1 Service Description §3.4); None for any resource.
SCHEMA = {
    "endpoint": ("Service", None), "feature": ("Service", "Feature"), "supportedLanguage": ("Service", "Language"),
    "resultFormat": ("Service", None), "inputFormat": ("Service", None), "defaultDataset": ("Service", "Dataset"),
    "defaultEntailmentRegime": ("Service", None), "extensionFunction": ("Service", None),
    "availableGraphs": ("Service", "GraphCollection"), "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"), "name": ("NamedGraph", None), "graph": ("NamedGraph", "Graph"),
}  # fmt: skip
#: Individuals and classes of the vocabulary that need no type of their own in a description.
KNOWN = {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update", "BasicFederatedQuery", "EmptyGraphs", "UnionDefaultGraph",
         "RequiresDataset", "DereferencesURIs"}  # fmt: skip


@pytest.fixture(scope="module")
def description(tiny_site: str) -> tuple[str, str, Graph]:
    """Address, media type and content of what a GET on the endpoint answers a client of RDF."""
    request = Request(f"{tiny_site}/sparql", headers={"Accept": "text/turtle, application/rdf+xml;q=0.9"})
    with urlopen(request) as response:
        graph = Graph().parse(data=response.read(), format="turtle")
        return f"{tiny_site}/sparql", response.headers["Content-Type"], graph


def faults(graph: Graph) -> list[str]:
    """Where a description departs from the vocabulary's schema."""
    found = []
    for subject, predicate, value in graph:
        if not str(predicate).startswith(str(SD)):
            continue
        name = str(predicate).removeprefix(str(SD))
        if name not in SCHEMA:
            found.append(f"sd:{name} is no property")
            continue
        domain, range_ = SCHEMA[name]
        if (subject, RDF.type, SD[domain]) not in graph:
            found.append(f"the subject of sd:{name} is no sd:{domain}")
        if isinstance(value, Literal):
            found.append(f"the value of sd:{name} is a literal")
        known = str(value).removeprefix(str(SD)) in KNOWN
        if range_ is not None and not known and (value, RDF.type, SD[range_]) not in graph:
            found.append(f"the value of sd:{name} is no sd:{range_}")
    return found


def test_all_cases_are_here(suites: Path) -> None:
    graph = Graph().parse(suites / "service-description" / "manifest.ttl")
    found = {str(entry).rpartition("#")[2] for entry in graph.subjects(RDF.type, MF.ServiceDescriptionTest)}
    assert found == CASES


def test_returns_rdf(description: Any, record_property: Any) -> None:
    record_property("suite", "SPARQL 1.1 service description")
    _address, media_type, graph = description
    assert media_type.startswith("text/turtle") and len(graph) > 50


def test_has_endpoint_triple(description: Any, tiny_site: str, record_property: Any) -> None:
    """The endpoint's IRI is the canonical one: under the publication's base, whichever host serves."""
    record_property("suite", "SPARQL 1.1 service description")
    graph = description[2]
    services = [s for s in graph.subjects(RDF.type, SD.Service) if (s, SD.defaultDataset, None) in graph]
    assert len(services) == 1
    endpoints = list(graph.objects(services[0], SD.endpoint))
    assert len(endpoints) == 1 and isinstance(endpoints[0], URIRef)
    assert str(endpoints[0]).endswith("/sparql") and tiny_site not in str(endpoints[0])


def test_conforms_to_schema(description: Any, record_property: Any) -> None:
    record_property("suite", "SPARQL 1.1 service description")
    graph = description[2]
    assert faults(graph) == []
    graph_count = len(list(graph.objects(None, SD.name)))
    assert graph_count >= 3 and len(list(graph.objects(None, SD.namedGraph))) == graph_count
    assert graph.value(None, SD.supportedLanguage) is None or (None, SD.supportedLanguage, SD.SPARQL11Query) in graph


def test_a_faulty_description_is_told(description: Any) -> None:
    graph = Graph() + description[2]
    graph.add((BNode(), SD.endpoint, Literal("x")))
    graph.add((BNode(), SD.endPoint, URIRef("urn:x")))
    assert len(faults(graph)) == 3
