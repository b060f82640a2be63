"""The measurements still run: each once, for a blink, against the peer that the tests install anyway."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import repeat
from pathlib import Path

import pytest
from load import BadAnswer, load, request_of

HERE = Path(__file__).parent
QUICK = ("--seconds", "0.05", "--rounds", "1", "--connections", "2", "--workers", "1")


def run(name: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(HERE / name), *options]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


@pytest.mark.parametrize(
    ("name", "options", "rows"),
    [
        ("sparql.py", ("--things", "50", "--kinds", "point", "construct", "--peers", "oxigraph"), 4),
        ("delivery.py", ("--things", "50", "--formats", "turtle", "html", "--peers", "oxigraph", "granian"), 9),
        ("delivery.py", ("--sizes", "20", "60", "--formats", "json-ld"), 2),
    ],
)
def test_it_prints_a_row_a_measurement(name: str, options: tuple[str, ...], rows: int) -> None:
    done = run(name, *options, *QUICK)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == rows + 1
    assert all(len(re.findall(r"\d+\.\d\d", line)) >= 3 for line in lines[1:])


def test_memory_stream_and_search_are_compared() -> None:
    done = run("large.py", "--triples", "5000", "--megabytes", "1", "--rounds", "1", "--seconds", "0.05")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["memory", "stream", "search", "search"]


def test_builds_are_measured_by_size() -> None:
    done = run("build.py", "--things", "20", "2")
    assert done.returncode == 0, done.stderr
    heads, *rows = (line.split() for line in done.stdout.splitlines())
    assert [row[0] for row in rows] == ["10", "100"]
    assert all(float(figure) > 0 for row in rows for figure in row[:5])
    assert heads[0] == "triples"


def test_slow_clients_are_counted() -> None:
    done = run("slow_clients.py", "--clients", "20", "--things", "100", "--seconds", "0.2")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^query .* beside 20 slow clients .*^document ", done.stdout, re.DOTALL | re.MULTILINE)


def test_a_peer_that_is_missing_ends_the_run() -> None:
    done = run("sparql.py", "--things", "50", "--peers", "rdflib", *QUICK, PATH="/nowhere", PARLEY_PEERS="")
    if done.returncode == 0:
        pytest.skip("rdflib-endpoint stands beside Python")
    assert "rdflib-endpoint is missing" in done.stderr


def test_a_wrong_answer_ends_the_run(tiny_site: str) -> None:
    port = int(tiny_site.rpartition(":")[2].partition("/")[0])
    assert len(load(port, repeat(request_of("/livez", "*/*")), 2, 0.05, shortest=1)) >= 2
    with pytest.raises(BadAnswer, match="404"):
        load(port, repeat(request_of("/nothing", "*/*")), 1, 0.05)
    with pytest.raises(BadAnswer, match="bytes"):
        load(port, repeat(request_of("/livez", "*/*")), 1, 0.05, shortest=1000)
