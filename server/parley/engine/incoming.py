"""The client's end of a connection to an executor, and the answer that comes on it, read in the background.

Setting up a transport and its stream costs as much as a cheap query, so the socket is read directly; and nobody is
woken for the frame that only says that an executor has taken the query. The event loop never stands still for an
answer: its next requests begin meanwhile, so that the executors work side by side.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable

from parley.engine.frames import CHUNK, FRAME_HEADER, Frame, Malformed, decode_header
from parley.errors import EngineLost

#: A full frame in one piece: what is left of it would take another turn of the loop.
_READ = FRAME_HEADER.size + CHUNK


class Connection:
    """A connection to an executor, which answers one query after another until it closes it; `link` does not block.

    `freed` is called when it may be asked again, and when it has ended. Above twice `spool` bytes that nobody has
    taken, reading pauses, and with it, soon, the executor.
    """

    def __init__(self, link: socket.socket, spool: int, freed: Callable[[Connection], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._link = link
        self._descriptor = link.fileno()
        self._most = 2 * spool
        self._freed = freed
        self._buffer = bytearray()
        self._incoming: Incoming | None = None
        self._reading = False
        #: What the executor said of itself when it took the first query.
        self.executor = b""
        self.is_open = True

    async def send(self, payload: bytes, incoming: Incoming, wait: float) -> bool:
        """Send a request, whose answer is for `incoming`; whether that went within `wait` seconds.

        What the socket takes, mostly all, is sent at once: a cheap query is then answered before this side goes on.
        """
        self._incoming = incoming
        try:
            sent = self._link.send(payload)
            if sent < len(payload):
                async with asyncio.timeout(wait):
                    await self._loop.sock_sendall(self._link, payload[sent:])
        except (ConnectionError, TimeoutError):
            return False
        return True

    def resume(self) -> None:
        """Read what comes, also while nothing is asked: that is the end."""
        if not self._reading and self.is_open:
            self._reading = True
            self._loop.add_reader(self._descriptor, self._read)  # with a socket asyncio makes a text of it first

    def pause(self) -> None:
        """Leave what comes where it is."""
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._descriptor)

    def close(self) -> None:
        """Close at once: the executor notices."""
        if self.is_open:
            self.pause()
            self.is_open, self._incoming = False, None
            self._link.close()
            self._freed(self)

    def forsake(self, incoming: Incoming) -> None:
        """Close, unless the answer for `incoming` has come whole."""
        if self._incoming is incoming:
            self.close()

    def _read(self) -> None:
        try:
            data = self._link.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._end(unread=True)
            return
        if not data or self._incoming is None:
            self._end(unread=False)
            return
        self._buffer += data
        try:
            self._cut(self._incoming)
        except Malformed as error:
            self._incoming.fail(EngineLost(f"The query engine sent {error}.", cure="Restart the server."))
            self.close()

    def _cut(self, incoming: Incoming) -> None:
        """Hand out the frames that are whole."""
        buffer, start, last = self._buffer, 0, False
        while not last and len(buffer) - start >= FRAME_HEADER.size:
            kind, length = decode_header(buffer, start)
            begin = start + FRAME_HEADER.size
            if len(buffer) < begin + length:
                break
            start = begin + length
            content = bytes(memoryview(buffer)[begin:start])
            if kind is Frame.ACCEPTED:
                self.executor, incoming.accepted_at = content, time.monotonic()
            else:
                incoming.put(kind, content)
                last = kind is Frame.END or kind is Frame.ERROR
        del buffer[:start]
        if last:
            self._incoming = None
            self._freed(self)  # before the answer is looked at: the executor need not wait for that
        elif incoming.held >= self._most:
            self.pause()
        incoming.wake()

    def _end(self, *, unread: bool) -> None:
        incoming = self._incoming
        self.close()
        if incoming is not None:
            incoming.end(unread=unread)


class Incoming:
    """The answer to one query, as it comes on `connection`; for one task."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._frames: deque[tuple[Frame, bytes]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._failure: Exception | None = None
        self._is_unread = False
        #: Bytes that have come and that nobody has taken.
        self.held = 0
        #: When an executor took the query (monotonic seconds), 0 until then. One that keeps a connection either is
        #: ready or closes it.
        self.accepted_at = time.monotonic() if connection.executor else 0.0

    async def ask(self, payload: bytes, wait: float, seconds: float) -> bool:
        """Send a request; whether an executor takes it within `wait` seconds and then begins to answer, or to fail.

        An answer that does not begin within `seconds` of that, or a connection that ends, is a failure: `frame` tells.
        """
        deadline = time.monotonic() + wait
        if not await self._connection.send(payload, self, wait):
            return False
        while not (self._frames or self._failure):
            until = self.accepted_at + seconds if self.accepted_at else deadline
            if until <= time.monotonic():
                break
            await self._arrival(until)
        return bool(self._frames) or (self.accepted_at > 0 and not self._is_unread)

    def ready(self) -> tuple[Frame, bytes] | None:
        """The next frame if it has arrived."""
        if not self._frames:
            return None
        frame = self._frames.popleft()
        self.held -= len(frame[1])
        return frame

    async def frame(self, seconds: float) -> tuple[Frame, bytes]:
        """The next frame. Raises TimeoutError after `seconds`, EngineLost, or ConnectionError at the end."""
        deadline = time.monotonic() + seconds
        while (found := self.ready()) is None:
            await self._arrival(deadline)
        return found

    @property
    def executor(self) -> bytes:
        """What the executor said of itself; empty if none has taken the query."""
        return self._connection.executor

    def abort(self) -> None:
        """Give up what has not come yet."""
        self._connection.forsake(self)

    def put(self, kind: Frame, content: bytes) -> None:
        """A frame has come."""
        self._frames.append((kind, content))
        self.held += len(content)

    def end(self, *, unread: bool) -> None:
        """Nothing more can come; `unread` tells that the request was still on its way when the executor left."""
        self._is_unread = unread
        self.fail(ConnectionResetError())

    def fail(self, failure: Exception) -> None:
        """Nothing more can come; what waits for more, or ever does, is told `failure`."""
        self._failure = failure
        self.wake()

    def wake(self) -> None:
        """Look at what has come, if it is of use."""
        if self._waiter is not None and (self._frames or self._failure):
            _wake(self._waiter)

    async def _arrival(self, deadline: float) -> None:
        """Wait until more is here, or for `deadline`, after which the next call raises TimeoutError.

        Raises what it failed with if nothing can come.
        """
        if self._failure is not None:
            raise self._failure
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        self._connection.resume()
        loop = asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        timer = loop.call_later(seconds, _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
