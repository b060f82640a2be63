"""A load generator that costs little: one thread, one epoll, requests made beforehand, answers only measured.

A client that parses every answer takes longer than the quickest of the servers measured here, and then measures itself.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"


class BadAnswer(Exception):
    """A server answered otherwise than the measurement needs."""


@dataclass(slots=True)
class _Connection:
    """A connection and what has come of the answer that it waits for."""

    socket: socket.socket
    began: float = 0.0
    request: bytes = b""
    received: bytearray = field(default_factory=bytearray)
    size: int = -1  # bytes of head and body, once known; -2: chunked
    body: int = 0

    def ask(self, request: bytes) -> None:
        self.request, self.size = request, -1
        self.received.clear()
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self, status: int, shortest: int) -> bool:
        """Take what has come; whether the answer is whole."""
        data = self.socket.recv(262_144)
        if not data:
            raise BadAnswer(f"the connection ended in the answer to\n{self.request.decode()[:300]}")
        self.received += data
        if self.size == -1 and not self._read_head(status, shortest):
            return False
        if self.size == -2:  # no body here holds what ends a chunked one
            return self.received.endswith(_LAST_CHUNK)
        return len(self.received) >= self.size

    def _read_head(self, status: int, shortest: int) -> bool:
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self.received[: end + 2])
        if not head.startswith(b"HTTP/1.1 %d" % status):
            raise BadAnswer(f"{head.decode('latin-1')}\n{self.request.decode()[:300]}")
        length = _LENGTH.search(head)
        if status == 304:
            self.size = end + 4
        elif length:
            if int(length[1]) < shortest:
                raise BadAnswer(f"an answer of {int(length[1])} bytes to\n{self.request.decode()[:300]}")
            self.size = end + 4 + int(length[1])
        elif _CHUNKED.search(head):
            self.size = -2
        else:
            raise BadAnswer(f"an answer without length:\n{head.decode('latin-1')}")
        return True


def load(
    port: int, requests: Iterator[bytes], connections: int, seconds: float, *, status: int = 200, shortest: int = 10
) -> list[float]:
    """Ask 127.0.0.1 over so many connections for so long; the seconds that each answer took, in rising order.

    Raises BadAnswer for a status other than `status`, a body below `shortest` bytes, a connection that ends.
    """
    with ExitStack() as stack:
        waiting = []
        for _ in range(connections):
            connected = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting.append(_Connection(connected))
        poll = stack.enter_context(select.epoll())
        return sorted(_loaded(waiting, poll, requests, seconds, status, shortest))


def _loaded(
    waiting: list[_Connection],
    poll: select.epoll,
    requests: Iterator[bytes],
    seconds: float,
    status: int,
    shortest: int,
) -> Iterator[float]:
    asked = {connection.socket.fileno(): connection for connection in waiting}
    end = time.perf_counter() + seconds
    for descriptor, connection in asked.items():
        poll.register(descriptor, select.EPOLLIN)
        connection.ask(next(requests))
    while asked:
        for descriptor, _ in poll.poll(60) or _silent():
            connection = asked[descriptor]
            if connection.is_answered(status, shortest):
                now = time.perf_counter()
                yield now - connection.began
                if now < end:
                    connection.ask(next(requests))
                else:
                    poll.unregister(descriptor)
                    del asked[descriptor]


def _silent() -> list[tuple[int, int]]:
    raise BadAnswer("no answer for a minute")


def request_of(
    path: str, accept: str, *, more: tuple[tuple[str, str], ...] = (), method: str = "GET", body: bytes = b""
) -> bytes:
    """A request's bytes."""
    fields = [("Host", "127.0.0.1"), ("Accept", accept), *more]
    if body:
        fields.append(("Content-Length", str(len(body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body
