"""HTTP semantics of things and documents over a real server, on the foreign publication and on our own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from parley.formats import DOCUMENT_FORMATS, HTML, JSON_LD, RDF_FORMATS, TURTLE, Format, Kind
from parley.publication import Publication
from parley.release.index import Index
from parley.urls import Urls
from parley.vocab import OWL

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
BUILT = {"tiny": "tests/fixtures/tiny", "real": "."}


@dataclass
class Place:
    """A server, and a thing on it: its IRI, its own path and that of its document."""

    live: Any
    publication: Publication
    iri: str
    thing: str
    document: str
    ontology: str | None

    def get(self, path: str, accept: str | None = None, *options: str) -> Any:
        fields = ("-H", f"Accept: {accept}") if accept is not None else ("-H", "Accept:")
        return self.live.curl(path, *fields, *options)


@pytest.fixture(scope="module", params=list(BUILT))
def place(request: pytest.FixtureRequest, serve: Callable[..., AbstractContextManager[Any]]) -> Iterator[Place]:
    publication, state, built = request.getfixturevalue(request.param)
    with Index.open(built.path / "index.sqlite") as index:
        urls = Urls(publication.base, publication.languages, has_fragments=index.has_fragments)
        instances = [i for c, _ in index.classes() if not c.startswith(OWL) for i in index.instances(c)]
        iri = next(i for i in instances if i.startswith(publication.base) and urls.document(i) != urls.thing(i))
        ontology = next((i for i in index.instances(OWL + "Ontology") if index.has_fragments(i.rstrip("#"))), None)
    with serve(publication.root, state=str(state.root)) as live:
        path = urls.thing(ontology.rstrip("#")) if ontology else None
        yield Place(live, publication, iri, urls.thing(iri), urls.document(iri), path)


@pytest.mark.parametrize("accept", [None, "*/*", "text/html", "text/turtle", "image/png", "nonsense"])
def test_thing_is_303_to_its_document_whatever_is_accepted(place: Place, accept: str | None) -> None:
    reply = place.get(place.thing, accept)
    assert reply.status == 303
    assert reply.header("location") == place.document
    assert "max-age" in reply.header("cache-control")
    assert place.document.encode() in reply.body
    assert 'rel="describedby"' in reply.header("link")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "text/html"),
        ("", "text/html"),
        ("*/*", "text/html"),
        ("q=2", "text/html"),
        (CHROME, "text/html"),
        ("text/html;q=.2,text/turtle;q=.9", "text/turtle"),
        ("TEXT/TURTLE", "text/turtle"),
        ("text/turtle;charset=utf-8", "text/turtle"),
        ("text/*;q=.3,text/turtle;q=0", "text/html"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "application/ld+json"),
        ("application/rdf+xml, application/xml;q=.5, */*;q=.2", "application/rdf+xml"),
        ("application/n-quads", "application/n-quads"),
    ],
)
def test_document_is_negotiated(place: Place, accept: str | None, media_type: str) -> None:
    reply = place.get(place.document, accept)
    assert reply.status == 200
    assert reply.header("content-type").split(";")[0] == media_type
    assert "Accept" in reply.header("vary").split(", ")
    location = reply.header("content-location")
    assert place.get(location, "image/png").header("content-type").split(";")[0] == media_type
    assert reply.header("etag").startswith('"')
    assert reply.header("access-control-allow-origin") == "*"
    assert reply.header("x-content-type-options") == "nosniff"


def test_nothing_acceptable_is_406_that_lists_what_there_is(place: Place) -> None:
    reply = place.get(place.document, "image/png")
    assert reply.status == 406
    assert set(reply.json["available"]) == {f.media_type for f in DOCUMENT_FORMATS}
    assert reply.header("cache-control") == "no-store"


@pytest.mark.parametrize("syntax", DOCUMENT_FORMATS, ids=lambda f: f.name)
def test_extension_and_format_parameter_beat_accept(place: Place, syntax: Any) -> None:
    for path in (f"{place.document}.{syntax.extension}", f"{place.document}?format={syntax.name}"):
        reply = place.get(path, "image/png")
        assert reply.status == 200
        assert reply.header("content-type") == syntax.content_type
        assert "Accept" not in reply.header("vary").split(", ")


def test_every_syntax_says_the_same(place: Place) -> None:
    graphs = {f.name: _triples(place.get(f"{place.document}.{f.extension}").body, f) for f in RDF_FORMATS}
    assert len(graphs) == 6
    assert all(len(triples) > 3 for triples in graphs.values())
    assert len(set(graphs.values())) == 1
    assert any(f"<{place.iri}>" in triple for triple in graphs["turtle"])
    ElementTree.fromstring(place.get(f"{place.document}.rdf").body)  # the parser above forgives what XML does not


def _triples(body: bytes, syntax: Format) -> frozenset[str]:
    """The triples of all graphs, with canonical blank nodes."""
    quads = (ox.Quad(q.subject, q.predicate, q.object) for q in ox.parse(body, format=syntax.oxigraph))
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(str(quad) for quad in dataset)


def test_validators_are_of_the_variant(place: Place) -> None:
    tags = [place.get(place.document, f.media_type).header("etag") for f in DOCUMENT_FORMATS]
    first, second = place.publication.languages[:2]
    tags.append(place.get(f"/{second}{place.document}", "text/html").header("etag"))
    assert len(set(tags)) == len(tags)
    assert place.get(place.document, "text/turtle").header("etag") == tags[1], "and the same when asked again"
    assert first != second


def test_304_only_for_the_variant_asked_for(place: Place) -> None:
    turtle = place.get(place.document, "text/turtle")
    tag = turtle.header("etag")
    for value in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = place.get(place.document, "text/turtle", "-H", f"If-None-Match: {value}")
        assert (again.status, again.body) == (304, b""), value
        for name in ("etag", "vary", "cache-control", "content-location", "date"):
            assert again.header(name), name
    other = place.get(place.document, "application/ld+json", "-H", f"If-None-Match: {tag}")
    assert other.status == 200
    future = "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"
    assert place.get(place.document, "text/turtle", "-H", 'If-None-Match: "x"', "-H", future).status == 200


@pytest.mark.parametrize("syntax", [HTML, TURTLE, JSON_LD], ids=lambda f: f.name)
def test_head_is_get_without_the_body(place: Place, syntax: Any) -> None:
    get = place.get(place.document, syntax.media_type)
    head = place.get(place.document, syntax.media_type, "-I", "-o", "/dev/null")
    get.headers.pop("date"), head.headers.pop("date")
    assert (head.status, head.headers) == (200, get.headers)
    assert int(head.header("content-length")) == len(get.body)


def test_repeated_answer_is_byte_for_byte_the_same(place: Place) -> None:
    for syntax in DOCUMENT_FORMATS:
        digests = {hashlib.sha256(place.get(place.document, syntax.media_type).body).hexdigest() for _ in range(3)}
        assert len(digests) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST", "TRACE"])
def test_documents_are_read_only(place: Place, method: str) -> None:
    for path in (place.thing, place.document):
        reply = place.get(path, "*/*", "-X", method)
        assert reply.status == 405
        assert "GET" in reply.header("allow")


def test_links_are_ascii_and_every_alternate_exists(place: Place) -> None:
    link = place.get(place.document, "text/turtle").header("link")
    link.encode("ascii")
    alternates = [part for part in link.split(", <") if 'rel="alternate"' in part and "type=" in part]
    assert len(alternates) >= len([f for f in RDF_FORMATS if f.kind is Kind.GRAPH]) - 1
    for part in alternates:
        target = part.lstrip("<").partition(">")[0]
        media_type = part.partition('type="')[2].partition('"')[0]
        assert place.get(target).header("content-type").split(";")[0] == media_type


@pytest.mark.parametrize(
    "suffix", ["-that-is-not-there", "/", "%2F", "%20", "?x=1", "/../x", "%", "%00", "%FF", ".exe", ".ttl.ttl"]
)
def test_odd_addresses_are_never_a_second_200_and_never_500(place: Place, suffix: str) -> None:
    for path in (place.thing, place.document):
        reply = place.get(path + suffix, "text/html")
        assert reply.status in ((200, 303) if suffix == "?x=1" else (308, 400, 404)), reply.status
        if reply.status == 308:
            assert place.get(reply.header("location"), "text/html").status in (200, 303)


def test_ontology_answers_at_its_own_address(place: Place) -> None:
    assert place.ontology is not None
    reply = place.get(place.ontology, "text/turtle")
    assert reply.status == 200
    assert b"owl:Ontology" in reply.body
    assert place.get(place.ontology, CHROME).header("content-type").startswith("text/html")


def test_same_origin_redirects_only(place: Place) -> None:
    for path in (place.thing, f"{place.document}/", "/sparql/"):
        location = place.get(path, "*/*", "-H", "Host: evil.example").header("location")
        assert location.startswith("/")
        assert not location.startswith("//")
