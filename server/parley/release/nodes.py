"""What the index has under a name: its own statements, how many links lead to it, its labels.

A page asks for the same thing several times, and every page for the same properties and kinds: answers are remembered,
which an index that never changes allows. A bounded number of them, and none that is large.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

import pyoxigraph as ox

from parley import nquads
from parley.nquads import Line
from parley.vocab import LABEL_PROPERTIES

#: Nodes whose statements are remembered, the bytes of statements above which they are not, nodes with their labels.
_DESCRIBED: Final = 256
_LARGEST: Final = 64 * 1024
_LABELLED: Final = 8192

_NODE: Final = "SELECT n.id, n.incoming, d.quads FROM node n LEFT JOIN description d ON d.node = n.id WHERE n.name = ?"
_LABELS: Final = (
    "SELECT n.name, l.rank, l.language, l.text FROM json_each(?) AS wanted"
    " CROSS JOIN node n ON n.name = wanted.value LEFT JOIN label l ON l.node = n.id"
    " ORDER BY n.id, l.rank, l.language"
)

Rows = Callable[..., list[tuple[Any, ...]]]
V = TypeVar("V")


class _Memory(Generic[V]):
    """At most `most` values by name; all are forgotten when there is no more room.

    Who reads takes `values` once: another thread may put a new dictionary in its place.
    """

    def __init__(self, most: int) -> None:
        self.values: dict[str, V] = {}
        self._most = most

    def keep(self, name: str, value: V) -> None:
        if len(self.values) >= self._most:
            self.values = {}
        self.values[name] = value


class Node(NamedTuple):
    """A subject or object: its number, how many links lead to it, its own statements as canonical N-Quads."""

    number: int
    incoming: int
    quads: bytes | None


class Label(NamedTuple):
    """A label: the property it is given by, its language tag (or empty), its text, and the literal in N-Triples."""

    property: str
    language: str
    text: str
    term: str


class Nodes:
    """Looks names up; `rows` runs a query on the index. Safe in several threads."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._described: _Memory[Node | None] = _Memory(_DESCRIBED)
        self._lines: _Memory[tuple[Line, ...]] = _Memory(_DESCRIBED)
        self._labelled: _Memory[tuple[Label, ...] | None] = _Memory(_LABELLED)

    def get(self, name: str) -> Node | None:
        """The node called `name`; None if there is none."""
        try:
            return self._described.values[name]
        except KeyError:
            rows = self._rows(_NODE, name)
        node = Node(*rows[0]) if rows else None
        if node is None or len(node.quads or b"") <= _LARGEST:
            self._described.keep(name, node)
        return node

    def exists(self, name: str) -> bool:
        """Whether there is a node called `name`."""
        try:
            return self._labelled.values[name] is not None
        except KeyError:
            return self.get(name) is not None

    def lines(self, name: str) -> Sequence[Line]:
        """The node's own statements, in the order of their text."""
        try:
            return self._lines.values[name]
        except KeyError:
            node = self.get(name)
        quads = node.quads if node is not None and node.quads else b""
        lines = tuple(lines_of(quads))
        if len(quads) <= _LARGEST:
            self._lines.keep(name, lines)
        return lines

    def closure(self, lines: Iterable[Line]) -> list[Line]:
        """`lines`, then those of every blank node they lead to, each once."""
        found = list(lines)
        seen: set[str] = set()
        for line in found:  # which grows while it is gone through
            target = line.object
            if target.startswith("_:") and target not in seen:
                seen.add(target)
                found.extend(self.lines(target))
        return found

    def labels(self, iris: Iterable[str]) -> dict[str, tuple[Label, ...]]:
        """The labels of those of `iris` that are nodes, those of the best property first; empty for one without."""
        wanted = dict.fromkeys(iris)
        known = self._labelled.values
        found = {iri: known[iri] for iri in wanted if iri in known}
        if missing := [iri for iri in wanted if iri not in found]:
            found |= self._read_labels(missing)
        return {iri: labels for iri, labels in found.items() if labels is not None}

    def _read_labels(self, iris: list[str]) -> dict[str, tuple[Label, ...] | None]:
        rows: dict[str, list[Label]] = {}
        for name, rank, language, text in self._rows(_LABELS, json.dumps(iris)):
            labels = rows.setdefault(name, [])
            if rank is not None:
                term = str(ox.Literal(text, language=language) if language else ox.Literal(text))
                labels.append(Label(LABEL_PROPERTIES[rank], language, text, term))
        found: dict[str, tuple[Label, ...] | None] = {}
        for iri in iris:
            found[iri] = tuple(rows[iri]) if iri in rows else None
            self._labelled.keep(iri, found[iri])
        return found


def lines_of(quads: bytes) -> list[Line]:
    """The lines of some canonical N-Quads."""
    # not splitlines(), which would also cut at the other line ends that a literal may hold unescaped
    return [nquads.split(f"{line}\n") for line in quads.decode("utf-8").split("\n") if line]
