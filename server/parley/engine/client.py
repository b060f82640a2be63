"""The asyncio client of a zygote and its executors, and a synchronous one for the command line."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from parley.engine.answering import GRACE_SECONDS, SocketAnswer
from parley.engine.config import CONTROL_SOCKET, QUERY_SOCKET
from parley.engine.connections import Connections
from parley.engine.embedded import EmbeddedEngine
from parley.engine.failures import busy, error_of_fate
from parley.engine.frames import Malformed, encode_options, encode_request
from parley.engine.heavy import HeavyQueries
from parley.engine.incoming import Incoming
from parley.engine.protocol import Limits, QueryRequest
from parley.errors import BadRequest, EngineBusy, EngineError, EngineLost, QueryRefused, QueryTimeout, QueryTooLarge
from parley.formats import Format
from parley.publication import Publication

_RETRY_PAUSE = 0.02
_OF_HEAVY = (QueryTimeout, QueryTooLarge, EngineBusy)
#: How long sockets may be missing: a zygote that has died is back within a second.
_RESTART_SECONDS = 2.0
_CONTROL_SECONDS = 2.0


class EngineClient:
    """Asks the zygote whose sockets are in `directory`; an `Engine`, for many queries at once in one event loop.

    Up to `kept` connections stay open for further queries, until `close`.
    """

    def __init__(self, directory: Path, limits: Limits | None = None, *, kept: int = 0) -> None:
        self._control = str(directory / CONTROL_SOCKET)
        self._limits = limits or Limits()
        self._connections = Connections(str(directory / QUERY_SOCKET), self._limits, kept)
        self._heavy = HeavyQueries(self._limits)

    def query(self, request: QueryRequest) -> AbstractAsyncContextManager[SocketAnswer]:
        """See `Engine.query`."""
        return _Asked(self, self._heavy, request)

    async def status(self) -> Mapping[str, Any]:
        """See `Engine.status`."""
        return await self._ask({"ask": "status"})

    def close(self) -> None:
        """See `Engine.close`."""
        self._connections.close()

    def check_length(self, text: str) -> None:
        """Refuse here what the guard would refuse anyway, before it takes an executor."""
        limit = self._limits.query_length
        if len(text) > limit:
            raise QueryRefused(
                f"The query is {len(text)} characters long; the limit (query_length) is {limit} bytes.",
                line=1,
                column=1,
                cure="Shorten it, or send several queries.",
                limit=("query_length", limit),
            )

    async def admission(self, request: QueryRequest, payload: bytes) -> Incoming:
        """Wait until an executor has taken the query and begun to answer, or to fail.

        Raises EngineBusy when none takes it in time, EngineLost when there is none.
        """
        wait, began = self._limits.queue_wait, time.monotonic()
        seconds = self.seconds_of(request) + GRACE_SECONDS
        while (waited := time.monotonic() - began) < wait:
            connection = self._connections.take(lost=waited > _RESTART_SECONDS)
            if connection is not None:
                was_kept, incoming = bool(connection.executor), Incoming(connection)
                try:
                    if await incoming.ask(payload, wait - waited, seconds):
                        return incoming
                except BaseException:
                    incoming.abort()
                    raise
                incoming.abort()  # the query has not begun: the executor was replaced, or took another one before
                if was_kept:
                    continue
            await asyncio.sleep(_RETRY_PAUSE)
        raise busy(
            f"No executor was free within the limit (queue_seconds) of {wait:g} s.", self._limits, "queue_seconds", wait
        )

    def seconds_of(self, request: QueryRequest) -> float:
        """The time that a query has."""
        limit = self._limits.query_seconds
        return min(request.seconds or limit, limit)

    async def cause_of_death(self, executor: int, seconds: float) -> EngineError:
        """The error that says why an executor has ended in the middle of a query that had `seconds`."""
        try:
            fate = str((await self._ask({"ask": "fate", "executor": executor}))["fate"])
        except EngineLost:
            fate = "unknown"
        return error_of_fate(fate, self._limits, seconds)

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(_CONTROL_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self._control)
                try:
                    writer.write(json.dumps(question).encode())
                    answer: dict[str, Any] = json.loads(await reader.readline())
                    return answer
                finally:
                    writer.transport.abort()
        except (OSError, ValueError) as error:
            raise EngineLost("The query engine does not answer.", cure="Try again in a second.") from error

    @property
    def limits(self) -> Limits:
        """The limits that the messages name."""
        return self._limits


class _Asked:
    """A query of `client`: the block in which its answer is taken, and what is remembered of it after that."""

    def __init__(self, client: EngineClient, heavy: HeavyQueries, request: QueryRequest) -> None:
        self._client = client
        self._heavy = heavy
        self._request = request
        self._is_heavy = self._is_quick = False
        self._answer: SocketAnswer | None = None

    async def __aenter__(self) -> SocketAnswer:
        client, request = self._client, self._request
        client.check_length(request.text)
        self._is_heavy = self._heavy.knows(request)
        if self._is_heavy:
            await self._heavy.enter()
        try:
            incoming = await client.admission(request, _payload(request, self._is_heavy))
            answer = self._answer = SocketAnswer(client, incoming, client.seconds_of(request))
            await answer.begin()
        except BaseException as error:
            self._leave(error)
            raise
        self._is_quick = answer.age <= client.limits.quick_ms / 1000
        if not self._is_quick:
            self._heavy.remember(request)
        return answer

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._leave(error)

    def _leave(self, error: BaseException | None) -> None:
        if self._answer is not None:
            self._answer.abort()
            if isinstance(error, _OF_HEAVY):
                self._heavy.remember(self._request)
            elif error is None and self._is_quick:
                self._heavy.relieve(self._request)
        if self._is_heavy:
            self._heavy.leave()


def _payload(request: QueryRequest, heavy: bool) -> bytes:
    results, graph = request.results and request.results.name, request.graph and request.graph.name
    dataset = request.default_graphs, request.named_graphs
    try:
        return encode_request(
            _options(results, graph, request.base_iri, *dataset, request.seconds, heavy), request.text
        )
    except Malformed as error:
        raise BadRequest(f"The query is {error}.", cure="Name fewer graphs.") from error


@lru_cache(maxsize=256)  # most requests of a site say the same
def _options(
    results: str | None,
    graph: str | None,
    base_iri: str | None,
    default_graphs: tuple[str, ...],
    named_graphs: tuple[str, ...],
    seconds: float | None,
    heavy: bool,
) -> bytes:
    """All of a request but its text, as it goes over the wire; what is not given is left out."""
    options = {
        "results": results,
        "graph": graph,
        "base_iri": base_iri,
        "default_graphs": default_graphs,
        "named_graphs": named_graphs,
        "seconds": seconds,
        "heavy": heavy,
    }
    return encode_options({name: value for name, value in options.items() if value not in (None, (), False)})


def run_query(
    release: Path, text: str, publication: Publication, *, results: Format | None, graph: Format | None
) -> Iterator[bytes]:
    """Chunks of the answer to a query over a release, from an engine that lives only as long (for the command line).

    Raises what `Engine.query` raises.
    """
    limits = replace(Limits.from_settings(publication.settings), executors=1)
    index = release / "index.sqlite"
    engine = EmbeddedEngine(
        release / "store", limits, prefixes=publication.all_prefixes, index=index if index.is_file() else None
    )
    request = QueryRequest(text, results, graph, base_iri=publication.base)
    with engine, asyncio.Runner() as runner:
        chunks = _chunks(EngineClient(engine.directory, limits), request)
        with suppress(StopAsyncIteration):
            while True:
                yield runner.run(anext(chunks))


async def _chunks(client: EngineClient, request: QueryRequest) -> AsyncGenerator[bytes]:
    async with client.query(request) as answer:
        async for chunk in answer:
            yield chunk
