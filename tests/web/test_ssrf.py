"""No query makes the server send a request or read a file of its own: a canary counts what reaches it."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

ENOUGH = 60
SECRET = b"root:"
#: Spellings of this machine that lists of forbidden addresses tend to miss.
HOSTS = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0"]
#: § is the IRI of the target; every one is a whole query.
QUERIES = {
    "service": "SELECT * { SERVICE <§> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <§> { ?s ?p ?o } }",
    "lower case": "select * { service silent <§> { ?s ?p ?o } }",
    "comment in between": "SELECT * { SERVICE # <urn:x>\n<§> { ?s ?p ?o } }",
    "no blank": "SELECT*{SERVICE<§>{?s?p?o}}",
    "prefixed name": "PREFIX x: <§> SELECT * { SERVICE x: { ?s ?p ?o } }",
    "relative IRI": "BASE <§> SELECT * { SERVICE <> { ?s ?p ?o } }",
    "bound variable": "SELECT * { VALUES ?x { <§> } SERVICE ?x { ?s ?p ?o } }",
    "computed variable": "SELECT * { BIND(IRI('§') AS ?x) SERVICE SILENT ?x { ?s ?p ?o } }",
    "escaped keyword": "SELECT * { \\u0053ERVICE <§> { ?s ?p ?o } }",
    "escaped IRI": "SELECT * { SERVICE <\\u0068ttp§> { ?s ?p ?o } }",
    "subquery": "SELECT * { { SELECT * { SERVICE <§> { ?s ?p ?o } } } }",
    "optional": "SELECT * { OPTIONAL { SERVICE <§> { ?s ?p ?o } } }",
    "exists": "ASK { FILTER EXISTS { SERVICE <§> { ?s ?p ?o } } }",
    "minus": "SELECT * { ?a ?b ?c MINUS { SERVICE <§> { ?a ?p ?o } } } LIMIT 1",
    "union": "SELECT * { { ?a ?b ?c } UNION { SERVICE <§> { ?s ?p ?o } } } LIMIT 1",
    "graph": "SELECT * { GRAPH ?g { SERVICE <§> { ?s ?p ?o } } }",
    "construct": "CONSTRUCT { ?s ?p ?o } { SERVICE <§> { ?s ?p ?o } }",
    "describe": "DESCRIBE ?s { SERVICE <§> { ?s ?p ?o } }",
    "describe a name": "DESCRIBE <§>",
    "service in a service": "ASK { SERVICE SILENT <urn:x> { SERVICE SILENT <§> {} } }",
    "from": "SELECT * FROM <§> { ?s ?p ?o }",
    "from named": "SELECT * FROM NAMED <§> { GRAPH ?g { ?s ?p ?o } }",
    "graph that is named": "SELECT * { GRAPH <§> { ?s ?p ?o } }",
    "load": "LOAD <§>",
    "load silently": "LOAD SILENT <§> INTO GRAPH <urn:x>",
    "insert": "INSERT { ?s ?p ?o } WHERE { SERVICE <§> { ?s ?p ?o } }",
    "function": "SELECT (<§>() AS ?x) {}",
    "datatype": "SELECT ('x'^^<§> AS ?x) {}",
}
#: Parameters of the protocol, and headers, that name a place.
REQUESTS = {
    "default graph": ("/sparql?query=ASK%20%7B%3Fs%20%3Fp%20%3Fo%7D&default-graph-uri=§", ()),
    "named graph": ("/sparql?query=ASK%20%7BGRAPH%20%3Fg%7B%3Fs%20%3Fp%20%3Fo%7D%7D&named-graph-uri=§", ()),
    "using graph": ("/sparql?query=ASK%7B%7D&using-graph-uri=§", ()),
    "description": ("/describe?iri=§", ()),
    "search": ("/search?q=§", ()),
    "host": ("/sparql?query=ASK%7B%7D", ("-H", "Host: §")),
    "forwarded": ("/sparql?query=ASK%7B%7D", ("-H", "X-Forwarded-Host: §", "-H", "Forwarded: host=§")),
    "origin": ("/sparql?query=ASK%7B%7D", ("-H", "Origin: §", "-H", "Referer: §")),
}
FILES = ["file:///etc/passwd", "file:/etc/passwd", "/etc/passwd", "data:text/turtle,<a><b><c>.", "ftp://127.0.0.1/x"]


class Canary(ThreadingHTTPServer):
    """Answers anything with a triple, and counts."""

    def __init__(self) -> None:
        super().__init__(("0.0.0.0", 0), _Handler)
        self.hits: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Canary)
        self.server.hits.append("connection")  # even one without a request counts
        super().handle()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/turtle")
        self.end_headers()
        self.wfile.write(b"<urn:stolen> <urn:stolen> <urn:stolen> .")

    do_POST = do_HEAD = do_GET

    def log_message(self, *_: Any) -> None:
        """Nothing on the standard error."""


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    with Canary() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def payloads(port: int) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name, path and options for curl: every query at one spelling of the address, two of them at all spellings."""
    for number, (name, query) in enumerate(QUERIES.items()):
        hosts = HOSTS if name in ("service", "silent", "from") else [HOSTS[number % 2]]
        for host in hosts:
            iri = f"http://{host}:{port}/{quote(name)}"
            text = query.replace("\\u0068ttp§", "\\u0068" + iri[1:]).replace("§", iri)
            yield f"{name} at {host}", f"/sparql?query={quote(text)}", ()
    for name, (path, options) in REQUESTS.items():
        iri = f"http://127.0.0.1:{port}/x"
        values = tuple(option.replace("§", iri if "Host" not in option else urlsplit(iri).netloc) for option in options)
        yield name, path.replace("§", quote(iri, safe="")), values
    for iri in FILES:
        for query in (QUERIES["service"], QUERIES["silent"], QUERIES["from"], QUERIES["from named"]):
            yield f"{query[:25]} {iri}", f"/sparql?query={quote(query.replace('§', iri))}", ()
        yield f"default graph {iri}", REQUESTS["default graph"][0].replace("§", quote(iri, safe="")), ()


def test_nothing_is_fetched_and_no_file_is_read(live: Any, canary: Canary) -> None:
    port = canary.server_address[1]
    sent = list(payloads(port))
    assert len({(path, options) for _, path, options in sent}) >= ENOUGH
    for name, path, options in sent:
        reply = live.curl(path, *options)
        assert reply.status in (200, 303, 400, 404), (name, reply)
        assert b"stolen" not in reply.body and SECRET not in reply.body, name
        if "service" in name or "silent" in name:
            assert reply.status == 400, name
    assert canary.hits == []
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as response:  # the canary is alive
        assert b"stolen" in response.read()
    assert len(canary.hits) == 1
