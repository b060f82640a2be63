"""`parley verify`: how a linked-data site answers, ours or anybody's."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.table import Table

from parley.cli.common import json_option, print_json
from parley.errors import Misuse

if TYPE_CHECKING:
    from parley.verify.run import Result

#: Faults of one check that the table's reader is shown.
_SHOWN: Final = 3


@click.command()
@click.argument("url")
@click.option("--iri", "iris", multiple=True, help="Look at this IRI; may be repeated. Default: those the site names.")
@click.option("--base", default="", help="Base of the site's IRIs where it is not URL; they are asked for under URL.")
@click.option("--sample", default=10, show_default=True, type=click.IntRange(1, 1000), help="IRIs looked at.")
@click.option("--requests", default=2000, show_default=True, type=click.IntRange(1), help="Requests at most.")
@click.option("--pause", default=0.0, show_default=True, type=click.FloatRange(0), help="Seconds between requests.")
@json_option
@click.pass_context
def verify(
    context: click.Context,
    url: str,
    iris: tuple[str, ...],
    base: str,
    sample: int,
    requests: int,
    pause: float,
    as_json: bool,
) -> None:
    """Dereference IRIs of the linked-data site at URL in every format, and report what is wrong.

    Exit status 1 if anything is, or if the requests allowed do not suffice.
    """
    from parley.verify.client import Client
    from parley.verify.run import verify as look

    if not url.startswith(("http://", "https://")):
        raise Misuse(
            f"“{url}” is no web address.",
            cure="Begin it with http:// or https://; files are checked by `parley verify-release`.",
        )
    client = Client(requests, pause, base, url if base else "")
    result = look(client, url, list(iris), sample)
    if as_json:
        print_json(asdict(result) | {"sound": result.sound})
    else:
        _print(result)
    context.exit(0 if result.sound else 1)


def _print(result: Result) -> None:
    """The table of checks, the first faults of each, and what else there is to say."""
    table = Table("check", "by", "IRIs", "faults", box=None, padding=(0, 2))
    for verdict in result.verdicts:
        table.add_row(verdict.check, verdict.clause, str(verdict.looked), str(len(verdict.faults)))
    report = Console(highlight=False, markup=False, soft_wrap=True)
    report.print(table)
    for verdict in result.verdicts:
        for fault in verdict.faults[:_SHOWN]:
            report.print(f"{verdict.check}: {fault.iri}: {fault.detail}")
        if len(verdict.faults) > _SHOWN:
            report.print(f"{verdict.check}: {len(verdict.faults) - _SHOWN} more, which --json lists")
    report.print(f"{len(result.iris)} IRIs, {result.requests} requests.")
    if not result.complete:
        report.print("The requests allowed did not suffice: the report is not complete.")
    if result.hint:
        report.print(result.hint)
