"""SPARQL 1.1 syntax: legal queries are read, illegal ones refused with a place, by an executor with its guard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from parley.engine.client import EngineClient
from parley.engine.embedded import EmbeddedEngine
from parley.engine.protocol import QueryRequest
from parley.errors import QueryFault, QueryRefused

LEGAL, ILLEGAL = 66, 48
#: Legal, but not answered over an empty store: folder or case → what the refusal says. A case that is answered after
#: all fails. SERVICE and FROM of a graph that is not there are policy (docs/decisions/0003), not a lack of the engine.
UNANSWERED = {
    "syntax-fed": "SERVICE is refused by policy",
    "syntax-query/test_4": "custom function <http://example/function> is not supported",
    "syntax-query/test_42": "There is no graph <.*/syntax-query/file> here, and none is fetched",
}
Ask = Callable[[Any], str]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Evaluates a case's query over an empty store."""
    with asking(tmp_path_factory.mktemp("syntax") / "store") as ask:
        yield ask


@contextmanager
def asking(path: Path, graph: str = "") -> Iterator[Ask]:
    """Evaluates a case's query over a store that is empty but for `graph`, if there is one."""
    store = ox.Store(str(path))
    if graph:
        store.add_graph(ox.NamedNode(graph))
    store.flush()
    with EmbeddedEngine(path) as engine:
        client = EngineClient(engine.directory, engine.limits)

        async def evaluate(case: Any) -> str:
            async with client.query(QueryRequest(case.text, base_iri=case.address(case.query))) as answer:
                async for _ in answer:
                    pass
                return answer.head.kind

        yield lambda case: asyncio.run(evaluate(case))


def test_legal_queries_are_answered(legal: Any, ask: Ask, record_property: Any) -> None:
    record_property("suite", "SPARQL 1.1 syntax, legal")
    reason = UNANSWERED.get(legal.folder.name) or UNANSWERED.get(legal.id)
    if reason:
        record_property("exempt", True)
        with pytest.raises(QueryRefused, match=reason):
            ask(legal)
    else:
        assert ask(legal) in ("bindings", "boolean", "triples")


def test_a_case_with_from_is_answered_where_its_graph_is(suites: Path, read_cases: Any, tmp_path: Path) -> None:
    case = next(case for case in read_cases("legal") if case.id == "syntax-query/test_42")
    with asking(tmp_path / "store", case.address(case.folder / "file")) as ask:
        assert ask(case) == "triples"


def test_illegal_queries_are_refused(illegal: Any, ask: Ask, record_property: Any) -> None:
    record_property("suite", "SPARQL 1.1 syntax, illegal")
    with pytest.raises(QueryFault) as caught:
        ask(illegal)
    assert len(caught.value.message) > 10


def test_counts(suites: Path, read_cases: Any) -> None:
    assert len(read_cases("legal")) == LEGAL
    assert len(read_cases("illegal")) == ILLEGAL
