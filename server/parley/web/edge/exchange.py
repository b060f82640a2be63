"""One request and its response: what Flask answers, what an engine streams, and what is said when either fails."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from parley.engine.protocol import QueryRequest
from parley.errors import ParleyError, RequestError
from parley.formats import PROBLEM
from parley.web.edge import adapter, short
from parley.web.edge.asgi import Receive, Scope, Send
from parley.web.edge.cache import LARGEST_BODY, Kept, Key, key_of, revalidated, sealed
from parley.web.edge.departure import until_disconnect
from parley.web.edge.head import RequestHead
from parley.web.edge.intake import METHODS, check_head, read_body
from parley.web.edge.making import Turn
from parley.web.edge.record import Facts, Recorder
from parley.web.edge.sending import Sender
from parley.web.edge.sites import Served
from parley.web.http import caching, compression
from parley.web.http.answer import Answer, Headers
from parley.web.http.headers import COMMON
from parley.web.http.stream import Work, fields_of_content
from parley.web.routes import problems

log = logging.getLogger(__name__)
T = TypeVar("T")


class Aborted(Exception):
    """Raised through the server to break off a response whose first byte has gone out.

    Granian then closes the connection without the last chunk, and clients report an incomplete transfer (curl: 18).
    """


class OldProtocol(RequestError):
    """The answer is a stream, and HTTP/1.0 can't tell a whole one from one that breaks off (RFC 9112 §8)."""

    http_status = 505
    kind = "http-version"


class Exchange:
    """One request that is not answered from what is kept."""

    def __init__(
        self,
        served: Served,
        pool: ThreadPoolExecutor,
        recorder: Recorder,
        head: RequestHead,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        self.recorder = recorder
        self.served = served
        self.pool = pool
        self.scope = scope
        self.receive = receive
        self.head = head
        self.prefix = served.site.settings.prefix
        self.key: Key | None = None
        self.facts = Facts(head.method, head.path, served.site.manifest.id)
        self.coding = head.coding()
        self.out = Sender(head, self.facts, scope, send, pool)

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
        except ParleyError as error:
            await self._problem(error)
        except Aborted:
            raise
        except Exception as error:
            log.exception("request %s failed", self.facts.request_id)
            if self.out.started:
                raise Aborted(self.facts.request_id) from error
            await self._problem(ParleyError("The server failed to answer: a defect of its own."))

    async def _answer(self) -> None:
        settings = self.served.site.settings
        check_head(self.head, settings)
        if self.head.is_for_the_server:
            await self.out.whole(Answer(204, [("Allow", ", ".join(METHODS)), *COMMON.items()], b""))
            return
        body = await read_body(self.head, self.receive, settings.request_body)
        self.key = key_of(self.head, body)
        if body and self.key and (kept := self.served.results.get(self.key)):
            await self.out.kept(kept)
            return
        answer: Answer | Kept | None = short.prepared(self.served.site, self.head, body)
        if answer is None:
            answer = await self._made(body)
        if isinstance(answer, Kept):
            await self.out.kept(answer)
            return
        self.facts.route = answer.route
        if answer.work is None:
            await self.out.whole(answer)
        else:
            await until_disconnect(self._work(answer.work, answer.headers, body), self.receive)

    async def _made(self, body: bytes) -> Answer | Kept:
        """What Flask answers, or what it has just answered somebody else who asked for the same."""
        cache, key = self.served.cache, self.key
        if key is not None:
            await cache.making.wait(key)
            if (kept := cache.get(key)) is not None:
                return kept
        with cache.making.turn(key):
            answer = await self._in_thread(self._flask, body)
            if answer.work is None and key is not None:
                cache.put(key, answer)
            return answer

    def _flask(self, body: bytes) -> Answer:
        environ = self._environment(body)
        answer = adapter.call(self.served.app, compression.known_to(environ, self.coding))
        if answer.work is not None:
            return answer
        return compression.finished(answer, self.coding, environ.get("HTTP_IF_NONE_MATCH", ""))

    def _environment(self, body: bytes) -> dict[str, Any]:
        path, request_id = self.head.path, self.facts.request_id
        return adapter.environment(self.scope, path, body, prefix=self.prefix, request_id=request_id)

    async def _in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, function, *arguments)

    async def _problem(self, error: ParleyError) -> None:
        """Answer with a problem document without asking Flask, for requests that never got that far."""
        members = problems.document(error, prefix=self.prefix, request_id=self.facts.request_id)
        body = problems.encode(members)
        headers = [("Content-Type", PROBLEM.content_type), ("Content-Length", str(len(body)))]
        headers += [*problems.headers(error).items(), *COMMON.items()]
        await self.out.whole(Answer(error.http_status, headers, body))

    async def _work(self, work: Work, headers: Headers, body: bytes) -> None:
        """Ask the engine and send what it answers, or the problem if it fails before the first byte has gone out."""
        is_query = isinstance(work.query, QueryRequest)
        self.facts.outcome = "abandoned" if is_query else ""  # unless it gets to one of the ends below
        headers = [(name, value) for name, value in headers if name != "Content-Length"]
        failure: ParleyError | None = None
        try:
            await self._asked(work, headers, body)
        except ParleyError as error:
            failure = error
        if is_query:
            self.facts.outcome = failure.kind if failure else "ok"
        if failure is None:
            return
        if self.out.started:
            log.warning("request %s broke off: %s", self.facts.request_id, failure)
            raise Aborted(self.facts.request_id) from failure
        await self.out.whole(
            await self._in_thread(
                adapter.render, self.served.app, self._environment(body), lambda: problems.respond(failure)
            )
        )

    async def _asked(self, work: Work, headers: Headers, body: bytes) -> None:
        """Send what the engine answers, or what it has just answered somebody else who asked the same."""
        results = self.served.results
        key = self.key if any(name == "ETag" for name, _ in headers) else None
        if key is not None:
            await results.making.wait(key)
            if (kept := results.get(key)) is not None:
                await self.out.kept(kept)
                return
        with results.making.turn(key) as turn:
            async with work.opened(self.served.engine) as result:
                if result.head.kind in work.paged:
                    await self._page(work, result, headers, body)
                else:
                    await self._copy(result, [*fields_of_content(result.head), *headers], turn)

    async def _copy(self, result: Any, headers: Headers, turn: Turn) -> None:
        """Send a result that is small enough to be kept whole when it is complete, a larger one as it comes.

        The larger one goes out a chunk behind the engine: its last one only when the result is known to be whole.
        Whatever fails before the first byte has gone out is sent as a problem.
        """
        held = bytearray()
        coding = self.head.coding(compression.FOR_STREAMS)
        encoder = compression.encoder(coding) if coding else None
        async for chunk in result:
            if not self.out.started:
                if len(held) + len(chunk) <= LARGEST_BODY:
                    held += chunk
                    continue
                if self.head.is_old:
                    raise OldProtocol(
                        f"The answer is longer than {LARGEST_BODY} bytes: a stream, whose end HTTP/1.0 can't mark.",
                        cure="Ask by HTTP/1.1 (behind nginx: proxy_http_version 1.1), or for less, with LIMIT.",
                    )
                caching.require(self.head.field(b"if-match"), "")
                turn.end()  # a stream is not kept
                await self.out.start(200, compression.fields_of(headers, coding))
                if self.out.is_head:
                    await self.out.body(b"", last=True)
                    return
            await self._piece(bytes(held), encoder)
            held = bytearray(chunk)
        if self.out.started:
            await self._piece(bytes(held), encoder)
            await self.out.body(encoder.flush() if encoder else b"", last=True)
        else:
            await self._send_whole(Answer(200, headers, bytes(held), route=self.facts.route))

    async def _piece(self, data: bytes, encoder: compression.Encoder | None) -> None:
        """Send a piece of a stream, unless its encoder keeps it back to go with the next."""
        if encoder is not None:
            data = await self._in_thread(encoder.compress, data)
        if data:
            await self.out.body(data)

    async def _send_whole(self, answer: Answer) -> None:
        """Send a whole result with its strong ETag, or the 304 in its place; it is kept for those who ask the same."""
        answer = sealed(answer)
        if self.coding:
            answer = await self._in_thread(compression.encoded, answer, self.coding)
        else:
            answer = compression.encoded(answer, "")
        caching.require(self.head.field(b"if-match"), dict(answer.headers).get("ETag", ""))
        kept = self.served.results.put(self.key, answer) if self.key else None
        if kept is None:
            await self.out.whole(revalidated(answer, self.head))
        else:
            await self.out.kept(kept)

    async def _page(self, work: Work, result: Any, headers: Headers, body: bytes) -> None:
        """Buffer the result, up to the limit of `work`, and send the page that it makes of it."""
        buffer = bytearray()
        async for chunk in result:
            buffer += chunk
            if len(buffer) > work.page_bytes:
                result.abort()
                break
        content = bytes(buffer) if len(buffer) <= work.page_bytes else None
        page, head = work.page, result.head
        assert page is not None  # `paged` is empty without
        environ = self._environment(body)
        answer = await self._in_thread(adapter.render, self.served.app, environ, lambda: page(head, content))
        present = {name for name, _ in answer.headers}
        answer.headers += [(name, value) for name, value in headers if name not in present]
        await self._send_whole(answer)
