"""Signatures over the checksums of a release, made and verified by OpenSSH's `ssh-keygen -Y`; no cryptography here.

A release has one signature at most: signing again, with another key, replaces it. Who may sign is for the reader to
say, by a file of allowed signers that did not come with the release.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from parley.errors import Misuse, ReleaseError
from parley.release.release import Release
from parley.release.storage import replace_file, storage_errors
from parley.release.sums import FOLDER, SIGNATURE, SIGNERS, SUMS, write_checksums

#: What the signature is for: OpenSSH's name for files of any kind.
NAMESPACE: Final = "file"
_PROGRAM: Final = "ssh-keygen"
_INSTALL: Final = (
    "Install OpenSSH 8.2 or later (Debian and Ubuntu: apt-get install openssh-client; macOS and Windows have it)."
)
_ARMOUR: Final = re.compile(rb"-----BEGIN SSH SIGNATURE-----\n(.+)-----END SSH SIGNATURE-----\n?", re.DOTALL)
#: A public key as `ssh-keygen` writes it, perhaps with a comment, alone in its file.
_BARE_KEY: Final = re.compile(r"((?:ssh|ecdsa|sk)-[a-z0-9@.-]+) (AAAA[A-Za-z0-9+/=]+)(?: [^\n]*)?")
#: Characters of an IRI that a list of principals takes as they are: a comma would end one, a blank the list.
_PLAIN: Final = ":/?#[]@!$&'()*+;=%~"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed: a name, and the public key as `ssh-keygen` writes it (type and base64)."""

    name: str
    key: str

    @property
    def line(self) -> str:
        """The line of a file of allowed signers."""
        return f'{self.name} namespaces="{NAMESPACE}" {self.key}\n'

    @property
    def fingerprint(self) -> str:
        """The key's, as OpenSSH shows it."""
        digest = hashlib.sha256(base64.b64decode(self.key.partition(" ")[2])).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def signer_name(base: str) -> str:
    """The name under which a publication signs: its base IRI.

    >>> signer_name("https://data.example/a,b/")
    'https://data.example/a%2Cb/'
    """
    return quote(base, safe=_PLAIN)


def sign(release: Release, key: Path, name: str) -> Signer:
    """Sign the checksums of `release` with the SSH key in the file `key`, as `name`.

    `key` may be a public key whose private part an agent holds. `ssh-keygen` itself asks for a passphrase and says what
    is wrong with a key. Raises Misuse where it won't sign or is not there, ReleaseError if the disk refuses.
    """
    write_checksums(release.path, release.manifest)
    sums = (release.dumps / SUMS).read_bytes()
    command = [_program(), "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(key.absolute())]
    done = subprocess.run(command, input=sums, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise Misuse(
            f"ssh-keygen could not sign with {key}; its reason stands above.",
            cure="Give an SSH key that it can use, or make one: ssh-keygen -t ed25519 -f release_key",
        )
    signer = Signer(name, _public_key(done.stdout))
    files = {SIGNERS: signer.line.encode("utf-8"), SIGNATURE: done.stdout}
    with tempfile.TemporaryDirectory() as folder, storage_errors("The signature"):
        trial = Path(folder)
        for file, content in {SUMS: sums, **files}.items():
            (trial / file).write_bytes(content)
        verify(trial, trial / SIGNERS)
        for file, content in files.items():
            replace_file(release.dumps / file, content)
    return signer


def verify(folder: Path, signers: Path | None) -> tuple[str, str]:
    """Check the signature in `folder` over the checksums there; return who of the file `signers` made it, and the key.

    The key is given by its type and fingerprint; without `signers`, the name is empty. Raises ReleaseError if the
    signature is wrong or by somebody else, Misuse if `ssh-keygen` is not there or `signers` is but a key.
    """
    if signers is not None:
        _refuse_a_key(signers, folder)
    sums, signature = folder / SUMS, folder / SIGNATURE
    given = ("-s", str(signature))
    good, told = _run("check-novalidate", "-n", NAMESPACE, *given, data=sums)
    if not good:
        raise ReleaseError(
            f"{SIGNATURE} is no signature of {SUMS}: one of the two has been altered ({told}).",
            cure="Download both again, from where the release was published.",
        )
    key = told.rpartition(" with ")[2]
    if signers is None:
        return "", key
    good, found = _run("find-principals", *given, "-f", str(signers))
    name = found.partition("\n")[0].partition(",")[0]
    if good:
        good, found = _run("verify", "-n", NAMESPACE, *given, "-f", str(signers), "-I", name, data=sums)
    if not good:
        raise ReleaseError(
            f"{SIGNATURE} is by the {key}, which {signers} does not allow ({found}).",
            cure="Trust it only if the publisher says elsewhere that this is the key.",
        )
    return name, key


def _refuse_a_key(signers: Path, folder: Path) -> None:
    """Raise Misuse if the file of allowed signers is a key, and say what to write: `ssh-keygen` only says “no”."""
    text = signers.read_text(encoding="utf-8", errors="replace").strip()
    if "PRIVATE KEY-----" in text:
        raise Misuse(
            f"{signers} is a private key.", cure="Name a file of allowed signers; nobody needs that key to verify."
        )
    found = _BARE_KEY.fullmatch(text)
    if found is None:
        return
    own = folder / SIGNERS
    known = own.read_text(encoding="utf-8").partition(" ")[0] if own.is_file() else ""
    line = Signer(known or "https://data.example/", f"{found[1]} {found[2]}").line.strip()
    whose = "" if known else " (at the beginning, the base of the publication that it signs for)"
    raise Misuse(
        f"{signers} is a public key, not a file of allowed signers.",
        cure=f"Write this line into a file, and name that{whose}:\n{line}",
    )


def signer_of(release: Path) -> Signer | None:
    """Who signed the release in the directory `release`, as the files in it say; nothing is verified."""
    try:
        name, _options, key = (release / FOLDER / SIGNERS).read_text(encoding="utf-8").strip().split(" ", 2)
    except (OSError, ValueError):
        return None
    return Signer(name, key)


def _program() -> str:
    found = shutil.which(_PROGRAM)
    if found is None:
        raise Misuse(f"There is no {_PROGRAM} here, which makes and verifies signatures.", cure=_INSTALL)
    return found


def _run(action: str, *options: str, data: Path | None = None) -> tuple[bool, str]:
    """Whether `ssh-keygen -Y` is content, and what it said: where it is not, the reasons in one line."""
    content = data.read_bytes() if data else b""
    command = [_program(), "-Y", action, *options]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    told = (done.stdout if done.returncode == 0 else done.stderr or done.stdout).decode("utf-8", "replace").strip()
    return done.returncode == 0, told if done.returncode == 0 else "; ".join(told.splitlines())


def _public_key(signature: bytes) -> str:
    """The public key that is in a signature (OpenSSH's PROTOCOL.sshsig): so it is there whatever holds the private one.

    Six letters and four bytes of version come first, then the key as a string, which begins with its type as a string.
    """
    armour = _ARMOUR.fullmatch(signature)
    if armour is None:
        raise Misuse("What ssh-keygen has written is no signature.", cure=_INSTALL)
    key = _string(base64.b64decode(armour[1])[10:])
    return f"{_string(key).decode('ascii')} {base64.b64encode(key).decode('ascii')}"


def _string(data: bytes) -> bytes:
    """The string at the beginning of `data`, after its length in four bytes (RFC 4251 §5)."""
    return data[4 : 4 + int.from_bytes(data[:4])]
