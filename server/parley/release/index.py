"""The read side of `index.sqlite`: all that pages and documents show, without the query engine.

Safe to use from several threads: each has a connection of its own to the immutable file. Descriptions take turns all
the same: SQLite gives up the interpreter's lock for every step, and four threads that fight over it do 5,000
descriptions a second, where four that take turns do 14,000. Only searches, which may be long, run beside them.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import pyoxigraph as ox

from parley import nquads
from parley.errors import ReleaseError
from parley.nquads import Line
from parley.release import usage
from parley.release.connections import Connections
from parley.release.coreference import Coreferences
from parley.release.finding import Finding
from parley.release.graphs import content, graph_page, subjects_of
from parley.release.names import Names
from parley.release.nodes import Nodes, lines_of
from parley.release.records import Counts, Description, Graph, GraphPage, Hit, Statement, Terms, Why
from parley.release.schema import VERSION
from parley.release.usage import KindLink, Use
from parley.release.why import Explainer
from parley.roles import Role

__all__ = ["Counts", "Description", "Graph", "Hit", "Index", "Statement", "Why"]


#: Documents of hash IRIs that are kept in memory, at most.
_DOCUMENTS = 10_000
_LED = (
    " AND EXISTS (SELECT 1 FROM incoming l WHERE l.object = i.node"
    " AND l.property = (SELECT id FROM property WHERE iri = ?))"
)


class Index(Finding):
    """A read-only view of one release's index."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)
        self._rows, self._row, self._value = self._connections.rows, self._connections.row, self._connections.value
        self._turn = threading.Lock()
        self.nodes = Nodes(self._rows)
        self.names, self.coreferences = Names(self._rows), Coreferences(self._rows, self.describe)
        self._graphs = {
            row[0]: Graph(row[1], Role(row[2]), row[3], tuple(json.loads(row[4])))
            for row in self._rows("SELECT id, iri, role, triples, files FROM graph ORDER BY iri")
        }
        self._numbers = {graph.iri: number for number, graph in self._graphs.items()}
        self._roles = {graph.iri: graph.role for graph in self._graphs.values()}
        documents = self._rows("SELECT DISTINCT document FROM fragment LIMIT ?", _DOCUMENTS + 1)
        # Every link asks whether it leads to such a document, and most publications have a handful.
        self._documents = frozenset(row[0] for row in documents) if len(documents) <= _DOCUMENTS else None
        properties = self._rows("SELECT id, iri, triples FROM property")
        self._properties = {number: ox.NamedNode(iri) for number, iri, _ in properties}
        self._triples = {iri: triples for _, iri, triples in properties}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the index at `path`. Raises ReleaseError if it is missing, damaged or of another version."""
        try:
            index = cls(path)
            version = index._value("SELECT value FROM meta WHERE name = 'version'")
        except (sqlite3.Error, ValueError) as error:
            raise ReleaseError(f"The index {path} can't be read: {error}.", cure="Build the release again.") from error
        if version != VERSION:
            index.close()
            raise ReleaseError(
                f"The index {path} has version {version}, but this Parley reads version {VERSION}.",
                cure="Build the release again.",
            )
        return index

    def close(self) -> None:
        """Close the connections of all threads."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def exists(self, iri: str) -> bool:
        """Whether `iri` is a subject or an object somewhere."""
        return self.nodes.exists(iri)

    def has_fragments(self, iri: str) -> bool:
        """Whether there are subjects `iri#…`: such a document describes them all."""
        if self._documents is not None:
            return iri in self._documents
        return self._value("SELECT 1 FROM fragment WHERE document = ? LIMIT 1", iri) is not None

    def fragments(self, iri: str, limit: int = -1, offset: int = 0) -> list[str]:
        """The subjects `iri#…`, sorted; at most `limit` after the first `offset`, all if it is negative."""
        order = "SELECT iri FROM fragment WHERE document = ? ORDER BY iri LIMIT ? OFFSET ?"
        return [row[0] for row in self._rows(order, iri, limit, offset)]

    def long_documents(self, most: int) -> dict[str, int]:
        """The documents that have more than `most` fragments, each with their number."""
        return dict(self._rows("SELECT document, COUNT(*) FROM fragment GROUP BY 1 HAVING COUNT(*) > ?", most))

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        """What is said about `iri`, with page `page` (from 1) of the links to it; None if nothing is."""
        with self._turn:
            return self._describe(iri, page, page_size)

    def _describe(self, iri: str, page: int, page_size: int) -> Description | None:
        node = self.nodes.get(iri)
        if node is None:
            return None
        number, total, quads = node
        outgoing = self.closure(self._statements(quads)) if quads else []
        incoming: list[Statement] = []
        owners: dict[str, str] = {}
        for row in self._incoming(number, page, page_size) if total and page_size else ():
            property_, name, graph, owner = row
            subject = ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)
            target, place = ox.NamedNode(iri), self._graphs[graph]
            incoming.append(Statement(subject, self._properties[property_], target, place.iri, place.role))
            if owner is not None:
                owners[name] = owner
        return Description(iri, outgoing, incoming, total, owners)

    def incoming_total(self, iri: str) -> int:
        """How many links lead to `iri`."""
        node = self.nodes.get(iri)
        return node.incoming if node else 0

    def has_graphs_of(self, role: Role) -> bool:
        """Whether any graph has that role."""
        return role in self._roles.values()

    def closure(self, statements: list[Statement]) -> list[Statement]:
        """`statements`, then those of every blank node they lead to, each once."""
        found = list(statements)
        seen: set[ox.BlankNode] = set()
        position = 0
        while position < len(found):
            target = found[position].object
            if isinstance(target, ox.BlankNode) and target not in seen:
                seen.add(target)
                found.extend(self.own_statements(target))
            position += 1
        return found

    def own_statements(self, blank: ox.BlankNode) -> list[Statement]:
        """The statements whose subject is `blank`, without those of further blank nodes."""
        node = self.nodes.get(str(blank))
        return self._statements(node.quads) if node and node.quads else []

    def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        """For each of `iris` that has any: language tag (or empty) → label, those of the best property first."""
        found = self.nodes.labels(iris).items()
        return {iri: {label.language: label.text for label in labels} for iri, labels in found if labels}

    def classes(self) -> list[tuple[str, int]]:
        """Each class with the number of its named instances in the default graph, largest first."""
        # a cross join, so that the few classes are looked up among the nodes, and not the other way round
        sql = "SELECT n.name, c.instances FROM class c CROSS JOIN node n ON n.id = c.node ORDER BY 2 DESC, 1"
        return [(row[0], row[1]) for row in self._rows(sql)]

    def instances(self, class_iri: str, limit: int = 100, offset: int = 0, led: str | None = None) -> list[str]:
        """The named instances of a class in the default graph, asserted or inferred, sorted by IRI.

        With `led`, only those that a statement with this property leads to.
        """
        sql = (
            "SELECT n.name FROM instance i JOIN node n ON n.id = i.node"
            " WHERE i.class = (SELECT id FROM node WHERE name = ?) AND i.position > ?"
            f"{'' if led is None else _LED} ORDER BY i.position LIMIT ?"
        )
        values = (class_iri, offset) if led is None else (class_iri, offset, led)
        return [row[0] for row in self._rows(sql, *values, limit)]

    def is_instance(self, iri: str, class_iri: str, led: str | None = None) -> bool:
        """Whether `iri` is among the `instances` of a class, however many there are."""
        sql = (
            "SELECT EXISTS (SELECT 1 FROM instance i JOIN node n ON n.id = i.node WHERE n.name = ?"
            f" AND i.class = (SELECT id FROM node WHERE name = ?){'' if led is None else _LED})"
        )
        return bool(self._value(sql, iri, class_iri, *([] if led is None else [led])))

    def subjects(self, after: int = 0, limit: int = 1000) -> list[tuple[int, str]]:
        """Number and IRI of the named subjects, in the order of their numbers, those above `after`.

        `limit` counts numbers looked at, blank nodes among them: equal calls with steps of `limit` cover all.
        """
        sql = (
            "SELECT n.id, n.name FROM description d JOIN node n ON n.id = d.node"
            " WHERE d.node > ? AND d.node <= ? AND substr(n.name, 1, 2) <> '_:' ORDER BY n.id"
        )
        return [(row[0], row[1]) for row in self._rows(sql, after, after + limit)]

    def last_subject(self) -> int:
        """The highest number that `subjects` counts by."""
        return int(self._value("SELECT max(node) FROM description") or 0)

    def properties(self) -> list[tuple[str, int]]:
        """Each property with the number of its distinct triples in the default graph, largest first."""
        sql = "SELECT iri, triples FROM property WHERE triples > 0 ORDER BY 2 DESC, 1"
        return [(row[0], row[1]) for row in self._rows(sql)]

    def triples_with(self, property_: str) -> int | None:
        """How many distinct triples of the default graph have the property; None if no statement anywhere has it."""
        return self._triples.get(property_)

    def uses(self) -> dict[str, list[Use]]:
        """For each class the properties of its things in the default graph, the usual ones first."""
        return usage.uses(self._rows)

    def kind_links(self) -> list[KindLink]:
        """Asserted links between things, by their kinds, most frequent first."""
        return usage.kind_links(self._rows)

    def graphs(self) -> list[Graph]:
        """All named graphs, sorted by IRI."""
        return list(self._graphs.values())

    def graph(self, iri: str) -> Graph | None:
        """The named graph called `iri`."""
        return self._graphs.get(self._numbers.get(iri, 0))

    def graph_statements(self, iri: str, *, page: int = 1, page_size: int = 100) -> GraphPage | None:
        """What stands in the graph called `iri`, about page `page` (from 1) of its subjects; None if there is none."""
        if iri not in self._numbers:
            return None
        quads = graph_page(self._rows, self._numbers[iri], iri, page, page_size)
        return GraphPage(self._statements(quads), self.graph_subjects(iri))

    def graph_lines(self, iri: str, *, page: int = 1, page_size: int = 100) -> list[Line]:
        """As `graph_statements`, as lines; none if there is no such graph."""
        if iri not in self._numbers:
            return []
        return lines_of(graph_page(self._rows, self._numbers[iri], iri, page, page_size))

    def graph_subjects(self, iri: str) -> int:
        """How many subjects the graph called `iri` has statements about; 0 if there is no such graph."""
        return subjects_of(self._rows, self._numbers[iri]) if iri in self._numbers else 0

    def content(self, graph: str | None) -> Iterator[bytes]:
        """The triples of the graph called `graph`, or of the default graph, as lines of N-Triples, a part at a time."""
        return content(self._rows, self._graphs, graph)

    def counts(self) -> Counts:
        """Sizes of the release."""
        values = dict(self._rows("SELECT name, value FROM meta WHERE name <> 'version'"))
        return Counts(**values)

    def why(self, subject: str, predicate: str, object_: str) -> Why | None:
        """Why a statement holds, its terms in N-Triples syntax; None if it neither is asserted nor follows."""
        return Explainer(self._rows, self.graphs_of).why((subject, predicate, object_))

    def graphs_of(self, statement: Terms) -> tuple[tuple[str, Role], ...]:
        """The graphs that hold a statement, sorted, with their roles."""
        lines = self.nodes.lines(nquads.iri(statement[0]))
        found = sorted(nquads.iri(line.graph) for line in lines if line[:3] == statement)
        return tuple((graph, self._roles[graph]) for graph in found)

    def incoming_lines(self, iri: str, *, page: int = 1, page_size: int = 100) -> list[Line]:
        """Page `page` (from 1) of the statements that link to `iri`."""
        with self._turn:
            node = self.nodes.get(iri)
            rows = self._incoming(node.number, page, page_size) if node and node.incoming else []
        named, graphs, properties, target = nquads.named, self._graphs, self._properties, f"<{iri}>"
        return [
            nquads.line(named(subject), str(properties[property_]), target, named(graphs[graph].iri))
            for property_, subject, graph, _ in rows
        ]

    def _incoming(self, number: int, page: int, size: int) -> list[tuple[int, str, int, str | None]]:
        """Page `page` of the links to a node: property, subject, graph, and whose blank node the subject is."""
        first = (max(page, 1) - 1) * size
        rows: list[Any] = self._rows(
            "SELECT i.property, s.name, i.graph, o.name FROM incoming i JOIN node s ON s.id = i.subject"
            " LEFT JOIN node o ON o.id = s.owner"
            " WHERE i.object = ? AND i.position > ? AND i.position <= ? ORDER BY i.position",
            number, first, first + size,
        )  # fmt: skip
        return rows

    def _statements(self, quads: bytes) -> list[Statement]:
        roles = self._roles
        found = []
        for subject, predicate, object_, graph in ox.parse(quads, format=ox.RdfFormat.N_QUADS):
            name = str(graph) if isinstance(graph, ox.BlankNode) else graph.value
            found.append(Statement(subject, predicate, object_, name, roles[name]))
        return found
