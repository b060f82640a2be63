"""The engine over a copy of the store in memory: the same answers, the same walls."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parley.errors import QueryTimeout, ResultTooLarge
from parley.formats import RESULTS_TSV

SAME = {
    "count": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "graphs": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "all": "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o",
    "path": "SELECT ?x { <http://ex.org/s1> <http://ex.org/knows>+ ?x } ORDER BY ?x",
}
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.mark.parametrize("name", SAME)
def test_it_answers_as_the_store_on_disk_does(bench: Any, start: Callable[..., Any], name: str) -> None:
    ours = start(in_memory=True).ask(SAME[name], results=RESULTS_TSV).body
    assert ours == bench.ask(SAME[name], results=RESULTS_TSV).body
    assert ours.count(b"\n") >= 1


def test_executors_share_one_copy_and_need_the_store_no_more(
    start: Callable[..., Any], store_path: Path, tmp_path: Path
) -> None:
    shutil.copytree(store_path, tmp_path / "store")
    memory = start(tmp_path / "store", in_memory=True, recycle_after=1)
    shutil.rmtree(tmp_path / "store")
    for _ in range(5):  # each by an executor that is forked after the store has gone
        assert b"true" in memory.ask("ASK { <http://ex.org/s1> ?p ?o }").body
    assert memory.engine.status()["ended"]["recycled"] >= 4


def test_the_limits_hold(start: Callable[..., Any]) -> None:
    memory = start(in_memory=True, result_bytes=1000)
    with pytest.raises(QueryTimeout):
        memory.ask(ENDLESS)
    with pytest.raises(ResultTooLarge):
        memory.ask("SELECT * { ?s ?p ?o }")
    assert b"true" in memory.ask("ASK {}").body
    assert memory.engine.status()["walls"]["seccomp"] is True
