"""`parley releases`, `parley rollback`, `parley gc`: the releases kept, and which one is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from parley.cli.common import (
    CONSOLE,
    folder_argument,
    json_option,
    open_publication,
    open_state,
    print_json,
    publication_option,
)
from parley.errors import ReleaseError
from parley.release.manifest import Manifest


@click.command()
@folder_argument
@json_option
def releases(folder: Path | None, as_json: bool) -> None:
    """List the releases, the one made current last first."""
    state = open_state(open_publication(folder))
    current = state.current()
    rows = [_row(path, path == current) for _number, path in state.releases()]
    if as_json:
        print_json(rows)
        return
    table = Table("release", "created", "asserted", "inferred", "", box=None, padding=(0, 2))
    for row in rows:
        mark = "current" if row["current"] else "can't be read" if row.get("unreadable") else ""
        counts = (f"{row[name]:,}" if name in row else "" for name in ("asserted", "inferred"))
        table.add_row(row["id"][:12], row["created"] or "", *counts, mark)
    CONSOLE.print(table if rows else "No release yet; `parley build` makes one.")


def _row(path: Path, current: bool) -> dict[str, Any]:
    try:
        manifest = Manifest.read(path)
    except ReleaseError:  # of an earlier Parley, or damaged: `rollback` says which
        return {"id": path.name, "current": current, "created": None, "unreadable": True}
    return {"id": manifest.id, "current": current, "created": manifest.created, **manifest.counts}


@click.command()
@click.argument("release", required=False)
@publication_option
def rollback(release: str | None, folder: Path | None) -> None:
    """Serve RELEASE again (its id or the beginning of it), or the one before the current.

    A running server follows within a second.
    """
    state = open_state(open_publication(folder))
    CONSOLE.print(f"Current is now {state.rollback(release).name[:12]}.")


@click.command()
@folder_argument
@click.option("--keep", type=int, help="How many releases to keep (setting keep).")
def gc(folder: Path | None, keep: int | None) -> None:
    """Remove all releases but those made current last; the current one always stays."""
    publication = open_publication(folder, keep=keep)
    removed = open_state(publication).gc(publication.settings.keep)
    CONSOLE.print(f"Removed {len(removed)} releases." if removed else "Nothing to remove.")
