"""`parley verify-source`: do the passages still stand in a reader's own copy of the source?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
import pyoxigraph as ox

from parley.cli.common import CONSOLE, current_release, json_option, print_json, publication_option
from parley.errors import Misuse
from parley.passages import Finding, Status, read_passages, verify


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@publication_option
@json_option
@click.pass_context
def verify_source(context: click.Context, file: Path, folder: Path | None, as_json: bool) -> None:
    """Check the passages of the current release against FILE, your copy of the source as plain text.

    A passage is verified (text and place are the same), moved (the text stands elsewhere), changed (other text stands
    at its place) or missing (the copy ends before it). Exit status 1 unless all are verified or moved.
    """
    _, release = current_release(folder)
    passages = read_passages(ox.parse(path=str(release / "quads.nq"), format=ox.RdfFormat.N_QUADS))
    if not passages:
        raise Misuse(
            "This publication describes no passages.", cure="They need an oa:TextPositionSelector and a SHA-256."
        )
    findings = list(verify(_text(file), passages))
    if as_json:
        print_json([_row(finding) for finding in findings])
    else:
        _show(findings)
    context.exit(0 if all(f.status in (Status.VERIFIED, Status.MOVED) for f in findings) else 1)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Misuse(f"{file} is not UTF-8 text.", cure="Save the page as plain text in UTF-8.") from None


def _row(finding: Finding) -> dict[str, object]:
    passage = finding.passage
    return {
        "passage": passage.iri,
        "status": finding.status.value,
        "start": passage.start,
        "end": passage.end,
        "found_at": finding.found_at,
    }


def _show(findings: list[Finding]) -> None:
    for finding in findings:
        if finding.status is not Status.VERIFIED:
            place = f" (now at {finding.found_at})" if finding.found_at is not None else ""
            CONSOLE.print(f"{finding.status.value:9}{place} {finding.passage.iri}", markup=False)
    counts = Counter(finding.status.value for finding in findings)
    CONSOLE.print(", ".join(f"{counts[status.value]} {status.value}" for status in Status))
