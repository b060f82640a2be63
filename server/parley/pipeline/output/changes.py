"""Compare a release that is being built with the one before it."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from parley import nquads
from parley.errors import ReleaseError
from parley.publication import Publication
from parley.release.changes import FILE_NAME, TABLES
from parley.release.index import Index
from parley.release.storage import storage_errors
from parley.vocab import DCTERMS, OWL, RDF_TYPE, RDFS, SKOS

log = logging.getLogger(__name__)

_REPLACED_BY: Final = f"<{DCTERMS}isReplacedBy>"
_REPLACES: Final = f"<{DCTERMS}replaces>"
#: What may be said of a thing that is only remembered: if nothing else is, it is gone.
_REMEMBRANCE: Final = frozenset(
    [_REPLACED_BY, f"<{OWL}deprecated>", f"<{RDFS}label>", f"<{SKOS}prefLabel>", f"<{DCTERMS}modified>"]
)
_TERMS: Final = frozenset(
    [f"<{OWL}{kind}>" for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")]
    + [f"<{RDFS}Class>", f"<{RDF_TYPE.removesuffix('type')}Property>"]
)
#: Terms that a remark names.
_NAMED: Final = 10
_NAMELESS: Final = ".well-known/genid/"


def write_changes(publication: Publication, work: Path, before: Path | None) -> tuple[str, ...]:
    """Write what the release in `work` changes against the one in `before`; nothing if there was none to compare with.

    IRIs that were gone already stay gone until they are described again. Returns remarks on terms that people may use
    and that went unannounced. Raises ReleaseError if the disk refuses.
    """
    if before is None or not _is_readable(before / "index.sqlite"):
        return ()
    address = (work / FILE_NAME).absolute().as_uri()
    with (
        storage_errors("The list of changes"),
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection,
    ):
        connection.executescript(f"BEGIN; {TABLES} COMMIT;")
        for name, path in (("old", before), ("new", work)):
            uri = f"{(path / 'index.sqlite').absolute().as_uri()}?mode=ro&immutable=1"
            connection.execute(f"ATTACH ? AS {name}", (uri,))
        return _unannounced(_compare(connection, publication, work, before), before)


def _is_readable(index: Path) -> bool:
    """Whether a release can be compared with; a damaged one must not keep the next from being made."""
    if not index.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{index.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("SELECT n.name, d.quads FROM node n JOIN description d ON d.node = n.id LIMIT 1")
    except sqlite3.DatabaseError as error:
        log.warning("the release before can't be compared with: %s", error)
        return False
    return True


def _compare(connection: sqlite3.Connection, publication: Publication, work: Path, before: Path) -> list[str]:
    """Fill the tables; return what went from under the publication's bases."""
    connection.execute("BEGIN")
    connection.execute("CREATE TEMP TABLE remembered (side TEXT, iri TEXT, PRIMARY KEY (side, iri))")
    connection.execute("CREATE TEMP TABLE successor (iri TEXT PRIMARY KEY, successor TEXT)")
    for side, path in (("old", before), ("new", work)):
        rows = ((side, iri) for iri in _remembered(path / "quads.nq"))
        connection.executemany("INSERT OR IGNORE INTO remembered VALUES (?, ?)", rows)
    connection.executemany("INSERT OR IGNORE INTO successor VALUES (?, ?)", _successors(work / "quads.nq"))
    came, went = _described(connection, "new", "old"), _described(connection, "old", "new")
    bases = publication.all_bases
    gone = [
        (iri, before.name.partition(".")[0], json.dumps(_labels(connection, iri), ensure_ascii=False))
        for iri in went
        if iri.startswith(bases) and _NAMELESS not in iri
    ]
    successor = "(SELECT successor FROM successor s WHERE s.iri = ?1)"
    connection.executemany(f"INSERT INTO gone VALUES (?1, ?2, ?3, {successor})", gone)
    earlier = before / FILE_NAME
    if earlier.is_file():
        _inherit(connection, earlier)
    added, removed = _difference(before / "quads.nq", work / "quads.nq")
    counts = {"added": added, "removed": removed, "came": len(came), "went": len(went)}
    values = {"since": before.name.partition(".")[0], **counts}
    connection.executemany("INSERT INTO change VALUES (?, ?)", [(k, str(v)) for k, v in values.items()])
    connection.execute("COMMIT")
    return [iri for iri, *_ in gone]


def _unannounced(went: list[str], before: Path) -> tuple[str, ...]:
    """What to tell of the terms among `went`, classes and properties, that the release before did not deprecate."""
    terms: list[str] = []
    with suppress(ReleaseError):  # of another version of Parley, with another index
        if went:
            with Index.open(before / "index.sqlite") as index:
                terms = [iri for iri in went if _is_term(index.nodes.lines(iri))]
    if not terms:
        return ()
    more = f" and {len(terms) - _NAMED} more" if len(terms) > _NAMED else ""
    return (
        f"Terms of the vocabulary are gone that were not deprecated: {', '.join(terms[:_NAMED])}{more}. "
        "They answer 410 now. Who uses them is warned by owl:deprecated and dcterms:isReplacedBy, a release before.",
    )


def _is_term(lines: Sequence[nquads.Line]) -> bool:
    """Whether these statements of a node make it a class or a property that is in use."""
    kinds = {line.object for line in lines if line.predicate == f"<{RDF_TYPE}>"}
    return bool(kinds & _TERMS) and not any(line.predicate == f"<{OWL}deprecated>" for line in lines)


def _described(connection: sqlite3.Connection, here: str, there: str) -> list[str]:
    """The named things that are described `here` and not `there`; what is only remembered is not."""
    known = "SELECT n.name FROM {0}.node n JOIN {0}.description d ON d.node = n.id WHERE substr(n.name, 1, 2) <> '_:'"
    remembered = " AND n.name NOT IN (SELECT iri FROM remembered WHERE side = '{0}')"
    one, other = ((known + remembered).format(side) for side in (here, there))
    return [row[0] for row in connection.execute(f"{one} EXCEPT {other} ORDER BY 1")]


def _labels(connection: sqlite3.Connection, iri: str) -> dict[str, str]:
    sql = "SELECT l.language, l.text FROM old.node n JOIN old.label l ON l.node = n.id WHERE n.name = ?"
    return dict(connection.execute(sql, (iri,)))


def _inherit(connection: sqlite3.Connection, earlier: Path) -> None:
    """Take over what was gone before and still is."""
    with closing(sqlite3.connect(f"{earlier.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as other:
        rows = other.execute("SELECT iri, release, labels, successor FROM gone").fetchall()
    for iri, release, labels, successor in rows:
        described = connection.execute(
            "SELECT 1 FROM new.node n JOIN new.description d ON d.node = n.id"
            " WHERE n.name = ? AND n.name NOT IN (SELECT iri FROM remembered WHERE side = 'new')",
            (iri,),
        ).fetchone()
        if described is None:
            found = connection.execute("SELECT successor FROM successor WHERE iri = ?", (iri,)).fetchone()
            row = (iri, release, labels, found[0] if found else successor)
            connection.execute("INSERT OR IGNORE INTO gone VALUES (?, ?, ?, ?)", row)


def _remembered(quads: Path) -> Iterator[str]:
    """Things of which nothing is said but what replaces them."""
    for subject, lines in nquads.by_subject([quads]):
        replaced = any(line.predicate == _REPLACED_BY for line in lines)
        if replaced and all(line.predicate in _REMEMBRANCE for line in lines):
            yield nquads.iri(subject)


def _successors(quads: Path) -> Iterator[tuple[str, str]]:
    """Things that are replaced, with what replaces them, as either of the two says it."""
    with quads.open(encoding="utf-8") as lines:
        for text in lines:
            if _REPLACED_BY in text or _REPLACES in text:
                line = nquads.split(text)
                if not nquads.is_iri(line.object) or line.subject.startswith("_:"):
                    continue
                pair = nquads.iri(line.subject), nquads.iri(line.object)
                if line.predicate == _REPLACED_BY:
                    yield pair
                elif line.predicate == _REPLACES:
                    yield pair[1], pair[0]


def _difference(old: Path, new: Path) -> tuple[int, int]:
    """How many lines of two sorted files are only in the second, and only in the first."""
    added = removed = 0
    if not old.is_file():
        return 0, 0
    with old.open("rb") as left, new.open("rb") as right:
        one, two = left.readline(), right.readline()
        while one or two:
            if one == two:
                one, two = left.readline(), right.readline()
            elif two and (not one or two < one):
                added, two = added + 1, right.readline()
            else:
                removed, one = removed + 1, left.readline()
    return added, removed
