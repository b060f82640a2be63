"""`parley query`: SPARQL over the current release, behind the same guard and limits as the endpoint."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from parley.cli.common import current_release, publication_option
from parley.errors import Misuse
from parley.formats import FORMATS, RDF_FORMATS, RESULT_FORMATS, RESULTS_JSON, RESULTS_TSV, TURTLE, by_name


@click.command()
@click.argument("text", metavar="QUERY|FILE.rq|-")
@click.option("--format", "syntax", help="json, xml, csv, tsv, or an RDF format; default: tsv, turtle.")
@click.option("--json", "as_json", is_flag=True, help="Same as --format json.")
@publication_option
def query(text: str, syntax: str | None, as_json: bool, folder: Path | None) -> None:
    """Ask the current release a SPARQL query: its text, a file's name, or - for the standard input."""
    from parley.engine.client import run_query

    chosen = RESULTS_JSON if as_json else by_name(syntax, FORMATS) if syntax else None
    if syntax and (chosen is None or chosen not in (*RESULT_FORMATS, *RDF_FORMATS)):
        names = ", ".join(f.name for f in (*RESULT_FORMATS, *RDF_FORMATS))
        raise Misuse(f"There is no format “{syntax}”.", cure=f"There are: {names}.")
    publication, release = current_release(folder)
    results = chosen if chosen in RESULT_FORMATS else None if chosen else RESULTS_TSV
    graph = chosen if chosen in RDF_FORMATS else None if chosen else TURTLE
    for chunk in run_query(release, _text(text), publication, results=results, graph=graph):
        sys.stdout.buffer.write(chunk)


def _text(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    path = Path(given)
    if given.endswith(".rq"):
        if not path.is_file():
            raise Misuse(f"There is no file {given}.", cure="Name a file, or give the query's text.")
        return path.read_text(encoding="utf-8")
    return given
