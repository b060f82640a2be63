"""The client's end of a connection to an executor: frames as they come, without a stream for a short answer.

Setting up a transport and its stream costs as much as a cheap query, so the socket is read directly until there is
more than one read brings. Then a stream takes over, which reads ahead for a client slower than its query.
"""

from __future__ import annotations

import asyncio
import socket

from parley.engine.frames import FRAME_HEADER, Frame, Malformed, decode_header
from parley.errors import EngineLost

_READ = 128 * 1024


class Incoming:
    """Frames from `connection`, a connected non-blocking socket; `spool` bytes are held for a slow reader."""

    def __init__(self, connection: socket.socket, spool: int) -> None:
        self._connection = connection
        self._spool = spool
        self._buffer = bytearray()
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, data: bytes) -> None:
        """Send what the socket did not take at once; only before `read_ahead`."""
        if data:
            await asyncio.get_running_loop().sock_sendall(self._connection, data)

    def ready(self) -> tuple[Frame, bytes] | None:
        """The next frame if it has arrived. Raises EngineLost if it is none."""
        if len(self._buffer) < FRAME_HEADER.size:
            return None
        try:
            kind, length = decode_header(bytes(self._buffer[: FRAME_HEADER.size]))
        except Malformed as error:
            raise EngineLost(f"The query engine sent {error}.", cure="Restart the server.") from error
        end = FRAME_HEADER.size + length
        if len(self._buffer) < end:
            return None
        content = bytes(memoryview(self._buffer)[FRAME_HEADER.size : end])
        del self._buffer[:end]
        return kind, content

    async def frame(self) -> tuple[Frame, bytes]:
        """The next frame. Raises EngineLost, or ConnectionError where the connection ends."""
        while (found := self.ready()) is None:
            if self._stream is None:
                data = await asyncio.get_running_loop().sock_recv(self._connection, _READ)
            else:
                data = await self._stream[0].read(_READ)
            if not data:
                raise ConnectionResetError
            self._buffer += data
        return found

    async def read_ahead(self) -> None:
        """Have what comes next read in the background, up to the spool's size, if the answer's end is not here yet."""
        if self._stream is None and not self._ends():
            self._stream = await asyncio.open_unix_connection(sock=self._connection, limit=self._spool)

    def _ends(self) -> bool:
        return bool(self._buffer) and self._buffer[0] in (Frame.END, Frame.ERROR)

    def abort(self) -> None:
        """Close at once: the executor notices."""
        if self._stream is None:
            if self._connection.fileno() >= 0:
                # a read that was just cancelled would do this later, to another socket with the same number
                asyncio.get_running_loop().remove_reader(self._connection)
            self._connection.close()
        else:
            self._stream[1].transport.abort()
