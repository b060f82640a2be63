"""SERVICE asks the endpoints on the operator's list, real ones, and no others; whatever they answer, nothing is cut."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
import rdflib

BASE = "http://bench.example/"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RESULTS = "application/sparql-results+json"
SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
MIB = 1024 * 1024
PATTERN = f"{{ ?s <{LABEL}> ?label }}"


def solutions(names: list[str], rows: list[Any]) -> bytes:
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


class Odd(ThreadingHTTPServer):
    """An endpoint that answers by the last part of its path, mostly wrongly; it keeps the queries that it gets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, str]] = []
        self.agents: set[str] = set()


class _Handler(BaseHTTPRequestHandler):
    ANSWERS: ClassVar[dict[str, tuple[int, str, bytes]]] = {
        "html": (200, "text/html", b"<html>"),
        "broken": (200, RESULTS, b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri"'),
        "boolean": (200, RESULTS, b'{"head":{},"boolean":true}'),
        "refusal": (400, "text/plain", b"no such\nprefix"),
        "gone": (503, "text/html", b""),
        "iri": (200, RESULTS, solutions(["s"], [{"s": {"type": "uri", "value": "urn:x> } #"}}])),
        "huge": (200, RESULTS, b" " * 3 * MIB),
    }  # fmt: skip

    def do_POST(self) -> None:
        assert isinstance(self.server, Odd)
        name = self.path.rpartition("/")[2]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append((name, parse_qs(body)["query"][0]))
        self.server.agents.add(self.headers["User-Agent"])
        if name == "redirect":
            self.send_response(307)
            self.send_header("Location", self.path.replace("redirect", "html"))
            self.end_headers()
        elif name == "slow":
            self._drip()
        elif name == "rows":
            rows = [{"s": {"type": "literal", "value": str(n)}} for n in range(101)]
            self._send(200, RESULTS, solutions(["s"], rows))
        elif name == "terms":
            self._send(200, RESULTS, solutions(["s", "x"], TERMS))
        elif name == "cut":
            self._send(200, RESULTS, solutions(["s"], TERMS[1:2]), fields={"X-SPARQL-MaxRows": "1"})
        elif name == "interrupted":
            self._send(200, RESULTS, solutions(["s"], []), fields={"X-SQL-State": "S1TAT"})
        elif name == "short":
            self._send(200, RESULTS, b'{"head":{"vars":["s"]},"results":{"bindings":[]}}', more=9)
        else:
            self._send(*self.ANSWERS[name])

    def _send(
        self, status: int, media_type: str, body: bytes, more: int = 0, fields: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for field, value in (fields or {}).items():
            self.send_header(field, value)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body) + more))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        """A header field that never ends, byte by byte: no single wait is long."""
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, *_: Any) -> None:
        """Nothing on the standard error."""


#: Rows with every kind of term; the second one repeats, as multisets may.
TERMS: list[dict[str, dict[str, str]]] = [
    {"s": {"type": "uri", "value": "urn:é"}, "x": {"type": "literal", "value": 'a"\\\n\t\u0001}{é\U0001f600'}},
    {"s": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}},
    {"s": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}},
    {"s": {"type": "literal", "value": "x", "xml:lang": "fr"}, "x": {"type": "bnode", "value": "b0"}},
]


@pytest.fixture(scope="module")
def odd() -> Iterator[Odd]:
    with Odd() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def federated(live: Any, odd: Odd, bench_folder: Any, serve: Any) -> Iterator[Any]:
    """A server that may ask another Parley, the odd endpoint, and one by a name that leads to a private address."""
    port = odd.server_address[1]
    names = [*_Handler.ANSWERS, "redirect", "slow", "rows", "terms", "short", "cut", "interrupted"]
    listed = [f"{live.url}sparql", f"http://localhost:{port}/html", "http://127.0.0.1:1/", "http://no.invalid/"]
    listed += [f"http://127.0.0.1:{port}/{name}" for name in names]
    more = {"service_seconds": 0.8, "service_rows": 100, "service_bytes": 2 * MIB, "service_requests": 3}
    with serve(bench_folder, services=" ".join(listed), query_seconds=4, executors=2, **more) as server:
        yield server


def other(odd: Odd, name: str) -> str:
    return f"http://127.0.0.1:{odd.server_address[1]}/{name}"


def bindings(reply: Any) -> list[dict[str, str]]:
    assert reply.status == 200, reply.body
    return [{name: term["value"] for name, term in row.items()} for row in reply.json["results"]["bindings"]]


def test_another_parley_answers(live: Any, federated: Any) -> None:
    service = f"SERVICE <{live.url}sparql>"
    one = f"SELECT * {{ {service} {{ <{BASE}t7> <{LABEL}> ?label }} }}"
    assert bindings(federated.sparql(one)) == [{"label": "thing 7"}]
    assert federated.sparql(one).header("cache-control") == "no-store"
    assert bindings(federated.sparql(f"SELECT * {{ {service} {{ <{BASE}t7> <{LABEL}> 'thing 7'@en }} }}")) == [{}]
    assert bindings(federated.sparql(f"SELECT * {{ {service} {{ <{BASE}t7> <{LABEL}> 'thing 8'@en }} }}")) == []
    assert federated.sparql(f"ASK {{ {service} {{ <t7> ?p ?o }} }}").json["boolean"], "relative IRIs have our base"
    graph = federated.sparql(f"CONSTRUCT {{ ?s ?s ?label }} {{ {service} {{ VALUES ?s {{ <{BASE}t1> }} {PATTERN} }} }}")
    assert b"thing 1" in graph.body
    described = federated.sparql(f"DESCRIBE ?s {{ {service} {{ ?s <{LABEL}> 'thing 3'@en }} }}")
    assert b"/t3" in described.body


TWO = f"VALUES ?s {{ <{BASE}t1> <{BASE}t2> }}"


@pytest.mark.parametrize(
    "group",
    [
        f"{TWO} SERVICE §",
        f"?s <{LABEL}> ?mine . FILTER(STRENDS(?label, ' 1') || STRENDS(?mine, ' 2')) {TWO} SERVICE §",
        f"{{ SELECT DISTINCT ?s {{ ?s <{LABEL}> ?mine }} ORDER BY ?mine LIMIT 2 }} OPTIONAL {{ SERVICE § }}",
        f"{TWO} OPTIONAL {{ SERVICE SILENT § }} FILTER EXISTS {{ {TWO} SERVICE § }}",
        f"{TWO} {{ {TWO} SERVICE § }} UNION {{ {TWO} MINUS {{ {TWO} SERVICE § }} }}",
    ],
)
def test_what_is_known_before_is_sent_along(live: Any, federated: Any, group: str) -> None:
    """All labels would be more than the limit on rows."""
    query = f"SELECT ?s ?label {{ {group.replace('§', f'<{live.url}sparql> {PATTERN}')} }}"
    rows = sorted(tuple(row.values()) for row in bindings(federated.sparql(query)))
    assert len(rows) == 2 and all(label.startswith("thing") for _, label in rows)


def test_without_anything_known_the_limit_on_rows_holds(live: Any, federated: Any) -> None:
    reply = federated.sparql(f"SELECT * {{ SERVICE <{live.url}sparql> {PATTERN} {TWO} }}")
    assert (reply.status, reply.json["type"]) == (503, "/problems/result-too-large")


def test_it_can_be_refused(federated: Any, live: Any) -> None:
    for endpoint in ("<http://127.0.0.1:2/>", "?s", f"<{live.url}sparql/>", "x:"):
        reply = federated.sparql(
            f"PREFIX x: <{live.url}sparql> SELECT * {{ SERVICE SILENT {endpoint} {{ ?s ?p ?o }} }}"
        )
        assert (reply.status, reply.json["type"]) == (400, "/problems/query-refused")
        assert reply.json["column"] > 1 and "Ask one of <http://127.0.0.1" in reply.json["cure"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("html", "text/html"),
        ("broken", "can't be read"),
        ("boolean", "can't be read"),
        ("refusal", "status 400: no such prefix"),
        ("gone", "status 503"),
        ("iri", "can't be read"),
        ("redirect", "redirect (status 307)"),
        ("slow", "service_seconds"),
        ("short", "broke off"),
        ("cut", "cuts answers at 1 solutions"),
        ("interrupted", "interrupted"),
    ],
)
def test_a_failure_is_named_and_silent_does_without(federated: Any, odd: Odd, name: str, said: str) -> None:
    query = f"SELECT * {{ VALUES ?a {{ 1 }} SERVICE <{other(odd, name)}> {{ ?s ?p ?o }} }}"
    reply = federated.sparql(query)
    assert (reply.status, reply.json["type"]) == (502, "/problems/service-failed")
    assert said in reply.json["detail"] and other(odd, name) in reply.json["detail"] and reply.json["cure"]
    silent = federated.sparql(query.replace("SERVICE", "SERVICE SILENT"))
    assert bindings(silent) == [{"a": "1"}]
    assert set(silent.json["head"]["vars"]) == {"a", "s", "p", "o"}
    assert federated.sparql("ASK {}").status == 200


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1/", "http://no.invalid/"])
def test_an_endpoint_that_is_not_there(federated: Any, endpoint: str) -> None:
    reply = federated.sparql(f"SELECT * {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}")
    assert (reply.status, reply.json["type"]) == (502, "/problems/service-failed")


def test_a_name_that_leads_to_a_private_address(federated: Any, odd: Odd, serve: Any, bench_folder: Any) -> None:
    endpoint = f"http://localhost:{odd.server_address[1]}/html"
    query = f"SELECT * {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}"
    before = len(odd.seen)
    reply = federated.sparql(query)
    assert reply.status == 502 and "service_networks" in reply.json["detail"]
    assert len(odd.seen) == before
    with serve(bench_folder, services=endpoint, service_networks="127.0.0.0/8 ::1/128") as open_minded:
        assert "text/html" in open_minded.sparql(query).json["detail"]
    assert len(odd.seen) == before + 1


@pytest.mark.parametrize(("name", "limit"), [("rows", "service_rows"), ("huge", "service_bytes")])
def test_a_limit_is_never_silent(federated: Any, odd: Odd, name: str, limit: str) -> None:
    reply = federated.sparql(f"SELECT * {{ SERVICE SILENT <{other(odd, name)}> {{ ?s ?p ?o }} }}")
    assert (reply.status, reply.json["type"]) == (503, "/problems/result-too-large")
    assert limit in reply.json["detail"]


def test_requests_are_counted(federated: Any, live: Any) -> None:
    service = f"SERVICE <{live.url}sparql> {{ <{BASE}t1> ?p ?o }}"
    assert federated.sparql(f"ASK {{ {service} {service} {service} }}").json["boolean"] is True
    reply = federated.sparql(f"ASK {{ {service} {service} {service} {service} }}")
    assert (reply.status, reply.json["type"]) == (400, "/problems/query-refused")
    assert "service_requests" in reply.json["detail"] and reply.json["line"] == 1


def test_every_term_comes_through(federated: Any, odd: Odd) -> None:
    reply = federated.sparql(f"SELECT * {{ SERVICE <{other(odd, 'terms')}> {{ ?s ?p ?x }} }}")
    rows = reply.json["results"]["bindings"]
    key = lambda row: json.dumps(row, sort_keys=True)  # noqa: E731
    expected = [*TERMS[:3], TERMS[3] | {"x": {"type": "uri", "value": f"{BASE}.well-known/genid/1-b0"}}]
    assert sorted(rows, key=key) == sorted(expected, key=key)


def test_errors_in_the_text_are_placed_in_the_text(federated: Any, live: Any) -> None:
    reply = federated.sparql(f"SELECT * {{\n SERVICE <{live.url}sparql> {{ ?s ?p ?o }}\n ?x }}")
    assert (reply.status, reply.json["line"]) == (400, 3)
    reply = federated.sparql(f"SELECT * {{ SERVICE <{live.url}sparql> {{ ?s x:p ?o }} }}")
    assert reply.json["type"] == "/problems/query-syntax" and "x:" in reply.json["detail"]


def test_what_is_asked_says_who_asks_and_no_more_than_the_clause(federated: Any, odd: Odd) -> None:
    odd.seen.clear()
    federated.sparql(
        f"PREFIX x: <urn:x:> SELECT ?s {{ ?q <urn:secret> 1 . SERVICE <{other(odd, 'terms')}> {{ ?s x:p ?x }} }}"
    )
    ((_name, query),) = odd.seen
    assert "SELECT * { ?s x:p ?x }" in query and "secret" not in query
    assert all(agent.startswith("Parley/") for agent in odd.agents)


def test_a_broker_that_dies_is_replaced(federated: Any, live: Any) -> None:
    end = time.monotonic() + 5
    while len(brokers := federated.children("parley.engine.broker")) != 1 and time.monotonic() < end:
        time.sleep(0.1)
    assert len(brokers) == 1, (brokers, federated.log.read_text()[-1000:])
    broker = brokers[0]
    os.kill(broker, signal.SIGKILL)
    query = f"ASK {{ SERVICE <{live.url}sparql> {{ <{BASE}t1> ?p ?o }} }}"
    for _ in range(100):
        if federated.sparql(query).status == 200:
            break
        time.sleep(0.1)
    assert federated.children("parley.engine.broker") != [broker]


def test_settings_that_can_not_be_meant(serve: Any, bench_folder: Any) -> None:
    cases = {"services": ["ftp://a/", "https://u:p@a/", "http://a/#x", "nonsense"], "service_networks": ["10.0.0.0/99"]}
    for name, values in cases.items():
        for value in values:
            with pytest.raises(pytest.fail.Exception, match=name), serve(bench_folder, **{name: value}):
                pass
    both = {"services": "http://a.example/", "engine": "http://127.0.0.1:1/"}
    with pytest.raises(pytest.fail.Exception, match="never sent SERVICE"), serve(bench_folder, **both):
        pass


def test_the_service_description_says_whom_it_may_ask(federated: Any, live: Any) -> None:
    graph = rdflib.Graph().parse(data=federated.curl("/sparql", "-H", "Accept: text/turtle").body, format="turtle")
    assert (None, SD.feature, SD.BasicFederatedQuery) in graph
    listed = {str(graph.value(other, SD.endpoint)) for other in graph.objects(None, rdflib.RDFS.seeAlso)}
    assert f"{live.url}sparql" in listed and len(listed) >= 10
    limits = {str(name) for name in graph.objects(None, rdflib.URIRef("https://schema.org/propertyID"))}
    assert {"service_seconds", "service_bytes", "service_rows", "service_requests"} <= limits
