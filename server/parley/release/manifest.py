"""The manifest of a release: what it consists of, so that one flipped byte is noticed before it is served."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, Self

from parley.errors import ReleaseError
from parley.release.storage import storage_errors
from parley.roles import Role
from parley.vocab import DCTERMS

FILE_NAME = "manifest.json"
#: Part of a release's identity: raised when the files of a release change their meaning.
FORMAT_VERSION = 8

# Made anew by every build and not byte for byte the same: listed apart and outside the identity.
_DERIVED = ("store/", "index.sqlite", "changes.sqlite")
# RocksDB's own log and lock change while a store is only read.
_VOLATILE = ("store/LOG", "store/LOCK")
_REBUILD = "Build the release again, or go back with `parley rollback`."


class GraphLike(Protocol):
    """What the manifest needs to know of a named graph."""

    @property
    def iri(self) -> str:
        """Its name."""

    @property
    def role(self) -> Role:
        """What it is to the publication."""

    @property
    def triples(self) -> int:
        """How many it holds."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Digest and size in bytes of one file."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class GraphEntry:
    """A named graph: `role` is a value of `Role`."""

    iri: str
    role: str
    triples: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """Contents of `manifest.json`.

    `created` is an XSD date or dateTime from the data or from SOURCE_DATE_EPOCH, never the clock. `files` are equal
    from build to build, `derived` ones need not be.
    """

    id: str
    format_version: int
    created: str | None
    files: Mapping[str, FileEntry]
    derived: Mapping[str, FileEntry]
    graphs: tuple[GraphEntry, ...]
    counts: Mapping[str, int]

    @classmethod
    def make(
        cls,
        release: Path,
        identity: str,
        graphs: Iterable[GraphLike],
        inferred_triples: int,
        environment: Mapping[str, str] = os.environ,
    ) -> Self:
        """The manifest of the finished directory `release`, which has `quads.nq`.

        Raises ReleaseError if a file can't be read or SOURCE_DATE_EPOCH is no number.
        """
        rows = tuple(GraphEntry(g.iri, g.role.value, g.triples) for g in graphs)
        with storage_errors(f"The manifest of {release}"):
            entries = {name: file_entry(release / name) for name in _names(release)}
            created = _modified(release / "quads.nq", rows) or _source_date(environment)
        return cls(
            id=identity,
            format_version=FORMAT_VERSION,
            created=created,
            files={n: e for n, e in entries.items() if not n.startswith(_DERIVED)},
            derived={n: e for n, e in entries.items() if n.startswith(_DERIVED)},
            graphs=rows,
            counts={"asserted": sum(g.triples for g in rows), "inferred": inferred_triples, "graphs": len(rows)},
        )

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in (*self.files.values(), *self.derived.values()))

    def write(self, release: Path) -> None:
        """Write `manifest.json` into the directory `release`."""
        with storage_errors("The manifest"):
            (release / FILE_NAME).write_text(self.text(), encoding="utf-8")

    @classmethod
    def read(cls, release: Path) -> Self:
        """The manifest of the directory `release`. Raises ReleaseError if it is missing, damaged or too new."""
        path = release / FILE_NAME
        try:
            text = path.read_bytes().decode("utf-8")
            table = json.loads(text)
            manifest = cls._parse(table)
        except OSError as error:
            raise ReleaseError(f"{path} can't be read: {error.strerror}.", cure=_REBUILD) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReleaseError(f"{path} is damaged: {error}.", cure=_REBUILD) from error
        if manifest.format_version != FORMAT_VERSION:
            raise ReleaseError(
                f"{path} has format {manifest.format_version}, but this Parley reads format {FORMAT_VERSION}.",
                cure=_REBUILD,
            )
        if text != manifest.text():
            raise ReleaseError(f"{path} is damaged: its checksum is wrong.", cure=_REBUILD)
        return manifest

    def verify(self, release: Path, *, hashes: bool = True) -> None:
        """Check that every file is there in its size and, with `hashes`, with its digest; else raise ReleaseError."""
        for fault in self.faults(release, hashes=hashes):
            raise ReleaseError(fault, cure=_REBUILD)

    def faults(self, release: Path, *, hashes: bool = True) -> Iterator[str]:
        """What is wrong with the files of the directory `release`, a sentence for each; see `verify`."""
        for name, entry in {**self.files, **self.derived}.items():
            path = release / name
            try:
                size = path.stat().st_size
                sound = size == entry.size and (not hashes or file_entry(path) == entry)
            except OSError as error:
                yield f"{path} can't be read: {error.strerror}."
                continue
            if not sound:
                what = f"has {size} bytes instead of {entry.size}" if size != entry.size else "has been altered"
                yield f"The release is damaged: {path} {what}."
        if release.name.partition(".")[0] != self.id and len(release.name) >= 64:
            yield f"{release} holds the release {self.id}, not the one it is named after."

    @classmethod
    def _parse(cls, table: Mapping[str, Any]) -> Self:
        return cls(
            id=str(table["id"]),
            format_version=int(table["format_version"]),
            created=table.get("created"),
            files={name: FileEntry(**entry) for name, entry in table["files"].items()},
            derived={name: FileEntry(**entry) for name, entry in table["derived"].items()},
            graphs=tuple(GraphEntry(**entry) for entry in table["graphs"]),
            counts={name: int(count) for name, count in table["counts"].items()},
        )

    def text(self) -> str:
        """The one way to write this manifest, with a checksum over all else in it."""
        table = {name: value for name, value in asdict(self).items() if value is not None}
        body = json.dumps(table, sort_keys=True, ensure_ascii=False)
        checksum = hashlib.sha256(body.encode("utf-8")).hexdigest()
        return json.dumps({**table, "checksum": checksum}, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def release_id(corpus_digest: str, publication_source: str, inferred_digest: str = "", queries_digest: str = "") -> str:
    """The identity of a release: SHA-256, in hex, over format version, digests of what it holds, `publication.toml`.

    The inferred quads count too: a changed rule changes what is served though no asserted quad differs. So do the
    saved queries.

    >>> len(release_id("00", 'base = "http://example.org/"'))
    64
    """
    digests = f"{corpus_digest}\n{inferred_digest}\n{queries_digest}"
    text = f"parley release {FORMAT_VERSION}\n{digests}\n{publication_source}"
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _names(release: Path) -> Iterator[str]:
    for path in sorted(release.rglob("*")):
        name = path.relative_to(release).as_posix()
        if path.is_file() and name != FILE_NAME and not name.startswith(_VOLATILE):
            yield name


def file_entry(path: Path) -> FileEntry:
    """Digest and size of the file at `path`, read in pieces."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileEntry(digest, file.tell())


def _modified(quads: Path, graphs: Iterable[GraphEntry]) -> str | None:
    """The latest dcterms:modified of the catalogue: the data's own date."""
    catalogue = {f"<{g.iri}>" for g in graphs if g.role == Role.CATALOGUE.value}
    if not catalogue:
        return None
    with quads.open(encoding="utf-8") as lines:
        found = (line for line in lines if f" <{DCTERMS}modified> " in line and line.rsplit(" ", 2)[1] in catalogue)
        return max((line.split('"', 2)[1] for line in found if '"' in line), default=None)


def _source_date(environment: Mapping[str, str]) -> str | None:
    seconds = environment.get("SOURCE_DATE_EPOCH")
    if seconds is None:
        return None
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError):
        raise ReleaseError(
            f"SOURCE_DATE_EPOCH is “{seconds}”, which is no number of seconds.", cure="Correct or unset it."
        ) from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
