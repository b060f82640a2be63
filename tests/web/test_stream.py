"""The two promises of the streaming path: an answer that breaks off is noticed, and so is a client that leaves."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from parley.formats import RESULT_FORMATS
from parley.web.rdf.description import GRAPH_FORMATS

ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ENDLESS_GRAPH = "CONSTRUCT { ?a ?e ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
#: Nothing comes out of it, and it takes forever.
SILENT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


BROKEN = [
    *((ENDLESS, syntax.media_type) for syntax in RESULT_FORMATS),
    *((ENDLESS_GRAPH, syntax.media_type) for syntax in GRAPH_FORMATS),
]
#: Compressed ones take seconds each and are compressed alike: one of each kind of query, the rest in the long run.
CODED = [("identity", *case) for case in BROKEN] + [("gzip", *BROKEN[0]), ("gzip", *BROKEN[-1])]
LONGER = [pytest.param("gzip", *case, marks=pytest.mark.slow) for case in BROKEN[1:-1]]


@pytest.mark.parametrize(("coding", "query", "accept"), [*CODED, *LONGER])
def test_error_after_first_byte_makes_curl_fail(live: Any, query: str, accept: str, coding: str) -> None:
    slower = "2.5" if coding == "gzip" else "1"  # what is compressed needs longer to become a stream
    options = ("-H", f"Accept: {accept}", "-H", f"Accept-Encoding: {coding}", "-d", f"timeout={slower}")
    reply = live.sparql(query, *options)
    assert reply.status == 200
    assert reply.header("content-type").split(";")[0] == accept
    assert reply.header("content-encoding") == ("gzip" if coding == "gzip" else "")
    assert reply.header("content-length") == "", "it would be a promise"
    assert len(reply.body) > (1000 if coding == "gzip" else 65536)
    assert reply.exit_status in (18, 56), "curl must not take the part for the whole"
    log = live.log.read_text()
    assert "broke off" in log
    assert "Traceback" not in log


def test_http_1_0_gets_what_is_whole_and_no_stream(live: Any) -> None:
    reply = live.sparql("SELECT * { ?s ?p ?o } LIMIT 5", "--http1.0", "-H", "Accept: text/csv")
    assert (reply.status, reply.body.count(b"\r\n"), bool(reply.header("content-length"))) == (200, 6, True)
    reply = live.sparql(ENDLESS, "--http1.0", "-d", "timeout=1")
    assert (reply.status, reply.json["type"]) == (505, "/problems/http-version")
    assert "HTTP/1.1" in reply.json["cure"]


def test_client_that_leaves_before_first_byte_frees_its_executor(live: Any) -> None:
    connections = []
    for _ in range(2):  # as many as there are executors
        connection = socket.create_connection(("127.0.0.1", live.port))
        connection.sendall(f"GET /sparql?query={quote(SILENT)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        connections.append(connection)
    time.sleep(0.5)
    for connection in connections:
        connection.close()
    start = time.monotonic()
    reply = live.sparql("ASK {}", timeout=5)
    assert reply.status == 200
    assert json.loads(reply.body)["boolean"] is True
    assert time.monotonic() - start < 2


def test_whole_answer_has_its_length_and_exit_status_0(live: Any) -> None:
    reply = live.sparql("SELECT ?s { ?s ?p ?o } LIMIT 3")
    assert (reply.exit_status, reply.status) == (0, 200)
    assert int(reply.header("content-length")) == len(reply.body)
    assert len(reply.json["results"]["bindings"]) == 3


def test_long_whole_answer_ends_cleanly(live: Any) -> None:
    reply = live.sparql("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000", "-H", "Accept: text/csv")
    assert (reply.exit_status, reply.status) == (0, 200)
    assert reply.body.count(b"\r\n") == 20001


def test_client_that_leaves_in_mid_stream_frees_its_executor(live: Any) -> None:
    for _ in range(2):
        connection = socket.create_connection(("127.0.0.1", live.port))
        connection.sendall(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(1024).startswith(b"HTTP/1.1 200")
        connection.close()
    start = time.monotonic()
    assert live.sparql("ASK {}", timeout=5).status == 200
    assert time.monotonic() - start < 2


def test_slow_reader_costs_no_memory_and_is_cut_off_loudly(live: Any) -> None:
    assert live.curl("/livez").status == 200, "its workers are there"
    before = _memory(live)
    with _begun(live) as connection:
        time.sleep(3.5)  # past the query's deadline
        assert _memory(live) - before < 30_000_000
        answer = b""
        try:
            while data := connection.recv(1 << 20):
                answer = answer[-100:] + data
        except ConnectionResetError:
            pass
        assert not answer.endswith(b"0\r\n\r\n"), "the end of a whole answer"


def _begun(live: Any) -> socket.socket:
    """A connection on which an endless result has begun: executors may still be busy with what others asked before."""
    request = f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode()
    for _ in range(20):
        connection = socket.create_connection(("127.0.0.1", live.port))
        connection.settimeout(5)
        connection.sendall(request)
        if (begin := connection.recv(1024)).startswith(b"HTTP/1.1 200"):
            return connection
        connection.close()
        assert begin.startswith(b"HTTP/1.1 503"), begin
        time.sleep(0.5)
    pytest.fail("no executor became free")


def _memory(live: Any) -> int:
    """Bytes of memory that the server's workers hold."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in live.children("web.server")]
    assert len(pages) >= 2
    return sum(pages) * 4096


def test_error_before_the_first_byte_is_a_problem_also_for_pages(live: Any) -> None:
    reply = live.sparql(SILENT, "-d", "timeout=0.3", "-H", "Accept: text/html")
    assert reply.status == 503
    assert reply.header("content-type").startswith("text/html")
    assert reply.header("retry-after")
