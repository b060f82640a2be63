"""Checks 1 to 7 and 11: things, documents, negotiation, validators, odd IRIs."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pyoxigraph as ox
import pytest

from parley.formats import DOCUMENT_FORMATS, HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format
from parley.vocab import RDF_TYPE

SYNTAXES = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML)


def sample(iris: list[str], size: int) -> list[str]:
    """`size` of them at random, the same every time."""
    return random.Random(40).sample(iris, min(size, len(iris)))


def sample_of_documents(place: Any, size: int) -> list[str]:
    """Things of as many documents at random: of the hundreds of terms that one document tells, one at most."""
    documents = {place.urls.document(iri).partition("#")[0]: iri for iri in sample(place.subjects(), 100_000)}
    return sample(sorted(documents.values()), size)


def triples(body: bytes, syntax: Format) -> list[ox.Triple]:
    return [ox.Triple(q.subject, q.predicate, q.object) for q in ox.parse(body, format=syntax.oxigraph)]


def canonical(found: list[ox.Triple]) -> str:
    """The RDFC-1.0 form of a graph."""
    dataset = ox.Dataset(ox.Quad(*triple) for triple in found)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "\n".join(sorted(map(str, dataset)))


def _dereference_all(place: Any, iris: list[str]) -> None:
    at: dict[str, set[str]] = {}  # a client asks for what stands before the #
    for iri in iris:
        at.setdefault(place.urls.thing(iri).partition("#")[0], set()).add(iri)
    for path, expected in at.items():
        first = place.ask(path, Accept="text/turtle")
        assert first.status in (200, 303), (path, first.status)
        reply = place.ask(first.header("Location"), Accept="text/turtle") if first.status == 303 else first
        assert reply.status == 200, (path, reply.status)
        named = {term.value for t in triples(reply.body, TURTLE) for term in t if isinstance(term, ox.NamedNode)}
        assert expected <= named, (path, sorted(expected - named)[:3])


def test_01_every_iri_dereferences(place: Any) -> None:
    terms = [iri for iri, _ in (*place.index.classes(), *place.index.properties())]
    subjects = place.subjects()
    assert len(subjects) > 20
    assert len(terms) > 20
    _dereference_all(place, [*sample(subjects, 60), *(t for t in terms if t.startswith(place.publication.base))])


@pytest.mark.slow
def test_01_every_iri_dereferences_in_full(place: Any) -> None:
    used = [iri for iri, _ in (*place.index.classes(), *place.index.properties())]
    # Terms of other vocabularies have their documents elsewhere; here is one only where something is said about them.
    terms = [iri for iri in used if iri.startswith(place.publication.base)]
    assert len(terms) >= 10
    _dereference_all(place, [*sample(place.subjects(), 1000), *terms])


ACCEPT = [
    ("text/html;q=.2,text/turtle;q=.9", "text/turtle"),
    ("text/*;q=.3,text/turtle;q=0", "text/html"),
    ("*/*", "text/html"),
    ("", "text/html"),
    (None, "text/html"),
    ("q=2", "text/html"),
    (";;;,,/", "text/html"),
    ("TEXT/TURTLE", "text/turtle"),
    ("text/turtle;charset=utf-8", "text/turtle"),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "application/ld+json"),
    ("application/rdf+xml, application/xml;q=.5, */*;q=.2", "application/rdf+xml"),
    ("application/n-triples;q=0.5, application/*;q=0.4", "application/n-triples"),
    ("text/turtle;q=0, */*;q=0.1", "text/html"),
    ("image/png", None),
]


@pytest.mark.parametrize(("accept", "expected"), ACCEPT)
def test_02_accept_matrix(place: Any, accept: str | None, expected: str | None) -> None:
    iri = sample(place.subjects(), 1)[0]
    reply = place.ask(place.urls.document(iri).partition("#")[0], **({} if accept is None else {"Accept": accept}))
    if expected is None:
        assert reply.status == 406
        assert set(reply.json["available"]) == {f.media_type for f in DOCUMENT_FORMATS}
    else:
        assert (reply.status, reply.media_type) == (200, expected)


def negotiated(place: Any) -> list[str]:
    """The addresses that choose among formats or languages."""
    documents = [place.urls.document(iri).partition("#")[0] for iri in sample(place.subjects(), 5)]
    return ["/", "/downloads", "/search", "/sparql", "/releases", "/.well-known/void", *documents]


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "*/*"])
def test_03_negotiated_answers_say_what_they_are(place: Any, accept: str) -> None:
    looked_at = 0
    for path in negotiated(place):
        for coding in ("identity", "gzip"):
            reply = place.ask(path, Accept=accept, Accept_Encoding=coding)
            if reply.status != 200:
                # the home page leads a client that wants RDF to the description of the data set
                assert reply.status == (303 if path == "/" else 406), (path, reply.status)
                continue
            looked_at += 1
            for name in ("Vary", "Content-Location", "ETag", "Cache-Control"):
                assert reply.header(name), (path, accept, name)
            assert "Accept-Encoding" in reply.header("Vary")
            again = place.ask(reply.header("Content-Location"), Accept=accept, Accept_Encoding=coding)
            assert (again.status, again.media_type) == (200, reply.media_type), path
    assert looked_at >= 10


def _isomorphic(place: Any, size: int) -> None:
    iris = sample_of_documents(place, size)
    for iri in iris:
        forms = set()
        for syntax in SYNTAXES:
            reply = place.ask(place.urls.document(iri, extension=syntax.extension).partition("#")[0])
            assert reply.status == 200, (iri, syntax.name, reply.status)
            forms.add(canonical(triples(reply.body, syntax)))
        assert len(forms) == 1, iri
        assert forms.pop().count("\n") > 1, iri
    assert len(iris) >= min(size, 15)


def test_04_all_syntaxes_are_isomorphic(place: Any) -> None:
    _isomorphic(place, 20)


@pytest.mark.slow
def test_04_all_syntaxes_are_isomorphic_in_full(place: Any) -> None:
    _isomorphic(place, 200)


def test_05_terms_come_through_unchanged(place: Any) -> None:
    """Every literal of the release's own quads is in the dumps and documents, character by character."""
    dump = place.follow("/download/asserted.nq")
    assert dump.status == 200
    own = {str(quad.triple) for quad in ox.parse(dump.body, format=ox.RdfFormat.N_QUADS)}
    for name, syntax in (("asserted.ttl", TURTLE), ("asserted.jsonld", JSON_LD), ("asserted.nt", N_TRIPLES)):
        body = place.follow(f"/download/{name}").body
        assert _literals(map(str, triples(body, syntax))) == _literals(own), name
    for iri in sample_of_documents(place, 20):
        body = place.ask(place.urls.document(iri, extension="nq").partition("#")[0]).body
        mine = {str(t) for t in own_statements(own, iri)}
        assert mine <= {str(t) for t in triples(body, _by_extension("nq"))}, iri


@pytest.mark.parametrize("syntax", [f for f in DOCUMENT_FORMATS if f.is_rdf], ids=lambda f: f.name)
def test_05_what_tools_like_to_correct_is_as_it_was_written(live_odd: Any, syntax: Format) -> None:
    """In the document and in both dumps; but tags of languages, which RDF compares without case, in lower case."""
    place, _iris = live_odd
    source = (place.publication.root / "data" / "odd.ttl").read_text(encoding="utf-8").splitlines()
    lines = [line.replace("@fr-CA", "@fr-ca") for line in source if line.startswith("<http://odd.example/terms>")]
    expected = {str(t.object) for t in triples("\n".join(lines).encode(), N_TRIPLES)}
    assert len(expected) == len(lines) >= 10
    assert any(text.startswith('"01"^^') for text in expected)
    for path in ("/doc/terms", "/download/all", "/download/asserted"):
        body = place.follow(f"{path}.{syntax.extension}").body
        found = [t for t in triples(body, syntax) if t.predicate.value == "http://odd.example/term"]
        assert {str(t.object) for t in found} == expected, path


def own_statements(lines: set[str], iri: str) -> list[str]:
    return [line for line in lines if line.startswith(f"<{iri}> ") and "_:" not in line]


def _literals(lines: Any) -> set[str]:
    found = {line[line.index('"') :] for line in lines if '"' in line}
    assert len(found) > 10
    return found


def _by_extension(extension: str) -> Format:
    return next(f for f in DOCUMENT_FORMATS if f.extension == extension)


QUERY = "/sparql?query=" + quote("SELECT * { ?s ?p ?o } LIMIT 3")


def test_06_conditional_requests(place: Any) -> None:
    document = place.urls.document(sample(place.subjects(), 1)[0]).partition("#")[0]
    dump = f"/release/{place.manifest.id}/dumps/all.nt"
    for path in (document, dump, "/.well-known/void", QUERY, "/", "/releases"):
        for coding in ("identity", "gzip", "br", "zstd"):
            accept = "text/html" if path == "/" else "text/turtle, */*;q=0.5"
            fields = {"Accept": accept, "Accept_Encoding": coding}
            first = place.ask(path, **fields)
            tag = first.header("ETag")
            assert (first.status, bool(tag)) == (200, True), path
            for value in (tag, f'"x", {tag}', f"W/{tag.removeprefix('W/')}"):
                again = place.ask(path, If_None_Match=value, **fields)
                assert (again.status, again.body) == (304, b""), (path, value)
                assert again.header("ETag").removeprefix("W/") == tag.removeprefix("W/")
                for name in ("Cache-Control", "Date", "Vary", "Content-Location"):
                    assert again.header(name) == first.header(name) or name == "Date", (path, name)
            assert place.ask(path, If_None_Match='"x"', **fields).status == 200


def test_07_replicas_agree(place: Any, serve_command: Any, request: pytest.FixtureRequest) -> None:
    _publication, state, _built = request.getfixturevalue("real" if "osce" in place.publication.base else "tiny")
    iris = sample_of_documents(place, 34)
    paths = [place.urls.document(iri, extension=e).partition("#")[0] for iri in iris for e in ("ttl", "jsonld", "html")]
    assert len(paths) >= (100 if "osce" in place.publication.base else 40)
    with serve_command(place.publication.root, state=state.root) as address:
        other = type(place)(address, place.publication, place.manifest, place.index, place.urls)
        for path in paths:
            one, two = place.ask(path), other.ask(path)
            assert (one.status, one.header("ETag"), one.body) == (200, two.header("ETag"), two.body), path
        other.connection.close()


def test_11_odd_iris(live_odd: Any) -> None:
    """Every odd IRI by its raw UTF-8 where HTTP allows it, and percent-encoded; the RDF has it letter by letter."""
    place, iris = live_odd
    assert len(iris) >= 9
    for iri in iris:
        path = place.urls.thing(iri)
        assert path.isascii()
        reply = place.follow(path, Accept="application/n-triples")
        assert reply.status == 200, iri
        subjects = {str(t.subject) for t in triples(reply.body, N_TRIPLES) if t.predicate.value == RDF_TYPE}
        assert f"<{iri}>" in subjects, iri
        for accept in (HTML.media_type, JSON_LD.media_type, RDF_XML.media_type):
            assert place.follow(path, Accept=accept).status == 200, (iri, accept)
    raw = [iri for iri in iris if not iri.isascii() and "%" not in iri]
    assert len(raw) >= 3
    for iri in raw:  # in UTF-8, as people type it
        path = unquote_to_bytes(place.urls.document(iri))
        answer = place.raw(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nAccept: application/n-triples")
        assert answer.startswith(b"HTTP/1.1 200 ") and f"<{iri}> <{RDF_TYPE}>".encode() in answer, iri
    for wrong in (b"/\xe9", b"/doc/\xff\xfe"):
        assert place.raw(b"GET " + wrong + b" HTTP/1.1\r\nHost: a").startswith(b"HTTP/1.1 400 ")
    assert place.ask("/%E9").status == 400
    assert place.ask("/a%00b").status == 400


def test_11_json_ld_keeps_odd_iris(live_odd: Any) -> None:
    place, iris = live_odd
    for iri in iris:
        body = place.follow(place.urls.thing(iri), Accept=JSON_LD.media_type).body
        assert iri in {q.subject.value for q in ox.parse(body, format=ox.RdfFormat.JSON_LD)}, iri
        json.loads(body)
