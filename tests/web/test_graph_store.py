"""The Graph Store HTTP Protocol, reading half: exactly what stands in a graph, whole or loudly not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
import rdflib

from parley.publication import FILE_NAME, Publication, load

BASE = "http://store.example/"
ODD = f"{BASE}odd?a=1&b=%20+é"
LARGE = f"{BASE}large"
TRIG = f"""
@prefix : <{BASE}> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:one {{ :a :p "01"^^xsd:integer, "é\\n"@fr, [ :p ( 1 2 ) ] . }}
:two {{ :a :p "01"^^xsd:integer . :one :p :two }}
<{ODD}> {{ :b :p :c }}
"""
SYNTAXES = ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, serve: Any, release_maker: Callable[[Publication], Path]) -> Any:
    folder = tmp_path_factory.mktemp("store") / "publication"
    (folder / "data").mkdir(parents=True)
    settings = f'base = "{BASE}"\n[title]\nen = "x"\n[inference]\nprofile = "none"\n'
    (folder / FILE_NAME).write_text(settings, encoding="utf-8")
    (folder / "data" / "small.trig").write_text(TRIG, encoding="utf-8")
    many = "\n".join(f'<{BASE}s{n}> <{BASE}p> "{n}" .' for n in range(30_000))
    (folder / "data" / "large.trig").write_text(f"<{LARGE}> {{ {many} }}", encoding="utf-8")
    release_maker(load(folder, {}))
    with serve(folder) as live:
        yield live


def read(reply: Any) -> list[ox.Triple]:
    assert (reply.status, reply.exit_status) == (200, 0), reply.body
    syntax = ox.RdfFormat.from_media_type(reply.header("content-type"))
    assert syntax is not None
    return [quad.triple for quad in ox.parse(reply.body, format=syntax)]


def canonical(triples: Iterable[ox.Triple]) -> ox.Dataset:
    """The triples with canonical blank nodes, in which IRIs that stand for blank nodes are some again."""
    lines = "".join(f"{triple} .\n" for triple in triples)
    text = re.sub(r"<[^>]*/genid/([^>]*)>", r"_:\1", lines)
    found = ox.Dataset(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found


def address(graph: str) -> str:
    return f"/graph-store?graph={quote(graph, safe='')}"


@pytest.mark.parametrize("media_type", SYNTAXES)
def test_a_graph_is_what_stands_in_it(store: Any, media_type: str) -> None:
    reply = store.curl(address(f"{BASE}one"), "-H", f"Accept: {media_type}")
    stated = (q.triple for q in ox.parse(TRIG, format=ox.RdfFormat.TRIG) if q.graph_name == ox.NamedNode(f"{BASE}one"))
    assert canonical(read(reply)) == canonical(stated), "as the source spells it, 01 not 1"
    assert reply.header("content-type").startswith(media_type)
    assert "Accept" in reply.header("vary") and reply.header("etag").startswith('"')
    same = store.curl(reply.header("content-location"))
    assert same.body == reply.body and "Accept" not in same.header("vary").split(", ")
    again = store.curl(
        address(f"{BASE}one"), "-H", f"Accept: {media_type}", "-H", f"If-None-Match: {reply.header('etag')}"
    )
    assert (again.status, again.body) == (304, b"")


def test_an_odd_name(store: Any) -> None:
    reply = store.curl(address(ODD))
    assert len(read(reply)) == 1
    assert store.curl(reply.header("content-location")).body == reply.body
    assert 'rel="describedby"' in reply.header("link")


def test_the_default_graph_has_each_triple_once(store: Any) -> None:
    reply = store.curl("/graph-store?default", "-H", "Accept: application/n-triples")
    lines = reply.body.decode().splitlines()
    count = store.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").json["results"]["bindings"][0]["n"]["value"]
    assert len(lines) == len(set(lines)) == int(count) > 30_000
    assert len(read(reply)) == len(lines)


@pytest.mark.parametrize("media_type", ["text/turtle", "application/n-triples"])
def test_a_large_graph_is_streamed_whole(store: Any, media_type: str) -> None:
    reply = store.curl(address(LARGE), "-H", f"Accept: {media_type}")
    assert len(read(reply)) == 30_000
    tag = reply.header("etag")
    assert tag.startswith("W/")
    again = store.curl(address(LARGE), "-H", f"Accept: {media_type}", "-H", f"If-None-Match: {tag}")
    assert (again.status, again.body) == (304, b"")
    refused = store.curl(address(LARGE), "-H", "Accept: application/rdf+xml")
    assert refused.status == 406 and "text/turtle" in refused.json["available"]


def test_head_is_get_without_a_body(store: Any) -> None:
    for path in (address(f"{BASE}one"), address(LARGE), "/graph-store?default", address(f"{BASE}none")):
        get, head = store.curl(path), store.curl(path, "-I", "-o", "/dev/null")
        assert (head.status, head.exit_status) == (get.status, 0)
        for name in ("content-type", "etag", "vary"):
            assert head.header(name) == get.header(name)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (address(f"{BASE}none"), 404),
        (address(f"{BASE}a"), 404),
        ("/graph-store", 400),
        ("/graph-store?graph=one", 400),
        ("/graph-store?graph=", 400),
        ("/graph-store?graph=_:b0", 400),
        ("/graph-store?default&graph=urn:x", 400),
        ("/graph-store?graph=urn:x&graph=urn:y", 400),
        (address("file:///etc/passwd"), 404),
        ("/graph-store?default&format=nonsense", 406),
    ],
)
def test_refusals(store: Any, path: str, status: int) -> None:
    reply = store.curl(path)
    assert (reply.status, reply.json["status"]) == (status, status)
    assert reply.json["cure"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_nothing_can_be_written(store: Any, method: str) -> None:
    data = ("-H", "Content-Type: text/turtle", "-d", "<urn:a> <urn:b> <urn:c> .")
    for path in (address(f"{BASE}one"), "/graph-store?default", "/graph-store", address(f"{BASE}new")):
        reply = store.curl(path, "-X", method, *data)
        assert reply.status == 405
        assert set(reply.header("allow").split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert store.curl(address(f"{BASE}new")).status == 404


def test_it_is_described(store: Any) -> None:
    place = rdflib.URIRef(f"{BASE}graph-store")
    void = rdflib.Graph().parse(data=store.curl("/.well-known/void", "-H", "Accept: text/turtle").body, format="turtle")
    assert (None, rdflib.DCAT.endpointURL, place) in void
    service = rdflib.Graph().parse(data=store.curl("/sparql", "-H", "Accept: text/turtle").body, format="turtle")
    assert (None, rdflib.RDFS.seeAlso, place) in service
    anchors = {row["anchor"] for row in store.curl("/.well-known/api-catalog").json["linkset"]}
    assert "/graph-store" in anchors
    assert "get" in store.curl("/api/openapi.json").json["paths"]["/graph-store"]
