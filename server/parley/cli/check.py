"""`parley check`: parse, shapes, consistency; a report one can act on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from parley.cli.common import (
    CONSOLE,
    folder_argument,
    json_option,
    open_publication,
    passed_over,
    print_json,
    progress_display,
    reader_language,
)
from parley.errors import Inconsistent

if TYPE_CHECKING:
    from parley.pipeline.validation.report import Report


@click.command()
@folder_argument
@click.option("--language", metavar="TAG", help="Language of the messages; default: that of your locale.")
@click.option("--skip-broken", is_flag=True, help="Check the files that can be read, and name the others.")
@json_option
@click.pass_context
def check(context: click.Context, folder: Path | None, language: str | None, skip_broken: bool, as_json: bool) -> None:
    """Check a publication: does it parse, keep to its shapes, contradict itself?"""
    from parley.pipeline.inference.infer import infer
    from parley.pipeline.output.queries import saved_queries
    from parley.pipeline.sources.read import read
    from parley.pipeline.validation.validate import validate

    publication = open_publication(folder)
    with progress_display() as progress, tempfile.TemporaryDirectory(prefix="parley-") as work:
        progress("read", 0, 0)
        corpus = read(publication, Path(work), skip_broken=skip_broken, progress=progress)
        saved_queries(publication, skip_broken=skip_broken)
        progress("validate", 0, 0)
        report = validate(publication, corpus)
        progress("infer", 0, 0)
        contradiction, inference = None, None
        try:
            inference = infer(publication, corpus, Path(work) / "inferred.nq")
        except Inconsistent as error:  # told after the report, which it must not hide
            contradiction = error
    warnings = inference.warnings if inference else ()
    if as_json:
        inferred = inference.triples if inference else None
        told = {"consistent": contradiction is None, "contradiction": str(contradiction or "") or None}
        read_not = {"skipped": corpus.skipped, "ignored": corpus.ignored}
        print_json({**report.as_dict(), **told, "inferred": inferred, **read_not, "warnings": warnings})
    else:
        _remark(f"left out: {error}" for error in corpus.broken)
        _show(report, language or reader_language(publication))
        _remark([*passed_over(corpus.ignored), *report.notes, *warnings])
        CONSOLE.print("Consistent." if contradiction is None else str(contradiction), markup=False, soft_wrap=True)
    context.exit(0 if report.conforms and contradiction is None and not corpus.broken else 1)


def _remark(remarks: Iterable[str]) -> None:
    for remark in remarks:
        CONSOLE.print(remark, style="yellow", markup=False, soft_wrap=True)


def _show(report: Report, language: str) -> None:
    for row in report.results:
        CONSOLE.print(row.text(language), markup=False, soft_wrap=True)
    if report.conforms:
        CONSOLE.print("[green]Conforms[/green] to the shapes.")
    else:
        CONSOLE.print(f"[red]{len(report.violations)} findings.[/red]")
