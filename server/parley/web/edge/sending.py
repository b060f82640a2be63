"""How an answer goes out: its messages in their order, what HEAD leaves out, and what is counted."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from parley.web.edge.asgi import FILES, Scope, Send, body_message, file_message, start_message
from parley.web.edge.cache import Kept
from parley.web.edge.head import RequestHead
from parley.web.edge.record import Facts
from parley.web.http.answer import Answer, Headers


class Sender:
    """Sends one response to the request `head`, and notes in `facts` what it sends."""

    def __init__(self, head: RequestHead, facts: Facts, scope: Scope, send: Send, pool: ThreadPoolExecutor) -> None:
        self.started = False
        self._head = head
        self._facts = facts
        self._scope = scope
        self._send = send
        self._pool = pool

    @property
    def is_head(self) -> bool:
        """Whether no body is wanted."""
        return self._head.method == "HEAD"

    async def start(self, status: int, headers: Headers) -> None:
        """Begin; the body follows."""
        self.started = True
        self._facts.status = status
        self._facts.media_type = next((value for name, value in headers if name == "Content-Type"), "")
        if status >= 400:
            headers = [*headers, ("X-Request-Id", self._facts.request_id)]
        await self._send(start_message(status, headers))

    async def body(self, data: bytes, *, last: bool = False) -> None:
        """Send a piece of the body."""
        content = b"" if self.is_head else data
        self._facts.sent += len(content)
        await self._send(body_message(content, last=last))

    async def whole(self, answer: Answer) -> None:
        """Send an answer from beginning to end."""
        await self.start(answer.status, answer.headers)
        if isinstance(answer.body, bytes):
            await self.body(answer.body, last=True)
            return
        loop, chunks = asyncio.get_running_loop(), answer.body
        try:
            if chunks.path and not self.is_head and FILES in self._scope.get("extensions", ()):
                self._facts.sent += next(int(value) for name, value in answer.headers if name == "Content-Length")
                await self._send(file_message(chunks.path))
                return
            while not self.is_head and (chunk := await loop.run_in_executor(self._pool, chunks.read)):
                await self.body(chunk)
            await self.body(b"", last=True)
        finally:
            await loop.run_in_executor(self._pool, chunks.close)

    async def kept(self, kept: Kept) -> None:
        """Send an answer as it is kept, or the 304 in its place."""
        self.started = True
        await send_kept(kept, self._head, self._facts, self._send)


async def send_kept(kept: Kept, head: RequestHead, facts: Facts, send: Send) -> None:
    """Send an answer as it is kept, or the 304 in its place, and note it in `facts`."""
    start, body = kept.messages_for(head)
    facts.route, facts.status, facts.sent = kept.route, start["status"], len(body["body"])
    if start is kept.start:
        facts.media_type = kept.media_type
    await send(start)
    await send(body)
