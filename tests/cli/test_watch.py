"""`--watch`: what counts as a change, and what is done about it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from parley.cli import watch
from parley.pipeline.sources.discover import watched_files
from parley.publication import load


class Build:
    """A `parley build` that has ended at once."""

    commands: list[list[str]]
    returncode = 0

    def __init__(self, command: list[str], **_options: Any) -> None:
        self.commands.append(command)

    def poll(self) -> int:
        """It has ended."""
        return self.returncode


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The builds that were started, as commands."""
    monkeypatch.setattr(Build, "commands", [], raising=False)
    monkeypatch.setattr(subprocess, "Popen", Build)
    return Build.commands


def test_each_change_is_built_once(publication: Path, builds: list[list[str]]) -> None:
    watcher = watch.Watcher(load(publication), skip_broken=True)
    watcher()
    assert builds == []
    for change in ("data/new.ttl", "publication.toml", "data/queries/new.rq"):
        path = publication / change
        path.parent.mkdir(exist_ok=True)
        path.write_text("changed")
        before = len(builds)
        watcher()
        watcher()
        assert len(builds) == before + 1, change
    assert builds[0][-3:] == ["build", "--skip-broken", str(publication)]
    (publication / "data/new.ttl").unlink()
    watcher()
    assert len(builds) == 4


def test_a_file_that_goes_while_it_is_looked_at(
    publication: Path, builds: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = watch.Watcher(load(publication))
    listed = watched_files

    def then_gone(given: Any) -> list[Path]:
        paths = list(listed(given))
        next(path for path in paths if path.suffix == ".ttl").unlink()
        return paths

    monkeypatch.setattr(watch, "watched_files", then_gone)
    watcher()
    assert len(builds) == 1
