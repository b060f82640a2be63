"""Mutants of the publication: statements of the real data, deleted, retyped, mislabelled, swapped, redated or moved.

A mutant changes one statement, or the two that are swapped. All follow from a seed.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from parley.roles import Role
from parley.vocab import RDF_TYPE, XSD

#: The roles whose statements are mutated, and how many of a hundred mutants each gets: what passages say comes first.
SHARES = {Role.PASSAGE: 60, Role.EDITORIAL: 20, Role.OUTSIDE: 6, Role.THEMES: 7, Role.LINKS: 7}
#: The same for what is done; few statements have a date.
KINDS = {"delete": 30, "swap": 25, "move": 15, "retype": 12, "mislabel": 15, "redate": 3}
_DATED = {XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth")} | {
    "http://id.loc.gov/datatypes/edtf/EDTF"
}
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True)
class Mutant:
    """What was done, to statements of which role, and the quads that go and come."""

    number: int
    kind: str
    role: Role
    removed: tuple[ox.Quad, ...]
    added: tuple[ox.Quad, ...]

    def __str__(self) -> str:
        gone = "; ".join(map(_short, self.removed))
        new = "; ".join(map(_short, self.added)) or "nothing"
        return f"{self.number} {self.kind} ({self.role.value}): {gone} → {new}"


def _short(quad: ox.Quad) -> str:
    def local(term: object) -> str:
        value = getattr(term, "value", str(term))
        return "/".join(re.split(r"[/#]", value)[-2:]) if isinstance(term, ox.NamedNode) else str(term)[:80]

    return f"{local(quad.subject)} {local(quad.predicate)} {local(quad.object)} in {local(quad.graph_name)}"


class Mutator:
    """Makes mutants of `quads`; `role` tells the role of a graph by its IRI."""

    def __init__(self, quads: Sequence[ox.Quad], role: Callable[[str], Role], base: str, seed: int) -> None:
        self._random = random.Random(seed)
        self._present = set(quads)
        self._by_role: dict[Role, list[ox.Quad]] = defaultdict(list)
        self._by_predicate: dict[ox.NamedNode, list[ox.Quad]] = defaultdict(list)
        self._graphs: list[ox.NamedNode] = []
        for quad in sorted(quads, key=str):
            graph = quad.graph_name
            assert isinstance(graph, ox.NamedNode)
            kind = role(graph.value)
            if kind in SHARES:
                self._by_role[kind].append(quad)
                self._by_predicate[quad.predicate].append(quad)
            if kind is Role.PASSAGE and graph not in self._graphs:
                self._graphs.append(graph)
        self._fitting = {
            kind: {role: [q for q in found if _fits(kind, role, q)] for role, found in self._by_role.items()}
            for kind in KINDS
        }
        types = {q.object for q in self._by_predicate[ox.NamedNode(RDF_TYPE)]}
        self._classes = sorted((t for t in types if isinstance(t, ox.NamedNode) and t.value.startswith(base)), key=str)

    def make(self, count: int) -> Iterator[Mutant]:
        """`count` mutants, all different."""
        seen: set[_Outcome] = set()
        kinds = [kind for kind, share in KINDS.items() for _ in range(share)]
        while len(seen) < count:
            kind = self._random.choice(kinds)
            fitting = self._fitting[kind]
            role = self._random.choice(
                [role for role, share in SHARES.items() for _ in range(share) if fitting.get(role)]
            )
            outcome = getattr(self, f"_{kind}")(self._random.choice(fitting[role]))
            if outcome is None or outcome in seen or set(outcome[0]) == set(outcome[1]):
                continue
            seen.add(outcome)
            yield Mutant(len(seen), kind, role, *outcome)

    def _outcome(self, removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> _Outcome | None:
        """The change, or None if what comes is there already: the mutant would be a mere deletion."""
        new = tuple(added)
        return None if self._present.intersection(new) else (tuple(removed), new)

    def _delete(self, quad: ox.Quad) -> _Outcome | None:
        return self._outcome([quad], [])

    def _replaced(self, quad: ox.Quad, object_: object) -> ox.Quad:
        assert isinstance(object_, ox.NamedNode | ox.Literal | ox.BlankNode)
        return ox.Quad(quad.subject, quad.predicate, object_, quad.graph_name)

    def _retype(self, quad: ox.Quad) -> _Outcome | None:
        return self._outcome([quad], [self._replaced(quad, self._random.choice(self._classes))])

    def _swap(self, quad: ox.Quad) -> _Outcome | None:
        """Exchange the objects of two statements with the same property."""
        language = getattr(quad.object, "language", None)
        others = [
            q
            for q in self._by_predicate[quad.predicate]
            if q.subject != quad.subject and q.object != quad.object and getattr(q.object, "language", None) == language
        ]
        if not others:
            return None
        other = self._random.choice(others)
        return self._outcome([quad, other], [self._replaced(quad, other.object), self._replaced(other, quad.object)])

    def _mislabel(self, quad: ox.Quad) -> _Outcome | None:
        """Give it the text of another thing, or its own text in the wrong language."""
        assert isinstance(quad.object, ox.Literal)
        tags = {q.object.language for q in self._by_predicate[quad.predicate] if isinstance(q.object, ox.Literal)}
        others = sorted(tag for tag in tags if tag and tag != quad.object.language)
        if others and self._random.random() < 0.5:
            wrong = ox.Literal(quad.object.value, language=self._random.choice(others))
            return self._outcome([quad], [self._replaced(quad, wrong)])
        donors = [
            q.object
            for q in self._by_predicate[quad.predicate]
            if isinstance(q.object, ox.Literal)
            and q.object.language == quad.object.language
            and q.object != quad.object
        ]
        return self._outcome([quad], [self._replaced(quad, self._random.choice(donors))]) if donors else None

    def _redate(self, quad: ox.Quad) -> _Outcome | None:
        """Another year, by one to ten."""
        assert isinstance(quad.object, ox.Literal)
        shift = self._random.choice([n for n in range(-10, 11) if n])
        text, changed = _YEAR.subn(lambda match: str(int(match[0]) + shift), quad.object.value, count=1)
        if not changed:
            return None
        return self._outcome([quad], [self._replaced(quad, ox.Literal(text, datatype=quad.object.datatype))])

    def _move(self, quad: ox.Quad) -> _Outcome | None:
        """Into the graph of another passage."""
        graph = self._random.choice([graph for graph in self._graphs if graph != quad.graph_name])
        return self._outcome([quad], [ox.Quad(quad.subject, quad.predicate, quad.object, graph)])


def _fits(kind: str, role: Role, quad: ox.Quad) -> bool:
    """Whether a statement can be changed in this way."""
    literal = quad.object if isinstance(quad.object, ox.Literal) else None
    return {
        "move": role is Role.PASSAGE,
        "retype": quad.predicate.value == RDF_TYPE,
        "mislabel": literal is not None and bool(literal.language),
        "redate": literal is not None and literal.datatype.value in _DATED,
    }.get(kind, True)


_Outcome = tuple[tuple[ox.Quad, ...], tuple[ox.Quad, ...]]
