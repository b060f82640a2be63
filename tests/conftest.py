"""What many tests need: the repository's root, the tiny foreign publication, releases built once a run."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parley.pipeline.build import Built, fingerprint
from parley.pipeline.build import build as build_release
from parley.publication import Publication, load
from parley.release.directory import StateDirectory

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests" / "fixtures" / "tiny"


@pytest.fixture(scope="module", autouse=True)
def _nothing_left() -> Iterator[None]:
    """Drop what tests leave in rings: results of the engine must not be dropped by another thread's collection."""
    yield
    gc.collect()


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
            shutil.copytree(_built_by_the_first(folder, tmp_path_factory), state_path, symlinks=True)
            cache[folder] = publication, state, build_release(publication, state)
        return cache[folder]

    return make


def _built_by_the_first(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with the release of the publication in `folder`, which all processes of a test run share."""
    common = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent
    place = common / "releases" / fingerprint(load(folder, {}))
    place.parent.mkdir(exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "current").exists():
            publication = load(folder, {}, state=str(place))
            build_release(publication, StateDirectory.locate(publication))
    return place


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


@contextlib.contextmanager
def _serving(command: list[str], environment: dict[str, str], log: Path) -> Iterator[str]:
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, start_new_session=True)
    try:
        address = None
        deadline = time.monotonic() + 130
        while address is None:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the server did not start:\n{log.read_text()}")
            time.sleep(0.05)
            address = re.search(r"Serving (http://\S+?)/? ", log.read_text())
        yield address[1]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


Serve = Callable[..., contextlib.AbstractContextManager[str]]


@pytest.fixture(scope="session")
def serve_command(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Runs `parley serve FOLDER` as a user does; gives the site's address, without the last slash.

    `command` is how parley is called, `state` the directory of releases (default: a new one).
    """

    def start(
        folder: Path | None, *options: str, command: tuple[str, ...] = (), state: Path | None = None, **settings: str
    ) -> contextlib.AbstractContextManager[str]:
        place = tmp_path_factory.mktemp("served")
        own = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY_")}
        own |= {"PARLEY_STATE": str(state or place / "state"), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
        call = [
            *(command or (sys.executable, "-m", "parley")),
            "serve",
            *([str(folder)] if folder else []),
            "--port",
            "0",
        ]
        return _serving([*call, *options], own | settings, place / "log")

    return start


@pytest.fixture(scope="session")
def real_site(serve_command: Serve, real: tuple[Publication, StateDirectory, Built]) -> Iterator[str]:
    """Our own publication, served for the whole test run."""
    with serve_command(ROOT, state=real[1].root) as address:
        yield address


@pytest.fixture(scope="session")
def tiny_site(serve_command: Serve, tiny: tuple[Publication, StateDirectory, Built]) -> Iterator[str]:
    """The tiny foreign publication, served for the whole test run."""
    with serve_command(TINY, state=tiny[1].root) as address:
        yield address
