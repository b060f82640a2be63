"""A site that a proxy mounts under a prefix, served by two workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def mounted(bench_folder: Path, serve: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    with serve(bench_folder, prefix="/data", workers=2) as live:
        yield live


def test_everything_is_under_the_prefix(mounted: Any) -> None:
    origin = f"http://127.0.0.1:{mounted.port}"
    assert mounted.url == f"{origin}/data/"
    assert mounted.curl(f"{origin}/data/sparql?query=ASK%7B%7D").status == 200
    outside = mounted.curl(f"{origin}/sparql")
    assert outside.status == 404
    assert "/data/" in outside.json["cure"]
    assert mounted.curl(f"{origin}/database/sparql").status == 404


def test_what_steers_clients_holds_the_prefix(mounted: Any) -> None:
    problem = mounted.curl("/nothing").json
    assert problem["type"] == "/data/problems/not-found"
    slash = mounted.curl("/sparql/?query=ASK%7B%7D")
    assert (slash.status, slash.header("location")) == (308, "/data/sparql?query=ASK%7B%7D")
    page = mounted.sparql("ASK {}", "-H", "Accept: text/html")
    assert b'"/data/sparql?' in page.body


def test_service_description_names_the_canonical_address(mounted: Any) -> None:
    reply = mounted.curl("/sparql", "-H", "Accept: application/n-triples")
    assert b"<http://bench.example/sparql>" in reply.body


def test_both_workers_answer(mounted: Any) -> None:
    assert len(mounted.children("web.server")) == 3
    assert [mounted.curl("/livez").status for _ in range(10)] == [200] * 10
