"""A client's connections to the executors of one zygote: some are kept from query to query."""

from __future__ import annotations

import socket

from parley.engine.failures import queue_full
from parley.engine.incoming import Connection
from parley.engine.protocol import Limits
from parley.errors import EngineLost


class Connections:
    """Connections to whoever takes them from the socket at `path`; at most `kept` idle ones stay open.

    No executor keeps one while others wait, so none is kept here either while more are in use.
    """

    def __init__(self, path: str, limits: Limits, kept: int) -> None:
        self._path = path
        self._limits = limits
        self._kept = kept
        self._idle: list[Connection] = []
        self._in_use = 0

    def take(self, *, lost: bool) -> Connection | None:
        """An idle connection, else a new one; None if there is no socket just now.

        For that raises EngineLost if it is `lost`, and EngineBusy where too many wait already.
        """
        connection = self._idle.pop() if self._idle else self._connect(lost=lost)
        if connection is not None:
            self._in_use += 1
        return connection

    def close(self) -> None:
        """Close those that are idle, and keep none from now on."""
        self._kept = 0
        for connection in self._idle[:]:
            connection.close()

    def _connect(self, *, lost: bool) -> Connection | None:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.setblocking(False)
        try:
            link.connect(self._path)
        except BlockingIOError:
            link.close()
            raise queue_full(self._limits) from None
        except OSError as error:
            link.close()
            if lost:
                raise EngineLost("The query engine is not running.", cure="Try again in a minute.") from error
            return None
        return Connection(link, self._limits.spool_bytes, self._free)

    def _free(self, connection: Connection) -> None:
        """One that was in use is so no longer, or one has ended."""
        if connection in self._idle:
            self._idle.remove(connection)
            return
        self._in_use -= 1
        if connection.is_open:
            self._idle.append(connection)
            if self._in_use + len(self._idle) > self._kept:
                connection.close()
            else:
                connection.resume()
