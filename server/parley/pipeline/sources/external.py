"""Other people's data in a publication: added whole or not at all, kept apart, described, removable.

Each lies in a folder `data/external/NAME` of its own: `data.nt`, what was read as sorted N-Triples, from which any
clone builds the same release, and `source.ttl`, which says what it is: licence, date, origin, checksum of the source.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from parley.engine.checking import FAULT
from parley.errors import Misuse, SourceError
from parley.formats import N_TRIPLES
from parley.pipeline.sources.added import ABOUT, DATA, FOLDER, Added, described, recorded
from parley.pipeline.sources.discover import SourceFile, discover_in, form_of
from parley.pipeline.sources.skolem import Namer, Undecided, blank_nodes
from parley.pipeline.sources.tabular import METADATA, SSSOM
from parley.pipeline.sources.unpack import is_archive, unpack
from parley.publication import Publication
from parley.roles import Role

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def add(
    publication: Publication, sources: list[Path], about: Added, *, base: str | None = None, replacing: bool = False
) -> Added:
    """Read `sources` and write the folder `about.name`; returns `about` with checksum and number of triples.

    `base` is what relative IRIs are relative to in files that declare no base.

    Raises SourceError for the first thing wrong with a source, Misuse for a name that is taken or can't be one. The
    publication is then as it was before.
    """
    if not _NAME.fullmatch(about.name):
        raise Misuse(f"“{about.name}” can't be a name.", cure="Use lower-case letters, digits and hyphens (--name).")
    target = publication.root / FOLDER / about.name
    if target.exists() and not replacing:
        raise Misuse(f"There is data called {about.name} already.", cure="Choose another --name, or say --replace.")
    draft = publication.root / FOLDER / f".{about.name}.new"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory(prefix="parley-add-") as work:
            files, left_out = _listed(publication, sources, Path(work))
            draft.mkdir(parents=True)
            named = [str(source.resolve()) for source in sources]
            left_out += tuple(_read_apart(publication, _task(publication, files, named, base), draft / DATA))
        triples = _named_blank_nodes(publication, draft / DATA, sources[0].name)
        whole = replace(about, sha256=_digest(sources), triples=triples)
        (draft / ABOUT).write_bytes(described(publication, whole))
        _switch(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return replace(whole, left_out=left_out)


def _switch(draft: Path, target: Path) -> None:
    """Put `draft` in the place of `target`; what was there is gone only when the new is."""
    before = target.with_name(f".{target.name}.old")
    shutil.rmtree(before, ignore_errors=True)
    if target.exists():
        target.rename(before)
    draft.rename(target)
    shutil.rmtree(before, ignore_errors=True)


def remove(publication: Publication, name: str) -> None:
    """Remove added data. Raises Misuse if there is none called `name`."""
    if name not in {one.name for one in added(publication)}:
        raise Misuse(f"There is no added data called {name[:80]}.", cure="`parley added` lists what there is.")
    shutil.rmtree(publication.root / FOLDER / name)


def added(publication: Publication) -> list[Added]:
    """What has been added, by name. Raises SourceError if a description can't be read."""
    folder = publication.root / FOLDER
    return [recorded(publication, path) for path in sorted(folder.glob(f"*/{ABOUT}"))] if folder.is_dir() else []


def _listed(
    publication: Publication, sources: list[Path], work: Path
) -> tuple[list[tuple[str, SourceFile]], tuple[str, ...]]:
    """The files of all sources, each with a mark of its source's, and the names of those that are left out."""
    files: list[tuple[str, SourceFile]] = []
    left_out: list[str] = []
    for number, source in enumerate(sources):
        found, others = _files(publication, source, work / str(number))
        files += [(f"f{number}", file) for file in found]
        left_out += others
    return files, tuple(left_out)


def _read_apart(publication: Publication, task: dict[str, Any], out: Path) -> list[str]:
    """Have a process within walls (see `adding`) do `task` and write `out`; the names of files that it left out.

    Raises SourceError.
    """
    seconds, name = publication.settings.add_seconds, task["name"]
    with out.open("wb") as stream:
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "parley.pipeline.validation.adding"],
                input=json.dumps(task).encode(), stdout=stream, stderr=subprocess.PIPE,
                env={**os.environ, "MALLOC_ARENA_MAX": "1"}, timeout=seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise SourceError(
                f"Reading it takes longer than {seconds:g} seconds.", file=name,
                cure="Add less at once, or raise add_seconds under [limits].",
            ) from None  # fmt: skip
    if done.returncode == FAULT:
        raise SourceError(**json.loads(out.read_bytes()))
    if done.returncode != 0:
        raise SourceError(
            "Reading it did not come to an end within the limits.", file=name,
            cure="Add less at once, or raise add_memory or add_seconds under [limits].",
        )  # fmt: skip
    left_out: list[str] = json.loads(done.stderr.splitlines()[-1])
    return left_out


def _listed_row(file: SourceFile) -> dict[str, str | None]:
    path = str(file.path.resolve())
    return {"path": path, "name": file.name, "format": file.format.name, "compression": file.compression}


def _task(
    publication: Publication, files: Iterable[tuple[str, SourceFile]], named: list[str], base: str | None
) -> dict[str, Any]:
    """The task of reading `files`, each with a mark that keeps its blank nodes apart; `named` must all be RDF."""
    return {
        "root": str(publication.root.resolve()), "source": publication.source, "name": Path(named[0]).name,
        "parent": os.getpid(), "settings": publication.settings.as_dict(), "base": base, "named": named,
        "files": [(mark, _listed_row(file)) for mark, file in files],
    }  # fmt: skip


def _named_blank_nodes(publication: Publication, data: Path, name: str) -> int:
    """The number of triples in `data`. Raises SourceError where a build could not name its blank nodes."""
    count, blank = 0, []
    for quad in ox.parse(path=data, format=ox.RdfFormat.N_TRIPLES):
        count += 1
        if blank_nodes(quad):
            blank.append(quad)
    try:
        for _quad in Namer(publication.base, publication.settings.canonical_seconds).named(blank, skolemise=True):
            pass
    except Undecided as error:
        raise SourceError(
            f"Its blank nodes are too alike to be told apart {error}.", file=name,
            cure="Give them IRIs, or raise canonical_seconds under [limits].",
        ) from None  # fmt: skip
    return count


def _files(publication: Publication, source: Path, place: Path) -> tuple[list[SourceFile], list[str]]:
    """The files of a source: itself, or what an archive or a folder holds of RDF and tables; and the others' names."""
    limits = publication.settings
    if not source.exists():
        raise Misuse(f"There is no file {source}.", cure="Name a file, an archive or a folder.")
    if source.is_file() and not is_archive(source.name):
        return [_single(source)], []
    folder = source
    if source.is_file():
        place.mkdir(parents=True)
        unpack(source, place, most_bytes=limits.add_bytes, most_files=limits.add_files)
        folder = place
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    if packed := [name for name in names if is_archive(name)]:
        raise SourceError(
            f"It holds an archive in turn: {packed[0][:80]}.", file=source.name, cure="Unpack that one, and add it."
        )
    files = _chosen(folder, source)
    read = {file.path for file in files}
    tables = {path.with_name(path.name.removesuffix(METADATA)) for path in read}
    return files, [name for name in names if folder / name not in read | tables]


def _chosen(folder: Path, source: Path) -> list[SourceFile]:
    """What is read of a folder: tables with their metadata and RDF, or all RDF."""
    described = sorted(folder.rglob(f"*{METADATA}")) + sorted(folder.rglob(f"*{SSSOM}"))
    if not described:
        try:
            return list(discover_in(folder, lambda _path: Role.EXTERNAL).files)
        except Misuse as error:
            raise SourceError("It holds no RDF file.", file=source.name, cure=error.cure) from None
    known = {*described}
    rdf = [p for p in sorted(folder.rglob("*")) if p.is_file() and p not in known and form_of(p.name)[0]]
    return [_single(path) for path in (*described, *(path for path in rdf if path.suffix != ".json"))]


def _single(source: Path) -> SourceFile:
    form, compression = form_of(source.name)
    beside = source.with_name(source.name + METADATA)
    if source.suffix == ".csv" and beside.exists():  # where CSV on the Web looks for it
        return _single(beside)
    if form is None and not source.name.endswith((METADATA, SSSOM)):
        raise SourceError(
            "Its ending is that of no RDF syntax, archive or table.", file=source.name,
            cure=f"Say what its columns are in {beside.name} (CSV on the Web), and add that." if source.suffix == ".csv"
            else f"Name RDF, a .zip or .tar of it, an .sssom.tsv, or the *{METADATA} of CSV files (CSV on the Web).",
        )  # fmt: skip
    return SourceFile(source, source.name, Role.EXTERNAL, form or N_TRIPLES, compression)


def _digest(sources: Iterable[Path]) -> str:
    """The checksum of what was added: of the one file, or of the names and checksums of several, sorted."""
    named = [path for source in sources for path in (source.rglob("*") if source.is_dir() else [source])]
    tables = [path.with_name(path.name.removesuffix(METADATA)) for path in named if path.name.endswith(METADATA)]
    metadata = [path.with_name(path.name + METADATA) for path in named if path.suffix == ".csv"]
    files = sorted({*named, *tables, *metadata})
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()]
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()
