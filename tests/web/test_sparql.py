"""SPARQL 1.1 Protocol, query operation, over a real server."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdflib

import parley.engine
from parley.engine.functions import EXTENSION_FUNCTIONS

ENGINE = Path(parley.engine.__file__).parent
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FORM = "application/x-www-form-urlencoded"
ASK = "ASK {}"
SCHEMA = rdflib.Namespace("https://schema.org/")
BASE = "http://bench.example/"


@pytest.fixture
def served(live: Any) -> Callable[[], int]:
    """The number of queries that executors have ended."""

    def ask() -> int:
        time.sleep(0.05)  # an executor counts after the client has its answer
        (serving,) = live.log.parent.glob("parley-run-*/serving.json")
        directory = json.loads(serving.read_text(encoding="utf-8"))["engine"]
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(f"{directory}/control.sock")
            connection.sendall(b'{"ask": "status"}')
            return int(json.loads(connection.makefile().readline())["served"])

    return ask


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
    unknown = live.sparql(count)
    assert (unknown.status, unknown.json["line"], unknown.json["column"]) == (400, 1, 30)
    given = live.sparql(count, "--data-urlencode", f"default-graph-uri={graph}")
    assert given.json["results"]["bindings"][0]["n"]["value"] == "2000"
    named = live.sparql("ASK { GRAPH ?g { ?s ?p ?o } }", "--data-urlencode", "named-graph-uri=http://127.0.0.1:9/x")
    assert named.json["boolean"] is False
    relative = live.sparql(count, "--data-urlencode", "default-graph-uri=relative")
    assert (relative.status, "default-graph-uri" in relative.json["detail"]) == (400, True)


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
    assert (None, sd.feature, None) not in graph, "no federation, no empty graphs, no union, nothing dereferenced"
    simple = rdflib.URIRef("http://www.w3.org/ns/entailment/Simple")
    assert list(graph.objects(None, sd.defaultEntailmentRegime)) == [simple]
    limits = {
        str(graph.value(node, SCHEMA.propertyID)): node for node in graph.objects(None, SCHEMA.additionalProperty)
    }
    assert len(limits) >= 8 and not any(name.startswith("service_") for name in limits)
    assert graph.value(limits["query_seconds"], SCHEMA.maxValue) == rdflib.Literal("3.000", datatype=rdflib.XSD.decimal)
    assert str(graph.value(limits["query_seconds"], SCHEMA.unitCode)) == "SEC"
    for name in ("query_seconds", "query_length"):
        assert graph.value(limits[name], SCHEMA.description) is not None
    assert rdflib.URIRef(f"{BASE}graph/data/things") in set(graph.objects(None, sd.name))
    assert {str(iri) for iri in graph.objects(None, sd.extensionFunction)} == set(EXTENSION_FUNCTIONS)
    named = {name for file in ENGINE.glob("*.py") for name in re.findall(r"limit \((\w+)\) of", file.read_text())}
    assert len(named) >= 12
    assert named - {name for name in named if name.startswith(("service_", "validation"))} <= limits.keys()
    again = live.curl("/sparql", "-H", "Accept: text/turtle", "-H", f"If-None-Match: {reply.header('etag')}")
    assert (again.status, again.body) == (304, b"")
    other = live.curl("/sparql", "-H", "Accept: application/rdf+xml", "-H", f"If-None-Match: {reply.header('etag')}")
    assert other.status == 200, "a tag of one variant must not stand for another"


@pytest.mark.parametrize(
    ("options", "limit", "value"),
    [
        (("-d", "timeout=0.2"), "timeout", 0.2),
        (("-d", "timeout=99"), "query_seconds", 3.0),
    ],
)
def test_a_limit_is_named_with_its_value(live: Any, options: tuple[str, ...], limit: str, value: float) -> None:
    reply = live.sparql(ENDLESS, *options)
    assert (reply.status, reply.json["limit"]) == (503, {"name": limit, "value": value})
    assert f"({limit})" in reply.json["detail"] and f"{value:g} s" in reply.json["detail"] and reply.json["cure"]


def test_a_limit_of_the_text_is_named_with_its_value(live: Any) -> None:
    for text, limit, value in (
        ("#" * 70_000, "query_length", 65536),
        ("ASK " + "{" * 200, "query_depth", 100),
        ("ASK {" + "?a ?b ?c . " * 200 + "}", "query_joins", 128),
        ("ASK {{}" + " UNION {}" * 2001 + "}", "query_operators", 2000),
    ):
        reply = live.curl("/sparql", "-H", "Content-Type: application/sparql-query", "-d", text)
        assert (reply.status, reply.json["limit"]) == (400, {"name": limit, "value": value})
        assert f"({limit})" in reply.json["detail"] and str(value) in reply.json["detail"] and reply.json["cure"]
        assert reply.json["line"] == 1 and reply.json["column"] >= 1


def test_what_a_parameter_decides_does_not_vary(live: Any) -> None:
    for path in ("?format=ttl", "?format=html", "?query=ASK%7B%7D&format=csv", "?query=ASK%7B%7D&format=html"):
        reply = live.curl(f"/sparql{path}", "-H", "Accept: image/png")
        assert reply.status == 200
        assert "Accept" not in reply.header("vary").split(", "), path
    described = live.curl("/sparql", "-H", "Accept: text/turtle")
    assert "Accept" in described.header("vary").split(", ")
    assert live.curl(described.header("content-location")).body == described.body
    unknown = live.curl("/sparql?format=nonsense")
    assert unknown.status == 406 and "text/turtle" in unknown.json["available"]
    assert live.curl("/sparql?format=csv").json["detail"] == "There is no “query” parameter."


def test_terms_in_terms_are_for_files_not_for_pages(live: Any) -> None:
    binds = "".join(f"BIND(TRIPLE(<a:>,<b:>,?x{n})AS?x{n + 1})" for n in range(700))
    for form in ("?x700", "?x0"):
        text = f"SELECT {form} {{ BIND(1 AS ?x0) {binds} }}"
        page = live.curl("/sparql", "--data-urlencode", f"query={text}", "-H", "Accept: text/html")
        assert page.status == 200 and b"<textarea" in page.body
        assert (b"too long to be shown" in page.body) is (form == "?x700")
        assert live.curl("/sparql", "--data-urlencode", f"query={text}", "-H", "Accept: text/csv").status == 200


def test_same_query_again_is_answered_without_an_executor(live: Any, served: Any) -> None:
    query = "SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 11"
    first = live.sparql(query)
    tag = first.header("etag")
    assert tag.startswith('"'), "the bytes are held, so the tag is strong"
    before = served()
    again = live.sparql(query)
    assert (again.status, again.body, again.header("etag")) == (200, first.body, tag)
    same = live.sparql(query, "-H", f"If-None-Match: {tag}")
    assert (same.status, same.body) == (304, b"")
    for name in ("etag", "vary", "cache-control", "date"):
        assert same.header(name), name
    other = live.sparql(query, "-H", 'If-None-Match: "x"')
    assert (other.status, other.body) == (200, first.body)
    assert int(live.sparql(query, "-I", "-o", "/dev/null").header("content-length")) == len(first.body)
    assert served() == before, "no executor was asked"
    csv = live.sparql(query, "-H", "Accept: text/csv")
    assert (csv.status, csv.header("etag") == tag) == (200, False)
    assert live.sparql(query.replace("11", "12"), "-H", f"If-None-Match: {tag}").status == 200
    assert served() == before + 2


def test_a_tag_outlives_the_cache(live: Any, serve: Any, bench_folder: Any) -> None:
    query = "SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 13"
    tag = live.sparql(query).header("etag")
    with serve(bench_folder) as replica:
        again = replica.sparql(query, "-H", f"If-None-Match: {tag}")
        assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    "expression",
    ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()", "rand()"],
)
def test_what_depends_on_time_or_chance_is_answered_anew(live: Any, expression: str) -> None:
    replies = [live.sparql(f"SELECT ({expression} AS ?x) {{}}") for _ in range(2)]
    assert all(reply.status == 200 and reply.header("cache-control") == "no-store" for reply in replies)
    assert replies[0].header("etag") == ""
    assert expression == "BNODE()" or replies[0].body != replies[1].body


def test_a_streamed_answer_has_a_weak_tag_that_saves_evaluation(live: Any, served: Any) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 5000"
    first = live.sparql(query)
    tag = first.header("etag")
    assert tag.startswith('W/"') and len(first.body) > 600_000
    before = served()
    again = live.sparql(query, "-H", f"If-None-Match: {tag}")
    assert (again.status, again.body, served()) == (304, b"", before)
    assert live.sparql(query).body == first.body
    assert served() == before + 1


def test_a_problem_is_not_kept(live: Any, served: Any) -> None:
    before = served()
    assert [live.sparql("ASK {{").status for _ in range(2)] == [400, 400]
    assert served() == before + 2


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


def ask_by_query(live: Any, text: str, *options: str) -> Any:
    """The reply to a QUERY request (RFC 10008)."""
    return live.curl(
        "/sparql", "-X", "QUERY", "-H", "Content-Type: application/sparql-query", "--data-binary", text, *options
    )


def test_query_answers_as_get_and_is_answered_from_memory(live: Any, served: Any) -> None:
    text = "SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 14"
    first = ask_by_query(live, text)
    tag = first.header("etag")
    assert (first.status, first.body) == (200, live.sparql(text).body)
    assert tag.startswith('"') and "public" in first.header("cache-control")
    before = served()
    assert ask_by_query(live, text).body == first.body
    same = ask_by_query(live, text, "-H", f"If-None-Match: {tag}")
    assert (same.status, same.body, served()) == (304, b"", before), "no executor was asked"
    other = ask_by_query(live, text.replace("14", "15"), "-H", f"If-None-Match: {tag}")
    assert (other.status, served()) == (200, before + 1), "what is asked is part of the key"
    as_csv = ask_by_query(live, text, "-H", "Accept: text/csv")
    assert as_csv.header("content-type").startswith("text/csv") and as_csv.header("etag") != tag
    form = live.curl("/sparql", "-X", "QUERY", "--data-urlencode", f"query={text}")
    assert form.body == first.body
    posted = live.curl("/sparql", "-H", "Content-Type: application/sparql-query", "--data-binary", text)
    assert (posted.body, posted.header("cache-control")) == (first.body, "no-store")


def test_a_streamed_answer_to_query_is_revalidated(live: Any, served: Any) -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 5001"
    tag = ask_by_query(live, text).header("etag")
    before = served()
    again = ask_by_query(live, text, "-H", f"If-None-Match: {tag}")
    assert (tag[:2], again.status, served()) == ("W/", 304, before)


def test_query_is_advertised(live: Any) -> None:
    accepted = "application/sparql-query, application/x-www-form-urlencoded"
    for reply in (live.curl("/sparql", "-X", "OPTIONS"), live.sparql(ASK), ask_by_query(live, ASK)):
        assert reply.header("accept-query") == accepted
    assert "QUERY" in live.curl("/sparql", "-X", "OPTIONS").header("allow").split(", ")
    preflight = live.curl("/sparql", "-X", "OPTIONS", "-H", "Origin: x:", "-H", "Access-Control-Request-Method: QUERY")
    assert "QUERY" in preflight.header("access-control-allow-methods").split(", ")
    assert "Accept-Query" in preflight.header("access-control-expose-headers")
    described = live.curl("/api/openapi.json").json["paths"]["/sparql"]
    assert "application/sparql-query" in described["x-query"]["requestBody"]["content"]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("-H", "Content-Type:", "--data-binary", ASK), 415),
        (("-H", "Content-Type: text/plain", "--data-binary", ASK), 415),
        (("-H", "Content-Type: application/sparql-update", "--data-binary", "CLEAR ALL"), 403),
        (("-H", "Content-Type: application/sparql-query", "--data-binary", "ASK {{"), 400),
        (("--data-urlencode", "nothing=1"), 400),
        ((), 415),
    ],
)
def test_query_is_refused(live: Any, options: tuple[str, ...], status: int) -> None:
    reply = live.curl("/sparql", "-X", "QUERY", *options)
    assert (reply.status, reply.json["status"]) == (status, status)
    assert reply.header("cache-control") == "no-store"
    if status == 415:
        assert "application/sparql-query" in reply.json["cure"]


def test_query_is_for_the_endpoint_only(live: Any) -> None:
    elsewhere = live.curl("/doc/t1", "-X", "QUERY", "-d", "x")
    assert (elsewhere.status, "QUERY" in elsewhere.header("allow")) == (405, False)
