"""The client's end of a connection to an executor: frames as they come, read in the background.

Setting up a transport and its stream costs as much as a cheap query, so the socket is read directly; and nobody is
woken for the frame that only says that an executor has taken the query. The event loop never stands still for an
answer: its next requests begin meanwhile, so that the executors work side by side.
"""

from __future__ import annotations

import asyncio
import socket
import time

from parley.engine.frames import CHUNK, FRAME_HEADER, Frame, Malformed, decode_header
from parley.errors import EngineLost

#: A full frame in one piece: what is left of it would take another turn of the loop.
_READ = FRAME_HEADER.size + CHUNK
_ACCEPTED = bytes([Frame.ACCEPTED])


class Incoming:
    """Frames from `connection`, a connected non-blocking socket; for one task.

    Above twice `spool` bytes that nobody has taken, reading pauses, and with it, soon, the executor.
    """

    def __init__(self, connection: socket.socket, spool: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._descriptor = connection.fileno()
        self._most = 2 * spool
        self._buffer = bytearray()
        self._ended = False
        self._reading = False
        self._waiter: asyncio.Future[None] | None = None
        #: What the executor said of itself when it took the query, and when that was (monotonic seconds).
        self.executor: bytes | None = None
        self.accepted_at = 0.0

    def ready(self) -> tuple[Frame, bytes] | None:
        """The next frame if it has arrived. Raises EngineLost if it is none."""
        buffer = self._buffer
        if len(buffer) < FRAME_HEADER.size:
            return None
        try:
            kind, length = decode_header(buffer)
        except Malformed as error:
            raise EngineLost(f"The query engine sent {error}.", cure="Restart the server.") from error
        end = FRAME_HEADER.size + length
        if len(buffer) < end:
            return None
        content = bytes(memoryview(buffer)[FRAME_HEADER.size : end])
        del buffer[:end]
        return kind, content

    async def ask(self, payload: bytes, wait: float, seconds: float) -> bool:
        """Send a request; whether an executor takes it within `wait` seconds and then begins to answer, or to fail.

        An answer that does not begin within `seconds` of that, or a connection that ends, is a failure: `frame` tells.
        """
        deadline = time.monotonic() + wait
        if not await self._send(payload, wait):
            return False
        while not (self._has_frame() or self._ended):
            until = deadline if self.executor is None else self.accepted_at + seconds
            if until <= time.monotonic():
                break
            await self._arrival(until)
        return self.executor is not None or self._has_frame()

    async def _send(self, payload: bytes, wait: float) -> bool:
        """Send at once what the socket takes, mostly all: a cheap query is then answered before this side goes on."""
        try:
            sent = self._connection.send(payload)
            if sent < len(payload):
                async with asyncio.timeout(wait):
                    await self._loop.sock_sendall(self._connection, payload[sent:])
        except (ConnectionError, TimeoutError):
            return False
        return True

    async def frame(self, seconds: float) -> tuple[Frame, bytes]:
        """The next frame. Raises TimeoutError after `seconds`, EngineLost, or ConnectionError at the end."""
        if (found := self.ready()) is None:
            deadline = time.monotonic() + seconds
            while (found := self.ready()) is None:
                await self._arrival(deadline)
        return found

    def abort(self) -> None:
        """Close at once: the executor notices."""
        if self._connection.fileno() >= 0:
            self._pause()
            self._connection.close()

    async def _arrival(self, deadline: float) -> None:
        """Wait until more is here, or for `deadline`, after which the next call raises TimeoutError.

        Raises ConnectionResetError if nothing can come.
        """
        if self._ended:
            raise ConnectionResetError
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        self._resume()
        waiter = self._waiter = self._loop.create_future()
        timer = self._loop.call_later(seconds, _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _has_frame(self) -> bool:
        size = len(self._buffer) - FRAME_HEADER.size
        return size >= 0 and size >= FRAME_HEADER.unpack_from(self._buffer)[1]

    def _resume(self) -> None:
        if not self._reading:
            self._reading = True
            self._loop.add_reader(self._descriptor, self._read)  # with a socket asyncio makes a text of it first

    def _pause(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._descriptor)

    def _read(self) -> None:
        try:
            data = self._connection.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        self._buffer += data
        if not data:
            self._ended = True
            self._pause()
        elif len(self._buffer) >= self._most:
            self._pause()
        if self.executor is None and self._buffer[:1] == _ACCEPTED and (accepted := self.ready()):
            self.executor, self.accepted_at = accepted[1], time.monotonic()
        if self._waiter is not None and (self._buffer or self._ended):
            _wake(self._waiter)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
