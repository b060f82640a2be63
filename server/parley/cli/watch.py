"""`parley serve --watch`: notice a changed file and build in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from parley.cli.common import CONSOLE
from parley.pipeline.sources.discover import watched_files
from parley.publication import Publication


class Watcher:
    """Called once a second by the supervisor; starts `parley build` when the sources differ from the last time."""

    def __init__(self, publication: Publication, skip_broken: bool = False) -> None:
        self.publication = publication
        self.options = ["--skip-broken"] if skip_broken else []
        self.seen = self._stamp()
        self.building: subprocess.Popen[bytes] | None = None

    def __call__(self) -> None:
        """Start a build if the sources have changed and none is running."""
        if self.building is not None:
            if self.building.poll() is None:
                return
            if self.building.returncode:
                CONSOLE.print("[red]The new release was not made; the one before is still served.[/red]")
            self.building = None
        stamp = self._stamp()
        if stamp != self.seen:
            self.seen = stamp
            command = [sys.executable, "-m", "parley", "build", *self.options, str(self.publication.root)]
            self.building = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def _stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Name, size and time of each source file: cheap enough for once a second."""
        rows = []
        for path in watched_files(self.publication):
            try:
                status = path.stat()
            except OSError:  # an editor replaces a file by removing it first
                continue
            rows.append((str(path), status.st_size, status.st_mtime_ns))
        return tuple(sorted(rows))
