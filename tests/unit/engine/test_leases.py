"""Connections that are kept: used again, never in anybody's way, and as safe as new ones."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from parley.engine.client import EngineClient
from parley.engine.connections import Connections
from parley.engine.protocol import QueryRequest
from parley.errors import EngineLost, QuerySyntaxError, QueryTimeout, ResultTooLarge

CHEAP = "ASK { <http://ex.org/s1> ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 50000"


@asynccontextmanager
async def keeping(bench: Any) -> AsyncIterator[EngineClient]:
    """A client that keeps as many connections as there are executors."""
    client = EngineClient(bench.engine.directory, bench.engine.limits, kept=bench.engine.limits.executors)
    try:
        yield client
    finally:
        client.close()


async def ask(client: EngineClient, text: str = CHEAP) -> int:
    """The process that answered, whole."""
    async with client.query(QueryRequest(text)) as answer:
        assert [chunk async for chunk in answer]
        return answer.executor_pid


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """An entry for each connection that is made."""
    made: list[None] = []
    connect = Connections._connect

    def counting(self: Connections, *, lost: bool) -> Any:
        made.append(None)
        return connect(self, lost=lost)

    monkeypatch.setattr(Connections, "_connect", counting)
    return made


def test_queries_one_after_another_share_a_connection(start: Callable[..., Any], connects: list[None]) -> None:
    bench = start(recycle_after=50)

    async def scenario() -> None:
        async with keeping(bench) as client:
            pids = {await ask(client) for _ in range(25)}
            with pytest.raises(QuerySyntaxError):
                await ask(client, "ASK")
            pids |= {await ask(client) for _ in range(24)}
            assert (len(pids), len(connects)) == (1, 1)
            assert pids != {await ask(client)}, "it is replaced after 50 queries, kept connection or not"
            assert len(connects) == 2

    asyncio.run(scenario())
    bench.wait_for(lambda status: status["served"] == 51)
    assert bench.engine.status()["ended"] == {"recycled": 1}


def test_two_clients_in_turn_keep_an_executor_each_and_share_the_only_one(
    start: Callable[..., Any], connects: list[None]
) -> None:
    async def scenario(executors: int) -> tuple[set[int], set[int]]:
        bench = start(executors=executors)
        bench.wait_for(lambda status: status["executors"] == executors)
        async with keeping(bench) as one, keeping(bench) as other:
            pairs = [(await ask(one), await ask(other)) for _ in range(60)][10:]  # until each has found its place
            return {pair[0] for pair in pairs}, {pair[1] for pair in pairs}

    began = time.monotonic()
    ones, others = asyncio.run(scenario(2))
    assert len(ones) == len(others) == 1 and ones != others and len(connects) < 20
    ones, others = asyncio.run(scenario(1))
    assert ones == others and len(ones) == 1 and len(connects) > 100
    assert time.monotonic() - began < 5


def test_as_many_as_ask_at_once_are_answered_and_few_connections_stay(start: Callable[..., Any]) -> None:
    bench = start(executors=2)

    async def scenario() -> None:
        async with keeping(bench) as client:
            for _ in range(5):
                await asyncio.gather(*[ask(client) for _ in range(30)])
                assert len(client._connections._idle) <= 2
            assert client._connections._in_use == 0

    asyncio.run(scenario())


def test_a_query_whose_executor_took_another_meanwhile_is_asked_anew(start: Callable[..., Any]) -> None:
    """Both are waiting when the executor looks: on the connection that it kept, and on a new one."""
    bench = start(executors=1, query_seconds=5.0)

    async def scenario() -> None:
        async with keeping(bench) as one, keeping(bench) as other:
            pid = await ask(one)
            os.kill(pid, signal.SIGSTOP)
            mine, its = asyncio.create_task(ask(one)), asyncio.create_task(ask(other))
            await asyncio.sleep(0.1)
            os.kill(pid, signal.SIGCONT)
            assert set(await asyncio.wait_for(asyncio.gather(mine, its), 2)) == {pid}

    asyncio.run(scenario())
    assert bench.engine.status()["ended"] == {}


@pytest.mark.parametrize("asked", ["before", "after"])
def test_an_executor_killed_without_work_is_replaced_unnoticed(start: Callable[..., Any], asked: str) -> None:
    bench = start(executors=1)

    async def scenario() -> None:
        async with keeping(bench) as client:
            pid = await ask(client)
            os.kill(pid, signal.SIGSTOP)
            task = asyncio.create_task(ask(client)) if asked == "before" else None
            await asyncio.sleep(0.05)
            os.kill(pid, signal.SIGKILL)
            assert pid != await (task or asyncio.create_task(ask(client)))

    asyncio.run(scenario())


def test_how_a_query_on_a_kept_connection_ended_is_known(start: Callable[..., Any]) -> None:
    bench = start(executors=1, query_seconds=1.0)

    async def scenario() -> None:
        async with keeping(bench) as client:
            pid = await ask(client)
            task = asyncio.create_task(ask(client, ENDLESS))
            await asyncio.sleep(0.1)
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(EngineLost, match="ended from outside"):
                await task
            assert await ask(client) != pid
            with pytest.raises(QueryTimeout):
                await ask(client, ENDLESS)
            assert await ask(client)

    asyncio.run(scenario())
    assert {"killed": 1, "timeout": 1}.items() <= bench.engine.status()["ended"].items()


@pytest.mark.parametrize("text", [ENDLESS, LONG], ids=["before the first byte", "after it"])
def test_a_client_that_leaves_frees_its_executor(start: Callable[..., Any], text: str) -> None:
    bench = start(executors=1, query_seconds=30.0, quick_ms=20_000, spool_bytes=65536)

    async def scenario() -> None:
        async with keeping(bench) as client:
            await ask(client)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2), client.query(QueryRequest(text)) as answer:
                    async for _ in answer:
                        await asyncio.sleep(60)
            bench.wait_for(lambda status: not status["busy"] and status["executors"] == 1)
            assert await ask(client)

    asyncio.run(scenario())
    assert text == LONG or bench.engine.status()["ended"] == {"disconnected": 1}


def test_a_client_that_leaves_without_a_query_costs_nothing(start: Callable[..., Any]) -> None:
    bench = start(executors=1)

    async def scenario() -> set[int]:
        pids = set()
        for _ in range(3):
            async with keeping(bench) as client:
                pids.add(await ask(client))
        return pids

    assert len(asyncio.run(scenario())) == 1
    bench.wait_for(lambda status: status["served"] == 3)
    assert bench.engine.status()["ended"] == {}


def test_after_an_answer_that_broke_off_the_next_is_whole(start: Callable[..., Any], connects: list[None]) -> None:
    bench = start(executors=1, result_bytes=1_000_000, query_seconds=5.0, quick_ms=4000)

    async def scenario() -> None:
        async with keeping(bench) as client:
            with pytest.raises(ResultTooLarge):
                await ask(client, LONG)
            assert await ask(client)
            assert len(connects) == 1

    asyncio.run(scenario())


def test_an_executor_that_had_a_slow_query_is_not_asked_again(start: Callable[..., Any]) -> None:
    bench = start(executors=1, quick_ms=50, query_seconds=20.0)

    async def scenario() -> None:
        async with keeping(bench) as client:
            slow = await ask(client, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }")
            assert await ask(client) != slow

    asyncio.run(scenario())
    assert bench.engine.status()["ended"]["slow"] == 1


def test_draining_waits_for_no_connection_that_is_only_kept(start: Callable[..., Any]) -> None:
    bench = start(executors=2, query_seconds=20.0)

    async def scenario() -> None:
        async with keeping(bench) as client:
            await asyncio.gather(ask(client), ask(client))
            bench.engine.drain()
            began = time.monotonic()
            while bench.engine.is_alive() and time.monotonic() - began < 2:
                await asyncio.sleep(0.01)
            assert not bench.engine.is_alive()
            assert not client._connections._idle, "their end was noticed"
            bench.engine.ensure_running()
            assert await ask(client)

    asyncio.run(scenario())
