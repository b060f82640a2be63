"""The walls around a process that looks at foreign data once and ends: no network, no programs, no writing, few files.

See `engine.sandbox` for what each of them is. Bounded memory and processor time come with them.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import parley
from parley.engine import sandbox

#: Seconds of processor time beyond those that the parent waits, which says better what ended the process.
_GRACE: Final = 2


def put_up(readable: Iterable[Path], *, memory: int, seconds: float) -> None:
    """From now on this process reads only Python's own files and those at or below `readable`, and writes none.

    It may take `memory` bytes beyond those it has, and about `seconds` of processor time. Raises SandboxError.
    """
    sandbox.volunteer_for_oom()
    sandbox.forgo_core_dumps()
    most = int(seconds) + _GRACE
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    python = {Path(path) for path in (sys.prefix, sys.base_prefix, *filter(None, sys.path)) if Path(path).is_dir()}
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    sandbox.confine_files(*readable, Path(parley.__file__).parent, *sorted(python))
    sandbox.deny_system_calls()
    sandbox.limit_memory(pages * resource.getpagesize(), memory)
