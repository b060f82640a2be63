"""The sockets that the supervisor listens on."""

from __future__ import annotations

import socket

import pytest

from parley.errors import Misuse
from parley.listening import listen


def _accepted(listener: socket.socket) -> int:
    taken = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return taken
        taken += 1


def test_connections_that_come_at_once_are_shared_out() -> None:
    with listen("127.0.0.1", 0, 3) as listeners:
        port = listeners[0].getsockname()[1]
        assert [listener.getsockname()[1] for listener in listeners] == [port] * 3
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(90)]
        shares = [_accepted(listener) for listener in listeners]
        for client in clients:
            client.close()
    assert sum(shares) == 90
    assert min(shares) >= 5, shares  # 30 are to be expected; below 5 is rarer than one in ten thousand million


@pytest.mark.parametrize("count", [1, 2])
def test_a_port_that_is_taken_is_refused_though_it_may_be_shared(count: int) -> None:
    with listen("127.0.0.1", 0, 2) as listeners:
        port = listeners[0].getsockname()[1]
        with pytest.raises(Misuse, match=f"Port {port}.*in use"), listen("127.0.0.1", port, count):
            pass


def test_all_are_closed_in_the_end() -> None:
    with listen("127.0.0.1", 0, 2) as listeners:
        port = listeners[0].getsockname()[1]
    with listen("127.0.0.1", port) as again:
        assert again[0].getsockname()[1] == port
    assert [listener.fileno() for listener in listeners] == [-1, -1]
