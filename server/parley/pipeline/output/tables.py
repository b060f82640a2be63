"""A CSV table a class, for spreadsheets: one row an instance, one column a property (RFC 4180: CRLF, UTF-8).

Several values of a cell stand between ` | `, sorted. Of texts with language tags, a cell shows those in the
publication's default language; where there are none, those without a tag; where there are none either, all.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parley import nquads
from parley.nquads import Line
from parley.publication import Publication
from parley.release.words import choose_label
from parley.serialise.names import Names
from parley.vocab import LABEL_PROPERTIES, RDF_TYPE

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

SEPARATOR: Final = " | "
_TYPE: Final = f"<{RDF_TYPE}>"
_LABELS: Final = tuple(f"<{iri}>" for iri in LABEL_PROPERTIES)
_BUFFERED_ROWS: Final = 20_000


@dataclass(slots=True)
class Table:
    """The table of a class: file name, number of rows without the head, properties that are its columns."""

    class_iri: str
    name: str = ""
    rows: int = 0
    properties: set[str] = field(default_factory=set)


def write_tables(publication: Publication, corpus: Corpus, paths: list[Path], out: Path) -> list[Table]:
    """Write the tables of all classes that have named instances in the default graph into the directory `out`.

    Two passes: the columns of a class are known only when its last instance was seen.
    """
    out.mkdir()
    hidden = {f"<{graph.iri}>" for graph in corpus.graphs if not graph.role.in_default_graph}
    tables: dict[str, Table] = {}
    for lines in _instances(paths, hidden):
        columns = {line.predicate for line in lines} - {_TYPE}
        for term in _classes(lines):
            tables.setdefault(term, Table(term[1:-1])).properties |= columns
    ordered = [tables[term] for term in sorted(tables)]
    names = Names(publication.all_prefixes)
    _name(ordered, names)
    writer = _Writer(tables, names, publication.languages[0].lower(), out)
    for lines in _instances(paths, hidden):
        writer.instance(lines)
    writer.flush()
    return ordered


def _instances(paths: list[Path], hidden: set[str]) -> Iterator[list[Line]]:
    """The default graph's triples about each named thing that has a type; a triple of two graphs comes once."""
    for subject, lines in nquads.by_subject(paths):
        if subject.startswith("_:"):
            continue
        shown = (line for line in lines if line.graph not in hidden)
        triples = [next(group) for _key, group in groupby(shown, key=lambda line: line[:3])]
        if any(line.predicate == _TYPE for line in triples):
            yield triples


def _classes(lines: Iterable[Line]) -> list[str]:
    return [line.object for line in lines if line.predicate == _TYPE and nquads.is_iri(line.object)]


def _name(tables: Iterable[Table], names: Names) -> None:
    """File names from the classes' local names; where two agree, the prefix or a number tells them apart."""
    taken: set[str] = set()
    for table in tables:
        local = re.split(r"[/#:]", table.class_iri.rstrip("/#:"))[-1]
        compact = (names.compact(table.class_iri) or local).replace(":", "-")
        numbered = (f"{local}-{number}" for number in range(2, len(taken) + 3))
        for candidate in (local, compact, *numbered):
            stem = re.sub(r"[^\w.~-]+", "-", candidate)[:80].strip(".-") or "class"
            if stem.lower() not in taken:  # file systems exist that do not tell A from a
                break
        taken.add(stem.lower())
        table.name = f"{stem}.csv"


class _Writer:
    """Writes rows; files are opened only to add to them, since classes may be many."""

    def __init__(self, tables: dict[str, Table], names: Names, language: str, out: Path) -> None:
        self._language = language
        self._out = out
        self._tables = tables
        self._columns = {term: sorted(table.properties) for term, table in tables.items()}
        self._pending: dict[str, list[list[str]]] = {}
        self._buffered = 0
        for term, columns in self._columns.items():
            head = [names.compact(column[1:-1]) or column[1:-1] for column in columns]
            self._pending[term] = [["iri", "label", *head]]

    def instance(self, lines: list[Line]) -> None:
        """Add the row of one thing to the table of each of its classes."""
        values: dict[str, list[str]] = {}
        for line in lines:
            values.setdefault(line.predicate, []).append(line.object)
        cells = {predicate: self._cell(terms) for predicate, terms in values.items() if predicate != _TYPE}
        start = [lines[0].subject[1:-1], self._label(values)]
        for term in _classes(lines):
            row = [*start, *(cells.get(column, "") for column in self._columns[term])]
            self._pending.setdefault(term, []).append(row)
            self._tables[term].rows += 1
            self._buffered += 1
        if self._buffered >= _BUFFERED_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait."""
        for term, rows in self._pending.items():
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\r\n").writerows(rows)
            with (self._out / self._tables[term].name).open("ab") as file:
                file.write(text.getvalue().encode("utf-8"))
        self._pending = {}
        self._buffered = 0

    def _label(self, values: dict[str, list[str]]) -> str:
        labels: dict[str, str] = {}
        for predicate in _LABELS:
            for language, text in _texts(values.get(predicate, ())):
                labels.setdefault(language, text)
        chosen = choose_label(labels, self._language)
        return chosen[0] if chosen else ""

    def _cell(self, terms: list[str]) -> str:
        others = [nquads.iri(term) for term in terms if not term.startswith('"')]
        texts = _texts(terms)
        by_language = {language: [t for tag, t in texts if tag == language] for language, _text in texts}
        base = self._language.partition("-")[0]
        for wanted in (self._language, base, ""):
            if wanted in by_language:
                # Values without a tag are numbers and dates as a rule: they never give way to tagged ones.
                chosen = by_language[wanted] + (by_language.get("", []) if wanted else [])
                break
        else:
            chosen = [text for _tag, text in texts]
        return SEPARATOR.join(dict.fromkeys([*others, *chosen]))


def _texts(terms: Iterable[str]) -> list[tuple[str, str]]:
    """Language tag (or empty) and text of literals in N-Triples syntax."""
    literals = (nquads.literal(term) for term in terms if term.startswith('"'))
    return [(literal.language, literal.value) for literal in literals]
