"""Write `index.sqlite` from the canonical quads: one pass over the sorted lines, then set operations inside SQLite.

The pass numbers subjects in sorted order and never holds more than one subject in memory (and the blank nodes, which
are few); the order of every row follows from the order of the lines, so equal input gives equal rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from parley import nquads
from parley.pipeline.inference.explain import Explanations, explain
from parley.pipeline.output.facets import Facets
from parley.pipeline.output.name_forms import name_forms
from parley.pipeline.output.texts import texts
from parley.pipeline.output.usage import LINKS, Usage
from parley.publication import Publication
from parley.release.names import Form
from parley.release.schema import TABLES, VERSION
from parley.release.storage import storage_errors
from parley.release.words import compact
from parley.roles import Role
from parley.vocab import OWL, PREFIXES, RDF_TYPE, RDFS

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

# While building: links to nodes that have no number yet. It lies in SQLite's temporary file, not in the index.
_EDGES = """
CREATE TEMP TABLE edge (object TEXT NOT NULL, property INTEGER, subject INTEGER, graph INTEGER);
"""

#: Classes that say nothing about their instances.
_EMPTY_CLASSES = (OWL + "Thing", OWL + "NamedIndividual", RDFS + "Resource")

_BOUND = {
    "type": RDF_TYPE, "empty": json.dumps(_EMPTY_CLASSES), "identified": PREFIXES["adms"] + "identifier",
    "identifier": int(Form.IDENTIFIER),
}  # fmt: skip

_FINISH = (
    "INSERT INTO node (name) SELECT DISTINCT object FROM edge WHERE object NOT IN (SELECT name FROM node) ORDER BY 1",
    """INSERT INTO incoming
       SELECT n.id, row_number() OVER (PARTITION BY n.id ORDER BY e.property, e.subject, e.graph),
              e.property, e.subject, e.graph
       FROM edge e JOIN node n ON n.name = e.object ORDER BY 1, 2""",
    """UPDATE node SET incoming = total.n
       FROM (SELECT object, max(position) AS n FROM incoming GROUP BY object) AS total WHERE total.object = node.id""",
    # Every graph gives a thing its kind; only those of the default graph count as instances, as a query would.
    """CREATE TEMP TABLE typed AS
       SELECT DISTINCT i.object AS class, i.subject AS node, g.listed AS listed, g.asserted AS asserted
       FROM incoming i JOIN property p ON p.id = i.property JOIN graph_use g ON g.id = i.graph
       JOIN node n ON n.id = i.subject
       WHERE p.iri = :type AND n.name NOT LIKE '\\_:%' ESCAPE '\\'""",
    """INSERT INTO instance
       SELECT class, row_number() OVER (PARTITION BY class ORDER BY node), node
       FROM (SELECT DISTINCT class, node FROM typed WHERE listed) ORDER BY 1, 2""",
    "INSERT INTO class SELECT class, max(position) FROM instance GROUP BY class ORDER BY class",
    # a class of nothing but blank nodes has no named instance to list, but is a class of the data set
    """INSERT INTO meta
       SELECT 'classes', count(DISTINCT i.object)
       FROM incoming i JOIN property p ON p.id = i.property JOIN graph_use g ON g.id = i.graph
       JOIN node n ON n.id = i.object
       WHERE p.iri = :type AND g.listed AND n.name NOT LIKE '\\_:%' ESCAPE '\\'""",
    """UPDATE node SET kind = best.class FROM (
         SELECT t.node, t.class, row_number() OVER (
           PARTITION BY t.node ORDER BY t.asserted DESC, ifnull(c.instances, 0), t.class) AS place
         FROM typed t LEFT JOIN class c ON c.node = t.class JOIN node k ON k.id = t.class
         WHERE k.name NOT IN (SELECT value FROM json_each(:empty))
       ) AS best WHERE best.node = node.id AND best.place = 1""",
    LINKS,
    # what identifies a thing by a node of its own (ADMS) identifies it like a text would
    """INSERT INTO name (key, compact, node, form, language)
       SELECT DISTINCT m.key, m.compact, i.subject, m.form, m.language
       FROM name m JOIN incoming i ON i.object = m.node JOIN property p ON p.id = i.property
       JOIN graph_use g ON g.id = i.graph JOIN node n ON n.id = i.subject
       WHERE p.iri = :identified AND g.listed AND m.form = :identifier AND n.name NOT LIKE '\\_:%' ESCAPE '\\'
         AND NOT EXISTS (SELECT 1 FROM name o WHERE o.node = i.subject AND o.key = m.key)
       ORDER BY 3, 1""",
    # with its borders, so that the beginnings and ends of names are parts too
    "INSERT INTO name_part (rowid, key) SELECT id, ' ' || key || ' ' FROM name ORDER BY id",
    "INSERT INTO name_part (name_part) VALUES ('optimize')",
    "CREATE VIRTUAL TABLE temp.name_vocabulary USING fts5vocab(main, name_part, row)",
    "INSERT INTO name_frequency SELECT term, doc FROM name_vocabulary ORDER BY 1",
    "DROP TABLE temp.name_vocabulary",
    "INSERT INTO search (search) VALUES ('optimize')",
)


def build_index(publication: Publication, corpus: Corpus, inferred: Path | None, out: Path) -> None:
    """Write the index of `corpus` and the `inferred` quads to `out`, which must not exist.

    Raises ReleaseError if it can't be written.
    """
    with storage_errors(f"The index {out.name}"), closing(sqlite3.connect(out, isolation_level=None)) as connection:
        # A build that fails is thrown away whole and the release is synced before the switch: no journal is needed.
        connection.executescript("PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        connection.executescript(f"BEGIN; {TABLES} {_EDGES}")
        paths = [corpus.path] + ([inferred] if inferred is not None else [])
        _Builder(connection, _graphs(connection, corpus, inferred)).run(paths)
        if inferred is not None:
            _write_derivations(connection, explain(publication, corpus, inferred))
        connection.execute("COMMIT")


def _write_derivations(connection: sqlite3.Connection, explanations: Explanations) -> None:
    """Write terms, rules and statements in the order of the statements, premises that are asserted last."""
    rules = [(number, json.dumps(asdict(rule), ensure_ascii=False)) for number, rule in enumerate(explanations.rules)]
    connection.executemany("INSERT INTO rule VALUES (?, ?)", rules)
    derivations = explanations.derivations
    premises = {premise for derivation in derivations.values() for premise in derivation.premises}
    numbers = {triple: n for n, triple in enumerate([*derivations, *sorted(premises - derivations.keys())], start=1)}
    terms: dict[str, int] = {}
    for triple, number in numbers.items():
        places = [terms.setdefault(term, len(terms) + 1) for term in triple]
        derivation = derivations.get(triple)
        how: tuple[int, str] | tuple[None, None] = (None, None)
        if derivation is not None:
            how = (derivation.rule, json.dumps([numbers[premise] for premise in derivation.premises]))
        connection.execute("INSERT INTO derivation VALUES (?, ?, ?, ?, ?, ?)", (number, *places, *how))
    connection.executemany("INSERT INTO term VALUES (?, ?)", [(number, term) for term, number in terms.items()])


def _graphs(connection: sqlite3.Connection, corpus: Corpus, inferred: Path | None) -> dict[str, tuple[int, Role]]:
    """Number and role of each graph, by its term; also writes the table."""
    rows = [(g.iri, g.role, g.triples, list(g.files)) for g in corpus.graphs]
    if inferred is not None:
        rows += [(iri, Role.INFERRED, count, []) for iri, count in _count_graphs(inferred).items()]
    known: dict[str, tuple[int, Role]] = {}
    for number, (iri, role, triples, files) in enumerate(sorted(rows, key=lambda row: row[0]), start=1):
        row = (number, iri, role.value, triples, json.dumps(files))
        connection.execute("INSERT INTO graph VALUES (?, ?, ?, ?, ?)", row)
        known[iri if iri.startswith("_:") else f"<{iri}>"] = (number, role)
    connection.execute("CREATE TEMP TABLE graph_use (id INTEGER PRIMARY KEY, listed INTEGER, asserted INTEGER)")
    connection.executemany(
        "INSERT INTO graph_use VALUES (?, ?, ?)",
        [(number, role.in_default_graph, role is not Role.INFERRED) for number, role in known.values()],
    )
    return known


def _count_graphs(path: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    for text in nquads.merged([path]):
        graph = nquads.iri(nquads.split(text.decode("utf-8")).graph)
        counts[graph] = counts.get(graph, 0) + 1
    return counts


class _Builder:
    """The pass over all subjects."""

    def __init__(self, connection: sqlite3.Connection, graphs: dict[str, tuple[int, Role]]) -> None:
        self.connection = connection
        self.graphs = graphs
        self.properties: dict[str, int] = {}
        self.property_triples: dict[int, int] = {}
        self.blank_parents: dict[str, str] = {}
        self.numbers_of_blanks: dict[str, int] = {}
        self.counts = {"version": VERSION, "quads": 0, "triples": 0, "asserted": 0, "inferred": 0, "entities": 0}
        self.graph_subjects: dict[int, int] = {}
        self.usage = Usage()
        self.facets = Facets(connection)
        self.texts = 0

    def run(self, paths: Iterable[Path]) -> None:
        """Write all rows."""
        for number, (subject, lines) in enumerate(nquads.by_subject(paths), start=1):
            self._subject(number, subject, lines)
        self._owners()
        self.connection.executemany(
            "INSERT INTO property VALUES (?, ?, ?)",
            [(n, nquads.iri(term), self.property_triples.get(n, 0)) for term, n in self.properties.items()],
        )
        self.connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(self.counts.items()))
        for statement in _FINISH:
            self.connection.execute(statement, _BOUND)
        self.facets.write()
        self.usage.write(self.connection, self.properties)

    def _subject(self, number: int, subject: str, lines: list[nquads.Line]) -> None:
        name = nquads.iri(subject)
        run = self.connection.execute
        run("INSERT INTO node (id, name) VALUES (?, ?)", (number, name))
        quads = "".join(line.text for line in lines).encode("utf-8")
        run("INSERT INTO description VALUES (?, ?)", (number, quads))
        self.connection.executemany("INSERT INTO edge VALUES (?, ?, ?, ?)", self._edges(number, lines))
        for graph in sorted({self.graphs[line.graph][0] for line in lines}):
            position = self.graph_subjects[graph] = self.graph_subjects.get(graph, 0) + 1
            run("INSERT INTO graph_subject VALUES (?, ?, ?)", (graph, position, number))
        self._count(number, subject, lines)
        if subject.startswith("_:"):
            self.numbers_of_blanks[subject] = number
            return
        document, hash_sign, _fragment = name.partition("#")
        if hash_sign:
            run("INSERT INTO fragment VALUES (?, ?)", (document, name))
        self._texts(number, name, lines)
        self._names(number, name, lines)

    def _edges(self, number: int, lines: list[nquads.Line]) -> Iterator[tuple[str, int, int, int]]:
        for line in lines:
            property_ = self.properties.setdefault(line.predicate, len(self.properties) + 1)
            if line.object.startswith("_:"):
                self.blank_parents.setdefault(line.object, line.subject)
            elif nquads.is_iri(line.object):
                yield nquads.iri(line.object), property_, number, self.graphs[line.graph][0]

    def _count(self, number: int, subject: str, lines: list[nquads.Line]) -> None:
        """Count distinct triples of the default graph: equal triples of several graphs stand next to each other."""
        counts = self.counts
        counts["quads"] += len(lines)
        before: tuple[str, str] | None = None
        told: list[nquads.Line] = []
        for line in lines:
            role = self.graphs[line.graph][1]
            counts["inferred" if role is Role.INFERRED else "asserted"] += 1
            if role.in_default_graph and (line.predicate, line.object) != before:
                before = (line.predicate, line.object)
                counts["triples"] += 1
                told.append(line)
                property_ = self.properties[line.predicate]
                self.property_triples[property_] = self.property_triples.get(property_, 0) + 1
        if before is not None and not subject.startswith("_:"):
            counts["entities"] += 1
            self.usage.count(told)
            self.facets.take(number, told)

    def _texts(self, number: int, name: str, lines: list[nquads.Line]) -> None:
        found = texts(name, lines)
        for language, (rank, label) in sorted(found.labels.items()):
            self.connection.execute("INSERT INTO label VALUES (?, ?, ?, ?)", (number, language, rank, label))
        for language, columns in sorted(found.search.items()):
            self.texts += 1
            self.connection.execute("INSERT INTO text VALUES (?, ?, ?)", (self.texts, number, language))
            self.connection.execute(
                "INSERT INTO search (rowid, label, alternative, description) VALUES (?, ?, ?, ?)",
                (self.texts, *("\n".join(column) for column in columns)),
            )

    def _names(self, number: int, name: str, lines: list[nquads.Line]) -> None:
        told = [line for line in lines if self.graphs[line.graph][1].in_default_graph]
        found = name_forms(name, told) if told else []
        rows = [(key, compact(key), number, form, language) for key, form, language in found]
        insert = "INSERT INTO name (key, compact, node, form, language) VALUES (?, ?, ?, ?, ?)"
        self.connection.executemany(insert, rows)

    def _owners(self) -> None:
        """Set the owner of every blank node that a named node leads to."""
        owners: dict[str, str | None] = {}
        for blank, number in self.numbers_of_blanks.items():
            # A long list is a long chain: what is found for one cell holds for all that were passed.
            passed: dict[str, None] = {}
            here = blank
            while here.startswith("_:") and here not in owners and here not in passed:
                passed[here] = None
                here = self.blank_parents.get(here, here)
            owner = owners.get(here) if here.startswith("_:") else here
            owners.update(dict.fromkeys(passed, owner))
            if owner is not None:
                self.connection.execute(
                    "UPDATE node SET owner = (SELECT id FROM node WHERE name = ?) WHERE id = ?",
                    (nquads.iri(owner), number),
                )
