"""Heavy queries that come again: they wait for a slow place, and quick ones pass them by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from parley.engine import heavy
from parley.engine.client import EngineClient
from parley.engine.heavy import HeavyQueries
from parley.engine.protocol import Limits, QueryRequest
from parley.errors import EngineBusy, QueryTimeout

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CHEAP = "ASK { <http://ex.org/s1> ?p ?o }"


async def ask(client: EngineClient, text: str) -> bytes:
    async with client.query(QueryRequest(text)) as answer:
        return b"".join([chunk async for chunk in answer])


def test_a_timeout_is_remembered_and_only_as_many_run_as_slow_ones_may(start: Callable[..., Any]) -> None:
    bench = start(query_seconds=1.0, executors=1, slow_max=1, queue_wait=0.3)
    client = bench.client

    async def scenario() -> list[Any]:
        with pytest.raises(QueryTimeout):
            await ask(client, ENDLESS)
        again = [asyncio.create_task(ask(client, ENDLESS)) for _ in range(10)]
        await asyncio.sleep(0.3)
        assert b"true" in await ask(client, CHEAP), "the ten hold no quick executor: it is not refused as they are"
        return await asyncio.gather(*again, return_exceptions=True)

    outcomes = asyncio.run(scenario())
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EngineBusy"] * 9 + ["QueryTimeout"]
    assert all("slow before" in outcome.message for outcome in outcomes if isinstance(outcome, EngineBusy))


def test_a_quick_query_is_not_remembered(bench: Any) -> None:
    client = bench.client
    asyncio.run(ask(client, CHEAP))
    assert not client._heavy._known


def test_it_is_forgotten_after_a_while_and_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    known = HeavyQueries(Limits())
    known.remember(QueryRequest("a"))
    assert known.knows(QueryRequest("a"))
    assert not known.knows(QueryRequest("a", default_graphs=("urn:g",)))
    monkeypatch.setattr(heavy, "_CAPACITY", 2)
    for text in "bc":
        known.remember(QueryRequest(text))
    assert not known.knows(QueryRequest("a"))
    monkeypatch.setattr(heavy, "_SECONDS", -1.0)
    known.remember(QueryRequest("c"))
    assert not known.knows(QueryRequest("c"))


def test_texts_of_one_shape_are_heavy_after_the_second_and_light_after_as_many_quick_ones() -> None:
    known = HeavyQueries(Limits())
    text = "SELECT (COUNT(*) AS ?n%d) { ?a ?b 'x%d' . ?d a:b%d <urn:%d> FILTER(?a != %d) } # %d"
    texts = [text.replace("%d", str(number)) for number in range(6)]
    known.remember(QueryRequest(texts[0]))
    assert known.knows(QueryRequest(texts[0])) and not known.knows(QueryRequest(texts[1]))
    known.remember(QueryRequest(texts[1]))
    assert known.knows(QueryRequest(texts[2].replace(" ", "\n\t"), base_iri="urn:x"))
    assert not known.knows(QueryRequest("SELECT (MAX(?x) AS ?n) { ?a ?b 'x' . ?d a:b <urn:x> FILTER(?a != 1) }"))
    known.relieve(QueryRequest(texts[3]))
    assert not known.knows(QueryRequest(texts[4])) and known.knows(QueryRequest(texts[1]))


@pytest.mark.parametrize("text", ["a", '"\\', "'", "<a", "1a", "a:", "?", "#\n", "@", "\\", "_:"])
def test_the_shape_of_any_text_is_found_in_no_time(text: str) -> None:
    known = HeavyQueries(Limits())
    began = time.perf_counter()
    known.remember(QueryRequest(text * (60_000 // len(text))))
    assert time.perf_counter() - began < 0.02


def test_a_flood_of_new_texts_of_one_shape_leaves_room_for_others(start: Callable[..., Any]) -> None:
    bench = start(query_seconds=1.0, executors=1, slow_max=1, queue_wait=0.3)
    client = bench.client

    async def scenario() -> list[Any]:
        for number in range(2):
            with pytest.raises(QueryTimeout):
                await ask(client, ENDLESS.replace("?n", f"?n{number}"))
        flood = [asyncio.create_task(ask(client, ENDLESS.replace("?n", f"?m{number}"))) for number in range(10)]
        await asyncio.sleep(0.3)
        assert b"true" in await ask(client, CHEAP)
        return await asyncio.gather(*flood, return_exceptions=True)

    outcomes = asyncio.run(scenario())
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["EngineBusy"] * 9 + ["QueryTimeout"]


def test_a_queue_that_is_full_refuses_at_once() -> None:
    known = HeavyQueries(replace(Limits(), slow_max=0, queue_length=0))
    with pytest.raises(EngineBusy):
        asyncio.run(asyncio.wait_for(known.enter(), 5))
