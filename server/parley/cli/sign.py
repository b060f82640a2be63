"""`parley sign`: a signature over the checksums of a release."""

from __future__ import annotations

from pathlib import Path

import click

from parley.cli.common import CONSOLE, open_publication, open_state, publication_option
from parley.errors import Misuse, PublicationError
from parley.release.directory import open_release
from parley.release.signing import sign as sign_release
from parley.release.signing import signer_name
from parley.release.sums import SIGNATURE, SIGNERS


@click.command()
@click.argument("release", required=False)
@click.option(
    "--key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="SSH key: the private one, or the public one of an agent's (setting signing_key).",
)
@publication_option
def sign(release: str | None, key: Path | None, folder: Path | None) -> None:
    """Sign the checksums of RELEASE (its id or the beginning of it), or of the current one.

    OpenSSH's `ssh-keygen` makes the signature. The release stays what it is; signature and public key lie beside its
    dumps, and a running server offers them within a second. Signing again replaces the signature.
    """
    publication = open_publication(folder)
    state = open_state(publication)
    path = state.find(release) if release else state.current()
    if path is None:
        raise PublicationError(f"{publication.root} has no release yet.", cure="`parley build` makes one.")
    if key is None:
        key = _key_of_setting(publication.root, publication.settings.signing_key)
    opened = open_release(path)
    signer = sign_release(opened, key, signer_name(publication.base))
    CONSOLE.print(f"Signed release {opened.id[:12]}: {opened.dumps / SIGNATURE}", soft_wrap=True, markup=False)
    CONSOLE.print(f"Say elsewhere than on the site that this is the key ({SIGNERS}):", markup=False)
    CONSOLE.print(f"{signer.line.rstrip()}\n{signer.fingerprint}", soft_wrap=True, markup=False)


def _key_of_setting(root: Path, name: str) -> Path:
    if not name:
        raise Misuse(
            "It is not said which key is to sign.",
            cure="Give an SSH key with --key, or name it in the setting signing_key; "
            "`ssh-keygen -t ed25519 -f release_key` makes one.",
        )
    key = root / Path(name).expanduser()
    if not key.is_file():
        raise Misuse(f"The setting signing_key names {key}, which is no file.", cure="Correct it.")
    return key
