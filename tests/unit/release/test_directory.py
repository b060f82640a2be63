"""A publish is all or nothing: killed anywhere, twice at once, on a full disk, on damaged releases."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from parley.errors import ReleaseError
from parley.publication import parse
from parley.release import directory
from parley.release.directory import StateDirectory, open_release
from parley.release.history import History
from parley.release.manifest import Manifest, release_id
from parley.release.storage import storage_errors


def publish(state: StateDirectory, text: str, extra: str = "") -> Path:
    """A release of a few small files whose identity is that of `text`."""
    with state.workspace() as work:
        (work / "quads.nq").write_text(text)
        (work / "store").mkdir()
        (work / "store" / "CURRENT").write_text("x")
        if extra:
            (work / "inferred.nq").write_text(extra)
        Manifest.make(work, release_id(text, ""), [], 0, {}).write(work)
        return state.publish(work, release_id(text, ""))


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    return StateDirectory(tmp_path / "state")


def test_publish_and_go_back(state: StateDirectory) -> None:
    first, second = publish(state, "one"), publish(state, "two")
    assert state.current() == second
    assert state.releases() == [(2, second), (1, first)]
    assert state.best_release()[0].path == second
    assert state.rollback() == first == state.current()
    third = publish(state, "three")
    assert state.rollback() == first, "back to what was served, not to the release that was rolled back from"
    assert state.rollback(second.name[:8]) == second
    assert {path for _number, path in state.releases()} == {first, second, third}


def test_an_equal_release_is_kept_and_a_differing_one_is_a_generation(state: StateDirectory) -> None:
    first = publish(state, "one")
    assert publish(state, "one") == first
    again = publish(state, "one", extra="inferred otherwise")
    assert again.name == f"{first.name}.2"
    assert state.current() == again == state.path(release_id("one", ""))
    open_release(again)
    assert not list((state.root / "work").iterdir())


def test_gc_keeps_the_current_one(state: StateDirectory) -> None:
    paths = [publish(state, str(number)) for number in range(4)]
    state.rollback(paths[0].name)
    assert set(state.gc(2)) == {paths[1], paths[2]}
    assert {path for _number, path in state.releases()} == {paths[0], paths[3]}
    assert publish(state, "5").is_dir()


def test_inputs_are_remembered_as_long_as_the_release_is_sound(state: StateDirectory) -> None:
    path = publish(state, "one")
    state.remember("fingerprint", release_id("one", ""))
    assert state.built_from("fingerprint") == release_id("one", "")
    assert state.built_from("another") is None
    (path / "quads.nq").write_text("onE")
    assert state.built_from("fingerprint") is None


KILLED = """
import os, signal, sys
from pathlib import Path
from parley.release.directory import StateDirectory
sys.path.insert(0, sys.argv[3])
from test_directory import publish

point, calls = int(sys.argv[2]), 0
def dying(function):
    def wrapper(*arguments, **options):
        global calls
        calls += 1
        if calls == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return wrapper

state = StateDirectory(Path(sys.argv[1]))
for name in ("fsync", "rename", "replace", "symlink", "unlink", "mkdir"):
    setattr(os, name, dying(getattr(os, name)))
publish(state, "new" * 1000)
"""


def test_killed_at_any_point_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    outcomes = []
    for point in range(1, 60):
        state = StateDirectory(tmp_path / str(point))
        old = publish(state, "old")
        call = [sys.executable, "-c", KILLED, str(state.root), str(point), str(Path(__file__).parent)]
        ended = subprocess.run(call, capture_output=True, text=True, check=False)
        assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
        release, reason = state.best_release()
        assert reason is None, "what is current must be sound"
        assert state.current() == release.path
        outcomes.append("old" if release.path == old else "new")
        for _number, path in state.releases():
            open_release(path)  # nothing half-made among them
        assert publish(state, "next") == state.current(), "the next build must not be hindered"
        assert not list((state.root / "work").iterdir()), "what the dead build left is gone"
        if ended.returncode == 0:
            break
    assert outcomes[-1] == "new"
    assert outcomes == sorted(outcomes, key=["old", "new"].index), outcomes
    assert outcomes.count("old") >= 8


def test_two_builds_at_once(state: StateDirectory) -> None:
    other = StateDirectory(state.root)
    refused = pytest.raises(ReleaseError, match="Another process is building")
    with state.workspace(), refused as caught, other.workspace():
        pytest.fail("both hold the lock")
    assert "Wait" in caught.value.cure
    assert publish(other, "one") == other.current()


def test_a_flipped_byte_is_refused_and_the_release_before_is_served(state: StateDirectory) -> None:
    first, second = publish(state, "one"), publish(state, "two")
    for name in ("quads.nq", "store/CURRENT", "manifest.json"):
        file = second / name
        sound = file.read_bytes()
        for position in {0, len(sound) // 2, len(sound) - 1}:
            file.write_bytes(sound[:position] + bytes([sound[position] ^ 1]) + sound[position + 1 :])
            with pytest.raises(ReleaseError, match=r"damaged|altered|can't be read"):
                open_release(second)
            release, reason = state.best_release()
            assert release.path == first
            assert reason is not None
            assert str(second) in reason
        file.write_bytes(sound)
    assert state.best_release()[0].path == second


def test_a_missing_file_or_release(state: StateDirectory) -> None:
    with pytest.raises(ReleaseError, match="There is no release"):
        state.best_release()
    with pytest.raises(ReleaseError, match="no earlier release"):
        state.rollback()
    path = publish(state, "one")
    (path / "store" / "CURRENT").unlink()
    with pytest.raises(ReleaseError, match="can't be read"):
        open_release(path, hashes=False)
    with pytest.raises(ReleaseError, match="There is no release abc"):
        state.rollback("abc")


def test_a_release_under_another_name_is_refused(state: StateDirectory) -> None:
    path = publish(state, "one")
    other = path.with_name("0" * 64)
    path.rename(other)
    with pytest.raises(ReleaseError, match="not the one it is named after"):
        open_release(other)


@pytest.mark.parametrize("call", ["fsync", "rename", "replace", "symlink"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_fault_at_any_call_leaves_the_old_release(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    old = publish(state, "old")

    def failing(*_arguments: object, **_options: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing)
        with pytest.raises(ReleaseError, match="can't be written") as caught:
            publish(state, "new")
    assert ("full" in caught.value.message) == (code == errno.ENOSPC)
    assert caught.value.cure
    assert state.best_release() == (open_release(old), None)
    assert publish(state, "new") == state.current()
    assert not list((state.root / "work").iterdir())


FULL = """
import resource, sys
from pathlib import Path
import pyoxigraph as ox
from parley.errors import ReleaseError
from parley.release.directory import StateDirectory
sys.path.insert(0, sys.argv[2])
from test_directory import publish
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    publish(StateDirectory(Path(sys.argv[1])), "x" * 10000)
except (ReleaseError, OSError) as error:
    print(type(error).__name__, error)
    sys.exit(1)
"""


def test_a_file_that_passes_the_size_limit_leaves_nothing_behind(state: StateDirectory) -> None:
    old = publish(state, "old")
    call = [sys.executable, "-c", FULL, str(state.root), str(Path(__file__).parent)]
    ended = subprocess.run(call, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr
    assert "File too large" in ended.stdout
    assert state.current() == old
    assert not list((state.root / "work").iterdir())
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 4096


def test_not_a_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReleaseError, match="can't be written") as caught, StateDirectory(tmp_path / "file").workspace():
        pytest.fail("there is no such directory")
    assert "directory" in caught.value.cure


def test_faults_say_their_cause() -> None:
    for code, word in ((errno.ENOSPC, "full"), (errno.EFBIG, "full"), (errno.EACCES, "denied"), (errno.EIO, "rror")):
        with pytest.raises(ReleaseError, match=word), storage_errors("It"):
            raise OSError(code, os.strerror(code), "/a/path")


def test_where_the_state_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'base = "http://example.org/"\ntitle = "x"\n'
    publication = parse(tmp_path, text, {})
    assert StateDirectory.locate(publication, {}).root == tmp_path / ".parley"
    given = parse(tmp_path, text, {}, state=str(tmp_path / "elsewhere"))
    assert StateDirectory.locate(given, {}).root == tmp_path / "elsewhere"
    for reason in ("not writable", "bundled"):
        with monkeypatch.context() as patch:
            if reason == "bundled":
                patch.setattr(directory, "bundled", lambda: tmp_path)
            else:
                patch.setattr(os, "access", lambda *_arguments: False)
            home = StateDirectory.locate(publication, {"XDG_STATE_HOME": "/xdg"}).root
            assert home.parent == Path("/xdg/parley")


def test_history_survives_a_damaged_line() -> None:
    history = History.parse("1 publish a\nrubbish\n\n2 publish b\nx publish c\n")
    assert history.before("b") == ["a"]
    assert history.before("unknown") == ["b", "a"]
    assert history.after("publish", "c", {"a", "c"}).text() == "1 publish a\n3 publish c\n"
