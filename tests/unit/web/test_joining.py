"""A page that many ask for at the same moment is made once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast

import pytest

from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.serving import Serving
from parley.settings import Settings
from parley.web.app import create_app
from parley.web.edge import adapter
from parley.web.edge.application import Edge
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


@pytest.fixture
def served(tiny: tuple[Publication, StateDirectory, Any], tmp_path: Any) -> Iterator[Served]:
    release = tiny[1].current()
    assert release is not None
    site = Site.open(Serving(release, tmp_path, Settings()))
    yield Served(site, create_app(site), cast(Any, None))
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


def ask(served: Served, *requests: tuple[str, tuple[Field, ...]]) -> list[tuple[int, bytes]]:
    """Status and body of each, all asked for at once."""

    async def one(edge: Edge, path: str, fields: tuple[Field, ...]) -> tuple[int, bytes]:
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "http_version": "1.1",
            "headers": [(b"host", b"a"), *fields],
        }
        await edge(scope, cast(Any, None), send)
        return messages[0]["status"], b"".join(message["body"] for message in messages[1:])

    async def all_at_once() -> list[tuple[int, bytes]]:
        with ThreadPoolExecutor(4) as pool:
            edge = Edge(cast(Sites, One(served)), pool)
            return await asyncio.gather(*(one(edge, path, fields) for path, fields in requests))

    return asyncio.run(all_at_once())


def test_the_same_is_made_once(served: Served, made: list[str]) -> None:
    answers = ask(served, *[("/doc/findling", (TURTLE,))] * 20)
    assert len(made) == 1
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert b"findling" in answers[0][1]
    assert not served.making


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
    assert not served.making
