"""One release on disk, opened for reading."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from parley.release.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Release:
    """A release on disk."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """Its identity, 64 hex digits."""
        return self.manifest.id

    @property
    def quads(self) -> Path:
        """The asserted quads, canonical N-Quads."""
        return self.path / "quads.nq"

    @property
    def inferred(self) -> Path:
        """The inferred quads, likewise."""
        return self.path / "inferred.nq"

    @property
    def publication_file(self) -> Path:
        """The `publication.toml` it was built with."""
        return self.path / "publication.toml"

    @property
    def index(self) -> Path:
        """The SQLite file."""
        return self.path / "index.sqlite"

    @property
    def store(self) -> Path:
        """The engine's directory."""
        return self.path / "store"

    @property
    def dumps(self) -> Path:
        """The directory of downloads."""
        return self.path / "dumps"


def open_release(path: Path, *, hashes: bool = True) -> Release:
    """The release in the directory `path`, verified: sizes and, with `hashes`, digests.

    Raises ReleaseError if anything is missing or altered.
    """
    real = path.resolve()
    manifest = Manifest.read(real)
    manifest.verify(real, hashes=hashes)
    return Release(real, manifest)
