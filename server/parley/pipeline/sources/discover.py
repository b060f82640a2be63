"""Which files of a folder are RDF, in a fixed order: nested folders, compressed files, symbolic links.

The extension decides; what the content of an ambiguous one (`.owl`, `.xml`, `.json`) is, `decode` tells.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from parley.errors import PublicationError
from parley.formats import COMPRESSIONS, READABLE_FORMATS, Format, by_extension
from parley.publication import FILE_NAME, Publication
from parley.roles import Role
from parley.settings import Settings

#: Folders that never hold a publication's data. Those that begin with a dot are skipped too.
SKIPPED_FOLDERS = frozenset(["node_modules", "__pycache__", "venv"])
#: The publication's own copies of JSON-LD contexts: read where a file names them, never as data.
CONTEXTS = "contexts"
#: Files that belong to a publication without being RDF: no need to report them as ignored.
_EXPECTED = (FILE_NAME, "README", "LICENSE", "LICENCE", "CHANGELOG", "CITATION")
_EXPECTED_ENDINGS = (".rq", ".md", ".txt", ".sssom.tsv")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: `name` is its path relative to the publication, with `/`; `format` is what its ending says."""

    path: Path
    name: str
    role: Role
    format: Format
    compression: str | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """The files to read, sorted by name, and those ignored, each with the reason."""

    files: tuple[SourceFile, ...]
    ignored: tuple[tuple[str, str], ...]


def discover(publication: Publication) -> Discovery:
    """The RDF files of a publication.

    Raises PublicationError if there is none: an empty site is a mistake in the path, not a wish.
    """
    return discover_in(
        publication.root, publication.role, state_folder(publication.root, publication.settings), publication.paths
    )


def discover_in(
    root: Path, role: Callable[[str], Role], state: Path | None = None, paths: tuple[str, ...] = (".",)
) -> Discovery:
    """The RDF files under `root`, with the role that `role` gives each; `state` is a folder to leave out."""
    files, ignored = [], []
    for name in sorted(_names(root, state, paths)):
        form, compression = form_of(name)
        if form is None:
            if not _is_expected(name):
                ignored.append((name, "its ending is that of no RDF syntax"))
        elif (its_role := role(name)) is not Role.IGNORED:
            files.append(SourceFile(root / name, name, its_role, form, compression))
    if not files:
        endings = ", ".join(f".{e}" for f in READABLE_FORMATS for e in f.extensions)
        raise PublicationError(
            f"{root} holds no RDF file.",
            cure=f"Put RDF there, or name another folder. Files end in {endings}, then perhaps .gz, .bz2 or .xz.",
        )
    return Discovery(tuple(files), tuple(ignored))


def rule_files(publication: Publication) -> tuple[Path, ...]:
    """The files that are no RDF data but change what a release holds: JSON-LD contexts, saved queries, mappings."""
    names = _names(publication.root, state_folder(publication.root, publication.settings), publication.paths)
    queries = [publication.root / name for name in names if name.endswith((".rq", ".sssom.tsv"))]
    folder = publication.root / CONTEXTS
    contexts = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    return tuple(sorted(queries + contexts))


def watched_files(publication: Publication) -> Iterator[Path]:
    """All files whose change may change the release, wherever a new `publication.toml` may look for them."""
    root = publication.root
    yield from (root / name for name in _names(root, state_folder(publication.root, publication.settings), (".",)))
    yield from rule_files(publication)


def state_folder(root: Path, settings: Settings) -> Path | None:
    """The folder of releases, where one is set: it may lie in the publication, and it is full of RDF."""
    return (root / Path(settings.state).expanduser()).resolve() if settings.state else None


def form_of(name: str) -> tuple[Format | None, str | None]:
    """The format that a file's ending says, or None, and its compression, if any.

    >>> form, compression = form_of("a/b.ttl.gz"); form.name, compression
    ('turtle', 'gz')
    >>> form_of("notes.docx")
    (None, None)
    """
    stem, _, ending = name.rpartition("/")[2].rpartition(".")
    compression = ending.lower() if stem and ending.lower() in COMPRESSIONS else None
    if compression:
        stem, _, ending = stem.rpartition(".")
    return (by_extension(ending) if stem else None), compression


def _is_expected(name: str) -> bool:
    last = name.rpartition("/")[2]
    return last.startswith(_EXPECTED) or last.endswith(_EXPECTED_ENDINGS)


def _names(root: Path, state: Path | None, paths: tuple[str, ...]) -> Iterator[str]:
    """The names of all files in the folders `paths`, relative to `root`.

    Linked folders come after the real ones, and each real folder is visited once: loops end, and a file has the name
    of its true place where it has one under `root`.
    """
    queue, visited = [root / path for path in paths], set()
    while queue:
        start, links = queue.pop(0), []
        for folder, folders, files in os.walk(start, followlinks=False):
            real = Path(folder).resolve()
            if real in visited:
                folders.clear()
                continue
            visited.add(real)
            here = Path(folder)
            wanted = sorted(f for f in folders if not _is_skipped(here / f, root, state))
            links += [here / f for f in wanted if (here / f).is_symlink()]
            folders[:] = [f for f in wanted if not (here / f).is_symlink()]
            for file in files:
                if not file.startswith(".") and (here / file).is_file():
                    yield (here / file).relative_to(root).as_posix()
        queue += sorted(links)


def _is_skipped(folder: Path, root: Path, state: Path | None) -> bool:
    return (
        folder.name.startswith(".")
        or folder.name in SKIPPED_FOLDERS
        or folder == root / CONTEXTS
        or (state is not None and folder.resolve() == state)
    )
