"""Turtle and TriG: sorted, `rdf:type` first, blank nodes in place, only the prefixes that are used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from parley.nquads import Line
from parley.serialise.blank import Blanks
from parley.serialise.names import Names
from parley.vocab import RDF_TYPE, XSD

_TYPE: Final = f"<{RDF_TYPE}>"
_GRAPH, _SUBJECT, _PREDICATE = map(attrgetter, ("graph", "subject", "predicate"))
# Blank nodes nested deeper are written by name: readers recurse.
_MAX_DEPTH: Final = 32
# Written bare (Turtle §2.5.2) only where readers that turn them into numbers, rdflib for one, give the same text back.
_BARE: Final = {
    XSD + "integer": re.compile(r"0|-?[1-9][0-9]*"),
    XSD + "decimal": re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}


class TurtleWriter:
    """Writes lines that are sorted by graph and subject; take `header()` after the body: it has the prefixes used."""

    def __init__(self, prefixes: Mapping[str, str], blanks: Blanks) -> None:
        self._names = Names(prefixes)
        self._blanks = blanks
        self._named_later: list[str] = []

    def header(self) -> str:
        """The prefixes used so far."""
        lines = [f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in self._names.used.items()]
        return "".join([*lines, "\n"]) if lines else ""

    def graphs(self, lines: Iterable[Line]) -> Iterator[str]:
        """The body: triples of the default graph as in Turtle, those of named graphs in TriG blocks."""
        for graph, members in groupby(lines, key=_GRAPH):
            if graph:
                yield f"{self._term(graph)} {{\n\n"
            for _subject, group in groupby(members, key=_SUBJECT):
                yield self.subject(list(group))
            if graph:
                yield "}\n\n"

    def subject(self, lines: Sequence[Line]) -> str:
        """All about one subject of one graph; nothing for a blank node that is written where it is mentioned."""
        subject = lines[0].subject
        if subject.startswith("_:") and self._blanks.is_nested(subject):
            return ""
        blocks = [self._block(subject, lines)]
        while self._named_later:
            blank = self._named_later.pop()
            blocks.append(self._block(blank, self._blanks.lines(blank)))
        return "".join(blocks)

    def _block(self, subject: str, lines: Sequence[Line]) -> str:
        return f"{self._term(subject)} {self._predicates(lines, 1)} .\n\n" if lines else ""

    def _predicates(self, lines: Sequence[Line], depth: int) -> str:
        indent = "\n" + "    " * depth
        parts: list[str] = []
        ordered = sorted(lines, key=_is_no_type)  # stable: within a predicate the objects stay sorted
        for predicate, group in groupby(ordered, key=_PREDICATE):
            objects = [self._object(line.object, depth) for line in group]
            verb = "a" if predicate == _TYPE else self._term(predicate)
            parts.append(f"{verb} " + f",{indent}    ".join(objects))
        return f" ;{indent}".join(parts)

    def _object(self, term: str, depth: int) -> str:
        if not term.startswith("_:") or not self._blanks.is_nested(term):
            return self._term(term)
        if depth > _MAX_DEPTH:
            self._named_later.append(term)
            return term
        items = self._blanks.items(term)
        if items is not None:
            return "( " + " ".join(self._object(item, depth + 1) for item in items) + " )"
        lines = self._blanks.lines(term)
        if not lines:
            return "[]"
        indent = "\n" + "    " * depth
        return f"[{indent}    {self._predicates(lines, depth + 1)}{indent}]"

    def _term(self, term: str) -> str:
        if term[0] == "<":
            return term if term.startswith("<<") else self._names.compact(term[1:-1]) or term
        return self._typed(term) if term[0] == '"' and term[-1] == ">" else term

    def _typed(self, term: str) -> str:
        lexical, _mark, datatype = term[:-1].rpartition("^^<")
        bare = _BARE.get(datatype)
        if bare is not None and bare.fullmatch(lexical, 1, len(lexical) - 1):
            return lexical[1:-1]
        return f"{lexical}^^{self._names.compact(datatype) or f'<{datatype}>'}"


def _is_no_type(line: Line) -> bool:
    return line.predicate != _TYPE
