"""What many tests need: the repository's root, the tiny foreign publication, releases built once a run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from parley.pipeline.build import Built
from parley.pipeline.build import build as build_release
from parley.publication import Publication, load
from parley.release.directory import StateDirectory

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests" / "fixtures" / "tiny"


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout; its root is the real publication."""
    return ROOT


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], tuple[Publication, StateDirectory, Built]]:
    """A function that builds the publication in a folder, once a test run, in a state directory of the run's own."""
    cache: dict[Path, tuple[Publication, StateDirectory, Built]] = {}

    def make(folder: Path) -> tuple[Publication, StateDirectory, Built]:
        if folder not in cache:
            state_path = tmp_path_factory.mktemp(folder.name) / "state"
            publication = load(folder, {}, state=str(state_path))
            state = StateDirectory.locate(publication)
            cache[folder] = publication, state, build_release(publication, state)
        return cache[folder]

    return make


@pytest.fixture(scope="session")
def tiny(
    built: Callable[[Path], tuple[Publication, StateDirectory, Built]],
) -> tuple[Publication, StateDirectory, Built]:
    """The tiny foreign publication, built."""
    return built(TINY)


@pytest.fixture(scope="session")
def real(
    built: Callable[[Path], tuple[Publication, StateDirectory, Built]],
) -> tuple[Publication, StateDirectory, Built]:
    """Our own publication, built."""
    return built(ROOT)


def missing(what: str, where_to_get_it: str) -> None:
    """Skip because an outside thing is missing, or fail in CI, where nothing may be missing."""
    message = f"{what} is missing; {where_to_get_it}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
