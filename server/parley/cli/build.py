"""`parley build`: make the release."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from parley.cli.common import (
    CONSOLE,
    folder_argument,
    json_option,
    open_publication,
    open_state,
    passed_over,
    print_json,
    progress_display,
)
from parley.pipeline.build import Built
from parley.pipeline.build import build as build_release
from parley.release.index import Index


@click.command()
@folder_argument
@click.option("--skip-broken", is_flag=True, help="Leave out files that can't be read, and name them.")
@click.option("--force", is_flag=True, help="Build even if nothing has changed.")
@json_option
def build(folder: Path | None, skip_broken: bool, force: bool, as_json: bool) -> None:
    """Build the release of a publication and make it the current one."""
    publication = open_publication(folder)
    state = open_state(publication)
    with progress_display() as progress:
        built = build_release(publication, state, skip_broken=skip_broken, force=force, progress=progress)
    if as_json:
        print_json(
            {
                "id": built.id,
                "path": str(built.path),
                "reused": built.reused,
                "seconds": built.seconds,
                "skipped": built.skipped,
                "ignored": built.ignored,
                "warnings": built.warnings,
                "counts": built.manifest.counts,
                "classes": dict(_classes(built)),
                "graphs": [asdict(graph) for graph in built.manifest.graphs],
            }
        )
    else:
        show(built)


def show(built: Built) -> None:
    """Say what is in the release, where it is and how long each stage took."""
    counts = built.manifest.counts
    if built.reused:
        CONSOLE.print(f"Nothing has changed: release [bold]{built.id[:12]}[/bold] is current.")
    else:
        took = f"{sum(built.seconds.values()):.1f} s"
        CONSOLE.print(f"Release [bold]{built.id[:12]}[/bold] in {took}: {escape(str(built.path))}", soft_wrap=True)
        stages = " · ".join(f"{stage} {seconds:.1f} s" for stage, seconds in built.seconds.items())
        CONSOLE.print(f"  {stages}", soft_wrap=True)
    CONSOLE.print(f"  {counts['asserted']:,} triples asserted, {counts['inferred']:,} inferred")
    for title, rows in (
        ("graphs", _graphs(built)),
        ("classes", _classes(built)),
    ):
        CONSOLE.print(_table(title, rows))
    remark(built)


def remark(built: Built) -> None:
    """Say what is not in the release, and what was found fault with."""
    remarks = [f"left out: {error}" for error in built.broken]
    remarks += passed_over(built.ignored)
    for line in (*remarks, *built.warnings):
        CONSOLE.print(line, style="yellow", markup=False, soft_wrap=True)


def _graphs(built: Built) -> list[tuple[str, int]]:
    """Triples per role; passages are too many to list one by one."""
    totals: dict[str, int] = {}
    for graph in built.manifest.graphs:
        totals[graph.role] = totals.get(graph.role, 0) + graph.triples
    return sorted(totals.items(), key=lambda row: -row[1])


def _classes(built: Built) -> list[tuple[str, int]]:
    with Index.open(built.path / "index.sqlite") as index:
        return index.classes()


def _table(title: str, rows: list[tuple[str, int]], most: int = 12) -> Table:
    table = Table(title, "count", box=None, padding=(0, 2))
    for name, count in rows[:most]:
        table.add_row(escape(name), f"{count:,}")
    if len(rows) > most:
        table.add_row(f"… and {len(rows) - most} more", "")
    return table
