"""SPARQL 1.1 Federated Query: the suite's endpoints are real ones, Oxigraph servers, asked through the broker."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Namespace

from parley.engine.client import EngineClient
from parley.engine.embedded import EmbeddedEngine
from parley.engine.protocol import Limits, QueryRequest
from parley.engine.services import Services
from parley.errors import QueryRefused
from parley.formats import RESULTS_JSON

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
CASES = ["service1", "service2", "service3", "service4a", "service5", "service6", "service7"]
#: Case → why it is refused, the right answer being that.
EXEMPT = {"service5": "the endpoint is a variable: only an IRI that is written out can be compared with the list"}
#: An endpoint that is on the list and nowhere else.
NOWHERE = "http://invalid.endpoint.org/sparql"


@pytest.fixture(scope="module")
def manifest(suites: Path) -> Graph:
    return Graph().parse(suites / "service" / "manifest.ttl")


@pytest.fixture(scope="module")
def oxigraph() -> str:
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which("oxigraph", path=search)
    if found is None:
        pytest.skip("The program oxigraph is missing; install the test extra (PyPI: oxigraph).")
    return found


@contextmanager
def endpoint(program: str, data: Path, folder: Path) -> Iterator[str]:
    """An endpoint that holds the triples of `data`."""
    fill(folder, data)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [program, "serve-read-only", "-l", str(folder), "-b", address]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        host, _, port = address.partition(":")
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex((host, int(port))) == 0:
                    break
            time.sleep(0.05)
        yield f"http://{address}/query"
    finally:
        process.kill()
        process.wait()


def fill(folder: Path, data: Path | None) -> None:
    store = ox.Store(str(folder))
    if data is not None:
        store.load(data.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri="http://example.org/")
    store.flush()


async def ask(engine: EmbeddedEngine, text: str) -> bytes:
    async with EngineClient(engine.directory, engine.limits).query(QueryRequest(text, RESULTS_JSON)) as answer:
        return b"".join([chunk async for chunk in answer])


def rows(results: Any) -> Counter[Any]:
    names = sorted(variable.value for variable in results.variables)
    return Counter(tuple(str(row[name]) for name in names) for row in results)


def test_all_cases_are_here(manifest: Graph) -> None:
    found = {str(entry).rpartition("#")[2] for entry in manifest.subjects(RDF.type, MF.QueryEvaluationTest)}
    assert found == set(CASES)
    assert set(EXEMPT) < found


@pytest.mark.parametrize("name", CASES)
def test_case(manifest: Graph, suites: Path, oxigraph: str, tmp_path: Path, record_property: Any, name: str) -> None:
    record_property("suite", "SPARQL 1.1 federated query")
    entry = next(e for e in manifest.subjects(RDF.type, MF.QueryEvaluationTest) if str(e).endswith(f"#{name}"))
    action = manifest.value(entry, MF.action)

    def file(iri: Any) -> Path:
        return suites / "service" / str(iri).rpartition("/")[2]

    text = file(manifest.value(action, QT.query)).read_text(encoding="utf-8")
    local = manifest.value(action, QT.data)
    fill(tmp_path / "store", None if local is None else file(local))
    with ExitStack() as stack:
        addresses = {NOWHERE}
        for number, node in enumerate(manifest.objects(action, QT.serviceData)):
            data = file(manifest.value(node, QT.data))
            address = stack.enter_context(endpoint(oxigraph, data, tmp_path / f"other{number}"))
            text = text.replace(f"<{manifest.value(node, QT.endpoint)}>", f"<{address}>")
            addresses.add(address)
        limits = replace(Limits(), executors=1)
        engine = stack.enter_context(
            EmbeddedEngine(tmp_path / "store", limits, services=Services(frozenset(addresses)))
        )
        if name in EXEMPT:
            record_property("exempt", True)
            with pytest.raises(QueryRefused, match="SERVICE is refused by policy"):
                asyncio.run(ask(engine, text))
            return
        ours = ox.parse_query_results(asyncio.run(ask(engine, text)), format=ox.QueryResultsFormat.JSON)
        expected = file(manifest.value(entry, MF.result)).read_bytes()
        theirs = ox.parse_query_results(expected, format=ox.QueryResultsFormat.XML)
        assert rows(ours) == rows(theirs)
