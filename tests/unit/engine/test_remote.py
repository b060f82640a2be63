"""The engine elsewhere, on a real Oxigraph server: same answers, same errors, same limits."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parley.engine.client import EngineClient
from parley.engine.embedded import EmbeddedEngine
from parley.engine.protocol import Limits, QueryRequest
from parley.engine.remote import RemoteEngine
from parley.errors import (
    EngineBusy,
    EngineLost,
    NotAcceptable,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    ResultTooLarge,
    SettingError,
)
from parley.formats import N_TRIPLES, RESULT_FORMATS, RESULTS_CSV

LIMITS = replace(Limits(), query_seconds=1.0, queue_wait=0.3, executors=1, slow_max=0, result_bytes=1_000_000)
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SAME = [
    "SELECT ?o { <http://ex.org/s1> <http://ex.org/knows> ?o }",
    "ASK { <http://ex.org/s1> ?p ?o }",
    "ASK { <s1> ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?s { ?s <http://ex.org/knows> ?o } ORDER BY ?s LIMIT 20",
    "CONSTRUCT { ?s <urn:p> ?o } { ?s <http://ex.org/knows> ?o } ORDER BY ?s LIMIT 5",
]


@pytest.fixture(scope="module")
def endpoint(store_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Oxigraph server over the store of the other tests."""
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    program = shutil.which("oxigraph", path=search)
    if program is None:
        message = "The program oxigraph is missing; install the test extra (PyPI: oxigraph)."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("oxigraph") / "log"
    command = [program, "serve-read-only", "-l", str(store_path), "-b", f"127.0.0.1:{port}"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/query"
    finally:
        process.kill()
        process.wait()


async def whole(engine: Any, text: str, **parameters: Any) -> tuple[str, bytes]:
    request = QueryRequest(
        text, **{"results": RESULTS_CSV, "graph": N_TRIPLES, "base_iri": "http://ex.org/", **parameters}
    )
    async with engine.query(request) as answer:
        return answer.head.kind, b"".join([chunk async for chunk in answer])


def ask(endpoint: str, text: str, limits: Limits = LIMITS, **parameters: Any) -> tuple[str, bytes]:
    async def once() -> tuple[str, bytes]:
        return await whole(RemoteEngine(endpoint, limits), text, **parameters)

    return asyncio.run(once())


@pytest.mark.parametrize("text", SAME)
def test_it_answers_as_ours(endpoint: str, store_path: Path, text: str) -> None:
    with EmbeddedEngine(store_path) as ours:
        expected = asyncio.run(whole(EngineClient(ours.directory, ours.limits), text))
    kind, body = ask(endpoint, text)
    assert (kind, sorted(body.splitlines())) == (expected[0], sorted(expected[1].splitlines()))


@pytest.mark.parametrize("syntax", RESULT_FORMATS, ids=lambda f: f.name)
def test_every_syntax_of_results(endpoint: str, syntax: Any) -> None:
    assert b"http://ex.org/s2" in ask(endpoint, SAME[0], results=syntax)[1]


def test_the_dataset_of_the_protocol(endpoint: str) -> None:
    count = "SELECT (COUNT(*) AS ?n) FROM <urn:x> { ?s ?p ?o }"
    assert ask(endpoint, count)[1].split() == [b"n", b"0"]
    assert ask(endpoint, count, default_graphs=("http://ex.org/graph",))[1].split() == [b"n", b"2000"]


def test_a_graph_that_is_not_there_is_not_asked_for(store_path: Path) -> None:
    """Another engine might fetch it: here nobody hears of it, not even of the query."""

    async def run(**parameters: Any) -> None:
        engine = RemoteEngine("http://127.0.0.1:9/query", LIMITS, {"http://ex.org/graph"}.__contains__)
        async with engine.query(QueryRequest(**{"text": "ASK {}", **parameters})):
            raise AssertionError("there is no engine")

    for text in ("ASK FROM <urn:x> {}", "PREFIX : <urn:> ASK FROM NAMED :x {}"):
        with pytest.raises(QueryRefused, match="no graph <urn:x>"):
            asyncio.run(run(text=text))
    for parameters in ({"default_graphs": ("urn:x",)}, {"named_graphs": ("http://ex.org/graph", "urn:x")}):
        with pytest.raises(QueryRefused, match="no graph <urn:x>"):
            asyncio.run(run(**parameters))
    with pytest.raises(EngineLost, match="can't be reached"):
        asyncio.run(run(text="ASK FROM <http://ex.org/graph> {}"))


def test_errors_are_ours(endpoint: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        ask(endpoint, "SELECT *\n{ ?a ?b }")
    assert (caught.value.line, caught.value.column) == (2, 10)
    assert "expected" not in str(caught.value) and "shortly before" in caught.value.cure
    with pytest.raises(QuerySyntaxError) as caught:
        ask(endpoint, "SELECT * {")
    assert (caught.value.line, caught.value.column) == (1, 11)
    with pytest.raises(QueryRefused, match="query_depth"):
        ask(endpoint, "ASK " + "{" * 3000)
    with pytest.raises(QueryRefused, match="SERVICE"):
        ask(endpoint, "ASK { SERVICE <http://127.0.0.1/> {} }")
    with pytest.raises(QueryRefused, match="only reads"):
        ask(endpoint, "CLEAR ALL")
    with pytest.raises(NotAcceptable, match="triples"):
        ask(endpoint, "CONSTRUCT WHERE { ?s ?p ?o }", graph=None)
    with pytest.raises(EngineLost, match="can't be reached"):
        ask("http://127.0.0.1:9/query", "ASK {}")
    for address in ("", "file:///etc/passwd", "ftp://127.0.0.1/", "http://"):
        with pytest.raises(SettingError, match="no http"):
            ask(address, "ASK {}")


def test_time_and_size_are_limited(endpoint: str) -> None:
    with pytest.raises(QueryTimeout, match=r"query_seconds\) of 1 s"):
        ask(endpoint, ENDLESS)
    with pytest.raises(QueryTimeout, match=r"0\.2 s that the request"):
        ask(endpoint, ENDLESS, seconds=0.2)
    with pytest.raises(ResultTooLarge, match="1000000 bytes"):
        ask(endpoint, "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000")


def test_more_queries_than_places_are_told_so(endpoint: str) -> None:
    async def scenario() -> list[Any]:
        engine = RemoteEngine(endpoint, LIMITS)
        return await asyncio.gather(*(whole(engine, ENDLESS) for _ in range(2)), return_exceptions=True)

    outcomes = asyncio.run(scenario())
    assert {type(outcome) for outcome in outcomes} == {QueryTimeout, EngineBusy}


@pytest.mark.parametrize("framing", [b"Content-Length: 1000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n100\r\n"])
def test_an_answer_that_breaks_off_is_an_error(framing: bytes) -> None:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n" + framing + b"a,b\r\n1,2\r\n")
        await writer.drain()
        writer.close()

    async def scenario() -> None:
        async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(EngineLost, match="broke off"):
                await whole(RemoteEngine(f"http://127.0.0.1:{port}/", LIMITS), "SELECT * {}")

    asyncio.run(scenario())
