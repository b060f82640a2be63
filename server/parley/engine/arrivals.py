"""Where an executor's next query comes from: the socket that all executors share, or the client that it answered last.

That client's connection is kept, so that one who asks query after query need not connect for each; but nobody waits for
its sake. An executor without work answers whoever comes, and closes the connection that it kept: a request that is on
its way there then comes back to its client unread (ECONNRESET), who asks anew.
"""

from __future__ import annotations

import select
import socket

from parley.engine.hangup import HangupWatch

_GONE = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR


class Arrivals:
    """Connections on which a request is, or will be, to be read; `listener` does not block.

    `watch` watches the connection that was given last.
    """

    def __init__(self, listener: socket.socket, watch: HangupWatch) -> None:
        self._listener = listener
        self._watch = watch
        self._lease: socket.socket | None = None
        self._is_kept = False
        self._epoll = select.epoll()
        self._stand_in_line()

    def next(self) -> tuple[socket.socket, bool]:
        """Wait for a query; its connection, and whether it is a new one."""
        while (connection := self._accept()) is None:
            ready = dict(self._epoll.poll(maxevents=2))
            if self._listener.fileno() in ready:
                continue  # who was woken for a new connection must take it: no other executor was
            assert self._lease is not None
            if not ready[self._lease.fileno()] & _GONE:
                return self._lease, False
            self.leave()
        self.leave()
        self._lease = connection
        self._watch.attach(connection)
        return connection, True

    def keep(self) -> None:
        """The query is answered: its client may send another on the same connection."""
        if self._lease is not None and not self._is_kept:
            self._is_kept = True
            self._epoll.register(self._lease, select.EPOLLIN | select.EPOLLRDHUP)
            self._epoll.unregister(self._listener)
            self._stand_in_line()

    def leave(self) -> None:
        """Close the connection that was given last."""
        if self._lease is not None:
            self._watch.forget()
            self._lease.close()
            self._lease, self._is_kept = None, False

    def _accept(self) -> socket.socket | None:
        try:
            return self._listener.accept()[0]
        except BlockingIOError:
            return None

    def _stand_in_line(self) -> None:
        """Be the last of those that wait for new connections: others, who keep none, are woken before."""
        self._epoll.register(self._listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
