"""The ASGI callable: what HTTP asks of a server and WSGI can't say. Flask does the rest, in a few threads.

Raw paths, exactly one Host, limits, HEAD, streams from executors, an abort that the client notices when an answer
breaks off, and the end of a query whose client has gone. The event loop is never blocked.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from parley.errors import ParleyError
from parley.formats import PROBLEM
from parley.web import adapter, compression, problems
from parley.web.cache import LARGEST_BODY, Key, key_of, revalidated, sealed
from parley.web.departure import until_disconnect
from parley.web.intake import Gone, check_head, read_body
from parley.web.record import Facts, Recorder
from parley.web.sites import Served, Sites
from parley.web.stream import Stream

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger(__name__)


class Aborted(Exception):
    """Raised through the server to break off a response whose first byte has gone out.

    Granian then closes the connection without the last chunk, and clients report an incomplete transfer (curl: 18).
    """


class Edge:
    """The ASGI application of one worker."""

    def __init__(self, sites: Sites, pool: ThreadPoolExecutor) -> None:
        self._sites = sites
        self._pool = pool
        self._recorder = Recorder()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope (ASGI 3.0)."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            with self._sites.lease() as served:
                await _Exchange(served, self._pool, self._recorder, scope, receive, send).run()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._sites.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._sites.close()
        self._pool.shutdown(wait=False)
        await send({"type": "lifespan.shutdown.complete"})


class _Exchange:
    """One request and its response."""

    def __init__(
        self,
        served: Served,
        pool: ThreadPoolExecutor,
        recorder: Recorder,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        self.recorder = recorder
        self.served = served
        self.pool = pool
        self.scope = scope
        self.receive = receive
        self.send = send
        self.prefix = served.site.settings.prefix
        self.started = False
        self.key: Key | None = None
        self.request_id = secrets.token_hex(8)
        self.facts = Facts(self.request_id, scope["method"], "", served.site.manifest.id)
        self.coding = compression.coding_of(scope["headers"])

    async def run(self) -> None:
        """Answer the request, or break the connection off where an answer can't be completed."""
        start = time.monotonic()
        try:
            await self._answer_or_fail()
        finally:
            access_log = self.served.site.settings.access_log == "on"
            self.recorder.record(self.facts, time.monotonic() - start, access_log=access_log)

    async def _answer_or_fail(self) -> None:
        try:
            await self._answer()
        except Gone:
            pass
        except ParleyError as error:
            await self._problem(error)
        except Aborted:
            raise
        except Exception as error:
            log.exception("request %s failed", self.request_id)
            if self.started:
                raise Aborted(self.request_id) from error
            await self._problem(ParleyError("The server failed to answer: a defect of its own."))

    async def _answer(self) -> None:
        settings = self.served.site.settings
        path = self.facts.path = adapter.raw_path(self.scope)
        check_head(self.scope, path, settings)
        key = key_of(self.scope)
        if key and (kept := self.served.cache.get(key) or self.served.results.get(key)):
            await self._send(revalidated(kept, self.scope))
            return
        body = await read_body(self.scope, self.receive, settings.request_body)
        if body and (key := key_of(self.scope, body)) and (kept := self.served.results.get(key)):
            await self._send(revalidated(kept, self.scope))
            return
        self.key = key
        environ = adapter.environment(self.scope, path, body, prefix=self.prefix, request_id=self.request_id)
        # reading a query's parameters takes less than handing them to a thread and back
        quick = path == f"{self.prefix}/sparql" and b"query=" in self.scope["query_string"] and not body
        answer = self._flask(environ) if quick else await self._in_thread(self._flask, environ)
        if answer.stream is None:
            if key:
                self.served.cache.put(key, answer)
            await self._send(answer)
        else:
            await until_disconnect(self._stream(answer.stream, answer.headers, environ), self.receive)

    def _flask(self, environ: dict[str, Any]) -> adapter.Answer:
        answer = adapter.call(self.served.app, compression.known_to(environ, self.coding))
        self.facts.route = answer.route
        if answer.stream is not None:
            return answer
        return compression.finished(answer, self.coding, environ.get("HTTP_IF_NONE_MATCH", ""))

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.pool, function, *arguments)

    async def _problem(self, error: ParleyError) -> None:
        """Answer with a problem document without asking Flask, for requests that never got that far."""
        members = problems.document(error, prefix=self.prefix, request_id=self.request_id)
        headers = [("Content-Type", PROBLEM.content_type), ("Access-Control-Allow-Origin", "*")]
        body = problems.encode(members)
        headers += [*problems.headers(error).items(), ("Content-Length", str(len(body)))]
        await self._send(adapter.Answer(error.http_status, headers, body))

    async def _send(self, answer: adapter.Answer) -> None:
        self.facts.route = answer.route or self.facts.route
        await self._start(answer.status, answer.headers)
        if isinstance(answer.body, bytes):
            await self._body(answer.body, last=True)
            return
        try:
            while not self._is_head and (chunk := await self._in_thread(answer.body.read)):
                await self._body(chunk)
            await self._body(b"", last=True)
        finally:
            await self._in_thread(answer.body.close)

    @property
    def _is_head(self) -> bool:
        return bool(self.scope["method"] == "HEAD")

    async def _start(self, status: int, headers: adapter.Headers) -> None:
        self.started = True
        self.facts.status = status
        self.facts.media_type = next((value for name, value in headers if name == "Content-Type"), "")
        if status >= 400:
            headers = [*headers, ("X-Request-Id", self.request_id)]
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self.send({"type": "http.response.start", "status": status, "headers": encoded})

    async def _body(self, data: bytes, *, last: bool = False) -> None:
        content = b"" if self._is_head else data
        self.facts.sent += len(content)
        await self.send({"type": "http.response.body", "body": content, "more_body": not last})

    async def _stream(self, stream: Stream, headers: adapter.Headers, environ: dict[str, Any]) -> None:
        """Ask the engine and send what it answers, or the problem if it fails before the first byte has gone out."""
        self.facts.outcome = "abandoned"  # unless it gets to one of the ends below
        headers = [(name, value) for name, value in headers if name != "Content-Length"]
        failure: ParleyError | None = None
        try:
            async with self.served.engine.query(stream.query) as result:
                if result.head.kind in stream.paged:
                    await self._page(stream, result, headers, environ)
                else:
                    await self._copy(result, [*_content_headers(result.head), *headers])
        except ParleyError as error:
            failure = error
        self.facts.outcome = failure.kind if failure else "ok"
        if failure is None:
            return
        if self.started:
            log.warning("request %s broke off: %s", self.request_id, failure)
            raise Aborted(self.request_id) from failure
        await self._send(
            await self._in_thread(adapter.render, self.served.app, environ, lambda: problems.respond(failure))
        )

    async def _copy(self, result: Any, headers: adapter.Headers) -> None:
        """Send a result that is small enough to be kept whole when it is complete, a larger one as it comes.

        The larger one goes out a chunk behind the engine: its last one only when the result is known to be whole.
        Whatever fails before the first byte has gone out is sent as a problem.
        """
        held = bytearray()
        coding = compression.coding_of(self.scope["headers"], compression.FOR_STREAMS)
        encoder = compression.encoder(coding) if coding else None
        async for chunk in result:
            if not self.started:
                if len(held) + len(chunk) <= LARGEST_BODY:
                    held += chunk
                    continue
                await self._start(200, compression.fields_of(headers, coding))
                if self._is_head:
                    await self._body(b"", last=True)
                    return
            await self._piece(bytes(held), encoder)
            held = bytearray(chunk)
        if self.started:
            await self._piece(bytes(held), encoder)
            await self._body(encoder.flush() if encoder else b"", last=True)
        else:
            whole = await self._kept(adapter.Answer(200, headers, bytes(held)))
            await self._send(revalidated(whole, self.scope))

    async def _piece(self, data: bytes, encoder: compression.Encoder | None) -> None:
        """Send a piece of a stream, unless its encoder keeps it back to go with the next."""
        if encoder is not None:
            data = await self._in_thread(encoder.compress, data)
        if data:
            await self._body(data)

    async def _kept(self, answer: adapter.Answer) -> adapter.Answer:
        """A whole result with its strong ETag, kept for those who ask the same."""
        answer = sealed(answer)
        if self.coding:
            answer = await self._in_thread(compression.encoded, answer, self.coding)
        else:
            answer = compression.encoded(answer, "")
        if self.key:
            self.served.results.put(self.key, answer)
        return answer

    async def _page(self, stream: Stream, result: Any, headers: adapter.Headers, environ: dict[str, Any]) -> None:
        """Buffer the result, up to the stream's limit, and send the page that it makes of it."""
        buffer = bytearray()
        async for chunk in result:
            buffer += chunk
            if len(buffer) > stream.page_bytes:
                result.abort()
                break
        body = bytes(buffer) if len(buffer) <= stream.page_bytes else None
        page, head = stream.page, result.head
        assert page is not None  # `paged` is empty without
        answer = await self._in_thread(adapter.render, self.served.app, environ, lambda: page(head, body))
        present = {name for name, _ in answer.headers}
        answer.headers += [(name, value) for name, value in headers if name not in present]
        await self._send(revalidated(await self._kept(answer), self.scope))


def _content_headers(head: Any) -> adapter.Headers:
    """The headers that depend on what kind of query it was; tables are offered as files, never shown in place."""
    headers = [("Content-Type", head.format.content_type)]
    if head.format.media_type in ("text/csv", "text/tab-separated-values"):
        headers.append(("Content-Disposition", f'attachment; filename="results.{head.format.extension}"'))
    return headers
