"""The saved queries of a publication: found, checked, and copied into the release, so that nothing else is read later.

They are the `.rq` files in folders called `queries`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from parley import binding, queries
from parley.engine.diagnosis import diagnose
from parley.errors import BadRequest, SourceError
from parley.parameters import Term, expanded
from parley.pipeline.sources.discover import rule_files
from parley.publication import Publication
from parley.queries import ENDING, SavedQuery
from parley.release.queries import FOLDER
from parley.release.storage import storage_errors
from parley.views import VIEWS, View

_FOLDER_NAME: Final = "queries"
#: Values with which a query is tried whose parameters have no defaults; "1" for types that are not here.
_EXAMPLES: Final = {"iri": "urn:example", "date": "2000-01-01", "boolean": "true", "lang": "en"}
_VIEW_LINE: Final = re.compile(r"#\s*view\s*:", re.IGNORECASE)


def saved_queries(publication: Publication, *, skip_broken: bool = False) -> dict[str, str]:
    """The text of each saved query by its name, sorted; with `skip_broken` those that are sound.

    Raises SourceError for a file that is not UTF-8, whose header or SPARQL is wrong, that lacks the
    variables of its view, or whose name another one has.
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
    evaluate = partial(ox.Store().query, base_iri=publication.base.rstrip("#"))
    try:
        found = evaluate(text)
    except SyntaxError as error:
        fault = diagnose(str(error), text, publication.all_prefixes, evaluate)
        raise SourceError(fault.message, file=file, line=fault.line, cure=fault.cure) from None
    _check_view(VIEWS[saved.view], found, file, text)
    _check_parameters(saved, publication, file)
    return saved.name, text


def _check_parameters(saved: SavedQuery, publication: Publication, file: str) -> None:
    """Whether each parameter is a variable of the query that can have a value, and its default is one."""
    wrong = binding.unbindable(saved.text, (one.name for one in saved.parameters))
    if wrong:
        raise SourceError(
            f"The query has no variable ?{wrong[0]} for its parameter.", file=file,
            cure="Name the parameter as the variable, within the braces of WHERE.",
        )  # fmt: skip
    prefixes, values = publication.all_prefixes, dict[str, Term]()
    for one in saved.parameters:
        if one.of and not expanded(one.of, prefixes).partition(":")[2]:
            raise SourceError(f"“{one.of}” is no IRI.", file=file, cure="Write a prefixed name, or <IRI>.")
        try:
            values[one.name] = one.term(one.default or _EXAMPLES.get(one.type.name, "1"), prefixes)
        except BadRequest as error:
            raise SourceError(error.message, file=file, cure=error.cure) from None
    try:
        ox.Store().query(binding.bound(saved.text, values), base_iri=publication.base.rstrip("#"))
    except SyntaxError as error:
        raise SourceError(
            f"The query can't be asked with its parameters bound: {error}.", file=file,
            cure="A parameter can't be what BIND or AS makes, and CONSTRUCT needs its template written out.",
        ) from None  # fmt: skip


def _check_view(view: View, found: object, file: str, text: str) -> None:
    """Whether the query selects what its view shows; `found` is its answer from an empty store."""
    if not view.needs:
        return
    line = next((n for n, row in enumerate(text.splitlines(), start=1) if _VIEW_LINE.match(row)), None)
    if isinstance(found, ox.QueryTriples) and view.name == "graph":
        return  # triples are links already
    if not isinstance(found, ox.QuerySolutions):
        raise SourceError(
            f"“view: {view.name}” needs a SELECT query.", file=file, line=line, cure="Write SELECT, or “view: table”."
        )
    columns = [variable.value for variable in found.variables]
    if (lacking := view.missing(columns)) is not None:
        raise SourceError(
            f"“view: {view.name}” needs {lacking}; the query selects {', '.join(f'?{name}' for name in columns)}.",
            file=file,
            line=line,
            cure="Name variables so, by “(… AS ?name)” if need be, or write “view: table”.",
        )
