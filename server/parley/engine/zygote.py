"""The process that forks executors, watches them and says why one died: `python -m parley.engine.zygote CONFIG`.

It never sees a query, and has one thread beside the few idle ones of the store, which it opens once: executors share
what that takes. Clients connect to the listening socket that they inherit; the kernel hands each connection to one. A
query that runs longer than `quick_ms` makes its executor a slow one (niced) with a fresh one in its place; when
`slow_max` are slow already, it is ended, the sooner if others wait. Standard input is a lifeline: when it closes, the
zygote ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import selectors
import signal
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from parley.engine import sandbox
from parley.engine.config import CONTROL_SOCKET, QUERY_SOCKET, UNFIT, Slot, ZygoteConfig, fate_of
from parley.engine.control import Control, listen
from parley.engine.executor import Executor
from parley.engine.store import open_store

#: Longest time between two looks at the slots: shorter than any sensible `quick_ms`.
_LOOK_SECONDS = 0.05
#: Share of `quick_ms` that a query may take while no slow place is free and others wait.
_CROWDED_SHARE = 0.2
#: Pause after an executor that could not start.
_BACK_OFF_SECONDS = 0.5
#: Above our own: a tenth of the weight of a web worker. At 19 a slow query on a machine without idle processors got a
#: hundredth, and passed its deadline with 0.15 s of work; it even took seconds to die.
_SLOW_NICENESS = 10
_REMEMBERED_DEATHS = 1024
#: An executor that has had nothing to do for so long, and has grown by more than so many bytes, is replaced.
_REST_SECONDS, _GROWTH_AT_REST = 1.0, 2 * 1024 * 1024


@dataclass(slots=True)
class _Child:
    """A living executor; `pipe` ends when it does."""

    pid: int
    serial: int
    slot: Slot
    pipe: int
    ready: bool = False
    slow: bool = False
    sentence: str | None = None  # why the zygote itself ended it
    said: bytearray = field(default_factory=bytearray)


class Zygote:
    """Keeps `executors` quick children alive."""

    def __init__(self, config: ZygoteConfig, isolated: bool) -> None:
        self._config = config
        self._isolated = isolated
        self._store: ox.Store | None = None
        self._children: dict[int, _Child] = {}
        self._serial = 0
        self._fates: dict[int, str] = {}
        self._order: deque[int] = deque()
        self._counts: Counter[str] = Counter()
        self._served = 0
        self._walls: dict[str, Any] = {}
        self._failure = ""
        self._resume = 0.0
        self._ending: float | None = None
        self._open_store()
        self._selector = selectors.DefaultSelector()
        directory = Path(config.directory)
        self._listener = listen(directory / QUERY_SOCKET, config.limits.queue_length)
        self._listener.setblocking(False)
        self._arrivals = select.poll()  # readable while a connection waits that no executor has taken
        self._arrivals.register(self._listener, select.POLLIN)
        self._control = Control(listen(directory / CONTROL_SOCKET, 64), self._selector, self._reply)

    def run(self) -> None:
        """Serve until told to end (SIGTERM: after the running queries; end of the lifeline: at once)."""
        wake, alarm = os.pipe()
        os.set_blocking(alarm, False)
        signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, lambda *_: None)
        self._selector.register(wake, selectors.EVENT_READ, lambda: self._end(os.read(wake, 64)))
        self._selector.register(sys.stdin, selectors.EVENT_READ, _leave_if_closed)
        while not self._is_over():
            self._populate()
            for key, _ in self._selector.select(self._look()):
                key.data()
        for child in self._children.values():
            os.kill(child.pid, signal.SIGKILL)

    def _end(self, signals: bytes) -> None:
        if signal.SIGTERM in signals and self._ending is None:
            self._ending = time.monotonic() + self._config.limits.query_seconds
            for child in self._children.values():
                _retire(child)

    def _is_over(self) -> bool:
        return self._ending is not None and (not self._children or time.monotonic() > self._ending)

    def _populate(self) -> None:
        if self._ending is not None or time.monotonic() < self._resume:
            return
        if self._store is None and not self._open_store():
            return
        missing = self._config.limits.executors - sum(not child.slow for child in self._children.values())
        for _ in range(missing):
            self._fork()

    def _open_store(self) -> bool:
        """Open the store for all executors, and freeze what is here; whether that went."""
        try:
            self._store = open_store(self._config.store, in_memory=self._config.in_memory)
        except OSError as error:
            self._fail(f"{type(error).__name__}: {error}"[:400])
            return False
        gc.collect()
        gc.freeze()  # else the first collection in an executor would copy all the pages that it looks at
        return True

    def _fail(self, reason: str) -> None:
        self._failure = reason
        self._resume = time.monotonic() + _BACK_OFF_SECONDS

    def _look(self) -> float:
        """See to queries that are no longer quick and executors at rest; returns the seconds until the next look."""
        now, quick = time.monotonic(), self._quick_seconds()
        wait = _LOOK_SECONDS
        for child in list(self._children.values()):
            since = child.slot.since
            if child.slot.grown_at_rest(_REST_SECONDS) > _GROWTH_AT_REST:
                _retire(child)
            if child.slow or child.sentence or since is None:
                continue
            if now - since < quick:
                wait = min(wait, since + quick - now)
            elif self._has_slow_place():
                self._label_slow(child)
            else:
                child.sentence = "busy"
                os.kill(child.pid, signal.SIGKILL)
        return max(wait, 0.001)

    def _has_slow_place(self) -> bool:
        return sum(child.slow for child in self._children.values()) < self._config.limits.slow_max

    def _quick_seconds(self) -> float:
        """How long a query may take before it needs a slow place: less while there is none and others wait."""
        quick = self._config.limits.quick_ms / 1000
        crowded = not self._has_slow_place() and bool(self._arrivals.poll(0))
        return quick * _CROWDED_SHARE if crowded else quick

    def _label_slow(self, child: _Child) -> None:
        child.slow = True
        self._counts["slow"] += 1
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, child.pid, os.getpriority(os.PRIO_PROCESS, 0) + _SLOW_NICENESS)
        _retire(child)  # niceness can't be taken back
        self._populate()

    def _fork(self) -> None:
        self._serial += 1
        read, write = os.pipe()
        slot = Slot()
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:  # too many processes, or no memory: not for ever
            self._fail(f"fork: {error.strerror}")
            os.close(read)
            os.close(write)
            return
        if pid == 0:
            self._become_executor(slot, write, parent)
        os.close(write)
        child = _Child(pid, self._serial, slot, read)
        self._children[child.serial] = child
        self._selector.register(read, selectors.EVENT_READ, lambda: self._hear(child))

    def _become_executor(self, slot: Slot, report: int, parent: int) -> None:
        """Turn this fresh copy of the zygote into an executor; never returns."""
        status = UNFIT
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            sandbox.die_with_parent(parent, signal.SIGKILL)
            self._selector.close()
            self._control.close()
            for other in self._children.values():
                os.close(other.pipe)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            assert self._store is not None  # else none is forked
            Executor(self._config, self._listener, slot, self._serial, self._store).run(report)
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.write(report, json.dumps({"failure": f"{type(error).__name__}: {error}"[:400]}).encode() + b"\n")
        finally:
            os._exit(status)

    def _hear(self, child: _Child) -> None:
        data = os.read(child.pipe, 4096)
        if not data:
            self._bury(child)
            return
        child.said += data
        while b"\n" in child.said:
            line, _, rest = bytes(child.said).partition(b"\n")
            child.said[:] = rest
            said = json.loads(line)
            if "failure" in said:
                self._failure = str(said["failure"])
            else:
                child.ready, self._walls, self._failure = True, said, ""

    def _bury(self, child: _Child) -> None:
        self._selector.unregister(child.pipe)
        os.close(child.pipe)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)  # the pipe can't end before the process, unless it was tampered with
        status = os.waitpid(child.pid, 0)[1]
        fate = child.sentence or fate_of(os.waitstatus_to_exitcode(status))
        if not child.ready:
            self._resume = time.monotonic() + _BACK_OFF_SECONDS
        self._counts[fate] += 1
        self._served += child.slot.served
        child.slot.close()
        del self._children[child.serial]
        self._fates[child.serial] = fate
        self._order.append(child.serial)
        if len(self._order) > _REMEMBERED_DEATHS:
            del self._fates[self._order.popleft()]
        self._control.wake()

    def _reply(self, question: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to a question on the control socket; None while it can't be given yet."""
        if question.get("ask") != "fate":
            return self._status()
        serial = question.get("executor")
        if serial in self._children:
            return None
        return {"fate": self._fates.get(serial, "unknown") if isinstance(serial, int) else "unknown"}

    def _status(self) -> dict[str, Any]:
        children = self._children.values()
        return {
            "executors": sum(child.ready for child in children),
            "busy": sum(child.slot.since is not None for child in children),
            "slow": sum(child.slow for child in children),
            "served": self._served + sum(child.slot.served for child in children),
            "ended": dict(self._counts),
            "walls": {**self._walls, "network_namespace": self._isolated},
            "failure": self._failure,
            "pid": os.getpid(),
        }


def _retire(child: _Child) -> None:
    """Have an executor leave: after its query, if it has one."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGUSR1)


def _leave_if_closed() -> None:
    if not os.read(sys.stdin.fileno(), 64):
        sys.exit(0)


def main() -> None:
    """Run a zygote with the configuration given as the first argument, for the parent whose id is the second."""
    config, parent = ZygoteConfig.from_json(sys.argv[1]), int(sys.argv[2])
    sandbox.die_with_parent(parent, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the supervisor, which then ends this process
    Zygote(config, isolated=sandbox.leave_network()).run()


if __name__ == "__main__":
    main()
