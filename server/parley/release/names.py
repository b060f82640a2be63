"""The names of things in the index: who is called exactly so, nearly so, or something that begins so.

Every look-up is bounded: it reads at most so many rows, whatever the text and however large the release.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any, Final, NamedTuple

from parley.release.words import compact
from parley.vocab import RDFS

Rows = Callable[..., list[tuple[Any, ...]]]

#: Rows of names that one search for similar ones may read.
SIMILAR_ROWS: Final = 8_000
#: Similar names that are compared letter by letter, and the share of the parts that one must have for it.
COMPARED: Final = 100
SHARED: Final = 0.25
#: Names of one spelling, or with one beginning, that are read.
LISTED: Final = 500

_NAMES: Final = (
    "SELECT m.id, m.key, m.node, n.name, m.form, m.language, n.incoming FROM name m JOIN node n ON n.id = m.node"
)


class Form(IntEnum):
    """What kind of name it is, most telling first."""

    LABEL = 0
    ALTERNATIVE = 1
    IDENTIFIER = 2
    HIDDEN = 3
    #: Capitals in brackets after a label: “Kingdom of Example (KOE)”.
    ACRONYM = 4
    #: A label without what stands in brackets after it.
    BARE = 5
    #: First letters of a label's capitalised words.
    INITIALS = 6
    #: The last part of the IRI of a thing without a label.
    LOCAL = 7


class Name(NamedTuple):
    """A name of `iri` (number `node`), folded; `links` counts what points at the thing."""

    id: int
    key: str
    node: int
    iri: str
    form: Form
    language: str
    links: int


def parts(key: str) -> list[str]:
    """The three-letter parts of a folded name, its borders included.

    >>> parts("sea")
    [' se', 'ea ', 'sea']
    """
    text = f" {key} "
    return sorted({text[start : start + 3] for start in range(len(text) - 2)})


class Names:
    """Looks names up; `rows` runs a query on the index."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def exact(self, key: str, limit: int = LISTED) -> list[Name]:
        """The names whose folded form is `key`, wherever spaces are set, best linked things first."""
        sql = f"{_NAMES} WHERE m.compact = ? ORDER BY n.incoming DESC, n.id, m.form LIMIT ?"
        return _named(self._rows(sql, compact(key), limit)) if key else []

    def starting(self, key: str, limit: int = LISTED) -> list[Name]:
        """The names whose folded form begins with `key`."""
        sql = f"{_NAMES} WHERE m.key >= ? AND m.key < ? ORDER BY m.key, n.incoming DESC, n.id LIMIT ?"
        return _named(self._rows(sql, key, key + "\U0010ffff", limit)) if key else []

    def similar(self, key: str) -> list[Name]:
        """The names that share most of their rare parts with `key`, at most `COMPARED` of them.

        Parts that very many names have tell little and cost much: the rarest are read, as far as `SIMILAR_ROWS` go.
        """
        wanted = parts(key)
        sql = "SELECT f.part, f.names FROM json_each(?) w JOIN name_frequency f ON f.part = w.value ORDER BY 2, 1"
        shared: Counter[int] = Counter()
        budget, read = SIMILAR_ROWS, 0
        for part, frequency in self._rows(sql, json.dumps(wanted)):
            budget -= frequency
            if budget < 0:
                break
            read += 1
            quoted = '"' + part.replace('"', '""') + '"'
            shared.update(row[0] for row in self._rows("SELECT rowid FROM name_part WHERE name_part MATCH ?", quoted))
        close = (number for number, count in shared.items() if count >= max(2, SHARED * read))
        best = sorted(close, key=lambda number: (-shared[number], number))[:COMPARED]
        sql = f"{_NAMES} JOIN json_each(?) w ON w.value = m.id ORDER BY m.id"
        return _named(self._rows(sql, json.dumps(best))) if best else []

    def of(self, iris: Iterable[str]) -> dict[str, list[str]]:
        """The folded names of each of `iris`."""
        sql = (
            "SELECT n.name, m.key FROM json_each(?) w CROSS JOIN node n ON n.name = w.value"
            " CROSS JOIN name m ON m.node = n.id ORDER BY m.id"
        )
        found: dict[str, list[str]] = {}
        for iri, key in self._rows(sql, json.dumps(list(dict.fromkeys(iris)))):
            found.setdefault(iri, []).append(key)
        return found

    def classes_of(self, nodes: Iterable[int]) -> dict[int, list[str]]:
        """The classes of each node, asserted and inferred, rarest first."""
        sql = (
            "SELECT i.node, k.name FROM json_each(?) w CROSS JOIN instance i ON i.node = w.value"
            " CROSS JOIN node k ON k.id = i.class LEFT JOIN class c ON c.node = k.id"
            " ORDER BY i.node, ifnull(c.instances, 0), k.name"
        )
        found: dict[int, list[str]] = {}
        for node, name in self._rows(sql, json.dumps(list(dict.fromkeys(nodes)))):
            found.setdefault(node, []).append(name)
        return found

    def node(self, iri: str) -> tuple[int, int] | None:
        """Number of a thing that something is said about, and how many links point at it."""
        sql = "SELECT n.id, n.incoming FROM node n JOIN description d ON d.node = n.id WHERE n.name = ?"
        found = self._rows(sql, iri)
        return (found[0][0], found[0][1]) if found else None

    def narrower(self, class_iri: str) -> frozenset[str]:
        """The class with all its subclasses, as far as the release states them."""
        sql = (
            "WITH RECURSIVE below(id) AS (SELECT id FROM node WHERE name = ? UNION"
            " SELECT i.subject FROM below b JOIN incoming i ON i.object = b.id"
            " JOIN property p ON p.id = i.property WHERE p.iri = ?)"
            " SELECT n.name FROM below b JOIN node n ON n.id = b.id"
        )
        return frozenset({class_iri, *(row[0] for row in self._rows(sql, class_iri, RDFS + "subClassOf"))})

    def subjects(self, property_: str, values: Iterable[str], limit: int = LISTED) -> list[tuple[int, str, int]]:
        """Number, IRI and links of the things that have one of `values`, IRIs, for `property_`."""
        sql = (
            "SELECT DISTINCT s.id, s.name, s.incoming FROM json_each(?) w CROSS JOIN node o ON o.name = w.value"
            " CROSS JOIN incoming i ON i.object = o.id JOIN property p ON p.id = i.property"
            " JOIN node s ON s.id = i.subject WHERE p.iri = ? AND substr(s.name, 1, 2) <> '_:' ORDER BY s.id LIMIT ?"
        )
        return [(row[0], row[1], row[2]) for row in self._rows(sql, json.dumps(list(values)), property_, limit)]


def _named(rows: Iterable[tuple[Any, ...]]) -> list[Name]:
    return [Name(number, key, node, iri, Form(form), tag, links) for number, key, node, iri, form, tag, links in rows]
