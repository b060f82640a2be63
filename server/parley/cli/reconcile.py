"""`parley reconcile`: the names in a column of a table matched with the things of a publication."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from parley.cli.common import CONSOLE, current_release, json_option, print_json, publication_option, reader_language
from parley.errors import Misuse
from parley.publication import Publication
from parley.reconcile.batch import Service
from parley.reconcile.enrich import Ask, Task, enriched
from parley.reconcile.remote import RemoteService
from parley.reconcile.table import Table, as_bytes, read_table, write_table
from parley.reconcile.wording import Wording
from parley.release.index import Index
from parley.release.words import fold

_FEATURES = dict.fromkeys(("name", "exact", "links", "property"), "")


@click.command()
@click.argument("table", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--column", required=True, metavar="NAME", help="The column that holds the names.")
@click.option("--type", "kind", metavar="CLASS", help="What they are names of: an IRI, a prefixed name or a label.")
@click.option(
    "--property", "properties", multiple=True, metavar="COLUMN=PROPERTY",
    help="A column whose cells are values of a property: an IRI or a prefixed name. May be repeated.",
)  # fmt: skip
@click.option("--language", metavar="TAG", help="Language of the labels; default: that of your locale.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Where to write; default: TABLE.reconciled.csv, - prints."
)
@click.option("--force", is_flag=True, help="Replace the output if it is there; the table itself never is.")
@click.option("--service", metavar="URL", help="Ask this reconciliation service (0.2) instead of a publication.")
@publication_option
@json_option
def reconcile(
    table: Path,
    column: str,
    kind: str | None,
    properties: tuple[str, ...],
    language: str | None,
    output: Path | None,
    force: bool,
    service: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Copy TABLE with the columns iri, label, score, status and candidates for the names in one of its columns.

    TABLE is CSV or TSV of any delimiter, in UTF-8 (with or without mark), UTF-16 or Windows-1252. A name that only one
    thing has is matched; where several come into question, or none is called exactly so, status is “ambiguous”, the iri
    stays empty for a person to fill in, and candidates lists what may be meant, best first.
    """
    read = read_table(table)
    target = output or table.with_name(f"{table.stem}.reconciled{table.suffix or '.csv'}")
    if target.resolve() == table.resolve():
        raise Misuse("The output is the table itself, which is never overwritten.", cure="Name another file.")
    if str(target) != "-" and target.exists() and not force:  # before the work, not after it
        raise Misuse(f"{target} is there already.", cure="Name another file with --output, or give --force.")
    number = read.column(column)
    pairs = [_pair(text, read) for text in properties]
    with _asking(service, folder, language, kind, [property_ for _, property_ in pairs]) as (ask, batch, chosen):
        found, statuses = enriched(read, Task(number, chosen, tuple(pairs)), ask, batch)
    if str(target) == "-":
        sys.stdout.buffer.write(as_bytes(found))
    else:
        write_table(found, target, replacing=force)
    _report(statuses, target, as_json)


def _pair(text: str, read: Table) -> tuple[int, str]:
    name, equals, property_ = text.rpartition("=") if "=" in text else (text, "", "")
    if not equals or not property_:
        raise Misuse(f"“{text}” is no COLUMN=PROPERTY.", cure="Write --property country=dcterms:spatial, for instance.")
    return read.column(name), property_


@contextmanager
def _asking(
    service: str | None, folder: Path | None, language: str | None, kind: str | None, properties: list[str]
) -> Iterator[tuple[Ask, int, str | None]]:
    """What answers batches, how large they may be, and the kind as an IRI."""
    if service:
        remote = RemoteService(service)
        yield remote, remote.batch, kind
        return
    publication, release = current_release(folder)
    with Index.open(release / "index.sqlite") as index:
        ours = (publication.base, *publication.bases)
        spoken = language or reader_language(publication)
        wording = Wording(index, spoken, publication.languages[0], lambda iri: iri.startswith(ours))

        def absolute(text: str) -> str:
            prefix, colon, local = text.partition(":")
            namespace = publication.all_prefixes.get(prefix) if colon else None
            return text if namespace is None or local.startswith("//") else namespace + local

        answering = Service(index, publication.settings, wording, absolute, _FEATURES, publication.aside)
        if unknown := [name for name in properties if index.triples_with(absolute(name)) is None]:
            raise Misuse(
                f"There is no property “{unknown[0]}”.",
                cure="Give an IRI or a prefixed name of one that the data uses.",
            )
        chosen = _kind(kind, index, publication, absolute(kind)) if kind else None
        yield answering.version_0_2, publication.settings.reconcile_queries, chosen


def _kind(text: str, index: Index, publication: Publication, iri: str) -> str:
    """The class that `text` names. Raises Misuse if there is none, listing those there are."""
    known = [name for name, _ in index.classes()]
    if iri in known or index.names.node(iri) is not None:
        return iri
    labels = index.labels(known)
    found = [name for name in known if fold(text) in [fold(label) for label in labels.get(name, {}).values()]]
    own = [name for name in found if name.startswith((publication.base, *publication.bases))] or found
    if len(own) == 1:
        return own[0]
    names = sorted({next(iter(labels[name].values())) for name in known if labels.get(name)})
    what = f"several classes called “{text}”: {', '.join(own)}" if own else f"no class called “{text}”"
    raise Misuse(f"There are {what}." if own else f"There is {what}.", cure=f"There are: {', '.join(names[:40])}.")


def _report(statuses: Counter[str], target: Path, as_json: bool) -> None:
    total = sum(statuses.values())
    if as_json and str(target) != "-":
        print_json({"rows": total, "statuses": dict(sorted(statuses.items())), "output": str(target)})
        return
    parts = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
    where = "" if str(target) == "-" else f" → {target}"
    CONSOLE.print(f"{total} rows: {parts}{where}" if total else f"No rows{where}", markup=False, soft_wrap=True)
