"""What search can be narrowed by: the topic of each thing, its themes and places, the years that it is about.

A thing is a time span, too, if its kind carries little but dates: many vocabularies have such a class of their own.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from typing import Final

from parley import nquads
from parley.topics import DATED, RECORD_DATES, TOPIC_CLASSES
from parley.vocab import OWL, RDF_TYPE, RDFS, SKOS

#: A year at the start of a date, or of an end of an interval; `X` stands for any digit (EDTF level 1).
_YEAR: Final = re.compile(r"(?:^|(?<=/))([0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(?![0-9])")
_TEMPORARY: Final = "CREATE TEMP TABLE dated (node INTEGER PRIMARY KEY, first INTEGER, last INTEGER, dates INTEGER)"

_STEPS: Final = (
    """CREATE TEMP TABLE topic_class AS
       WITH RECURSIVE below (class, place) AS (
         SELECT n.id, json_extract(c.value, '$[0]')
         FROM json_each(:classes) c JOIN node n ON n.name = json_extract(c.value, '$[1]')
         UNION
         SELECT i.subject, b.place FROM below b JOIN incoming i ON i.object = b.class
         JOIN property p ON p.id = i.property WHERE p.iri IN (:subclass, :same))
       SELECT class, min(place) AS place FROM below GROUP BY class""",
    """UPDATE node SET topic = json_extract(:topics, '$[' || best.place || ']')
       FROM (SELECT t.node, min(c.place) AS place FROM typed t JOIN topic_class c ON c.class = t.class GROUP BY 1)
       AS best WHERE best.node = node.id""",
    # A kind of time spans: most of its things have dates, two or more on average, more than they have links.
    """UPDATE node SET topic = 'time' WHERE topic IS NULL AND kind IN (
         SELECT n.kind FROM node n LEFT JOIN dated d ON d.node = n.id
         LEFT JOIN (SELECT i.subject, count(DISTINCT i.object) AS links FROM incoming i
                    JOIN graph_use g ON g.id = i.graph JOIN property p ON p.id = i.property
                    WHERE g.listed AND g.asserted AND p.iri <> :type GROUP BY 1) l ON l.subject = n.id
         WHERE n.kind IS NOT NULL GROUP BY n.kind
         HAVING count(d.node) * 2 > count(*) AND total(d.dates) >= 2 * count(d.node)
            AND total(d.dates) > total(l.links))""",
    "UPDATE node SET topic = 'passage' WHERE name IN (SELECT iri FROM graph WHERE role = 'passage')",
    """INSERT OR IGNORE INTO facet
       SELECT ifnull(s.owner, s.id), v.topic, v.id FROM node v JOIN incoming i ON i.object = v.id
       JOIN graph_use g ON g.id = i.graph JOIN property p ON p.id = i.property JOIN node s ON s.id = i.subject
       WHERE v.topic IN ('theme', 'place') AND g.listed AND ifnull(s.topic, '') <> v.topic
         AND substr(p.iri, 1, length(:skos)) <> :skos""",
    """CREATE TEMP TABLE broader AS
       SELECT DISTINCT i.subject AS narrow, i.object AS broad FROM incoming i JOIN property p ON p.id = i.property
       WHERE p.iri IN (:skos || 'broader', :skos || 'broaderTransitive')
       UNION SELECT i.object, i.subject FROM incoming i JOIN property p ON p.id = i.property
       WHERE p.iri IN (:skos || 'narrower', :skos || 'narrowerTransitive')""",
    # What is about a theme is about all broader ones.
    """INSERT OR IGNORE INTO facet
       WITH RECURSIVE above (narrow, broad) AS (
         SELECT narrow, broad FROM broader
         UNION SELECT a.narrow, b.broad FROM above a JOIN broader b ON b.narrow = a.broad)
       SELECT f.node, 'theme', a.broad FROM facet f JOIN above a ON a.narrow = f.value WHERE f.facet = 'theme'""",
    "INSERT OR IGNORE INTO period SELECT node, first, last FROM dated",
    """INSERT OR IGNORE INTO period
       SELECT ifnull(s.owner, s.id), d.first, d.last FROM node v JOIN dated d ON d.node = v.id
       JOIN incoming i ON i.object = v.id JOIN graph_use g ON g.id = i.graph JOIN node s ON s.id = i.subject
       WHERE v.topic = 'time' AND g.listed""",
)  # fmt: skip


class Facets:
    """Collects the dates of each subject while the index is written, then derives all facets inside SQLite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(_TEMPORARY)

    def take(self, number: int, triples: Iterable[nquads.Line]) -> None:
        """Note the years that the distinct triples about node `number` name."""
        found = [
            span
            for line in triples
            if line.object.startswith('"') and line.object.endswith(">") and line.predicate[1:-1] not in RECORD_DATES
            if (span := _dates(line.object)) is not None
        ]
        if found:
            row = (number, min(first for first, _ in found), max(last for _, last in found), len(found))
            self._connection.execute("INSERT INTO dated VALUES (?, ?, ?, ?)", row)

    def write(self) -> None:
        """Write topics, facets and periods; nodes, links and kinds are written, and the table `typed` is at hand."""
        topics = list(TOPIC_CLASSES)
        classes = [[place, iri] for place, topic in enumerate(topics) for iri in TOPIC_CLASSES[topic]]
        values = {
            "classes": json.dumps(classes), "topics": json.dumps([topic.value for topic in topics]),
            "subclass": RDFS + "subClassOf", "same": OWL + "equivalentClass", "type": RDF_TYPE, "skos": SKOS,
        }  # fmt: skip
        for statement in _STEPS:
            self._connection.execute(statement, values)


def _dates(term: str) -> tuple[int, int] | None:
    literal = nquads.literal(term)
    return years(literal.value) if literal.datatype in DATED else None


def years(lexical: str) -> tuple[int, int] | None:
    """The first and the last year that a date or an interval names; None if it names none of four digits.

    >>> years("1998-01/1999-03"), years("200X"), years("1995-12-08T10:00:00Z"), years("-0044")
    ((1998, 1999), (2000, 2009), (1995, 1995), None)
    """
    found = [match[1] for match in _YEAR.finditer(lexical)]
    if not found:
        return None
    return min(int(y.replace("X", "0")) for y in found), max(int(y.replace("X", "9")) for y in found)
