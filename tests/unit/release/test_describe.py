"""Documents say what they are about, and are the same triples in every format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
import pytest

from parley import formats
from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.release.document import canonical_document, document_lines
from parley.release.index import Index
from parley.serialise import KEEP_GRAPHS, serialise
from parley.urls import Urls
from parley.vocab import DCTERMS, FOAF, RDF_TYPE, XSD

Tiny = tuple[Publication, StateDirectory, Built]
GARDEN = "http://lichen.example/garden/"


@pytest.fixture
def index(tiny: Tiny) -> Iterator[Index]:
    with Index.open(tiny[2].path / "index.sqlite") as opened:
        yield opened


@pytest.fixture
def urls(index: Index) -> Urls:
    return Urls(GARDEN, ("de", "es"), prefix="/mounted", has_fragments=index.has_fragments)


def document_quads(index: Index, urls: Urls, iri: str, **options: Any) -> list[ox.Quad] | None:
    lines = document_lines(index, urls, iri, **options)
    if lines is None:
        return None
    return list(ox.parse("".join(line.text for line in lines), format=ox.RdfFormat.N_QUADS))


@pytest.mark.parametrize(
    ("iri", "document"),
    [
        ("becher", "doc/becher"),
        ("", "doc/"),
        ("exemplar/é", "doc/exemplar/%C3%A9"),
        ("ontology#Specimen", "ontology"),
        ("http://herbarium.example/sheet#12", "describe?iri=http%3A%2F%2Fherbarium.example%2Fsheet%2312"),
    ],
)
def test_canonical_document(urls: Urls, iri: str, document: str) -> None:
    full = iri if iri.startswith("http:") else GARDEN + iri
    assert canonical_document(urls, full) == GARDEN + document


def test_header(index: Index, urls: Urls) -> None:
    quads = document_quads(
        index, urls, GARDEN + "becher", licence="http://l.example/", dataset=GARDEN + "dataset", modified="2024-05-01"
    )
    assert quads is not None
    document = ox.NamedNode(GARDEN + "doc/becher")
    header = {q.predicate.value: q.object for q in quads if q.subject == document}
    assert header[RDF_TYPE] == ox.NamedNode(FOAF + "Document")
    assert header[FOAF + "primaryTopic"] == ox.NamedNode(GARDEN + "becher")
    assert header[DCTERMS + "license"] == ox.NamedNode("http://l.example/")
    assert header[DCTERMS + "modified"] == ox.Literal("2024-05-01", datatype=ox.NamedNode(XSD + "date"))
    assert len(header) == 5
    assert {q.graph_name for q in quads if q.subject == document} == {document}


def test_linked_things_have_their_labels(index: Index, urls: Urls) -> None:
    quads = document_quads(index, urls, GARDEN + "becher", languages=("es",))
    assert quads is not None
    linked = {q.object for q in quads if q.subject == ox.NamedNode(GARDEN + "becher")} | {q.predicate for q in quads}
    named = {q.subject for q in quads if isinstance(q.object, ox.Literal) and q.object.language == "es"}
    assert ox.NamedNode(GARDEN + "findling") in linked & named
    assert ox.NamedNode(GARDEN + "ontology#growsOn") in linked & named
    foreign = [q for q in quads if isinstance(q.object, ox.Literal) and q.object.language == "de"]
    assert {q.subject for q in foreign} == {ox.NamedNode(GARDEN + "becher")}, "only what is said of the thing itself"


def test_incoming_links_are_paged(index: Index, urls: Urls) -> None:
    target = ox.NamedNode(GARDEN + "findling")
    pages = [document_quads(index, urls, target.value, page=page, page_size=2) or [] for page in (1, 2)]
    links = [{(q.subject, q.predicate, q.graph_name) for q in page if q.object == target} for page in pages]
    topics = {q.subject for page in pages for q in page if q.predicate.value == FOAF + "primaryTopic"}
    shared = links[0] & links[1]
    assert {subject for subject, _predicate, _graph in shared} == topics, "the header only"
    assert [len(page - shared) for page in links] == [2, 2]


def test_a_hash_document_describes_all_its_terms(index: Index, urls: Urls) -> None:
    document = document_quads(index, urls, GARDEN + "ontology")
    assert document is not None
    subjects = {q.subject.value for q in document if isinstance(q.subject, ox.NamedNode)}
    assert set(index.fragments(GARDEN + "ontology")) <= subjects
    assert set(document_quads(index, urls, GARDEN + "ontology#Stone") or ()) == set(document)


def test_nothing_known(index: Index, urls: Urls) -> None:
    assert document_quads(index, urls, GARDEN + "nothing") is None


@pytest.mark.parametrize("name", ["", "becher", "exemplar/é", "exemplar/o'hara", "exemplar/🌿", "ontology"])
def test_all_formats_hold_the_same_triples(index: Index, urls: Urls, tiny: Tiny, name: str) -> None:
    quads = document_quads(index, urls, GARDEN + name)
    assert quads
    expected = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    expected.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    for format_ in formats.RDF_FORMATS:
        data = serialise(quads, format_, tiny[0].all_prefixes)
        found = ox.Dataset(ox.parse(data, format=format_.oxigraph))
        if format_ in KEEP_GRAPHS:
            assert len(found) == len(set(quads))
            found = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in found)
        found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        assert found == expected, format_.name
