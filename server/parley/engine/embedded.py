"""Starts, watches and ends the zygote of one store."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from parley.engine.config import BROKER_SOCKET, ZygoteConfig
from parley.engine.protocol import Limits
from parley.engine.services import Services
from parley.engine.status import read_status
from parley.errors import EngineLost

_READY_SECONDS = 10.0
#: Bytes of a store that are read into memory a second, at the very least.
_BYTES_A_SECOND = 2_000_000
#: sun_path holds 108 bytes with its NUL; the longest socket name and its draft are shorter than this.
_LONGEST_DIRECTORY = 90


class EmbeddedEngine:
    """The engine for one read-only store, in processes of its own.

    `directory` will hold the sockets (default: a new temporary one); it must be private and its path shorter than 90
    bytes. `services` are the endpoints that SERVICE may name; if there are any, a broker is started to ask them.
    `index` is the release's, from which DESCRIBE is answered; `in_memory` has a copy of the store answer, which all
    executors share. The zygote dies with the thread that started it, so start it from one that lasts. `guard=False` is
    for tests of the sandbox only.
    """

    def __init__(
        self,
        store: Path,
        limits: Limits | None = None,
        *,
        directory: Path | None = None,
        prefixes: Mapping[str, str] | None = None,
        services: Services | None = None,
        index: Path | None = None,
        in_memory: bool = False,
        guard: bool = True,
    ) -> None:
        self.limits = limits or Limits()
        self._temporary = directory is None
        self.directory = directory or Path(tempfile.mkdtemp(prefix="parley-"))
        if len(os.fsencode(self.directory)) > _LONGEST_DIRECTORY:
            raise EngineLost(
                f"The path {self.directory} is too long for a UNIX socket.",
                cure=f"Choose a directory of at most {_LONGEST_DIRECTORY} bytes.",
            )
        self._services = services or Services()
        config = ZygoteConfig.guarded(
            store, self.directory, self.limits, prefixes or {}, self._services.endpoints, index
        )
        self._config = replace(config, in_memory=in_memory, guard=config.guard if guard else None)
        size = sum(file.stat().st_size for file in store.glob("*")) if in_memory else 0
        self._ready_seconds = _READY_SECONDS + size / _BYTES_A_SECOND
        self._process: subprocess.Popen[bytes] | None = None
        self._broker: subprocess.Popen[bytes] | None = None
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Process id of the zygote, if it has been started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the zygote and wait for its first executor; raises EngineLost with the reason if it can't serve."""
        self._spawn()
        deadline = time.monotonic() + self._ready_seconds
        failure = "no executor became ready"
        while time.monotonic() < deadline and self.is_alive():
            status = self._status_or_none()
            if status and status["executors"]:
                return
            if status and status["failure"]:
                failure = status["failure"]
                break
            time.sleep(0.005)
        self.stop()
        raise EngineLost(f"The query engine did not start: {failure}.", cure="Check the release with `parley check`.")

    def is_alive(self) -> bool:
        """Whether the zygote runs."""
        return self._process is not None and self._process.poll() is None

    def ensure_running(self) -> bool:
        """Start the zygote again if it has died (for a supervisor's loop; does not wait); whether it had to."""
        if self._services.endpoints and (self._broker is None or self._broker.poll() is not None):
            self._spawn_broker()
        if self.is_alive():
            return False
        self._close_lifeline()
        self._spawn()
        self.restarts += 1
        return True

    def drain(self) -> None:
        """Take no more queries; the zygote ends when the running ones have."""
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """End everything at once and remove the sockets."""
        if self._process is not None:
            self._process.kill()  # its children die with it (PR_SET_PDEATHSIG)
            self._process.wait()
            self._close_lifeline()
            self._process = None
        if self._broker is not None:
            self._broker.kill()
            self._broker.communicate()
            self._broker = None
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)

    def status(self) -> dict[str, Any]:
        """Counters and facts, as `Engine.status`; raises EngineLost."""
        status = self._status_or_none()
        if status is None:
            raise EngineLost("The query engine does not answer.", cure="Try again in a second.")
        return status

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _spawn(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._services.endpoints and self._broker is None:
            self._spawn_broker()
        command = [sys.executable, "-P", "-m", "parley.engine.zygote", self._config.to_json(), str(os.getpid())]
        # one arena: each further one reserves 64 MB of the address space that RLIMIT_AS counts
        environment = {**os.environ, "MALLOC_ARENA_MAX": "1"}
        if self._config.in_memory:
            environment["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"  # of huge pages fewer are copied at each fork
        with _stack_limit(self.limits.query_stack):
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)

    def _spawn_broker(self) -> None:
        """Start the process that asks other endpoints, and wait until executors can reach it."""
        path = self.directory / BROKER_SOCKET
        path.unlink(missing_ok=True)
        limits, parent = json.dumps(self.limits.to_json()), str(os.getpid())
        module = [sys.executable, "-P", "-m", "parley.engine.broker"]
        command = [*module, str(self.directory), self._services.to_json(), limits, parent]
        self._broker = subprocess.Popen(command, stdin=subprocess.PIPE)
        deadline = time.monotonic() + _READY_SECONDS
        while not path.exists() and self._broker.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)

    def _close_lifeline(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def _status_or_none(self) -> dict[str, Any] | None:
        return read_status(self.directory)


@contextmanager
def _stack_limit(size: int) -> Iterator[None]:
    """Let processes that are started meanwhile have a main thread's stack of `size` bytes, or as near as is allowed.

    The kernel lays out address space for it when a program starts, so it can't be set later.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))
