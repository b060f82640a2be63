"""`parley query`: SPARQL over the current release, behind the same guard and limits as the endpoint."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from parley import binding, queries
from parley.cli.common import current_release, publication_option
from parley.errors import BadRequest, Misuse, SourceError
from parley.formats import FORMATS, RDF_FORMATS, RESULT_FORMATS, RESULTS_JSON, RESULTS_TSV, TURTLE, Format, by_name
from parley.publication import Publication
from parley.queries import ENDING, SavedQuery
from parley.release.queries import read_queries

#: What can't be SPARQL, so that it must be the name of a saved query.
_NAME = re.compile(r"[\w~-][\w.~-]*", re.ASCII)
#: What a query from the command line or the standard input is called.
_UNNAMED = f"query{ENDING}"


@click.command()
@click.argument("text", metavar="QUERY|NAME|FILE.rq|-")
@click.option(
    "--set", "pairs", metavar="NAME=VALUE", multiple=True,
    help="The value of a parameter that the query declares. May be repeated.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(1), help="Rows to answer with at most, of a SELECT query.")
@click.option("--offset", type=click.IntRange(0), default=0, help="Rows to leave out before those.")
@click.option("--format", "syntax", help="json, xml, csv, tsv, or an RDF format; default: tsv, turtle.")
@click.option("--json", "as_json", is_flag=True, help="Same as --format json.")
@publication_option
def query(
    text: str,
    pairs: tuple[str, ...],
    limit: int | None,
    offset: int,
    syntax: str | None,
    as_json: bool,
    folder: Path | None,
) -> None:
    """Ask the current release a SPARQL query: its text, a saved query's name, a file's, or - for the standard input.

    Parameters that a query declares in its header have values by --set as they have on the site, typed and bound.
    """
    from parley.engine.client import run_query

    chosen = _format(syntax, as_json)
    publication, release = current_release(folder)
    asked = _asked(text, release, publication, pairs)
    if (limit is not None or offset) and binding.form(asked) != "SELECT":
        raise Misuse("Only the rows of a SELECT query have a limit and an offset.", cure="Leave them out.")
    results = chosen if chosen in RESULT_FORMATS else None if chosen else RESULTS_TSV
    graph = chosen if chosen in RDF_FORMATS else None if chosen else TURTLE
    for chunk in run_query(release, binding.part(asked, limit, offset), publication, results=results, graph=graph):
        sys.stdout.buffer.write(chunk)


def _format(syntax: str | None, as_json: bool) -> Format | None:
    chosen = RESULTS_JSON if as_json else by_name(syntax, FORMATS) if syntax else None
    if syntax and (chosen is None or chosen not in (*RESULT_FORMATS, *RDF_FORMATS)):
        names = ", ".join(f.name for f in (*RESULT_FORMATS, *RDF_FORMATS))
        raise Misuse(f"There is no format “{syntax}”.", cure=f"There are: {names}.")
    return chosen


def _asked(given: str, release: Path, publication: Publication, pairs: tuple[str, ...]) -> str:
    """The text of the query that is meant, with the values of its parameters."""
    if given != "-" and not given.endswith(ENDING) and _NAME.fullmatch(given):
        return _bound(_saved(given, release), pairs, publication)
    text = _text(given)
    try:
        found = queries.parse(Path(given).name if given.endswith(ENDING) else _UNNAMED, text)
    except SourceError:
        if pairs:
            raise
        return text  # a header that is none is no reason to refuse a query
    return _bound(found, pairs, publication) if found.parameters or pairs else text


def _saved(name: str, release: Path) -> SavedQuery:
    known = {saved.name: saved for saved in read_queries(release)}
    if name not in known:
        names = ", ".join(known) or "none"
        raise Misuse(f"The release has no saved query “{name}”.", cure=f"There are: {names}.")
    return known[name]


def _bound(saved: SavedQuery, pairs: tuple[str, ...], publication: Publication) -> str:
    """The query with the values that `pairs` give its parameters; raises Misuse as the site raises BadRequest."""
    names = [one.name for one in saved.parameters]
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in names or name in values:
            why = "is given twice" if name in values else "is no parameter of this query"
            raise Misuse(
                f"“{name[:80]}” {why}." if equals else f"“{pair[:80]}” is no NAME=VALUE.",
                cure=f"It has: {', '.join(names) or 'none'}.",
            )
        values[name] = value
    try:
        terms = binding.terms(saved.parameters, values, publication.all_prefixes)
    except BadRequest as error:
        raise Misuse(error.message, cure=error.cure) from None
    if missing := [one.name for one in saved.parameters if one.required and one.name not in terms]:
        raise Misuse(f"The query needs a value of “{missing[0]}”.", cure=f"Add --set {missing[0]}=….")
    if wrong := binding.unbindable(saved.text, terms):
        raise Misuse(f"The query has no variable ?{wrong[0]}.", cure="Name the parameter as the variable.")
    return binding.bound(saved.text, terms)


def _text(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    if given.endswith(ENDING):
        path = Path(given)
        if not path.is_file():
            raise Misuse(f"There is no file {given}.", cure="Name a file, or give the query's text.")
        return path.read_text(encoding="utf-8-sig")
    return given
