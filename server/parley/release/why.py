"""Explanations, read from the index: from a statement down to the graphs that assert what it rests on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from parley.release.records import Rule, Terms, Why
from parley.roles import Role

_ONE: Final = (
    "SELECT d.rule, d.premises FROM derivation d JOIN term s ON s.id = d.subject JOIN term p ON p.id = d.predicate"
    " JOIN term o ON o.id = d.object WHERE s.text = ? AND p.text = ? AND o.text = ?"
)
_PREMISE: Final = (
    "SELECT s.text, p.text, o.text FROM derivation d JOIN term s ON s.id = d.subject JOIN term p ON p.id = d.predicate"
    " JOIN term o ON o.id = d.object WHERE d.id = ?"
)

Graphs = tuple[tuple[str, Role], ...]


class Explainer:
    """Explains statements; one is made for each question, and explains what recurs in it once.

    `rows` runs a query on the index, `graphs` gives the graphs that hold a statement.
    """

    def __init__(self, rows: Callable[..., list[tuple[Any, ...]]], graphs: Callable[[Terms], Graphs]) -> None:
        self._rows = rows
        self._graphs = graphs
        self._done: dict[Terms, Why] = {}

    def why(self, statement: Terms) -> Why | None:
        """The explanation of `statement`, or None if it neither is asserted nor follows."""
        if statement not in self._done:
            graphs = self._graphs(statement)
            asserted = tuple(graph for graph in graphs if graph[1] is not Role.INFERRED)
            found = self._rows(_ONE, *statement)
            if not graphs and not found:
                return None
            rule, premises = found[0] if found and found[0][0] is not None else (None, "[]")
            below = [self._premise(number) for number in json.loads(premises)]
            self._done[statement] = Why(statement, asserted, None if rule is None else self._rule(rule), tuple(below))
        return self._done[statement]

    def _premise(self, number: int) -> Why:
        subject, predicate, object_ = self._rows(_PREMISE, number)[0]
        premise = (subject, predicate, object_)
        return self.why(premise) or Why(premise)

    def _rule(self, number: int) -> Rule:
        record = json.loads(self._rows("SELECT record FROM rule WHERE id = ?", number)[0][0])
        head = _terms(record["head"]) if record["head"] else None
        return Rule(record["name"], record["axiom"], head, tuple(map(_terms, record["body"])), record["titles"])


def _terms(values: list[str]) -> Terms:
    subject, predicate, object_ = values
    return subject, predicate, object_
