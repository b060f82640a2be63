"""Queries that are slow, huge, fatal or curious: each dies alone, with a reason, and the next is answered."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from parley.engine.protocol import QueryRequest
from parley.errors import EngineBusy, EngineError, EngineLost, QueryRefused, QueryTimeout, QueryTooLarge

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
#: Sends its first rows at once and then never stops.
STREAMING = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?c ?f"
FATAL = "SELECT * " + "{" * 400_000 + "}" * 400_000
CHEAP = "ASK { <http://ex.org/s1> ?p ?o }"
HOSTILE: dict[str, tuple[str, type[EngineError] | tuple[type[EngineError], ...]]] = {
    "endless count": (ENDLESS, QueryTimeout),
    "endless path": ("SELECT * { ?a (<http://ex.org/knows>|^<http://ex.org/knows>)* ?b } ORDER BY ?b", EngineError),
    "endless offset": ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } OFFSET 18446744073709551615", QueryTimeout),
    "sorted product": (GREEDY, (QueryTooLarge, QueryTimeout)),
    "growing text": (
        "SELECT * { BIND('aaaaaaaaaaaaaaaa' AS ?x0) "
        + "".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1}) " for i in range(30)) + "}",
        (QueryTooLarge, QueryTimeout),
    ),
    "planner": ("ASK { " + "?a ?b ?c." * 256 + " }", QueryTimeout),
    "planner lists": ("ASK { ?a ?b " + "(" * 512 + ")" * 512 + " }", QueryTimeout),
}  # fmt: skip


def answers(bench: Any) -> None:
    asked = bench.ask(CHEAP)
    assert b"true" in asked.body
    assert asked.seconds < 1.0


@pytest.mark.parametrize("name", HOSTILE)
def test_it_dies_alone_and_the_next_query_is_answered(start: Callable[..., Any], name: str) -> None:
    text, expected = HOSTILE[name]
    bare = start(guard=False, query_length=2_000_000)
    zygote = bare.engine.pid
    began = time.monotonic()
    with pytest.raises(expected):
        bare.ask(text)
    assert time.monotonic() - began < 1.0 + bare.engine.limits.query_seconds
    answers(bare)
    assert bare.engine.pid == zygote and bare.engine.is_alive()
    bare.wait_for(lambda status: status["executors"] == bare.engine.limits.executors and not status["busy"])


def test_a_stack_overflow_is_a_crash_of_one_executor(start: Callable[..., Any]) -> None:
    bare = start(guard=False, query_length=2_000_000, query_seconds=10.0)
    with pytest.raises(EngineLost, match="crashed"):
        bare.ask(FATAL)
    answers(bare)
    assert bare.engine.status()["ended"]["crash"] == 1


def test_the_guard_refuses_the_fatal_one_before_it_takes_an_executor(bench: Any) -> None:
    with pytest.raises(QueryRefused, match="query_length"):
        bench.ask(FATAL)
    with pytest.raises(QueryRefused, match="query_depth"):
        bench.ask("SELECT * " + "{" * 20_000 + "}" * 20_000)


def test_the_memory_limit_is_a_reason(start: Callable[..., Any]) -> None:
    bench = start(query_seconds=10.0)
    with pytest.raises(QueryTooLarge, match=r"query_memory\) of 128 MiB"):
        bench.ask(GREEDY)
    assert bench.engine.status()["ended"]["memory"] == 1


def test_a_request_lowers_the_deadline_and_never_raises_it(start: Callable[..., Any]) -> None:
    bench = start()
    with pytest.raises(QueryTimeout, match=r"0\.2 s that the request"):
        bench.ask(ENDLESS, seconds=0.2)
    with pytest.raises(QueryTimeout, match=r"query_seconds\) of 1 s"):
        bench.ask(ENDLESS, seconds=60.0)


def test_the_deadline_breaks_off_a_result_that_has_begun(start: Callable[..., Any]) -> None:
    bench = start(result_bytes=2**40)
    received = 0

    async def ask() -> None:
        nonlocal received
        async with bench.client.query(QueryRequest(STREAMING)) as answer:
            async for chunk in answer:
                received += len(chunk)

    with pytest.raises(QueryTimeout):
        asyncio.run(ask())
    assert received > 0


@pytest.mark.parametrize("text", [ENDLESS, STREAMING], ids=["before the first byte", "after it"])
def test_a_client_that_leaves_frees_its_executor(start: Callable[..., Any], text: str) -> None:
    bench = start(query_seconds=30.0, executors=1, slow_max=1, result_bytes=2**40)

    async def leave() -> None:
        async def ask() -> None:
            async with bench.client.query(QueryRequest(text)) as answer:
                async for _ in answer:
                    await asyncio.sleep(60)

        task = asyncio.create_task(ask())
        await asyncio.sleep(0.4)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
    waited = bench.wait_for(lambda status: not status["busy"] and status["executors"] == 1)
    assert waited < 2.0
    assert text == STREAMING or bench.engine.status()["ended"]["disconnected"] == 1
    answers(bench)


def test_a_slow_reader_does_not_hold_an_executor(start: Callable[..., Any]) -> None:
    bench = start(executors=1, query_seconds=3.0)

    async def ask() -> int:
        text = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f } LIMIT 60000"
        async with bench.client.query(QueryRequest(text)) as answer:
            chunks = aiter(answer)
            size = len(await anext(chunks))
            await asyncio.sleep(3.5)  # past the deadline
            assert (await bench.client.status())["busy"] == 0
            return size + sum([len(chunk) async for chunk in chunks])

    assert 5 * 2**20 < asyncio.run(ask()) < 2 * bench.engine.limits.spool_bytes


@contextmanager
def canary() -> Iterator[tuple[int, list[object]]]:
    """A listener on loopback and the connections it saw."""
    seen: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                connection.close()
                seen.append(address)

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield server.getsockname()[1], seen
        finally:
            time.sleep(0.1)
            ended.set()
            thread.join()


def test_service_reaches_nobody_even_without_the_guard(start: Callable[..., Any]) -> None:
    bare = start(guard=False)
    with canary() as (port, seen):
        for silent in ("", "SILENT"):
            for target in (f"<http://127.0.0.1:{port}/>", f"<http://localhost:{port}/>"):
                try:
                    bare.ask(f"SELECT * {{ SERVICE {silent} {target} {{ ?s ?p ?o }} }}")
                except QueryRefused as error:
                    assert not silent, error
        assert seen == []
        socket.create_connection(("127.0.0.1", port)).close()  # the canary is alive
        time.sleep(0.2)
        assert len(seen) == 1


def test_from_and_protocol_graphs_are_never_fetched(bench: Any, start: Callable[..., Any]) -> None:
    bare = start(guard=False)
    with canary() as (port, seen):
        address = f"http://127.0.0.1:{port}/"
        assert b"false" in bare.ask(f"ASK FROM <{address}> {{ ?s ?p ?o }}").body
        assert b"false" in bare.ask("ASK { ?s ?p ?o }", default_graphs=(address, "file:///etc/passwd")).body
        with pytest.raises(QueryRefused, match="none is fetched"):
            bench.ask(f"ASK FROM <{address}> {{ ?s ?p ?o }}")
        for parameters in ({"default_graphs": (address,)}, {"named_graphs": (address,)}):
            assert b"false" in bench.ask("ASK { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", **parameters).body
        assert seen == []


def test_when_the_slow_lane_is_full_the_next_slow_query_is_told_so(start: Callable[..., Any]) -> None:
    bench = start(query_seconds=2.0, executors=2, slow_max=1)

    async def ask() -> list[Any]:
        slow = [asyncio.create_task(bench.ask_async(ENDLESS)) for _ in range(2)]
        await asyncio.sleep(0.7)
        quick = await bench.ask_async(CHEAP)
        assert quick.seconds < 0.5
        return await asyncio.gather(*slow, return_exceptions=True)

    outcomes = asyncio.run(ask())
    assert {type(outcome) for outcome in outcomes} == {EngineBusy, QueryTimeout}
    (busy,) = [o for o in outcomes if isinstance(o, EngineBusy)]
    assert busy.retry_after >= 1 and "slow" in busy.message
    assert bench.engine.status()["ended"]["busy"] == 1


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def niceness(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def test_a_slow_executor_is_nice_and_is_replaced(start: Callable[..., Any]) -> None:
    bench = start(executors=1, slow_max=1, query_seconds=3.0)

    async def ask() -> None:
        task = asyncio.create_task(bench.ask_async(ENDLESS))
        while (status := await bench.client.status())["slow"] == 0 or status["executors"] < 2:
            assert not task.done()
            await asyncio.sleep(0.02)
        assert (status["slow"], status["executors"]) == (1, 2)
        own = niceness(0)  # the server may have been started as a nice one itself
        assert sorted(niceness(pid) for pid in children(bench.engine.pid)) == [own, min(own + 10, 19)]
        with pytest.raises(QueryTimeout):
            await task

    asyncio.run(ask())
    bench.wait_for(lambda status: status["slow"] == 0 and status["executors"] == 1)


def test_waiting_for_an_executor_is_bounded(start: Callable[..., Any]) -> None:
    bench = start(executors=1, quick_ms=60_000, queue_wait=0.3, query_seconds=1.5)

    async def ask() -> None:
        task = asyncio.create_task(bench.ask_async(ENDLESS))
        await asyncio.sleep(0.1)
        with pytest.raises(EngineBusy, match=r"queue_seconds\) of 0\.3 s"):
            await bench.ask_async(CHEAP)
        with pytest.raises(QueryTimeout):
            await task

    asyncio.run(ask())
    answers(bench)
    assert bench.engine.status()["ended"].get("disconnected", 0) == 0


def test_an_executor_killed_in_the_middle_of_a_query(start: Callable[..., Any]) -> None:
    bench = start(executors=1, query_seconds=10.0, result_bytes=2**40)

    async def ask() -> None:
        async with bench.client.query(QueryRequest(STREAMING)) as answer:
            os.kill(answer.executor_pid, signal.SIGKILL)
            with pytest.raises(EngineLost, match="ended from outside"):
                async for _ in answer:
                    pass

    asyncio.run(ask())
    answers(bench)


def test_fifty_hostile_clients_at_once_leave_cheap_queries_alive(start: Callable[..., Any]) -> None:
    bench = start(executors=2, slow_max=1, queue_wait=1.0)

    async def ask() -> tuple[list[Any], list[Any]]:
        slow = [asyncio.create_task(bench.ask_async(ENDLESS)) for _ in range(50)]
        outcomes = await asyncio.gather(*slow, return_exceptions=True)
        return outcomes, [await bench.ask_async(CHEAP) for _ in range(5)]

    outcomes, cheap = asyncio.run(ask())
    assert {type(outcome) for outcome in outcomes} <= {EngineBusy, QueryTimeout}
    assert all(b"true" in asked.body and asked.seconds < 1.0 for asked in cheap)
