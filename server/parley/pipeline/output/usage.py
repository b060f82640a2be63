"""How the data uses its vocabulary: which properties the things of each class have, and how often."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from parley import nquads
from parley.vocab import RDF_TYPE

_TYPE: Final = f"<{RDF_TYPE}>"

#: Links between kinds of things, as asserted: what closure adds is the same again, seen from behind or from above.
LINKS: Final = """INSERT INTO link
  SELECT s.kind, i.property, o.kind, count(*)
  FROM (SELECT DISTINCT i.object, i.property, i.subject FROM incoming i JOIN graph_use g ON g.id = i.graph
        WHERE g.listed AND g.asserted) i
  JOIN node s ON s.id = i.subject JOIN node o ON o.id = i.object
  WHERE s.kind IS NOT NULL AND o.kind IS NOT NULL
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""


class Usage:
    """Counts, subject by subject; one number a pair of class and property is held."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], list[int]] = {}

    def count(self, triples: Iterable[nquads.Line]) -> None:
        """Count the distinct triples about one named thing."""
        uses: dict[str, int] = {}
        classes = []
        for line in triples:
            if line.predicate == _TYPE:
                classes.append(line.object)
            else:
                uses[line.predicate] = uses.get(line.predicate, 0) + 1
        for term in classes:
            for predicate, number in uses.items():
                found = self._counts.setdefault((term, predicate), [0, 0])
                found[0] += 1
                found[1] += number

    def write(self, connection: sqlite3.Connection, properties: dict[str, int]) -> None:
        """Write the counts; `properties` are the numbers of the properties by term, and the nodes are written."""
        rows = [
            (properties[predicate], things, triples, nquads.iri(term))
            for (term, predicate), (things, triples) in sorted(self._counts.items())
            if nquads.is_iri(term)
        ]
        connection.executemany("INSERT INTO usage SELECT n.id, ?, ?, ? FROM node n WHERE n.name = ?", rows)
