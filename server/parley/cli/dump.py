"""`parley dump`: the release's dumps, as files or on the standard output."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from parley.cli.common import current_release, publication_option
from parley.errors import Misuse
from parley.formats import RDF_FORMATS, by_name


@click.command()
@click.option("--format", "syntax", default="trig", show_default=True, help="ttl, trig, nt, nq, jsonld or rdf.")
@click.option("--asserted", is_flag=True, help="Without what was inferred.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: stdout.")
@publication_option
def dump(syntax: str, asserted: bool, output: Path | None, folder: Path | None) -> None:
    """Write the whole dataset of the current release."""
    chosen = by_name(syntax, RDF_FORMATS)
    if chosen is None:
        names = ", ".join(f.extension for f in RDF_FORMATS)
        raise Misuse(f"There is no RDF format “{syntax}”.", cure=f"There are: {names}.")
    _, release = current_release(folder)
    source = release / "dumps" / f"{'asserted' if asserted else 'all'}.{chosen.extension}"
    if not source.is_file():
        raise Misuse(f"This release has no dump in {chosen.label}.", cure="See dumps in its manifest.json for why.")
    if output is not None:
        shutil.copyfile(source, output)
        return
    with source.open("rb") as file:
        shutil.copyfileobj(file, sys.stdout.buffer)
