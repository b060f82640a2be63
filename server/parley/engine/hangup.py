"""Notices that the other side of a connection has gone while the main thread is inside the engine."""

from __future__ import annotations

import select
import signal
import socket
import threading
from collections.abc import Callable

#: The watching thread does next to nothing; without this it would reserve RLIMIT_STACK of address space.
_STACK = 256 * 1024
_GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR


def has_hung_up(connection: socket.socket) -> bool:
    """Whether the peer has closed or half-closed a stream socket; does not wait."""
    poll = select.poll()
    poll.register(connection, _GONE)
    return bool(poll.poll(0))


class HangupWatch:
    """A thread that calls `gone` when the peer of the connection closes it while a block of `with` runs, or before.

    The engine lets go of the interpreter lock while it evaluates, so the thread gets to run.
    """

    def __init__(self, gone: Callable[[], None]) -> None:
        self._epoll = select.epoll()
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._has_left = False
        self._in_block = False
        self._gone = gone
        before = threading.stack_size(_STACK)
        threading.Thread(target=self._run, name="hangup", daemon=True).start()
        threading.stack_size(before)

    def attach(self, connection: socket.socket) -> None:
        """Watch `connection` from now on, until `forget`, which comes before it is closed."""
        with self._lock:
            self._connection, self._has_left = connection, False
        self._epoll.register(connection, select.EPOLLRDHUP | select.EPOLLONESHOT)

    def forget(self) -> None:
        """Watch nothing."""
        with self._lock:
            self._connection = None

    def __enter__(self) -> None:
        with self._lock:
            self._in_block = True
            if self._has_left:
                self._gone()

    def __exit__(self, *_exception: object) -> None:
        with self._lock:
            self._in_block = False

    def _run(self) -> None:
        # signals belong to the main thread, where they interrupt a waiting accept()
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while True:
            self._epoll.poll()
            with self._lock:
                # the event may be of a connection that has since been closed
                if self._connection is not None and has_hung_up(self._connection):
                    self._has_left = True
                    if self._in_block:
                        self._gone()
