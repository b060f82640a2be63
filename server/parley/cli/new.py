"""`parley new`: a folder to start from."""

from __future__ import annotations

import shlex
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

import click

from parley.cli.common import CONSOLE
from parley.errors import Misuse
from parley.pipeline.sources.guess import GUESSED, guess
from parley.publication import FILE_NAME


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--base", help="Canonical base IRI, ending in /; default: https://example.org/<name of DIR>/.")
def new(folder: Path, base: str | None) -> None:
    """Make DIR a small publication that passes `parley check`, to be filled with your own data.

    A DIR that holds RDF already gets a publication.toml, guessed from its files, and nothing else.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        _describe(folder, base)
        return
    name = "-".join(folder.resolve().name.split())
    base = base or f"https://example.org/{name}/"
    if not base.endswith("/") or "://" not in base:
        raise Misuse(f"“{base}” is no base IRI.", cure="Give an absolute IRI that ends in /.")
    values = {"base": base, "title": name}
    for source, path in _files(files("parley") / "scaffold", Path()):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(source.read_text(encoding="utf-8")).substitute(values), encoding="utf-8")
    command = f"parley serve {shlex.quote(str(folder))}"
    CONSOLE.print(f"{folder} is ready. Next:\n  {command}", markup=False, soft_wrap=True)


def _describe(folder: Path, base: str | None) -> None:
    """Write what is guessed of `folder`, for its owner to correct."""
    target = folder / FILE_NAME
    if not folder.is_dir() or target.exists():
        what = f"has a {FILE_NAME} already" if folder.is_dir() else "is a file"
        raise Misuse(f"{folder} {what}.", cure="Edit it, or name a new folder.")
    if base:
        raise Misuse("The base of a folder that holds RDF is that of its data.", cure=f"Write it in {target} then.")
    text = guess(folder).source.replace(*GUESSED)
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Misuse(f"{target} can't be written: {error.strerror}.", cure="Check the folder's permissions.") from None
    CONSOLE.print(f"{target} says what was guessed from the files. Correct it, then:", markup=False, soft_wrap=True)
    CONSOLE.print(f"  parley serve {shlex.quote(str(folder))}", markup=False, soft_wrap=True)


def _files(folder: Traversable, below: Path) -> list[tuple[Traversable, Path]]:
    found: list[tuple[Traversable, Path]] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            found += _files(entry, below / entry.name)
        elif not entry.name.endswith((".py", ".pyc")):
            found.append((entry, below / entry.name))
    return found
