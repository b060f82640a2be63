"""`parley add`, `parley added`, `parley remove`: other people's data in a publication."""

from __future__ import annotations

import datetime
import os
import re
from pathlib import Path

import click

from parley.cli.common import CONSOLE, json_option, open_publication, print_json, publication_option
from parley.errors import Misuse

#: Files left out that are named one by one.
_NAMED = 5


@click.command()
@click.argument("sources", metavar="SOURCE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--licence", metavar="IRI", required=True, help="The licence of the data: its address.")
@click.option("--title", metavar="TEXT", help="What to call the data; default: its name.")
@click.option("--name", metavar="NAME", help="Folder and graph of the data; default: after the first source.")
@click.option("--base", metavar="IRI", help="What relative IRIs are relative to, in files that declare no base.")
@click.option("--origin", metavar="URL", help="Where the data is from; default: the source's file name.")
@click.option("--date", metavar="DATE", help="When it was taken from there; default: today.")
@click.option("--replace", "replacing", is_flag=True, help="Take the place of data of the same name.")
@publication_option
@json_option
def add(
    sources: tuple[Path, ...],
    licence: str,
    title: str | None,
    name: str | None,
    base: str | None,
    origin: str | None,
    date: str | None,
    replacing: bool,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Add other people's data to a publication, in a graph of its own, marked as theirs; `parley build` publishes it.

    SOURCE is RDF in any syntax, an archive (.zip, .tar and its compressed forms) or a folder of it, a table of mappings
    (.sssom.tsv), or CSV with its metadata beside it (NAME.csv-metadata.json, CSV on the Web). It is added whole or not
    at all.
    """
    from parley.pipeline.sources import external
    from parley.pipeline.sources.added import Added, graph_of, is_iri

    if not (licence.startswith(("http://", "https://")) and is_iri(licence)):
        raise Misuse(f"“{licence}” is no licence's address.", cure="Give its IRI, https://….")
    if base is not None and not is_iri(base):
        raise Misuse(f"“{base}” is no base IRI.", cure="Give the address that the files were made for, https://….")
    publication = open_publication(folder)
    stem = re.sub(r"[^a-z0-9]+", "-", sources[0].name.lower().partition(".")[0]).strip("-") or "data"
    about = Added(name or stem, title or name or stem, licence, _date(date), origin or sources[0].name, "", 0)
    done = external.add(publication, list(sources), about, base=base, replacing=replacing)
    if as_json:
        print_json({**_row(done), "left_out": done.left_out, "graph": graph_of(publication, done.name).value})
    else:
        CONSOLE.print(f"Added {done.name}: {done.triples:,} triples. `parley build` publishes them.", markup=False)
        if done.left_out:
            names = ", ".join(done.left_out[:_NAMED]) + (", …" if len(done.left_out) > _NAMED else "")
            CONSOLE.print(f"Not read, as neither RDF nor tables: {len(done.left_out)} ({names}).", markup=False)


@click.command()
@publication_option
@json_option
def added(folder: Path | None, as_json: bool) -> None:
    """List what `parley add` has added: licence, date, origin, checksum."""
    from parley.pipeline.sources import external

    rows = [_row(one) for one in external.added(open_publication(folder))]
    if as_json:
        print_json(rows)
    for row in () if as_json else rows:
        CONSOLE.print("\n".join(f"{key}: {value}" for key, value in row.items()) + "\n", markup=False, soft_wrap=True)


@click.command()
@click.argument("name")
@publication_option
def remove(name: str, folder: Path | None) -> None:
    """Remove data that `parley add` has added; the next release is without it."""
    from parley.pipeline.sources import external

    external.remove(open_publication(folder), name)
    CONSOLE.print(f"Removed {name}. `parley build` publishes without it.", markup=False)


def _row(one: object) -> dict[str, object]:
    names = ("name", "title", "licence", "date", "origin", "sha256", "triples")
    return {name: getattr(one, name) for name in names}


def _date(given: str | None) -> str:
    if given is None:
        moment = float(os.environ.get("SOURCE_DATE_EPOCH") or datetime.datetime.now(datetime.UTC).timestamp())
        return datetime.datetime.fromtimestamp(moment, datetime.UTC).date().isoformat()
    try:
        return datetime.date.fromisoformat(given).isoformat()
    except ValueError:
        raise Misuse(f"“{given}” is no date.", cure="Write it as 2024-05-31.") from None
