"""Is a release what its publisher made? Looks at files only: a whole release, or what somebody has downloaded of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from parley.errors import Misuse, ReleaseError
from parley.release import signing
from parley.release.manifest import FILE_NAME, Manifest, file_entry
from parley.release.sums import BESIDE, FOLDER, SIGNATURE, SIGNERS, SUMS, expected, parse


class Status(Enum):
    """What came of a check."""

    SOUND = "sound"
    WRONG = "wrong"
    #: Nothing to look at, or nothing to compare it with.
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, or was not: what and how that went."""

    what: str
    status: Status
    detail: str


def check(path: Path, signers: Path | None = None, *, signed: bool = False) -> Iterator[Check]:
    """All checks of `path`: the directory of a release, a folder with SHA256SUMS, or a file that lies beside them.

    `signers` names the keys that may have signed it; with them, or with `signed`, a release without a signature is
    wrong. Raises Misuse if there is nothing to check at `path` or no `ssh-keygen`, ReleaseError if what says how the
    files should be is itself no more to be read.
    """
    if path.is_dir() and (path / FILE_NAME).is_file() and (path / FOLDER).is_dir():
        yield from _release(path)
        folder = path / FOLDER
    else:
        folder = path if path.is_dir() else path.parent
        if not (folder / SUMS).is_file():
            raise Misuse(
                f"{path} is no release, and there is no {SUMS} with it.",
                cure=f"Give the directory of a release, or put {SUMS} from the site's downloads beside the files.",
            )
        yield from _downloaded(folder, path if path.is_file() and path.name not in BESIDE else None)
    yield _signature(folder, signers, signed or signers is not None)


def _release(path: Path) -> Iterator[Check]:
    manifest = Manifest.read(path)
    dated = f", of {manifest.created}" if manifest.created else ""
    yield Check("manifest", Status.SOUND, f"release {manifest.id}{dated}")
    faults = list(manifest.faults(path))
    yield from (Check("files", Status.WRONG, fault) for fault in faults)
    if not faults:
        made = f"{len(manifest.derived)} that each build makes anew and no signature covers"
        yield Check("files", Status.SOUND, f"{len(manifest.files)}, and {made}, are as the manifest lists them")
    texts = {name: (path / FOLDER / name, text) for name, text in expected(manifest).items()}
    there = {name: (file, text) for name, (file, text) in texts.items() if file.is_file()}
    wrong = [f"{FOLDER}/{name}" for name, (file, text) in there.items() if file.read_bytes() != text.encode("utf-8")]
    yield from (Check("checksums", Status.WRONG, f"{name} is not what follows from the manifest") for name in wrong)
    if SUMS not in there:
        yield Check("checksums", Status.UNCHECKED, f"there is no {FOLDER}/{SUMS}; `parley sign` writes it")
    elif not wrong:
        yield Check("checksums", Status.SOUND, f"{FOLDER}/{SUMS} is what follows from the manifest")


def _downloaded(folder: Path, only: Path | None) -> Iterator[Check]:
    sums = parse(folder / SUMS)
    if only is None:
        places = {name: folder / name for name in sums if (folder / name).is_file()}
    else:
        places = {_listed(only, sums): only}
    faults = [f"{path} has been altered: its SHA-256 is not that in {SUMS}." for path in _altered(places, sums)]
    yield from (Check("files", Status.WRONG, fault) for fault in faults)
    if not places:
        yield Check("files", Status.WRONG, f"none of the {len(sums)} files that {SUMS} lists is here")
    elif not faults:
        yield Check("files", Status.SOUND, f"{_some(places)} {'is' if len(places) == 1 else 'are'} as {SUMS} says")
    if len(places) < len(sums):
        yield Check("files", Status.UNCHECKED, f"{len(sums) - len(places)} that {SUMS} lists beside")
    unlisted = [] if only else [p.name for p in sorted(folder.iterdir()) if p.is_file() and p.name not in sums]
    unlisted = [name for name in unlisted if name not in BESIDE]
    if unlisted:
        yield Check("files", Status.UNCHECKED, f"{_some(unlisted)}: not of this release, or not listed")
    if FILE_NAME in places and not faults:
        manifest = Manifest.read(folder)
        dated = f", of {manifest.created}" if manifest.created else ""
        yield Check("manifest", Status.SOUND, f"release {manifest.id}{dated}")


def _listed(file: Path, sums: Mapping[str, str]) -> str:
    """The name under which `file` is listed: tables are in a folder of their own, which a download loses."""
    found = [name for name in sums if name == file.name] or [n for n in sums if n.rpartition("/")[2] == file.name]
    if len(found) != 1:
        raise Misuse(
            f"{file.parent / SUMS} lists no {file.name}.",
            cure="Give the file the name that it had on the site, or take the SHA256SUMS of its own release.",
        )
    return found[0]


def _altered(places: Mapping[str, Path], sums: Mapping[str, str]) -> Iterator[Path]:
    for name, path in places.items():
        try:
            sound = file_entry(path).sha256 == sums[name]
        except OSError as error:
            raise ReleaseError(f"{path} can't be read: {error.strerror}.", cure="Make it readable.") from error
        if not sound:
            yield path


def _some(names: Mapping[str, object] | list[str], most: int = 3) -> str:
    shown = list(names)
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")


def _signature(folder: Path, signers: Path | None, wanted: bool) -> Check:
    if not (folder / SIGNATURE).is_file():
        detail = f"there is no {SIGNATURE}"
        return Check("signature", Status.WRONG if wanted else Status.UNCHECKED, f"{detail}; this release is not signed")
    own = folder / SIGNERS
    if not (folder / SUMS).is_file():
        return Check("signature", Status.WRONG, f"{SUMS}, which was signed, is not here")
    try:
        name, key = signing.verify(folder, signers or (own if own.is_file() else None))
    except ReleaseError as error:
        return Check("signature", Status.WRONG, str(error))
    if signers is not None:
        return Check("signature", Status.SOUND, f"by {name} with the {key}, which {signers} allows")
    return Check(
        "signature",
        Status.SOUND,
        f"with the {key}. Whose key that is was not checked"
        + (f": {SIGNERS}, which came with the release, says {name}" if name else ""),
    )
