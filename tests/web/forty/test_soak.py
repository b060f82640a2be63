"""Check 36, shortened: memory, processes, descriptors and temporary files stay as they were under a mixed load."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from parley.web.edge.cache import TOTAL_BYTES

PATHS = (
    "/", "/doc/t1", "/doc/t2.ttl", "/doc/t3.jsonld", "/t4", "/search?q=thing", "/downloads", "/.well-known/void",
    "/sitemap/1.xml", "/api/openapi.json", "/nothing", "/%FF", "/releases",
    "/api/linkset?iri=http%3A%2F%2Fbench.example%2Ft5",
)  # fmt: skip
QUERIES = (
    "SELECT * { ?s ?p ?o } LIMIT 100", "SELECT nonsense", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "DESCRIBE <http://bench.example/t7>", "ASK " + "{" * 500,
)  # fmt: skip


def web_memory(live: Any) -> float:
    """MB of the web workers and the supervisor."""
    pids = [live.process.pid, *live.children("parley.web.server")]
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def fill_caches(live: Any) -> None:
    """Fill what the worker keeps of answers, and with such as come later, so that what grows then is something else."""
    connection = HTTPConnection("127.0.0.1", live.port, timeout=20)
    asked = [*PATHS, *(f"/sparql?query={quote(query)}" for query in QUERIES if "COUNT" not in query)]
    number = received = 0
    while received < 2 * TOTAL_BYTES:
        fields = {"Accept-Language": f"y-{number}", "Accept-Encoding": "gzip"}
        connection.request("GET", asked[number % len(asked)], headers=fields)
        # what is kept of an answer besides its body
        number, received = number + 1, received + 2048 + len(connection.getresponse().read())
    connection.close()


def soak(bench_folder: Path, serve: Any, seconds: float, *, filled: bool = False) -> tuple[float, int]:
    """MB an hour that memory grew by after the first third, and how many requests were sent."""
    with serve(bench_folder, query_seconds=0.3) as live:
        if filled:
            fill_caches(live)
        start, asked, samples = time.monotonic(), 0, []
        while (elapsed := time.monotonic() - start) < seconds or asked < len(PATHS):
            path = f"{PATHS[asked % len(PATHS)]}"
            reply = live.curl(path, "-H", f"Accept-Language: x-{asked % 997}", "--compressed")
            assert reply.status in (200, 303, 400, 404), (path, reply.status)
            if asked % 5 == 0:
                assert live.sparql(QUERIES[asked // 5 % len(QUERIES)]).status in (200, 400, 503)
            asked += 1
            if elapsed > seconds / 3:
                samples.append((elapsed / 3600, web_memory(live)))
        assert live.curl("/readyz").status == 200
        assert len(live.children("parley.engine")) <= 6
        assert len(list(Path(f"/proc/{live.process.pid}/fd").iterdir())) < 60
    middle = sum(x for x, _ in samples) / len(samples), sum(y for _, y in samples) / len(samples)
    spread = sum((x - middle[0]) ** 2 for x, _ in samples)
    return sum((x - middle[0]) * (y - middle[1]) for x, y in samples) / spread, asked


def test_36_a_short_soak_runs(bench_folder: Path, serve: Callable[..., AbstractContextManager[Any]]) -> None:
    _slope, asked = soak(bench_folder, serve, 8)
    assert asked >= len(PATHS)


@pytest.mark.slow
def test_36_soak(bench_folder: Path, serve: Callable[..., AbstractContextManager[Any]]) -> None:
    slope, asked = soak(bench_folder, serve, 900, filled=True)
    print(f"\nsoak: {asked} requests in 15 minutes, {slope:+.1f} MB an hour")
    assert asked > 2_000
    # What is answered anew each time does not grow; kept answers that make room for others of other sizes still spread.
    assert slope < 30, "a leak grows by more"
