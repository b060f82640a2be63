"""The HTTP server process: Granian on the sockets that the supervisor listens on (`python -m parley.web.server`).

The sockets are the supervisor's, so that connections wait in their queues, and are not refused, while a worker or this
whole process is started again. Each worker has one of its own: of many connections that come at once, as a proxy opens
them, the first to wake would take all from one that they share.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer, WorkerProcess

from parley import logs
from parley.engine.client import EngineClient
from parley.engine.protocol import Engine, Limits
from parley.engine.remote import RemoteEngine
from parley.engine.sandbox import die_with_parent
from parley.serving import Serving
from parley.web.app import create_app, make_ready
from parley.web.edge.application import Edge
from parley.web.edge.exchange import Aborted
from parley.web.edge.sites import Served, Sites
from parley.web.site import Site

#: Threads for Flask in one worker: views are short and need the interpreter's lock, so more would only queue.
THREADS = 4
BACKLOG = 1024
#: Room for one request's head, so that over-long addresses and fields get their own 414 and 431 from `intake`.
_HEAD_BUFFER = 128 * 1024


class Server(MPServer):
    """Granian's multi-process server on sockets that listen already, one for each worker."""

    def __init__(self, descriptors: list[int], **options: Any) -> None:
        super().__init__("parley.web.edge.application", workers=len(descriptors), **options)
        self._listeners = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        for listener in self._listeners:
            listener.set_inheritable(True)
        self._use(self._listeners[0])

    def _init_shared_socket(self) -> None:
        pass  # Granian would open one

    def _spawn_worker(self, idx: int, *arguments: Any, **named: Any) -> WorkerProcess:
        self._use(self._listeners[idx])
        return super()._spawn_worker(idx, *arguments, **named)

    def _use(self, listener: socket.socket) -> None:
        """Have the next worker accept on `listener`, the way Granian shares one with all (on macOS)."""
        self._sso = listener
        self._sfd: Any = listener.fileno()
        self._shd: Any = SocketHolder(self._sfd, False, BACKLOG)  # type: ignore[call-arg]  # its stub is behind
        self._ssp = None


def open_served(serving: Serving) -> Served:
    """Open the release that `serving` names, with its application and its engine's client. Raises ReleaseError."""
    site = Site.open(serving)
    limits = Limits.from_settings(serving.settings)
    engine: Engine
    if remote := serving.settings.endpoint:
        engine = RemoteEngine(remote, limits, lambda iri: site.index.graph(iri) is not None)
    else:
        engine = EngineClient(serving.engine, limits, kept=limits.executors)
    app = create_app(site)
    make_ready(app)
    return Served(site, app, engine)


def load_edge(serving: Path, parent: int) -> Edge:
    """The ASGI application of one worker; runs in the worker, first of all."""
    die_with_parent(parent, signal.SIGKILL)
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="flask")
    return Edge(Sites(serving, open_served, pool), pool)


def abort_filter() -> Callable[[logging.LogRecord], bool]:
    """The filter of `_logging`, in the form that the logging configuration takes."""
    return _is_no_abort


def _is_no_abort(record: logging.LogRecord) -> bool:
    """Drop Granian's report, with a trace in its text, of our deliberate aborts: the edge has logged the reason."""
    return not (record.name.startswith("_granian") and f"{Aborted.__name__}: " in record.getMessage())


def _logging(level: str, log_format: str) -> dict[str, Any]:
    """One format for Granian's messages and ours, on the standard error; Granian applies it in every worker."""
    return logs.configuration(level, log_format, aborts={"()": "parley.web.server.abort_filter"})


def main() -> None:
    """Run until SIGTERM; exits with 1 when workers die as fast as they are started."""
    parser = argparse.ArgumentParser(prog="python -m parley.web.server", description=__doc__)
    parser.add_argument("--descriptors", type=int, nargs="+", required=True, help="a listening socket for each worker")
    parser.add_argument("--serving", type=Path, required=True, help="serving.json")
    parser.add_argument("--parent", type=int, required=True, help="process id of the supervisor")
    parser.add_argument("--drain-seconds", type=float, default=30.0)
    parser.add_argument("--log-level", default="info")
    parser.add_argument("--log-format", default="text")
    arguments = parser.parse_args()
    die_with_parent(arguments.parent, signal.SIGKILL)
    server = Server(
        arguments.descriptors,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        loop=Loops.auto,
        backlog=BACKLOG,
        websockets=False,
        http1_settings=HTTP1Settings(max_buffer_size=_HEAD_BUFFER),
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=max(1, round(arguments.drain_seconds)),
        log_level=LogLevels.warning,
        log_dictconfig=_logging(arguments.log_level, arguments.log_format),
        process_name=None,
    )
    gc.collect()
    gc.freeze()  # else the first collections in the workers would copy all that they share with this process
    server.serve(target_loader=partial(load_edge, arguments.serving, os.getpid()), wrap_loader=False)


if __name__ == "__main__":
    main()
