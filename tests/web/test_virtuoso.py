"""A site whose queries Virtuoso answers, where it is installed: another vendor's engine behind the same guard."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow  # it takes up to a minute to start with an empty database

BASE = "http://bench.example/"
GRAPH = f"{BASE}graph/data/things"
SETTINGS = """
[Database]
DatabaseFile = {folder}/v.db
ErrorLogFile = {folder}/v.log
LockFile = {folder}/v.lck
TransactionFile = {folder}/v.trx
xa_persistent_file = {folder}/v.pxa
[TempDatabase]
DatabaseFile = {folder}/t.db
TransactionFile = {folder}/t.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 5000
MaxDirtyBuffers = 3000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
[SPARQL]
{more}
"""


@pytest.fixture(scope="module")
def program() -> str:
    found = shutil.which("virtuoso-t")
    if found is None:
        pytest.skip("Virtuoso is not there; on Debian it is the package virtuoso-opensource-7.")
    return found


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def virtuoso(program: str, folder: Path, more: str = "") -> Iterator[str]:
    """A Virtuoso with an empty database in `folder`, or the one that is there; gives its address."""
    folder.mkdir(exist_ok=True)
    http = free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(SETTINGS.format(folder=folder, sql=free_port(), http=http, more=more), encoding="utf-8")
    command = [program, "+foreground", "+configfile", str(settings)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if process.poll() is not None or probe.connect_ex(("127.0.0.1", http)) == 0:
                    break
            time.sleep(0.1)
        assert process.poll() is None, (folder / "v.log").read_text()
        yield f"http://127.0.0.1:{http}"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def database(program: str, bench_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that holds the release's graph."""
    folder = tmp_path_factory.mktemp("virtuoso")
    with virtuoso(program, folder) as address:
        command = ["curl", "-sSf", "--digest", "-u", "dba:dba", "-T", str(bench_folder / "data" / "things.nt")]
        command += ["-H", "Content-Type: text/turtle", f"{address}/sparql-graph-crud-auth?graph-uri={GRAPH}"]
        subprocess.run(command, check=True, timeout=60)
        subprocess.run(["isql-vt", address.replace("http://", ""), "dba", "dba", "exec=checkpoint;"], check=False)
    return folder


def test_the_site_is_the_same(program: str, database: Path, bench_folder: Path, serve: Any, live: Any) -> None:
    query = f"SELECT ?p ?o {{ GRAPH <{GRAPH}> {{ <{BASE}t1> ?p ?o }} }}"
    with virtuoso(program, database) as address, serve(bench_folder, engine=f"{address}/sparql") as site:
        ours, theirs = live.sparql(query), site.sparql(query)
        assert theirs.status == 200
        assert theirs.json["results"]["bindings"] == ours.json["results"]["bindings"]
        assert theirs.header("etag").startswith('"')
        as_xml = site.sparql(query, "-H", "Accept: application/sparql-results+xml")
        assert as_xml.header("content-type") == "application/sparql-results+xml" and b"thing 1" in as_xml.body
        graph = site.sparql(f"CONSTRUCT WHERE {{ <{BASE}t1> ?p ?o }}", "-H", "Accept: text/turtle")
        assert graph.status == 200 and b"thing 1" in graph.body
        relative = site.sparql("SELECT ?o { <t1> ?p ?o }")
        assert relative.json["results"]["bindings"][0]["o"]["value"] == "thing 1"
        faulty = site.sparql("ASK {{")
        assert (faulty.status, faulty.json["type"]) == (400, "/problems/query-syntax")
        for refused in ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "CLEAR ALL"):
            assert site.sparql(refused).json["type"] == "/problems/query-refused"
        assert site.curl("/readyz").status == 200


@pytest.mark.parametrize("limit", ["ResultSetMaxRows = 100", "MaxQueryExecutionTime = 1"])
def test_an_answer_that_it_cuts_is_an_error(
    program: str, database: Path, bench_folder: Path, serve: Any, limit: str
) -> None:
    """Virtuoso cuts with status 200 and tells in its own header fields."""
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    if "Rows" in limit:
        query = f"SELECT * {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"
    with virtuoso(program, database, limit) as address, serve(bench_folder, engine=f"{address}/sparql") as site:
        reply = site.sparql(query)
        assert (reply.status, reply.json["title"]) != (200, "")
        assert reply.status in (503, 400) and reply.exit_status == 0, reply.body
        if "Rows" in limit:
            assert "ResultSetMaxRows" in reply.json["detail"]
