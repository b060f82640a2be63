"""Stores, engines with limits of one second, and a synchronous way to ask them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from parley.engine.client import EngineClient
from parley.engine.embedded import EmbeddedEngine
from parley.engine.protocol import Head, Limits, QueryRequest
from parley.settings import MIB

LIMITS = Limits(
    query_seconds=1.0, query_memory=128 * MIB, result_bytes=16 * MIB, executors=2, queue_wait=2.0, quick_ms=250
)
SUBJECTS = 2000


@dataclass(frozen=True)
class Asked:
    """A complete answer."""

    head: Head
    body: bytes
    seconds: float


@dataclass
class Bench:
    """An engine and the means to ask it."""

    engine: EmbeddedEngine

    @property
    def client(self) -> EngineClient:
        return EngineClient(self.engine.directory, self.engine.limits)

    def ask(self, text: str, **parameters: Any) -> Asked:
        """The whole answer, or the error."""
        return asyncio.run(self.ask_async(text, **parameters))

    async def ask_async(self, text: str, **parameters: Any) -> Asked:
        began = time.monotonic()
        async with self.client.query(QueryRequest(text, **parameters)) as answer:
            body = b"".join([chunk async for chunk in answer])
        return Asked(answer.head, body, time.monotonic() - began)

    def wait_for(self, condition: Callable[[dict[str, Any]], bool], seconds: float = 2.0) -> float:
        """Seconds until the status fulfils the condition; fails after `seconds`."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if condition(self.engine.status()):
                return time.monotonic() - began
            time.sleep(0.01)
        raise AssertionError(f"not within {seconds} s: {self.engine.status()}")


def quads() -> Iterator[ox.Quad]:
    knows, age = ox.NamedNode("http://ex.org/knows"), ox.NamedNode("http://ex.org/age")
    for number in range(SUBJECTS):
        subject = ox.NamedNode(f"http://ex.org/s{number}")
        yield ox.Quad(subject, knows, ox.NamedNode(f"http://ex.org/s{(number + 1) % SUBJECTS}"))
        yield ox.Quad(subject, age, ox.Literal(number), ox.NamedNode("http://ex.org/graph"))


@pytest.fixture(scope="session")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "store"
    store = ox.Store(str(path))
    store.bulk_extend(quads())
    store.flush()
    return path


@pytest.fixture
def start(store_path: Path) -> Iterator[Callable[..., Bench]]:
    """Start an engine of one's own: `start(guard=False, executors=1, …)`."""
    engines: list[EmbeddedEngine] = []

    def start_engine(store: Path = store_path, guard: bool = True, in_memory: bool = False, **limits: Any) -> Bench:
        engine = EmbeddedEngine(store, replace(LIMITS, **limits), in_memory=in_memory, guard=guard)
        engines.append(engine)
        engine.start()
        return Bench(engine)

    yield start_engine
    for engine in engines:
        engine.stop()


@pytest.fixture(scope="module")
def bench(store_path: Path) -> Iterator[Bench]:
    """An engine shared by the tests of a module that leave it as it was."""
    limits = replace(LIMITS, query_seconds=10.0)
    with EmbeddedEngine(store_path, limits, prefixes={"ex": "http://ex.org/"}) as engine:
        yield Bench(engine)
