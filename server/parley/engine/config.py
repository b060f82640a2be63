"""What a zygote is told at its start, and what it shares with its executors."""

from __future__ import annotations

import json
import mmap
import signal
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from parley.engine.guard import GuardRules
from parley.engine.protocol import Limits

QUERY_SOCKET = "query.sock"
CONTROL_SOCKET = "control.sock"
BROKER_SOCKET = "broker.sock"
#: Exit status of an executor whose client left.
DISCONNECTED = 77
#: Exit status of an executor in which Python, not the engine, ran out of memory.
OUT_OF_MEMORY = 79
#: Exit status of an executor that could not start.
UNFIT = 78

_WORD = struct.Struct("=Q")


@dataclass(frozen=True, slots=True)
class ZygoteConfig:
    """Everything a zygote knows.

    `directory` holds the two sockets; `guard` is None only where a test wants the engine bare; `prefixes` are for
    output; `index` is the release's index, for DESCRIBE: without one, the engine's own description is given.
    `in_memory` has the zygote read the store, and executors share its copy.
    """

    store: str
    directory: str
    limits: Limits = field(default_factory=Limits)
    guard: GuardRules | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    index: str = ""
    in_memory: bool = False

    @classmethod
    def guarded(
        cls,
        store: Path,
        directory: Path,
        limits: Limits,
        prefixes: Mapping[str, str],
        services: frozenset[str],
        index: Path | None = None,
    ) -> Self:
        """A configuration whose guard has the limits' numbers."""
        rules = GuardRules(
            limits.query_length, limits.query_depth, limits.query_joins, limits.query_operators, services
        )
        return cls(str(store), str(directory), limits, rules, prefixes, str(index or ""))

    def to_json(self) -> str:
        """One line for the zygote's command line."""
        rules = self.guard
        return json.dumps(
            {
                "store": self.store,
                "directory": self.directory,
                "limits": self.limits.to_json(),
                "guarded": rules is not None,
                "services": sorted(rules.services) if rules else [],
                "prefixes": dict(self.prefixes),
                "index": self.index,
                "in_memory": self.in_memory,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` wrote; raises ValueError, KeyError or TypeError."""
        value = json.loads(text)
        limits = Limits.from_json(value["limits"])
        config = cls.guarded(
            Path(value["store"]), Path(value["directory"]), limits, value["prefixes"], frozenset(value["services"])
        )
        guard = config.guard if value["guarded"] else None
        return replace(config, index=value["index"], in_memory=value["in_memory"], guard=guard)


def fate_of(code: int) -> str:
    """Why an executor with this exit code (negative: a signal) has ended."""
    return {
        0: "recycled",
        DISCONNECTED: "disconnected",
        UNFIT: "unfit",
        OUT_OF_MEMORY: "memory",
        -signal.SIGALRM: "timeout",
        -signal.SIGABRT: "memory",  # Rust and C++ abort when an allocation fails
        -signal.SIGKILL: "killed",
    }.get(code, "crash")


class Slot:
    """A page of memory shared by the zygote and one executor: when its query began, how many it has served, its size.

    The zygote looks here instead of being told: a message per query would wake it twice for each. Aligned words of
    eight bytes are written whole, so no lock is needed.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)

    def begin(self, milliseconds_ago: int = 0) -> None:
        """A query begins now, or counts as if it had begun earlier."""
        self._memory[0:8] = _WORD.pack(time.monotonic_ns() - milliseconds_ago * 1_000_000)

    def finish(self, grown: int) -> None:
        """It has ended, and the executor is `grown` bytes larger than at its start."""
        self._memory[16:24] = _WORD.pack(time.monotonic_ns())
        self._memory[24:32] = _WORD.pack(max(grown, 0))
        self._memory[0:8] = bytes(8)
        self._memory[8:16] = _WORD.pack(self.served + 1)

    @property
    def since(self) -> float | None:
        """When the query that runs began, in seconds of the monotonic clock; None when idle."""
        (began,) = _WORD.unpack_from(self._memory, 0)
        return began / 1e9 if began else None

    def grown_at_rest(self, seconds: float) -> int:
        """How many bytes the executor has grown by, if it has been idle for so long; else 0."""
        _, _, ended, grown = struct.unpack_from("=4Q", self._memory)
        return int(grown) if self.since is None and time.monotonic() - ended / 1e9 > seconds else 0

    @property
    def served(self) -> int:
        """Queries ended by answer or error."""
        return int(_WORD.unpack_from(self._memory, 8)[0])

    def close(self) -> None:
        """Give the page back."""
        self._memory.close()
