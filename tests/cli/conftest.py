"""The command as a user runs it: a process, its exit status, what it prints."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def parley(tmp_path: Path) -> Run:
    """Runs `parley ARGUMENTS…` in an empty folder; keyword arguments are environment variables."""
    here = tmp_path / "here"
    here.mkdir()

    def run(
        *arguments: str | Path, file_size: int | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """`file_size`: bytes above which a write fails, as on a full disk."""

        def limit() -> None:
            if file_size is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

        own = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY_")}
        return subprocess.run(
            [sys.executable, "-m", "parley", *map(str, arguments)],
            cwd=here,
            env=own | {"COLUMNS": "200"} | environment,
            capture_output=True,
            text=True,
            timeout=120,
            preexec_fn=limit,
        )

    return run


@pytest.fixture
def publication(parley: Run, tmp_path: Path) -> Path:
    """A small sound publication, made by `parley new`."""
    folder = tmp_path / "coast"
    assert parley("new", folder).returncode == 0
    return folder
