"""The directory of releases: one is current, switching is one atomic rename, a crash leaves the old or the new.

::

    releases/<id>           a release; rebuilt ones that differ (another version of Parley) are <id>.2, <id>.3 …
    current                 symbolic link to one of them
    history                 what was made current, in order: "<number> <publish|rollback> <name>"
    inputs.json             fingerprint of the sources → name, to know a build that changes nothing
    lock                    held by the process that builds
    work/                   all that is unfinished; whoever holds the lock may empty it
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from parley.errors import ReleaseError
from parley.publication import Publication, bundled
from parley.release.history import History
from parley.release.manifest import Manifest
from parley.release.release import Release, open_release
from parley.release.storage import exclusive, storage_errors, sync_file, sync_tree
from parley.settings import MIB

__all__ = ["Release", "StateDirectory", "open_release"]

_REMEMBERED = 20


class StateDirectory:
    """All releases of one publication.

    `hash_limit`: bytes above which the sizes of a release's files are checked and not their hashes.
    """

    def __init__(self, root: Path, hash_limit: int = 256 * MIB) -> None:
        self.root = root
        self.hash_limit = hash_limit
        self._held = False

    @classmethod
    def locate(cls, publication: Publication, environment: Mapping[str, str] = os.environ) -> Self:
        """The setting `state` (relative to the publication), else `.parley` in it, else a folder of the user's.

        The publication that the package carries never gets a `.parley`: its folder belongs to the installer.
        """
        settings, root = publication.settings, publication.root
        if settings.state:
            return cls(root / Path(settings.state).expanduser(), settings.verify_at_start)
        if os.access(root, os.W_OK) and root != bundled():
            return cls(root / ".parley", settings.verify_at_start)
        home = Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        digest = hashlib.sha256(str(root).encode()).hexdigest()[:16]
        return cls(home / "parley" / digest, settings.verify_at_start)

    def path(self, identity: str) -> Path:
        """The directory of the release `identity` (its newest generation). Raises ReleaseError if there is none."""
        found = [name for name in self._names() if name.partition(".")[0] == identity]
        if not found:
            raise ReleaseError(f"There is no release {identity}.", cure="`parley releases` lists those there are.")
        return self._releases / max(found, key=_generation)

    def find(self, start: str) -> Path:
        """The directory of the one release whose id begins with `start`. Raises ReleaseError."""
        found = {name.partition(".")[0] for name in self._names() if name.startswith(start)}
        if len(found) > 1:
            raise ReleaseError(f"{len(found)} releases begin with {start}.", cure="Give more of the id.")
        return self.path(found.pop() if found else start)

    def releases(self) -> list[tuple[int, Path]]:
        """Number in the history (0: never made current) and directory of every release, newest first."""
        numbers = self._history().numbers()
        rows = [(numbers.get(name, 0), self._releases / name) for name in self._names()]
        return sorted(rows, key=lambda row: (-row[0], row[1].name))

    def current(self) -> Path | None:
        """The directory of the release being served."""
        try:
            target = self._releases / (self.root / "current").readlink().name
        except OSError:
            return None
        return target if target.is_dir() else None

    def best_release(self) -> tuple[Release, str | None]:
        """The current release if it is sound, else the newest earlier one that is, with the reason for falling back.

        Raises ReleaseError if there is none.
        """
        current = self.current()
        reason: ReleaseError | None = None
        for path in ([current] if current else []) + self._earlier(current.name if current else ""):
            try:
                return self._opened(path), str(reason) if reason else None
            except ReleaseError as error:
                reason = reason or error
        raise reason or ReleaseError(f"There is no release in {self.root}.", cure="`parley build` makes one.")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep every other process from building; may be nested. Raises ReleaseError if another one holds it."""
        if self._held:
            yield
            return
        with storage_errors(f"The directory of releases {self.root}"):
            self._work.mkdir(parents=True, exist_ok=True)
            self._releases.mkdir(exist_ok=True)
            file = (self.root / "lock").open("a")
        with file:
            if not exclusive(file.fileno()):
                raise ReleaseError(
                    f"Another process is building in {self.root}.", cure="Wait until it has ended, then try again."
                )
            self._held = True
            try:
                yield
            finally:
                self._held = False

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """An empty directory to build in, removed afterwards unless published; also removes what a crash left."""
        with self.lock():
            with storage_errors(f"The directory {self._work}"):
                for stale in self._work.iterdir():
                    _remove(stale)
                folder = Path(tempfile.mkdtemp(dir=self._work))
                folder.chmod(0o755)  # mkdtemp's 0700 would keep a server under another user out
            try:
                yield folder
            finally:
                _remove(folder)

    def publish(self, work: Path, identity: str) -> Path:
        """Make the finished directory `work` the release `identity` and the current one; return where it is now.

        If an equal and sound one is there already, it is kept and `work` is left alone. Raises ReleaseError if the
        disk refuses; the release that was current then still is.
        """
        with self.lock(), storage_errors(f"The release {identity[:12]}…"):
            known = self._equal(work, identity)
            if known is None:
                sync_tree(work)
                known = self._releases / self._free_name(identity)
                work.rename(known)
                sync_file(self._releases)
            self._switch("publish", known.name)
            return known

    def make_current(self, identity: str) -> None:
        """Make the release `identity` the current one; nothing happens if it is."""
        path = self.path(identity)
        if path != self.current():
            with self.lock(), storage_errors("The switch"):
                self._switch("publish", path.name)

    def rollback(self, identity: str | None = None) -> Path:
        """Make an earlier release current: `identity` (or the start of it), else the one before the current.

        Raises ReleaseError if there is none, if it is damaged or the start is ambiguous.
        """
        current = self.current()
        if identity is None:
            path = next(iter(self._earlier(current.name if current else "")), None)
        else:
            path = self.find(identity)
        if path is None:
            raise ReleaseError("There is no earlier release.", cure="`parley releases` lists those there are.")
        self._opened(path)
        with self.lock(), storage_errors("The switch"):
            self._switch("rollback", path.name)
        return path

    def gc(self, keep: int) -> list[Path]:
        """Remove all releases but the current one and the `keep` newest; return the ones removed."""
        with self.lock(), storage_errors("The directory of releases"):
            current = self.current()
            old = [path for _number, path in self.releases()[keep:] if path != current]
            for path in old:
                trash = self._work / path.name
                _remove(trash)
                path.rename(trash)  # so that a crash half-way leaves no half release
                _remove(trash)
            return old

    def built_from(self, inputs: str) -> str | None:
        """The identity of the sound release that was built from sources with the fingerprint `inputs`, if any."""
        name = self._inputs().get(inputs)
        try:
            return self._opened(self._releases / name).id if name else None
        except ReleaseError:
            return None

    def remember(self, inputs: str, identity: str) -> None:
        """Note that the sources with the fingerprint `inputs` give the release `identity`."""
        with self.lock(), storage_errors("The record of inputs"):
            known = {key: name for key, name in self._inputs().items() if key != inputs}
            known[inputs] = self.path(identity).name
            self._write("inputs.json", json.dumps(dict(list(known.items())[-_REMEMBERED:]), indent=1) + "\n")

    @property
    def _releases(self) -> Path:
        return self.root / "releases"

    @property
    def _work(self) -> Path:
        return self.root / "work"

    def _names(self) -> list[str]:
        return [path.name for path in self._releases.iterdir()] if self._releases.is_dir() else []

    def _opened(self, path: Path) -> Release:
        return open_release(path, hashes=Manifest.read(path).size <= self.hash_limit)

    def _history(self) -> History:
        path = self.root / "history"
        return History.parse(path.read_text(encoding="utf-8", errors="replace") if path.exists() else "")

    def _inputs(self) -> dict[str, str]:
        try:
            table = json.loads((self.root / "inputs.json").read_bytes())
        except (OSError, ValueError):
            return {}  # worth a rebuild, no more
        return table if isinstance(table, dict) else {}

    def _earlier(self, name: str) -> list[Path]:
        there = set(self._names())
        return [self._releases / earlier for earlier in self._history().before(name) if earlier in there]

    def _equal(self, work: Path, identity: str) -> Path | None:
        """The release that has the same files as `work`, if it is sound."""
        if identity not in (name.partition(".")[0] for name in self._names()):
            return None
        path = self.path(identity)
        try:
            known = open_release(path)
        except ReleaseError:
            return None
        return path if known.manifest.files == Manifest.read(work).files else None

    def _free_name(self, identity: str) -> str:
        taken = [_generation(name) for name in self._names() if name.partition(".")[0] == identity]
        return f"{identity}.{max(taken) + 1}" if taken else identity

    def _switch(self, action: str, name: str) -> None:
        current = self.current()
        if current is not None and current.name == name:
            return
        self._write("history", self._history().after(action, name, set(self._names())).text())
        link = self._work / "current"
        link.unlink(missing_ok=True)
        link.symlink_to(Path("releases") / name)
        link.replace(self.root / "current")
        sync_file(self.root)

    def _write(self, name: str, text: str) -> None:
        """Replace a small file as a whole."""
        draft = self._work / name
        try:
            draft.write_text(text, encoding="utf-8")
            sync_file(draft)
            draft.replace(self.root / name)
        finally:
            draft.unlink(missing_ok=True)
        sync_file(self.root)


def _generation(name: str) -> int:
    return int(name.partition(".")[2] or 1)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
