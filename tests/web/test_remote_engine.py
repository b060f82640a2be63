"""A site whose queries a real Oxigraph server answers, and the command that proves that it holds the release."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parley.errors import SettingError
from parley.settings import Settings

BASE = "http://bench.example/"


@pytest.fixture(scope="module")
def oxigraph() -> str:
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which("oxigraph", path=search)
    if found is None:
        message = "The program oxigraph is missing; install the test extra (PyPI: oxigraph)."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def endpoint(oxigraph: str, bench_folder: Path) -> Iterator[str]:
    """An Oxigraph server over the release's own store."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = next((bench_folder / ".parley" / "releases").glob("*/store"))
    command = [oxigraph, "serve-read-only", "-l", str(store), "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/query"
    finally:
        process.kill()
        process.wait()


def test_the_site_is_the_same(endpoint: str, bench_folder: Path, serve: Any, live: Any) -> None:
    query = f"SELECT * {{ <{BASE}t1> ?p ?o }}"
    with serve(bench_folder, engine=endpoint, query_seconds=1) as remote:
        ours, theirs = live.sparql(query), remote.sparql(query)
        assert theirs.status == 200
        assert theirs.json["results"] == ours.json["results"]
        assert theirs.header("etag").startswith('"')
        assert remote.sparql("ASK {{").status == 400
        late = remote.sparql("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        assert (late.status, late.json["type"]) == (503, "/problems/query-timeout")
        assert remote.curl("/doc/t1", "-H", "Accept: text/turtle").status == 200
        assert remote.curl("/readyz").status == 200
        assert remote.children("parley.engine.zygote") == []


def test_the_engine_in_memory_is_the_same(bench_folder: Path, serve: Any, live: Any) -> None:
    query = f"SELECT * {{ <{BASE}t1> ?p ?o }}"
    with serve(bench_folder, engine="memory") as site:
        assert site.sparql(query).json == live.sparql(query).json
        assert site.sparql(f"DESCRIBE <{BASE}t1>").body == live.sparql(f"DESCRIBE <{BASE}t1>").body
        assert site.curl("/readyz").status == 200


def test_an_unknown_engine_is_refused_with_those_there_are() -> None:
    with pytest.raises(SettingError, match="disk, memory, or a URL"):
        Settings.load({"server": {"engine": "rdflib"}}, {})
    assert Settings.load({"server": {"engine": "https://x.example/sparql"}}, {}).endpoint == "https://x.example/sparql"
    assert Settings.load({}, {"PARLEY_ENGINE": "memory"}).endpoint == ""


def check(folder: Path, endpoint: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "parley", "check-engine", endpoint, "--publication", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_check_engine_tells_the_release_from_another(
    endpoint: str, bench_folder: Path, tmp_path: Path, publication_maker: Any, release_maker: Any
) -> None:
    same = check(bench_folder, endpoint)
    assert same.returncode == 0, same.stderr
    assert same.stdout.count(": equal") >= 7
    other = tmp_path / "other"
    release_maker(publication_maker(other, triples=10))
    differs = check(other, endpoint)
    assert differs.returncode == 1
    assert "does not hold this release" in differs.stderr and "too many" in differs.stdout
