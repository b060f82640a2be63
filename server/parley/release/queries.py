"""The saved queries of a release."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from parley import queries
from parley.errors import ReleaseError, SourceError
from parley.queries import ENDING, SavedQuery

FOLDER: Final = "queries"


def read_queries(release: Path) -> tuple[SavedQuery, ...]:
    """The saved queries in the directory `release`, sorted by name. Raises ReleaseError if one can't be read."""
    files = sorted((release / FOLDER).glob(f"*{ENDING}"))
    try:
        return tuple(queries.parse(path.name, path.read_text(encoding="utf-8")) for path in files)
    except (OSError, UnicodeDecodeError, SourceError) as error:
        raise ReleaseError(f"A saved query can't be read: {error}.", cure="Build the release again.") from error
