"""The asyncio client of a zygote and its executors, and a synchronous one for the command line."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from parley.engine.config import CONTROL_SOCKET, QUERY_SOCKET
from parley.engine.embedded import EmbeddedEngine
from parley.engine.failures import busy, error_of_fate, error_of_frame
from parley.engine.frames import Frame, Malformed, encode_request
from parley.engine.heavy import HeavyQueries
from parley.engine.incoming import Incoming
from parley.engine.protocol import Head, Limits, QueryRequest
from parley.errors import BadRequest, EngineError, EngineLost, QueryRefused
from parley.formats import RDF_FORMATS, RESULT_FORMATS, Format, by_name
from parley.publication import Publication

_RETRY_PAUSE = 0.02
#: How long sockets may be missing: a zygote that has died is back within a second.
_RESTART_SECONDS = 2.0
#: Beyond its deadline an executor is dead, but on a machine that is short of processors a niced one takes long to die:
#: the caller need not wait for that.
_GRACE_SECONDS = 0.5
_CONTROL_SECONDS = 2.0


class EngineClient:
    """Asks the zygote whose sockets are in `directory`; an `Engine`, for many queries at once in one event loop."""

    def __init__(self, directory: Path, limits: Limits | None = None) -> None:
        self._queries = str(directory / QUERY_SOCKET)
        self._control = str(directory / CONTROL_SOCKET)
        self._limits = limits or Limits()
        self._heavy = HeavyQueries(self._limits)

    @asynccontextmanager
    async def query(self, request: QueryRequest) -> AsyncIterator[SocketAnswer]:
        """See `Engine.query`."""
        self._check_length(request.text)
        async with self._heavy.turn(request) as heavy:
            incoming, executor = await self._admission(_payload(request, heavy))
            answer = SocketAnswer(self, request, incoming, executor)
            began = time.monotonic()
            try:
                with self._heavy.watch(request):
                    await answer.begin()
                    if time.monotonic() - began > self._limits.quick_ms / 1000:
                        self._heavy.remember(request)
                    yield answer
            finally:
                answer.abort()

    async def status(self) -> Mapping[str, Any]:
        """See `Engine.status`."""
        return await self._ask({"ask": "status"})

    def _check_length(self, text: str) -> None:
        """Refuse here what the guard would refuse anyway, before it takes an executor."""
        limit = self._limits.query_length
        if len(text) > limit:
            raise QueryRefused(
                f"The query is {len(text)} characters long; the limit (query_length) is {limit} bytes.",
                line=1,
                column=1,
                cure="Shorten it, or send several queries.",
            )

    async def _admission(self, payload: bytes) -> tuple[Incoming, dict[str, int]]:
        """Wait for an executor; raises EngineBusy when none takes the query in time, EngineLost when there is none."""
        wait = self._limits.queue_wait
        began = time.monotonic()
        try:
            async with asyncio.timeout(wait):
                while True:
                    taken = await self._attempt(payload, lost=time.monotonic() - began > _RESTART_SECONDS)
                    if taken is not None:
                        return taken
                    await asyncio.sleep(_RETRY_PAUSE)
        except TimeoutError:
            raise busy(f"No executor was free within {wait:g} seconds.", self._limits) from None

    async def _attempt(self, payload: bytes, lost: bool) -> tuple[Incoming, dict[str, int]] | None:
        """One try; None if an executor left before it took the query, or if there is no socket just now."""
        try:
            connection, sent = self._send(payload)
        except BlockingIOError:
            raise busy("Too many queries are waiting already.", self._limits) from None
        except OSError as error:
            if lost:
                raise EngineLost("The query engine is not running.", cure="Try again in a minute.") from error
            return None
        incoming = Incoming(connection, self._limits.spool_bytes)
        try:
            await incoming.send(payload[sent:])
            kind, content = await incoming.frame()
            if kind is Frame.ACCEPTED:
                return incoming, json.loads(content)
        except ConnectionError:
            incoming.abort()  # the executor was replaced at that moment: the query has not begun
            return None
        except BaseException:
            incoming.abort()
            raise
        incoming.abort()
        raise error_of_frame(json.loads(content))

    def _send(self, payload: bytes) -> tuple[socket.socket, int]:
        """Connect and send what the socket takes at once, neither of which waits.

        A cheap query is then answered before this side has gone round its event loop twice.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            connection.connect(self._queries)
            return connection, connection.send(payload)
        except BaseException:
            connection.close()
            raise

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


class SocketAnswer:
    """An `Answer` that comes from an executor; made by `EngineClient.query` only. `executor_pid` is for logs."""

    head: Head

    def __init__(
        self,
        client: EngineClient,
        request: QueryRequest,
        incoming: Incoming,
        executor: dict[str, int],
    ) -> None:
        self._client = client
        self._incoming = incoming
        self._executor = executor["executor"]
        self.executor_pid = executor["pid"]
        self._received = 0
        limit = client.limits.query_seconds
        self._seconds = min(request.seconds or limit, limit)
        self._deadline = time.monotonic() + self._seconds + _GRACE_SECONDS

    async def begin(self) -> None:
        """Wait for the head; raises what `Engine.query` raises."""
        kind, content = await self._frame()
        if kind is not Frame.HEAD:
            raise _unexpected(kind)
        head = json.loads(content)
        table = RDF_FORMATS if head["kind"] == "triples" else RESULT_FORMATS
        chosen = by_name(head["format"], table)
        if chosen is None:
            raise _unexpected(kind)
        self.head = Head(head["kind"], chosen)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Chunks of at most 64 kB; raises an EngineError where the answer breaks off."""
        while True:
            kind, content = await self._frame()
            if kind is Frame.END:
                if json.loads(content)["bytes"] != self._received:
                    raise _unexpected(kind)
                return
            if kind is not Frame.DATA:
                raise _unexpected(kind)
            self._received += len(content)
            await self._incoming.read_ahead()
            yield content

    def abort(self) -> None:
        """See `Answer.abort`. The executor notices the closed connection."""
        self._incoming.abort()

    async def _frame(self) -> tuple[Frame, bytes]:
        found = self._incoming.ready()
        try:
            if found is None:
                async with asyncio.timeout(max(self._deadline - time.monotonic(), _GRACE_SECONDS)):
                    found = await self._incoming.frame()
        except TimeoutError:
            raise error_of_fate("timeout", self._client.limits, self._seconds) from None
        except ConnectionError:
            raise await self._client.cause_of_death(self._executor, self._seconds) from None
        kind, content = found
        if kind is Frame.ERROR:
            raise error_of_frame(json.loads(content))
        return found


def _payload(request: QueryRequest, heavy: bool) -> bytes:
    try:
        return encode_request(request.to_json() | ({"heavy": True} if heavy else {}))
    except Malformed as error:
        raise BadRequest(f"The query is {error}.", cure="Name fewer graphs.") from error


def _unexpected(kind: Frame) -> EngineLost:
    return EngineLost(f"The query engine sent an unexpected {kind.name} frame.", cure="Restart the server.")


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
