"""What a rule of the publication, a SPARQL CONSTRUCT query, draws its consequences from: found by running its WHERE.

Premises are the plain triple patterns of the WHERE that hold for a solution. What is negated, counted or reached by a
property path is a condition of the rule, told by its title, and no statement to name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox
from pyparsing import ParseBaseException
from rdflib import Literal, URIRef, Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from parley.pipeline.inference.axiom_rules import Triple
from parley.pipeline.terms import from_rdflib

#: Parts of a query in which a brace or a keyword means nothing, then what is looked for.
_TOKEN: Final = re.compile(
    r"""\#[^\r\n]*|<[^<>"{}|^`\\\s]*>|\"\"\".*?\"\"\"|'''.*?'''|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'"""
    r"|[?$]\w+|\bCONSTRUCT\b|[{}]",
    re.IGNORECASE | re.DOTALL,
)
_PATTERNS: Final = ("p", "p1", "p2")


@dataclass(frozen=True, slots=True)
class QueryRule:
    """A CONSTRUCT query taken apart: what it constructs, the patterns of its WHERE, and the same WHERE as a SELECT."""

    template: tuple[Triple, ...]
    patterns: tuple[Triple, ...]
    select: str

    @classmethod
    def read(cls, text: str) -> QueryRule | None:
        """Take `text` apart; None where it can't be, such as for a grouped WHERE."""
        select = _as_select(text)
        try:
            algebra = prepareQuery(text).algebra
            ox.Store().query(select)
        except (ParseBaseException, SyntaxError, ValueError, KeyError, TypeError, AttributeError):
            # rdflib refuses some of what the engine takes: the rule stands, only its premises are unknown
            return None
        patterns = dict.fromkeys(_plain(_patterns(algebra.p)))
        return cls(tuple(_plain(algebra.template or [])), tuple(patterns), select)

    def premises(
        self, store: ox.Store, wanted: Set[Triple], costs: Mapping[Triple, int]
    ) -> dict[Triple, tuple[Triple, ...]]:
        """For each of the `wanted` consequences, the cheapest premises in `store`; `costs` are those of statements."""
        found: dict[Triple, tuple[int, int, tuple[Triple, ...]]] = {}
        solutions = store.query(self.select)
        assert isinstance(solutions, ox.QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            bound = {f"?{name}": str(solution[name]) for name in names if solution[name] is not None}
            heads = wanted & set(_filled(self.template, bound))
            if not heads:
                continue
            premises = tuple(p for p in dict.fromkeys(_filled(self.patterns, bound)) if _holds(store, p))
            key = (sum(costs.get(premise, 0) for premise in premises), len(premises), premises)
            for head in heads:
                found[head] = min(found.get(head, key), key)
        return {head: premises for head, (_cost, _count, premises) in found.items()}


def _as_select(text: str) -> str:
    """`text` with `SELECT *` in place of CONSTRUCT and its template."""
    start: int | None = None
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match[0].upper()
        if start is None:
            start = match.start() if token == "CONSTRUCT" else None
        elif token in "{}":
            depth += 1 if token == "{" else -1
            if depth == 0:
                rest = text[match.end() :]
                # CONSTRUCT WHERE { … } has no template of its own
                short = re.fullmatch(r"CONSTRUCT\s+WHERE\s*", text[start : text.index("{", start)], re.IGNORECASE)
                return text[:start] + "SELECT * " + (text[text.index("{", start) :] if short else rest)
    return text


def _patterns(node: Any) -> Iterator[tuple[Node, Node, Node]]:
    """The triple patterns that have to match, of the algebra's tree."""
    if not isinstance(node, CompValue):
        return
    if node.name == "BGP":
        yield from node.triples
    for key in _PATTERNS:
        if key in node and not (node.name == "Minus" and key == "p2"):
            yield from _patterns(node[key])


def _plain(patterns: Any) -> Iterator[Triple]:
    for pattern in patterns:
        if all(isinstance(term, URIRef | Literal | Variable) for term in pattern):
            subject, predicate, object_ = (
                f"?{term}" if isinstance(term, Variable) else str(from_rdflib(term)) for term in pattern
            )
            yield subject, predicate, object_


def _filled(patterns: tuple[Triple, ...], bound: Mapping[str, str]) -> Iterator[Triple]:
    for pattern in patterns:
        subject, predicate, object_ = (bound.get(term, term) for term in pattern)
        if not any(term.startswith("?") for term in (subject, predicate, object_)):
            yield subject, predicate, object_


def _holds(store: ox.Store, triple: Triple) -> bool:
    try:
        parsed = next(iter(ox.parse(" ".join(triple) + " .", format=ox.RdfFormat.N_TRIPLES)))
    except SyntaxError:  # a literal as subject, of a branch that did not match
        return False
    return next(store.quads_for_pattern(parsed.subject, parsed.predicate, parsed.object, None), None) is not None
