"""Connections to an SQLite file that never changes: one for each thread."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any


class Connections:
    """Read-only connections to the file at `path`, opened when a thread first asks; errors are SQLite's own."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._guard = threading.Lock()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows that a statement finds."""
        return self._connection().execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def value(self, sql: str, *values: Any) -> Any:
        """The first value of the first row; None if there is no row."""
        row = self.row(sql, *values)
        return row[0] if row else None

    def close(self) -> None:
        """Close the connections of all threads; the next call opens a new one."""
        with self._guard:
            while self._opened:
                self._opened.pop().close()
            self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # close() runs in another thread than most connections were opened in
            connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False, isolation_level=None)
            with self._guard:
                self._opened.append(connection)
            self._local.connection = connection
        return connection
