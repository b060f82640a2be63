"""The saved queries of a publication: found, checked, and copied into the release, so that nothing else is read later.

They are the `.rq` files in folders called `queries`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from parley import queries
from parley.engine.diagnosis import diagnose
from parley.errors import SourceError
from parley.pipeline.discover import rule_files
from parley.publication import Publication
from parley.queries import ENDING
from parley.release.queries import FOLDER
from parley.release.storage import storage_errors

_FOLDER_NAME: Final = "queries"


def saved_queries(publication: Publication, *, skip_broken: bool = False) -> dict[str, str]:
    """The text of each saved query by its name, sorted; with `skip_broken` those that are sound.

    Raises SourceError for a file that is not UTF-8, whose header or SPARQL is wrong, or whose name another one has.
    """
    found: dict[str, str] = {}
    for path in rule_files(publication):
        if path.suffix != ENDING or path.parent.name != _FOLDER_NAME:
            continue
        file = path.relative_to(publication.root).as_posix()
        try:
            name, text = _read(publication, path, file)
            if name in found:
                raise SourceError(f"There are two queries called “{name}”.", file=file, cure="Rename one of them.")
            found[name] = text
        except SourceError:
            if not skip_broken:
                raise
    return dict(sorted(found.items()))


def write_queries(saved: Mapping[str, str], release: Path) -> str:
    """Copy `saved` into the directory `release`; returns the digest of them all, which is part of its identity."""
    digest = hashlib.sha256()
    with storage_errors("The saved queries"):
        for name, text in saved.items():
            (release / FOLDER).mkdir(exist_ok=True)
            (release / FOLDER / f"{name}{ENDING}").write_text(text, encoding="utf-8", newline="\n")
            digest.update(f"{name}\n{len(text)}\n{text}".encode())
    return digest.hexdigest()


def _read(publication: Publication, path: Path, file: str) -> tuple[str, str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError("The query is not UTF-8.", file=file, cure="Save it as UTF-8.") from None
    saved = queries.parse(file, text)
    try:
        ox.Store().query(text, base_iri=publication.base.rstrip("#"))
    except SyntaxError as error:
        found = diagnose(str(error), text, publication.all_prefixes)
        raise SourceError(found.message, file=file, line=found.line, cure=found.cure) from None
    return saved.name, text
