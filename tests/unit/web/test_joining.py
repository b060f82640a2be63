"""What many ask for at the same moment is made once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import pytest

from parley.engine.protocol import Head, QueryRequest
from parley.errors import EngineBusy, QueryTimeout
from parley.formats import RESULTS_JSON
from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.serving import Serving
from parley.settings import Settings
from parley.web.app import create_app
from parley.web.edge import adapter
from parley.web.edge.application import Edge
from parley.web.edge.cache import LARGEST_BODY
from parley.web.edge.sites import Served, Sites
from parley.web.site import Site

Field = tuple[bytes, bytes]
TURTLE = (b"accept", b"text/turtle")


class One:
    """Sites, of which there is one for good."""

    def __init__(self, served: Served) -> None:
        self._served = served

    @contextmanager
    def lease(self) -> Iterator[Served]:
        yield self._served


class Slow:
    """An engine that takes a while, and then answers, or fails, with what it is given."""

    chunks: tuple[bytes, ...] = (b"{}",)
    failure: Exception | None = None

    def __init__(self) -> None:
        self.asked = 0

    @asynccontextmanager
    async def query(self, request: QueryRequest) -> AsyncIterator[Any]:
        self.asked += 1
        await asyncio.sleep(0.3)
        if self.failure is not None:
            raise self.failure
        yield Result(Head("boolean", RESULTS_JSON), self.chunks)

    async def status(self) -> dict[str, Any]:
        return {}

    def close(self) -> None:
        """Nothing is kept."""


@dataclass(frozen=True)
class Result:
    """What it answers."""

    head: Head
    chunks: tuple[bytes, ...]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            await asyncio.sleep(0.05)
            yield chunk


@pytest.fixture
def served(tiny: tuple[Publication, StateDirectory, Any], tmp_path: Any) -> Iterator[Served]:
    release = tiny[1].current()
    assert release is not None
    site = Site.open(Serving(release, tmp_path, Settings()))
    yield Served(site, create_app(site), Slow())
    site.close()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that Flask is asked for, none of which it answers before a while has passed."""
    paths: list[str] = []
    call = adapter.call

    def slow(app: Any, environ: dict[str, Any]) -> Any:
        paths.append(environ["PATH_INFO"])
        threading.Event().wait(0.1)
        if environ.get("HTTP_ACCEPT") == "text/turtle;q=0.123":
            raise RuntimeError("the first fails")
        return call(app, environ)

    monkeypatch.setattr(adapter, "call", slow)
    return paths


def ask(
    served: Served, *requests: tuple[str, tuple[Field, ...]], leaving: tuple[int, ...] = ()
) -> list[tuple[int, bytes]]:
    """Status and body of each, all asked for at once; the clients that are `leaving` do so after a while."""

    async def one(edge: Edge, number: int, path: str, fields: tuple[Field, ...]) -> tuple[int, bytes]:
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.1 if number in leaving else 60)
            return {"type": "http.disconnect"}

        path, _, query = path.partition("?")

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "http_version": "1.1",
            "headers": [(b"host", b"a"), *fields],
        }
        await edge(scope, receive, send)
        return messages[0]["status"] if messages else 0, b"".join(message["body"] for message in messages[1:])

    async def all_at_once() -> list[tuple[int, bytes]]:
        with ThreadPoolExecutor(4) as pool:
            edge = Edge(cast(Sites, One(served)), pool)
            return await asyncio.gather(*(one(edge, number, *request) for number, request in enumerate(requests)))

    return asyncio.run(all_at_once())


def test_the_same_is_made_once(served: Served, made: list[str]) -> None:
    answers = ask(served, *[("/doc/findling", (TURTLE,))] * 20)
    assert len(made) == 1
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert b"findling" in answers[0][1]
    assert not len(served.cache.making)


def test_variants_are_made_each(served: Served, made: list[str]) -> None:
    html = (b"accept", b"text/html")
    answers = ask(served, ("/doc/findling", (TURTLE,)), ("/doc/findling", (html,)), ("/doc/findling", (TURTLE,)))
    assert len(made) == 2
    assert answers[0] == answers[2] != answers[1]


def test_what_is_not_kept_is_answered_to_each(served: Served, made: list[str]) -> None:
    answers = ask(served, *[("/doc/nothing", (TURTLE,))] * 3)
    assert [status for status, _ in answers] == [404] * 3
    assert len(made) == 3


def test_one_that_is_told_that_it_has_it_leaves_the_others_to_be_answered(served: Served, made: list[str]) -> None:
    tag = asyncio.run(_tag(served))
    served.cache.__init__()  # type: ignore[misc]  # as if nobody had asked
    known = (b"if-none-match", tag)
    answers = ask(served, ("/doc/findling", (TURTLE, known)), ("/doc/findling", (TURTLE,)))
    assert [status for status, _ in answers] == [304, 200]


async def _tag(served: Served) -> bytes:
    with ThreadPoolExecutor(1) as pool:
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {"type": "http", "method": "GET", "path": "/doc/findling", "raw_path": b"/doc/findling"}
        scope |= {"query_string": b"", "http_version": "1.1", "headers": [(b"host", b"a"), TURTLE]}
        await Edge(cast(Sites, One(served)), pool)(scope, cast(Any, None), send)
        return bytes(dict(messages[0]["headers"])[b"etag"])


def test_a_failure_is_everybodys_own(served: Served, made: list[str]) -> None:
    failing = (b"accept", b"text/turtle;q=0.123")
    answers = ask(served, *[("/doc/findling", (failing,))] * 3)
    assert [status for status, _ in answers] == [500] * 3
    assert not len(served.cache.making)


ASK = "/sparql?query=ASK%7B?a%20?b%20?c%7D"
JSON = (b"accept", b"application/sparql-results+json")
PAGE = (b"accept", b"text/html")


def engine(served: Served) -> Slow:
    assert isinstance(served.engine, Slow)
    return served.engine


@pytest.mark.parametrize("accept", [JSON, PAGE])
def test_a_query_is_answered_once(served: Served, accept: Field) -> None:
    engine(served).chunks = (b'{"head":{},', b'"boolean":true}')
    answers = ask(served, *[(ASK, (accept,))] * 12)
    assert engine(served).asked == 1
    assert {status for status, _ in answers} == {200}
    assert len(set(answers)) == 1
    assert ask(served, (ASK, (accept,))) == answers[:1]
    assert engine(served).asked == 1
    assert not len(served.results.making)


@pytest.mark.parametrize("accept", [JSON, PAGE])
def test_what_befalls_a_query_befalls_all(served: Served, accept: Field) -> None:
    engine(served).failure = QueryTimeout("It took too long.", cure="Ask for less.")
    answers = ask(served, *[(ASK, (accept,))] * 5)
    assert engine(served).asked == 1
    assert [status for status, _ in answers] == [503] * 5
    assert all((b"<html" in body) == (accept is PAGE) for _, body in answers)


def test_what_befalls_one_client_befalls_no_other(served: Served) -> None:
    engine(served).failure = EngineBusy("All executors are busy.", cure="Try again.")
    assert [status for status, _ in ask(served, *[(ASK, (JSON,))] * 3)] == [503] * 3
    assert engine(served).asked == 3


def test_a_query_that_depends_on_chance_is_asked_by_each(served: Served) -> None:
    chance = "/sparql?query=ASK%7BFILTER(RAND()%3E0.5)%7D"
    assert [status for status, _ in ask(served, *[(chance, (JSON,))] * 3)] == [200] * 3
    assert engine(served).asked == 3


def test_nobody_waits_for_the_end_of_a_stream(served: Served) -> None:
    piece = b"x" * (LARGEST_BODY // 2)
    engine(served).chunks = (piece,) * 6
    answers = ask(served, *[(ASK, (JSON,))] * 3)
    assert [len(body) for _, body in answers] == [6 * len(piece)] * 3
    assert engine(served).asked == 3


def test_who_leaves_takes_nobody_along(served: Served) -> None:
    answers = ask(served, *[(ASK, (JSON,))] * 3, leaving=(0,))
    assert answers == [(0, b""), (200, b"{}"), (200, b"{}")]
    assert 2 <= engine(served).asked <= 3
    assert ask(served, *[("/sparql?query=ASK%7B%7D", (JSON,))] * 3, leaving=(1,))[1] == (0, b"")
