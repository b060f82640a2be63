"""What a release changed against the one before it, and the IRIs that earlier releases described and it does not.

Derived at build and outside a release's identity: the same data built on another machine has another past.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from parley.errors import ReleaseError

FILE_NAME: Final = "changes.sqlite"
TABLES: Final = """
CREATE TABLE change (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE gone (iri TEXT PRIMARY KEY, release TEXT NOT NULL, labels TEXT NOT NULL, successor TEXT) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A thing that is no longer described: `release` is the last that did, `labels` its names there by language."""

    iri: str
    release: str
    labels: dict[str, str]
    successor: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Statements asserted, and named things, that came and went since the release `since`."""

    since: str
    added: int
    removed: int
    came: int
    went: int


class Changes:
    """The read side; safe to use from several threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._guard = threading.Lock()
        self._any = bool(connection.execute("SELECT 1 FROM gone LIMIT 1").fetchone())

    @classmethod
    def open(cls, release: Path) -> Self | None:
        """The changes of the release in that directory; None if it was the first. Raises ReleaseError if damaged."""
        path = release / FILE_NAME
        if not path.is_file():
            return None
        try:
            uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            return cls(sqlite3.connect(uri, uri=True, check_same_thread=False))
        except sqlite3.Error as error:
            raise ReleaseError(f"{path} can't be read: {error}.", cure="Build the release again.") from error

    def close(self) -> None:
        """Release the connection."""
        self._connection.close()

    def counts(self) -> Counts:
        """How much changed."""
        with self._guard:
            values = dict(self._connection.execute("SELECT name, value FROM change"))
        numbers = {name: int(values[name]) for name in ("added", "removed", "came", "went")}
        return Counts(since=values["since"], **numbers)

    def gone(self, iri: str) -> Tombstone | None:
        """What is left of `iri`, if it was described once and is no more."""
        if not self._any:
            return None
        with self._guard:
            row = self._connection.execute("SELECT * FROM gone WHERE iri = ?", (iri,)).fetchone()
        return Tombstone(row[0], row[1], json.loads(row[2]), row[3]) if row else None
