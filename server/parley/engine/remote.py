"""An engine elsewhere: any SPARQL 1.1 endpoint, behind the same guard, limits and errors as our own.

Each query has a connection of its own, driven by a thread, of which there are as many as queries may run at once.
Redirects are not followed, so nobody but the configured endpoint is asked.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from parley.engine.dataset import check_dataset
from parley.engine.exchange import Exchange
from parley.engine.failures import busy, error_of_fate, queue_full, result_too_large
from parley.engine.guard import GuardRules, check
from parley.engine.protocol import ContentKind, Head, Limits, QueryRequest
from parley.engine.tokens import FORMS_OF_GRAPHS, form_of
from parley.errors import EngineError, EngineLost, NotAcceptable, QuerySyntaxError, SettingError
from parley.formats import RDF_FORMATS, RESULT_FORMATS, RESULTS_JSON, by_content_type

T = TypeVar("T")

_PLACE = re.compile(r"error at (\d+):(\d+): *")
_MESSAGE = 500
_SHORTLY_BEFORE = "Correct the query there or shortly before."
_KINDS: dict[str, ContentKind] = {"SELECT": "bindings", "ASK": "boolean"}


class RemoteEngine:
    """Asks the SPARQL endpoint at the URL `endpoint`; an `Engine`.

    Memory and processor time are the endpoint's own affair; wall time, result size, the number of queries at once and
    the text of a query are ours. DESCRIBE is answered as that endpoint does. `has_graph` tells which graphs FROM and
    the protocol may name: others never get there, where they might be fetched. Raises SettingError for another URL.
    """

    def __init__(self, endpoint: str, limits: Limits, has_graph: Callable[[str], bool] | None = None) -> None:
        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingError(f"The engine “{endpoint}” is no http or https URL.", cure="Correct `engine`.")
        self._endpoint = endpoint
        self._has_graph = has_graph
        self.limits = limits
        self._rules = GuardRules(limits.query_length, limits.query_depth, limits.query_joins, limits.query_operators)
        places = limits.executors + limits.slow_max
        self._threads = ThreadPoolExecutor(places, thread_name_prefix="remote")
        self._places = asyncio.Semaphore(places)
        self._waiting = 0
        self._served = 0

    @asynccontextmanager
    async def query(self, request: QueryRequest) -> AsyncIterator[RemoteAnswer]:
        """See `Engine.query`."""
        check(request.text, self._rules)
        if self._has_graph is not None:
            given = (*request.default_graphs, *request.named_graphs)
            check_dataset(request.text, request.base_iri, given, self._has_graph, strict=True)
        kind = _kind_of(request.text)
        if (request.graph if kind == "triples" else request.results) is None:
            available = tuple(f.media_type for f in (RDF_FORMATS if kind == "triples" else RESULT_FORMATS))
            raise NotAcceptable(
                f"The query answers with {kind}, and no accepted format can hold that.",
                available=available,
                cure="Accept one of these: " + ", ".join(available) + ".",
            )
        await self._turn()
        answer = RemoteAnswer(self, request, kind, Exchange(self._endpoint, self.limits.query_seconds))
        try:
            await answer.begin()
            yield answer
        finally:
            answer.abort()
            self._places.release()
            self._served += 1

    async def status(self) -> Mapping[str, Any]:
        """See `Engine.status`."""
        async with self.query(QueryRequest("ASK {}", RESULTS_JSON)):
            return {"executors": self.limits.executors, "served": self._served, "remote": self._endpoint}

    def close(self) -> None:
        """See `Engine.close`."""
        self._threads.shutdown(wait=False)

    async def _turn(self) -> None:
        if self._waiting >= self.limits.queue_length:
            raise queue_full(self.limits)
        self._waiting += 1
        try:
            async with asyncio.timeout(self.limits.queue_wait):
                await self._places.acquire()
        except TimeoutError:
            wait = self.limits.queue_wait
            message = f"The engine was not free within the limit (queue_seconds) of {wait:g} s."
            raise busy(message, self.limits, "queue_seconds", wait) from None
        finally:
            self._waiting -= 1

    async def in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        """The value of a blocking call."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)


class RemoteAnswer:
    """An `Answer` that comes from the endpoint; made by `RemoteEngine.query` only."""

    head: Head

    def __init__(self, engine: RemoteEngine, request: QueryRequest, kind: ContentKind, exchange: Exchange) -> None:
        self._engine = engine
        self._request = request
        self._kind = kind
        self._exchange = exchange
        limit = engine.limits.query_seconds
        self._seconds = min(request.seconds or limit, limit)
        self._deadline = time.monotonic() + self._seconds

    async def begin(self) -> None:
        """Send the query and wait for the head; raises what `Engine.query` raises."""
        request = self._request
        wanted = request.graph if self._kind == "triples" else request.results
        assert wanted is not None
        prefix = f"BASE <{request.base_iri}> " if request.base_iri else ""
        status, content_type = await self._within(
            self._exchange.send, prefix + request.text, wanted.media_type, request.default_graphs, request.named_graphs
        )
        if status != 200:
            body = (await self._within(self._exchange.read)).decode("utf-8", "replace")
            raise _error_of(status, body, len(prefix))
        if self._exchange.cut or self._exchange.most_rows is not None:
            limit = f"it cuts answers at {self._exchange.most_rows} solutions (ResultSetMaxRows)"
            raise EngineLost(
                f"The engine's answer may be a part: {self._exchange.cut or limit}.",
                cure="The operator should lift the engine's own limits; Parley has its own.",
            )
        found = by_content_type(content_type, RDF_FORMATS if self._kind == "triples" else RESULT_FORMATS)
        if found is not wanted:
            raise EngineLost(
                f"The engine was asked for {wanted.media_type} and sent “{content_type[:80]}”.",
                cure="Ask for another format.",
            )
        self.head = Head(self._kind, wanted)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Chunks of the result; raises an EngineError where it breaks off."""
        size = 0
        while chunk := await self._within(self._exchange.read):
            size += len(chunk)
            if size > (limit := self._engine.limits.result_bytes):
                raise result_too_large(limit)
            yield chunk

    def abort(self) -> None:
        """See `Answer.abort`."""
        self._exchange.close()

    async def _within(self, function: Callable[..., T], *arguments: Any) -> T:
        """The value of a blocking call, if it comes before the deadline."""
        try:
            async with asyncio.timeout(max(self._deadline - time.monotonic(), 0.001)):
                return await self._engine.in_thread(function, *arguments)
        except TimeoutError:
            self._exchange.close()
            raise error_of_fate("timeout", self._engine.limits, self._seconds) from None


def _kind_of(text: str) -> ContentKind:
    form = form_of(text)
    return _KINDS.get(form, "triples" if form in FORMS_OF_GRAPHS else "bindings")


def _error_of(status: int, body: str, shift: int) -> EngineError:
    """The error for a status that the endpoint answered with; `shift` characters were put before the query's first."""
    if status == 400:
        place = _PLACE.search(body)
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        if line == 1 and column is not None:
            column = max(1, column - shift)
        said = " ".join((body[place.end() :] if place else body).split())
        if place and said.startswith("expected"):  # a list of every character that its parser would have taken
            return QuerySyntaxError("The query has a syntax error.", cure=_SHORTLY_BEFORE, line=line, column=column)
        return QuerySyntaxError(f"Syntax error: {said[:_MESSAGE]}", cure=_SHORTLY_BEFORE, line=line, column=column)
    if status in (429, 503):
        return EngineLost("The engine is overloaded.", cure="Try again in a few seconds.")
    return EngineLost(f"The engine answered with status {status}.", cure="Try again in a minute.")
