"""Archives of other people's files: unpacked into a folder of our own, whole or not at all.

An archive is refused for a name that would leave the folder, for links and devices, and for what passes a limit.
"""

from __future__ import annotations

import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final

from parley.errors import SourceError

_CHUNK: Final = 64 * 1024
_TAR: Final = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_DAMAGE: Final = (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, NotImplementedError, RuntimeError)


def is_archive(name: str) -> bool:
    """Whether a file called `name` is an archive that can be unpacked.

    >>> is_archive("a.tar.gz"), is_archive("a.ttl.gz")
    (True, False)
    """
    return name.lower().endswith((".zip", *_TAR))


def unpack(archive: Path, target: Path, *, most_bytes: int, most_files: int) -> None:
    """Write the files of `archive` into the folder `target`. Raises SourceError, having written perhaps some."""
    left, files = most_bytes, 0
    try:
        with _members(archive) as members:
            for name, stream in members:
                files += 1
                if files > most_files:
                    raise _fault(archive, f"holds more than {most_files:,} files", "raise add_files under [limits]")
                left = _write(archive, stream, _place(archive, target, name), left, most_bytes)
    except _DAMAGE as error:
        why = getattr(error, "strerror", None) or error  # without the name of a folder of our own
        raise _fault(archive, f"can't be unpacked: {why}", "restore it") from None


def _write(archive: Path, stream: IO[bytes], place: Path, left: int, most: int) -> int:
    """Copy a file; what is left of `most` afterwards. What an archive says of sizes is not believed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("xb") as file:
        while data := stream.read(_CHUNK):
            left -= len(data)
            if left < 0:
                raise _fault(archive, f"unpacks to more than {most:,} bytes", "raise add_bytes under [limits]")
            file.write(data)
    return left


def _place(archive: Path, target: Path, name: str) -> Path:
    """Where the file called `name` goes. Raises SourceError for one that would go elsewhere, or come twice."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.parts or ":" in path.parts[0] or "\0" in name:
        raise _fault(archive, f"names a file outside of itself: {name[:80]!r}", "don't trust it")
    place = target / path
    if place.exists():
        raise _fault(archive, f"holds {name[:80]!r} twice", "pack it again")
    return place


@contextmanager
def _members(archive: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The plain files with their names; raises SourceError for what is neither file nor folder."""
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as packed:
            yield _zipped(archive, packed)
    else:
        with tarfile.open(archive, "r:*") as tape:
            yield _taped(archive, tape)


def _zipped(archive: Path, packed: zipfile.ZipFile) -> Iterator[tuple[str, IO[bytes]]]:
    for info in packed.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _fault(archive, f"holds a link or a device: {info.filename[:80]!r}", "pack the files themselves")
        if not info.is_dir():
            with packed.open(info) as stream:
                yield info.filename, stream


def _taped(archive: Path, tape: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in tape:
        if not (member.isreg() or member.isdir()):
            raise _fault(archive, f"holds a link or a device: {member.name[:80]!r}", "pack the files themselves")
        stream = tape.extractfile(member) if member.isreg() else None
        if stream is not None:
            yield member.name, stream


def _fault(archive: Path, what: str, cure: str) -> SourceError:
    return SourceError(f"The archive {what}.", file=archive.name, cure=f"{cure[:1].upper()}{cure[1:]}.")
