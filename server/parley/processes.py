"""How the supervisor starts its children; all of them end when it does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from parley.listening import split_address
from parley.settings import Settings

#: Turns prometheus-client's multi-process mode on.
DIRECTORY_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def without_keyboard() -> Iterator[None]:
    """Have processes started meanwhile ignore Ctrl-C: the supervisor alone ends them, in order."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_http(
    settings: Settings, listeners: list[socket.socket], serving: Path, counts: Path
) -> subprocess.Popen[bytes]:
    """The HTTP server, with a worker for each of the sockets; it counts in `counts` if there are to be metrics."""
    descriptors = tuple(listener.fileno() for listener in listeners)
    command = ["parley.web.server", "--descriptors", *map(str, descriptors), "--serving", str(serving)]
    command += ["--drain-seconds", str(settings.drain_seconds)]
    command += ["--log-level", settings.log_level, "--log-format", settings.log_format]
    more = {DIRECTORY_VARIABLE: str(counts)} if settings.metrics else {}
    return _start(command, more, descriptors)


def start_metrics(address: str, serving: Path, counts: Path) -> subprocess.Popen[bytes]:
    """What answers Prometheus at `address`."""
    host, port = split_address(address)
    command = ["parley.metrics", "--host", host, "--port", str(port), "--serving", str(serving)]
    return _start([*command, "--counts", str(counts)], {}, ())


def start_hashing(release: Path) -> subprocess.Popen[bytes]:
    """What hashes every file of a release; exit status 0: sound."""
    return _start(["parley.release.rehash", str(release)], {}, (), parent=False)


def _start(
    command: list[str], more: dict[str, str], descriptors: tuple[int, ...], *, parent: bool = True
) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-m", *command, *(["--parent", str(os.getpid())] if parent else [])]
    path = os.pathsep.join(path for path in sys.path if path)
    environment = {k: v for k, v in os.environ.items() if k != DIRECTORY_VARIABLE} | {"PYTHONPATH": path} | more
    with without_keyboard():
        return subprocess.Popen(arguments, pass_fds=descriptors, stdin=subprocess.DEVNULL, env=environment)
