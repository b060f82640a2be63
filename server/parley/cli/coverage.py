"""`parley coverage`: passage by passage, how many statements rest on it, and why some have none."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from parley.cli.common import CONSOLE, current_release, folder_argument, json_option, print_json, reader_language
from parley.errors import Misuse
from parley.release.coverage import Row
from parley.release.coverage import coverage as covered
from parley.release.index import Index


@click.command()
@folder_argument
@click.option("--language", metavar="TAG", help="Language of labels and texts; default: that of your locale.")
@json_option
@click.pass_context
def coverage(context: click.Context, folder: Path | None, language: str | None, as_json: bool) -> None:
    """Show how many statements of the current release rest on each passage of the source.

    Passages are the graphs of role “passage”, and all things of the class that those are stated to be of. Why one has
    no statements is read from skos:editorialNote, skos:note or rdfs:comment on it, or from a thing of an editorial
    graph that points to this passage and to no other: its longest text that is no label. Exit status 1 if a passage
    has neither statements nor a reason.
    """
    publication, release = current_release(folder)
    with Index.open(release / "index.sqlite") as index:
        rows = covered(index, language or reader_language(publication))
    if not rows:
        raise Misuse(
            "This publication has no passages.", cure="Files under data/claims/ are read as what passages say."
        )
    if as_json:
        print_json([asdict(row) | {"accounted": row.accounted} for row in rows])
    else:
        _show(rows)
    context.exit(0 if all(row.accounted for row in rows) else 1)


def _show(rows: list[Row]) -> None:
    table = Table("passage", "what it says", "statements", box=None, padding=(0, 1))
    for row in rows:
        reason = escape("; ".join(row.reasons)) or "[red]no reason is recorded[/red]"
        count = f"{row.statements:,}" if row.statements else f"0: {reason}"
        table.add_row(escape(row.label), escape(row.text), count)
    Console(highlight=False).print(table)
    bare = [row for row in rows if not row.statements]
    missing = sum(not row.accounted for row in rows)
    CONSOLE.print(
        f"{len(rows)} passages, {sum(row.statements for row in rows):,} statements; "
        f"{len(bare)} without statements, {missing} of them without a reason."
    )
