"""Whether clients that send a byte every three seconds are noticed by the others: `python tests/bench/slow_clients.py`.

They hold connections while one client asks easy queries and documents, and the medians and 99th percentiles before and
meanwhile are printed, with the number of the slow ones that the server has closed by then.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from large import ask
from load import request_of
from sample import make_release, write_data
from servers import Measure, Server, measure, parley

#: Seconds between two bytes of one slow client.
PAUSE = 3.0


class Crowd:
    """Connections that each send a request, one byte every `PAUSE` seconds, and never end it."""

    def __init__(self, port: int, size: int) -> None:
        self.connections = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(size)]
        self._text = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 1000
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    @contextmanager
    def present(self) -> Iterator[None]:
        """Have them send while the block runs."""
        self._thread.start()
        try:
            yield
        finally:
            self._end.set()
            self._thread.join()
            for connection in self.connections:
                connection.close()

    def closed(self) -> int:
        """How many of them the server has closed."""
        return sum(_is_closed(connection) for connection in self.connections)

    def _run(self) -> None:
        for place in count():
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.send(self._text[place % len(self._text) :][:1])
            if self._end.wait(PAUSE):
                return


def _is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(65536) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def easy(server: Server, things: int, seconds: float, numbers: Iterator[int]) -> dict[str, Measure]:
    """What one client sees of distinct easy queries and of documents that are new to the server."""
    queries = (ask(server, f"SELECT * {{ :t{n % things} ?p ?o }} #{n}") for n in numbers)
    documents = (request_of(f"/doc/t{n % things}?turn={n}", "text/turtle") for n in numbers)
    return {
        "query": measure(server, queries, 1, seconds),
        "document": measure(server, documents, 1, seconds),
    }


def main() -> None:
    """Measure and print a line a kind of request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--things", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        write_data(folder / "publication", options.things)
        make_release(folder / "publication")
        server = stack.enter_context(parley(folder / "publication", folder, workers=os.cpu_count() or 1))
        numbers = count()
        before = easy(server, options.things, options.seconds, numbers)
        crowd = Crowd(server.port, options.clients)
        with crowd.present():
            during = easy(server, options.things, options.seconds, numbers)
            closed = crowd.closed()
        for kind, found in before.items():
            print(
                f"{kind:<9} alone {found.p50:.2f} / {found.p99:.2f} ms, beside {options.clients} slow clients "
                f"{during[kind].p50:.2f} / {during[kind].p99:.2f} ms (p50 / p99); {closed} of them closed"
            )


if __name__ == "__main__":
    main()
