"""What the shapes ask of the things of a class, in the words of their messages (SHACL §2.1.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from parley.release.index import Index
from parley.release.records import Statement
from parley.release.words import choose_label
from parley.roles import Role
from parley.vocab import OWL, RDF_TYPE, RDFS, SH
from parley.web.view.naming import Text

#: Language tag → text, for one rule.
Rule = Mapping[str, str]
#: Graphs of shapes that are read; more are documented by their own pages.
GRAPHS: Final = 1000
_CLASSES: Final = frozenset([RDFS + "Class", OWL + "Class"])


def by_class(index: Index) -> dict[str, tuple[Rule, ...]]:
    """For each class that shapes speak of, their messages in the order of the shapes, each once."""
    found: dict[str, dict[str, Rule]] = {}
    for shape, statements in _shapes(index):
        own = [s for s in statements if s.subject == ox.NamedNode(shape)]
        targets = [s.object.value for s in own if _is(s, "targetClass") and isinstance(s.object, ox.NamedNode)]
        if any(s.predicate.value == RDF_TYPE and getattr(s.object, "value", "") in _CLASSES for s in own):
            targets.append(shape)  # a class that is its own shape (SHACL §2.1.3.3)
        for target in targets:
            rules = found.setdefault(target, {})
            for message in _messages(statements):
                rules.setdefault(next(iter(message.values())), message)
    return {target: tuple(rules.values()) for target, rules in found.items()}


def worded(rules: tuple[Rule, ...], language: str, default: str) -> tuple[Text, ...]:
    """`rules` in the reader's language, or the best there is."""
    return tuple(Text(*chosen) for rule in rules if (chosen := choose_label(rule, language, default)))


def _shapes(index: Index) -> Iterator[tuple[str, list[Statement]]]:
    """Each named shape with all that is said of it and of the blank nodes it leads to."""
    graphs = [graph.iri for graph in index.graphs() if graph.role is Role.SHAPES][:GRAPHS]
    seen: set[str] = set()
    for graph in graphs:
        content = index.graph_statements(graph, page_size=1000)
        for statement in content.statements if content else ():
            name = statement.subject.value if isinstance(statement.subject, ox.NamedNode) else None
            if name is not None and name not in seen and (described := index.describe(name, page_size=0)):
                seen.add(name)
                yield name, described.outgoing


def _messages(statements: list[Statement]) -> Iterator[Rule]:
    """The messages of a shape, then those of its property shapes, in the order in which they are described."""
    by_node: dict[object, dict[str, str]] = {}
    for statement in statements:
        if _is(statement, "message") and isinstance(statement.object, ox.Literal):
            texts = by_node.setdefault(statement.subject, {})
            texts.setdefault(statement.object.language or "", statement.object.value)
    yield from by_node.values()


def _is(statement: Statement, name: str) -> bool:
    return statement.predicate.value == SH + name
