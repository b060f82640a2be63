"""`parley settings`: every setting, its value here and its default."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from parley.cli.common import folder_argument, json_option, open_publication, print_json
from parley.settings import Settings


@click.command()
@folder_argument
@json_option
def settings(folder: Path | None, as_json: bool) -> None:
    """List the publisher's settings with their values here."""
    values = open_publication(folder).settings.as_dict()
    if as_json:
        print_json(values)
        return
    table = Table("setting", "value", "default", "meaning", box=None, padding=(0, 2))
    for group, name, default, text in Settings.table():
        table.add_row(f"[{group}] {name}", str(values[name]), str(default), text)
    from rich.console import Console

    Console(highlight=False, markup=False).print(table)
