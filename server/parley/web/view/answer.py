"""The answer to a query as a page shows it: a table of links and values, or yes or no."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from parley.vocab import XSD
from parley.web.view import triples
from parley.web.view.i18n import Interface
from parley.web.view.naming import Namer, Text
from parley.web.view.values import Links, Value, literal

_EDTF: Final = "http://id.loc.gov/datatypes/edtf"
_STAR: Final = re.compile(r"\bSELECT\s+(?:DISTINCT\s+|REDUCED\s+)?\*", re.IGNORECASE)

#: Rows that a page shows, at most; the files hold all.
ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What to show: rows of cells (None where a variable has no value), or `boolean`. Triples are rows of three.

    `total` is the number of rows, of which a page shows the first ones; `hidden` if the answer is too long for a page.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value | None, ...], ...] = ()
    boolean: bool | None = None
    hidden: bool = False
    total: int = 0


class Cells:
    """Turns terms of SPARQL's JSON results into values; `spoken` writes dates and numbers as readers do."""

    def __init__(self, namer: Namer, links: Links, interface: Interface, *, spoken: bool) -> None:
        self._namer, self._links, self._interface, self._spoken = namer, links, interface, spoken

    def learn(self, bindings: Sequence[Mapping[str, Any]]) -> None:
        """Look up the names of all things in `bindings` at once."""
        iris = {term["value"] for row in bindings for term in row.values() if term["type"] == "uri"}
        self._namer.learn(iri for iri in iris if self._links.ours(iri))

    def value(self, term: Mapping[str, Any]) -> Value:
        """One cell."""
        if term["type"] == "uri":
            return self.thing(term["value"])
        if term["type"] == "bnode":
            return Value(Text(f"_:{term['value']}"))
        if term["type"] != "literal":
            return Value(Text(json.dumps(term["value"], ensure_ascii=False)))
        if language := term.get("xml:lang"):
            return Value(Text(term["value"], language), language=language.lower())
        if self._spoken:
            datatype = ox.NamedNode(term.get("datatype", XSD + "string"))
            return literal(ox.Literal(term["value"], datatype=datatype), self._namer, self._links, self._interface)
        return Value(Text(term["value"]))

    def moment(self, text: str) -> Text:
        """A date, a time or an EDTF value in words; as it is where it is not understood."""
        known = (self._interface.date(text, datatype) for datatype in (_EDTF, XSD + "dateTime"))
        words = next((found for found in known if found), None)
        return Text(words, self._interface.text_language) if words else Text(text)

    def thing(self, iri: str) -> Value:
        """The name of a thing of ours, else the IRI, as short as its prefix makes it."""
        href, external = self._links.to(iri)
        label = self._namer.label(iri) if self._links.ours(iri) else None
        return Value(label or Text(self._namer.compact(iri)), href, external, exact=iri)


def answer(query: str, kind: str, body: bytes | None, cells: Cells) -> Answer:
    """The answer to `query` whose result is of `kind`: JSON, or N-Triples; None if it is too long."""
    if body is None:
        return Answer(hidden=True)
    if kind == "triples":
        return _table(triples.TERMS, triples.rows(body), cells)
    result = json.loads(body)
    if "boolean" in result:
        return Answer(boolean=result["boolean"])
    return _table(ordered(query, result["head"].get("vars", ())), result["results"]["bindings"], cells)


def _table(columns: tuple[str, ...], bindings: Sequence[Mapping[str, Any]], cells: Cells) -> Answer:
    shown = bindings[:ROWS]
    cells.learn(shown)
    rows = (tuple(cells.value(row[name]) if name in row else None for name in columns) for row in shown)
    return Answer(columns, tuple(rows), total=len(bindings))


def ordered(query: str, columns: Sequence[str]) -> tuple[str, ...]:
    """`columns` of `SELECT *` as they first appear in `query`: the engine sorts them.

    >>> ordered("SELECT * { ?z ?a ?m }", ["a", "m", "z"])
    ('z', 'a', 'm')
    """
    if not _STAR.search(query):
        return tuple(columns)
    first = {name: found.start() for name in columns if (found := re.search(rf"[?$]{re.escape(name)}\b", query))}
    return tuple(sorted(columns, key=lambda name: first.get(name, len(query))))
