"""Mappings as a table: SSSOM/TSV (https://w3id.org/sssom) of all links of a release, with what is known about each.

A publication may hold `*.sssom.tsv` files of its own: their justification and comment go into the download with the
statement that they are about, and so do the rows that say what must not be linked (`predicate_modifier` Not), which RDF
has no word for.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from parley import nquads
from parley.errors import SourceError
from parley.pipeline.sources.discover import rule_files
from parley.publication import Publication
from parley.release.coreference import MAPPINGS, Relation
from parley.release.storage import storage_errors
from parley.vocab import PREFIXES

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

#: The end of the name of such a file, and the download's name.
ENDING: Final = ".sssom.tsv"
NAME: Final = "mappings.sssom.tsv"
_SEMAPV: Final = "https://w3id.org/semapv/vocab/"
_UNSPECIFIED: Final = "semapv:UnspecifiedMatching"
_NOT: Final = "Not"
#: What the download says of a mapping.
_COLUMNS: Final = (
    "subject_id", "predicate_id", "predicate_modifier", "object_id", "mapping_justification", "comment",
)  # fmt: skip
_PREFIX: Final = re.compile(r"#\s+(?P<prefix>[\w.-]*):\s*[\"']?(?P<namespace>\S+?)[\"']?\s*")
_PREDICATES: Final = {
    f"<{iri}>" for iri, relation in MAPPINGS.items() if relation not in (Relation.PAGE, Relation.FOCUS)
}


class Mapped(NamedTuple):
    """A row: full IRIs, the modifier ("" or Not), justification and comment."""

    subject: str
    predicate: str
    modifier: str
    object: str
    justification: str = _UNSPECIFIED
    comment: str = ""


def given_mappings(publication: Publication, *, skip_broken: bool = False) -> tuple[Mapped, ...]:
    """The rows of the publication's own tables of mappings; with `skip_broken` of those that are sound.

    Raises SourceError for one that is none.
    """
    found: list[Mapped] = []
    for path in rule_files(publication):
        if path.name.endswith(ENDING):
            try:
                file = path.relative_to(publication.root).as_posix()
                found += read_sssom(path, file, dict(publication.all_prefixes))
            except SourceError:
                if not skip_broken:
                    raise
    return tuple(found)


def mappings_digest(given: Iterable[Mapped]) -> str:
    """What identifies rows of tables; "" if there are none."""
    rows = json.dumps(list(given))
    return hashlib.sha256(rows.encode()).hexdigest() if rows != "[]" else ""


def read_sssom(path: Path, file: str, prefixes: dict[str, str]) -> list[Mapped]:
    """The rows of one table; `file` is its name for errors, `prefixes` those known beside its own curie_map.

    Raises SourceError if it is not UTF-8, lacks a column that SSSOM requires, or has a cell with an unknown prefix.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError:
        raise SourceError("The table is not UTF-8.", file=file, cure="Save it as UTF-8.") from None
    head = [line for line in lines if line.startswith("#")]
    known = {**PREFIXES, "semapv": _SEMAPV, **prefixes}
    known |= {match["prefix"]: match["namespace"] for line in head if (match := _PREFIX.fullmatch(line))}
    reader = csv.DictReader(io.StringIO("".join(lines[len(head) :]), newline=""), delimiter="\t")
    missing = {"subject_id", "predicate_id", "object_id", "mapping_justification"} - set(reader.fieldnames or ())
    if missing:
        raise SourceError(
            f"The table of mappings has no column {', '.join(sorted(missing))}.", file=file, line=len(head) + 1,
            cure="SSSOM requires it.",
        )  # fmt: skip
    found = []
    for row in reader:
        subject, predicate, object_ = (
            _absolute(row[f"{name}_id"] or "", known, file, len(head) + reader.line_num)
            for name in ("subject", "predicate", "object")
        )
        modifier = _NOT if (row.get("predicate_modifier") or "").strip() == _NOT else ""
        justification = (row["mapping_justification"] or "").strip() or _UNSPECIFIED
        found.append(Mapped(subject, predicate, modifier, object_, justification, (row.get("comment") or "").strip()))
    return found


def _absolute(text: str, known: dict[str, str], file: str, line: int) -> str:
    """The IRI of a CURIE, or of an IRI as it is."""
    prefix, colon, local = text.strip().partition(":")
    if not colon:
        raise SourceError(f"“{text}” is no IRI and no prefixed name.", file=file, line=line, cure="Correct it.")
    return text.strip() if local.startswith("//") or prefix not in known else known[prefix] + local


class Linkset(NamedTuple):
    """How many links of one kind lead to one site: `target` is the beginning of its IRIs, scheme and host."""

    predicate: str
    target: str
    links: int


def write_sssom(
    publication: Publication, corpus: Corpus, given: Iterable[Mapped], out: Path
) -> tuple[int, tuple[Linkset, ...]]:
    """Write the mappings of the `corpus` to `out`, with what the rows `given` say of them, and those that are negative.

    Returns their number and where they lead, and writes no file if there are none. A mapping from one thing of ours to
    another is none.
    """
    known = {row[:4]: row for row in given}
    rows = {row[:4]: row for row in known.values() if row.modifier}
    ours = (publication.base, *publication.bases)
    for subject, predicate, object_ in _statements(corpus):
        key = (subject, predicate, "", object_)
        if not (subject.startswith(ours) and object_.startswith(ours)):
            rows[key] = known.get(key, Mapped(*key))
    if not rows:
        return 0, ()
    text = io.StringIO(newline="")
    text.writelines(_header(publication, rows.values()))
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in sorted(rows.values()):
        writer.writerow([row.subject, _compact(row.predicate), *row[2:]])
    with storage_errors("The download of mappings"):
        out.write_text(text.getvalue(), encoding="utf-8", newline="\n")
    return len(rows), _linksets(rows.values(), ours)


def _linksets(rows: Iterable[Mapped], ours: tuple[str, ...]) -> tuple[Linkset, ...]:
    """The links from our things to those of each other site, by what they say."""
    found = Counter(
        (row.predicate, f"{parts.scheme}://{parts.netloc}/")
        for row in rows
        if not row.modifier and row.subject.startswith(ours) and (parts := urlsplit(row.object)).netloc
    )
    return tuple(Linkset(*key, number) for key, number in sorted(found.items()))


def _statements(corpus: Corpus) -> Iterator[tuple[str, str, str]]:
    """The asserted statements that map one IRI to another, from all graphs but those of shapes and the like."""
    for raw in nquads.merged([corpus.path]):
        line = nquads.split(raw.decode("utf-8"))
        if line.predicate in _PREDICATES and nquads.is_iri(line.subject) and nquads.is_iri(line.object):
            yield nquads.iri(line.subject), nquads.iri(line.predicate), nquads.iri(line.object)


def _header(publication: Publication, rows: Iterable[Mapped]) -> Iterator[str]:
    base = publication.base if publication.base.endswith("/") else publication.base.rstrip("#") + "/"
    yield f"#mapping_set_id: {base}download/{NAME}\n"
    if publication.licence:
        yield f"#license: {publication.licence}\n"
    yield "#curie_map:\n"
    used = {_compact(row.predicate).partition(":")[0] for row in rows}
    for prefix, namespace in sorted({**PREFIXES, "semapv": _SEMAPV}.items()):
        if prefix in used or prefix == "semapv":
            yield f"#  {prefix}: {namespace}\n"


def _compact(iri: str) -> str:
    return next((f"{prefix}:{iri[len(ns) :]}" for prefix, ns in PREFIXES.items() if iri.startswith(ns)), iri)
