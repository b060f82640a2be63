"""`parley` in a process of its own that is forked, not started: importing is half of what a short command costs.

What a user sees is the same: arguments, environment, working directory, streams, limits, exit status; and a crash is
the command's alone. Only the libraries are there already; Parley's own commands are imported anew each time.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

#: None of these looks at the environment or at the streams when it is imported, as `parley.cli` does.
LIBRARIES = ("click", "parley.engine.embedded", "parley.pipeline.build", "pyshacl", "rapidfuzz", "rich.progress")
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__, *LIBRARIES])


def run(
    arguments: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    given: str = "",
    timeout: float = 120,
    file_size: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """What `parley ARGUMENTS…` did; `given` is its standard input.

    `file_size`: bytes above which a write fails, as on a full disk.
    """
    words = ["parley", *map(str, arguments)]
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("in", "out", "err")]
        streams[0].write_text(given, encoding="utf-8")
        process = _CONTEXT.Process(
            target=_command, args=(words, cwd or Path.cwd(), dict(environment), streams, file_size)
        )
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, timeout)
        out, err = (stream.read_text(encoding="utf-8") for stream in streams[1:])
        return subprocess.CompletedProcess(words, process.exitcode, out, err)


def _command(
    words: list[str], cwd: Path, environment: dict[str, str], streams: list[Path], file_size: int | None
) -> None:
    """Become the command."""
    for number, (path, mode) in enumerate(zip(streams, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)):
        os.dup2(os.open(path, mode | os.O_CREAT, 0o600), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # asked for again where it is needed
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - multiprocessing closed it
    sys.argv = words
    if file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    from parley.cli import main

    main()
