"""`parley new`: a folder to start from."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

import click

from parley.cli.common import CONSOLE
from parley.errors import Misuse


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--base", help="Canonical base IRI, ending in /; default: https://example.org/<name of DIR>/.")
def new(folder: Path, base: str | None) -> None:
    """Make DIR a small publication that passes `parley check`, to be filled with your own data."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Misuse(f"{folder} is there already and not empty.", cure="Name a new folder.")
    name = "-".join(folder.resolve().name.split())
    base = base or f"https://example.org/{name}/"
    if not base.endswith("/") or "://" not in base:
        raise Misuse(f"“{base}” is no base IRI.", cure="Give an absolute IRI that ends in /.")
    values = {"base": base, "title": name}
    for source, path in _files(files("parley") / "scaffold", Path()):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(source.read_text(encoding="utf-8")).substitute(values), encoding="utf-8")
    CONSOLE.print(f"{folder} is ready. Next:\n  parley serve {folder}", markup=False)


def _files(folder: Traversable, below: Path) -> list[tuple[Traversable, Path]]:
    found: list[tuple[Traversable, Path]] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            found += _files(entry, below / entry.name)
        elif not entry.name.endswith((".py", ".pyc")):
            found.append((entry, below / entry.name))
    return found
