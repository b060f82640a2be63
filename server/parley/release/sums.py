"""What is published beside the dumps so that anybody can check them: checksums, a manifest, perhaps a signature.

`SHA256SUMS` is what `sha256sum --check` reads. It lists the dumps, and a manifest without what each build makes anew:
two builds of the same sources have the same bytes here, and one signature is good for both. All of it follows from the
release's manifest, and none of it is listed there: a signature comes later, and the release stays the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from parley.errors import ReleaseError
from parley.release.manifest import FILE_NAME, FileEntry, Manifest, file_entry
from parley.release.storage import replace_file, storage_errors

SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.sig"
#: The public key of the signature and who it belongs to, in the format of ssh-keygen's "allowed signers".
SIGNERS: Final = "allowed_signers"
#: Where the dumps are in a release, and these files too.
FOLDER: Final = "dumps"
#: These never change for a release; a signature may be made anew, with another key.
LASTING: Final = (FILE_NAME, SUMS)
BESIDE: Final = (*LASTING, SIGNATURE, SIGNERS)

#: Two blanks: text; blank and asterisk: binary. It is the same to everybody but DOS.
_LINE: Final = re.compile(r"([0-9a-fA-F]{64}) [ *](.+)")


def published_manifest(manifest: Manifest) -> str:
    """The manifest as it is published: without the files that two builds of the same sources don't have in common."""
    return replace(manifest, derived={}).text()


def checksums(manifest: Manifest) -> str:
    """The content of `SHA256SUMS`; names are relative to the folder of the dumps."""
    found = {name.partition("/")[2]: e.sha256 for name, e in manifest.files.items() if name.startswith(f"{FOLDER}/")}
    found[FILE_NAME] = hashlib.sha256(published_manifest(manifest).encode("utf-8")).hexdigest()
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(found.items()))


def expected(manifest: Manifest) -> dict[str, str]:
    """Name → text of the files that are beside the dumps of every release."""
    return {FILE_NAME: published_manifest(manifest), SUMS: checksums(manifest)}


def write_checksums(release: Path, manifest: Manifest) -> None:
    """Write the manifest and the checksums beside the dumps of the directory `release`, where they are not there."""
    with storage_errors("The checksums"):
        for name, text in expected(manifest).items():
            path, content = release / FOLDER / name, text.encode("utf-8")
            if not path.is_file() or path.read_bytes() != content:
                replace_file(path, content)


def beside(release: Path) -> dict[str, FileEntry]:
    """Name → entry of those of these files that the directory `release` has."""
    paths = ((name, release / FOLDER / name) for name in BESIDE)
    return {name: file_entry(path) for name, path in paths if path.is_file()}


def parse(path: Path) -> Mapping[str, str]:
    """Name → SHA-256 of the lines of a file of checksums. Raises ReleaseError if it can't be read or is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReleaseError(f"{path} can't be read: {error}.", cure="Download it again.") from error
    found = {}
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None or not _is_inside(match[2]):
            raise ReleaseError(
                f"{path}, line {number}, is no SHA-256 and name of a file beside it.", cure="Download it again."
            )
        found[match[2]] = match[1].lower()
    if not found:
        raise ReleaseError(f"{path} is empty.", cure="Download it again.")
    return found


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
