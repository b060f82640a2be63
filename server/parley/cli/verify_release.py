"""`parley verify-release`: are these files what their publisher released? Offline."""

from __future__ import annotations

from pathlib import Path

import click

from parley.cli.common import json_option, open_publication, open_state, print_json, publication_option
from parley.errors import PublicationError
from parley.release.checking import Check, Status
from parley.release.checking import check as look

_MARKS = {Status.SOUND: "ok", Status.WRONG: "WRONG", Status.UNCHECKED: "not checked"}


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--signed", is_flag=True, help="A release without a signature is wrong.")
@click.option(
    "--signers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Allowed signers in OpenSSH's format, from elsewhere than the release; implies --signed.",
)
@publication_option
@json_option
@click.pass_context
def verify_release(
    context: click.Context, path: Path | None, signed: bool, signers: Path | None, folder: Path | None, as_json: bool
) -> None:
    """Check hashes and signature of a release, without any network, and say what was checked and what was not.

    PATH is the directory of a release, a folder of downloads with their SHA256SUMS, or one file of it; by default the
    current release. Exit status 1 if anything is wrong; that there is no signature is not, unless it is asked for.
    """
    if path is None:
        path = _current(folder)
    if not as_json:
        click.echo(path)
    checks = []
    for check in look(path, signers, signed=signed):
        checks.append(check)
        if not as_json:
            click.echo(f"{_MARKS[check.status]:12}{check.what}: {check.detail}")
    sound = all(check.status is not Status.WRONG for check in checks)
    if as_json:
        print_json({"path": str(path), "sound": sound, "checks": [_row(check) for check in checks]})
    elif signers is None and any(c.what == "signature" and c.status is Status.SOUND for c in checks):
        click.echo("Compare the key with what the publisher says elsewhere, or name the keys you trust by --signers.")
    context.exit(0 if sound else 1)


def _current(folder: Path | None) -> Path:
    publication = open_publication(folder)
    current = open_state(publication).current()
    if current is None:
        raise PublicationError(f"{publication.root} has no release yet.", cure="`parley build` makes one.")
    return current


def _row(check: Check) -> dict[str, str]:
    return {"what": check.what, "status": check.status.value, "detail": check.detail}
