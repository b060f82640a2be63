"""The command as a user runs it: a process, its exit status, what it prints."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import forked
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def _run(here: Path, *arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    here.mkdir(exist_ok=True)
    known = {name: options.pop(name) for name in ("given", "file_size") if name in options}
    own = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY_")}
    return forked.run(arguments, cwd=here, environment=own | {"COLUMNS": "200"} | options, **known)  # type: ignore[arg-type]


@pytest.fixture
def parley(tmp_path: Path) -> Run:
    """Runs `parley ARGUMENTS…` in an empty folder, with `given` as its input; other keywords are environment variables.

    `file_size`: bytes above which a write fails, as on a full disk.
    """
    return lambda *arguments, **options: _run(tmp_path / "here", *arguments, **options)


@pytest.fixture(scope="session")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sound publication, made by `parley new` and built; not to be changed."""
    folder = tmp_path_factory.mktemp("new") / "coast"
    for command in ("new", "build"):
        done = _run(folder.parent / "here", command, folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def publication(coast: Path, tmp_path: Path) -> Path:
    """A copy of it without a release, as `parley new` left it."""
    return Path(shutil.copytree(coast, tmp_path / "coast", ignore=shutil.ignore_patterns(".parley")))
