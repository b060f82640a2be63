"""The zygote's control socket: one JSON question a connection, one JSON answer, possibly after a while."""

from __future__ import annotations

import json
import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

_MAX_WAITING = 256
_MAX_QUESTION = 4096

Reply = Callable[[dict[str, Any]], dict[str, Any] | None]


class Control:
    """Answers questions inside the zygote's loop; `reply` gives None for a question that must wait for an event."""

    def __init__(self, listener: socket.socket, selector: selectors.BaseSelector, reply: Reply) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._selector = selector
        self._reply = reply
        self._waiting: dict[socket.socket, dict[str, Any]] = {}
        self._open: set[socket.socket] = set()
        selector.register(listener, selectors.EVENT_READ, self._accept)

    def wake(self) -> None:
        """Something has changed: look at the waiting questions again."""
        for connection, question in list(self._waiting.items()):
            self._answer(connection, question)

    def close(self) -> None:
        """Close every descriptor (in a forked child)."""
        for connection in (self._listener, *self._open):
            connection.close()

    def _accept(self) -> None:
        with suppress(OSError):
            connection, _ = self._listener.accept()
            if len(self._open) >= _MAX_WAITING:
                connection.close()
                return
            connection.setblocking(False)
            self._open.add(connection)
            self._selector.register(connection, selectors.EVENT_READ, lambda: self._read(connection))

    def _read(self, connection: socket.socket) -> None:
        if connection not in self._open:  # answered and closed by an earlier event of the same round
            return
        try:
            data = connection.recv(_MAX_QUESTION)
            question = json.loads(data) if data else None
        except (OSError, ValueError):
            question = None
        if isinstance(question, dict) and connection not in self._waiting:
            self._answer(connection, question)
        else:
            self._drop(connection)

    def _answer(self, connection: socket.socket, question: dict[str, Any]) -> None:
        answer = self._reply(question)
        if answer is None:
            self._waiting[connection] = question
            return
        with suppress(OSError):
            connection.send(json.dumps(answer).encode() + b"\n")
        self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        self._waiting.pop(connection, None)
        self._open.discard(connection)
        connection.close()


def listen(path: Path, backlog: int) -> socket.socket:
    """A listening UNIX socket that appears at `path` only when it is ready, for this user alone."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(draft))
    draft.chmod(0o600)
    listener.listen(backlog)
    draft.rename(path)
    return listener
