"""SPARQL 1.1 Protocol, query operation, over a real server."""

from __future__ import annotations

from typing import Any

import pytest
import rdflib

FORM = "application/x-www-form-urlencoded"
ASK = "ASK {}"
BASE = "http://bench.example/"


def test_get_form_and_direct_agree(live: Any) -> None:
    query = "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 5"
    get = live.sparql(query)
    form = live.curl("/sparql", "--data-urlencode", f"query={query}")
    direct = live.curl("/sparql", "-H", "Content-Type: application/sparql-query", "--data-binary", query)
    assert get.status == form.status == direct.status == 200
    assert get.body == form.body == direct.body
    assert len(get.json["results"]["bindings"]) == 5


@pytest.mark.parametrize(
    ("query", "accept", "status", "expected"),
    [
        (ASK, "application/sparql-results+json", 200, "application/sparql-results+json"),
        (ASK, "application/json", 200, "application/sparql-results+json"),
        (ASK, "application/sparql-results+xml", 200, "application/sparql-results+xml"),
        ("SELECT * {} ", "text/csv", 200, "text/csv; charset=utf-8"),
        ("SELECT * {} ", "text/tab-separated-values", 200, "text/tab-separated-values; charset=utf-8"),
        (ASK, "*/*", 200, "application/sparql-results+json"),
        ("DESCRIBE <x>", "*/*", 200, "text/turtle; charset=utf-8"),
        ("CONSTRUCT {} {}", "application/n-triples", 200, "application/n-triples"),
        ("CONSTRUCT {} {}", "application/rdf+xml", 200, "application/rdf+xml"),
        ("CONSTRUCT {} {}", "application/ld+json", 200, "application/ld+json"),
        ("CONSTRUCT {} {}", "text/csv, text/turtle;q=0.1", 200, "text/turtle; charset=utf-8"),
        (ASK, "text/html", 200, "text/html; charset=utf-8"),
        ("SELECT * {} ", "text/turtle", 406, "application/problem+json"),
        ("CONSTRUCT {} {}", "text/csv", 406, "application/problem+json"),
        (ASK, "image/png", 406, "application/problem+json"),
    ],
)
def test_accept_matrix(live: Any, query: str, accept: str, status: int, expected: str) -> None:
    reply = live.sparql(query, "-H", f"Accept: {accept}")
    assert (reply.status, reply.header("content-type")) == (status, expected)
    assert "Accept" in reply.header("vary")
    assert reply.header("access-control-allow-origin") == "*"
    if status == 406:
        assert reply.json["available"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("csv", "text/csv"), ("xml", "application/sparql-results+xml"), ("srj", "application/sparql-results+json")],
)
def test_format_parameter_beats_accept(live: Any, name: str, expected: str) -> None:
    reply = live.sparql("SELECT * {}", "--data-urlencode", f"format={name}", "-H", "Accept: text/html")
    assert reply.status == 200
    assert reply.header("content-type").startswith(expected)


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", (), 400),
        ("/sparql?query=ASK%7B%7D", ("-d", "query=ASK{}"), 400),
        ("/sparql", ("-H", "Accept: application/sparql-results+json"), 400),
        ("/sparql", ("-H", "Content-Type: text/plain", "-d", "ASK {}"), 415),
        ("/sparql", ("-H", "Content-Type:", "-d", "query=ASK{}"), 415),
        ("/sparql", ("-H", "Content-Type: application/sparql-query; charset=utf-16", "-d", "x"), 415),
        ("/sparql", ("-d", "nothing=1"), 400),
        ("/sparql?query=%FF", (), 400),
        ("/sparql?query=ASK%7B%7D&format=nonsense", (), 406),
        ("/sparql?query=ASK%7B%7D&timeout=-1", (), 400),
        ("/sparql?update=CLEAR%20ALL", (), 403),
        ("/sparql", ("-d", "update=CLEAR ALL"), 403),
        ("/sparql", ("-H", "Content-Type: application/sparql-update", "-d", "CLEAR ALL"), 403),
        ("/sparql?query=CLEAR%20ALL", (), 400),
    ],
)
def test_refusals(live: Any, path: str, options: tuple[str, ...], status: int) -> None:
    reply = live.curl(path, *options)
    assert reply.status == status
    assert reply.json["detail"]
    assert reply.header("cache-control") == "no-store"


def test_syntax_error_says_where(live: Any) -> None:
    reply = live.sparql("SELECT *\nWHERE { ?s ?p }")
    assert reply.status == 400
    assert reply.json["line"] == 2
    assert reply.json["column"] in (15, 16), "at the brace, or after it"


def test_utf_16_body_is_400(live: Any) -> None:
    (live.folder / "utf16.rq").write_bytes("ASK {}".encode("utf-16"))
    reply = live.curl(
        "/sparql", "-H", "Content-Type: application/sparql-query", "--data-binary", f"@{live.folder / 'utf16.rq'}"
    )
    assert reply.status == 400


def test_timeout_is_503_with_retry_after(live: Any) -> None:
    reply = live.sparql("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "-d", "timeout=0.5")
    assert reply.status == 503
    assert reply.json["type"] == "/problems/query-timeout"
    assert int(reply.header("retry-after")) >= 1
    assert reply.header("cache-control") == "no-store"


def test_dataset_of_the_protocol_wins(live: Any) -> None:
    graph = f"{BASE}graph/data/things"
    count = "SELECT (COUNT(*) AS ?n) FROM <urn:nothing> { ?s ?p ?o }"
    assert live.sparql(count).json["results"]["bindings"][0]["n"]["value"] == "0"
    given = live.sparql(count, "--data-urlencode", f"default-graph-uri={graph}")
    assert given.json["results"]["bindings"][0]["n"]["value"] == "2000"
    named = live.sparql("ASK { GRAPH ?g { ?s ?p ?o } }", "--data-urlencode", "named-graph-uri=http://127.0.0.1:9/x")
    assert named.json["boolean"] is False


def test_relative_iris_resolve_against_the_base(live: Any) -> None:
    reply = live.sparql("ASK { <t1> ?p ?o }", "-H", "Host: evil.example")
    assert reply.json["boolean"] is True


def test_service_description(live: Any) -> None:
    reply = live.curl("/sparql", "-H", "Accept: text/turtle")
    assert reply.status == 200
    assert reply.header("etag").startswith('"')
    graph = rdflib.Graph().parse(data=reply.body.decode(), format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert list(graph.objects(None, sd.endpoint)) == [rdflib.URIRef(f"{BASE}sparql")]
    assert len(list(graph.objects(None, sd.resultFormat))) >= 8
    assert (None, sd.feature, sd.BasicFederatedQuery) not in graph
    assert rdflib.URIRef(f"{BASE}graph/data/things") in set(graph.objects(None, sd.name))
    again = live.curl("/sparql", "-H", "Accept: text/turtle", "-H", f"If-None-Match: {reply.header('etag')}")
    assert (again.status, again.body) == (304, b"")
    other = live.curl("/sparql", "-H", "Accept: application/rdf+xml", "-H", f"If-None-Match: {reply.header('etag')}")
    assert other.status == 200, "a tag of one variant must not stand for another"


def test_same_query_again_is_304_without_evaluation(live: Any) -> None:
    first = live.sparql("SELECT * { ?s ?p ?o } LIMIT 1")
    tag = first.header("etag")
    assert tag.startswith('W/"')
    again = live.sparql("SELECT * { ?s ?p ?o } LIMIT 1", "-H", f"If-None-Match: {tag}")
    assert (again.status, again.body) == (304, b"")
    for name in ("etag", "vary", "cache-control", "date"):
        assert again.header(name), name
    assert live.sparql("SELECT * { ?s ?p ?o } LIMIT 2", "-H", f"If-None-Match: {tag}").status == 200
    assert live.sparql("SELECT (NOW() AS ?n) {}").header("etag") == ""


def test_results_page_shows_rows_and_escapes(live: Any) -> None:
    reply = live.sparql("SELECT ('<script>alert(1)</script>' AS ?x) {}", "-H", "Accept: text/html")
    assert reply.status == 200
    assert b"<script>alert" not in reply.body
    assert b"&lt;script&gt;alert" in reply.body
    assert b"format=csv" in reply.body


def test_results_page_of_a_long_result_points_at_the_downloads(live: Any) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000"
    reply = live.sparql(query, "-H", "Accept: text/html")
    assert (reply.exit_status, reply.status) == (0, 200)
    assert len(reply.body) < 100_000
    assert b"format=csv" in reply.body


def test_csv_is_offered_as_a_file(live: Any) -> None:
    reply = live.sparql("SELECT * {}", "-H", "Accept: text/csv")
    assert reply.header("content-disposition").startswith("attachment")
    assert reply.header("x-content-type-options") == "nosniff"
