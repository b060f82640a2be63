"""What stands in a named graph, in words: its subjects, each with its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyoxigraph as ox

from parley.release.records import Description, GraphPage, Statement
from parley.release.records import Subject as Node
from parley.vocab import LABEL_PROPERTIES, RDF_TYPE
from parley.web.view.arrange import repeats
from parley.web.view.facts import FactWriter, mentioned, told_apart
from parley.web.view.i18n import Interface
from parley.web.view.naming import Namer, Text, collation
from parley.web.view.values import Group, Links, Value, link


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that the graph speaks of, its kinds, and what is said of it there."""

    value: Value
    kinds: tuple[Value, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class GraphView:
    """One page of a graph: `statements` are those shown on it, `pages` the number of pages, `terms` what is shown."""

    subjects: tuple[Subject, ...]
    statements: int
    pages: int
    terms: frozenset[object]


class _Within:
    """The graph as if nothing else were said anywhere; names come from everywhere."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._by_subject: dict[str, list[Statement]] = {}
        for statement in statements:
            self._by_subject.setdefault(_name(statement.subject), []).append(statement)

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        """What the graph says about `iri`."""
        found = self._by_subject.get(iri)
        return Description(iri, found, [], 0) if found else None

    def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        """Labels are the namer's business."""
        return {}

    def topics(self, iris: Iterable[str]) -> dict[str, str]:
        """Facts of a graph stand by subject, not by topic."""
        return {}


def view(content: GraphPage, namer: Namer, links: Links, interface: Interface, page_size: int) -> GraphView:
    """The page `content` of a graph, `page_size` subjects a page."""
    writer = FactWriter(_Within(content.statements), namer, links, interface)
    namer.learn(mentioned(content.statements))
    writer.take(content.statements)
    own = dict(writer.own)
    nested = _nested(own, namer)
    subjects = [_subject(writer, subject, said) for subject, said in own.items() if subject not in nested]
    subjects.sort(key=lambda one: collation(one.value.text.text))
    terms = frozenset(term for s in content.statements for term in (s.subject, s.object))
    return GraphView(tuple(subjects), len(content.statements), -(-content.subjects // page_size), terms)


def _nested(own: dict[Node, list[Statement]], namer: Namer) -> set[Node]:
    """The subjects that are shown where another one leads to them: those without a name, one level deep."""
    nameless = {s for s in own if isinstance(s, ox.BlankNode) or namer.label(s.value) is None}
    named = own.keys() - nameless
    return {
        statement.object
        for subject in named
        for statement in own[subject]
        if isinstance(statement.object, ox.NamedNode | ox.BlankNode) and statement.object in nameless
    }


def _subject(writer: FactWriter, subject: Node, said: list[Statement]) -> Subject:
    by_property: dict[str, list[Statement]] = {}
    for statement in said:
        by_property.setdefault(statement.predicate.value, []).append(statement)
    twice = {name for name in by_property if name in LABEL_PROPERTIES and repeats(name, by_property)}
    rest = [statement for statement in said if statement.predicate.value not in (RDF_TYPE, *twice)]
    types = [s.object.value for s in said if s.predicate.value == RDF_TYPE and isinstance(s.object, ox.NamedNode)]
    if isinstance(subject, ox.NamedNode):
        value = link(subject.value, writer.namer, writer.links)
    else:
        name = writer.named_by(said) or Text(str(writer.interface("value.unnamed")), writer.interface.text_language)
        value = Value(name)
    groups = writer.groups(rest, (subject,))
    kinds = told_apart(map(writer.kind, dict.fromkeys(types)), writer.links.ours)
    return Subject(value, kinds, tuple(map(_bare, groups)))


def _bare(group: Group) -> Group:
    """`group` without footnotes and marks: all of it stands in the graph whose page this is."""
    facts = tuple(
        replace(
            fact, notes=(), why=None, inferred=False, outside=False,
            value=replace(fact.value, groups=tuple(map(_bare, fact.value.groups))),
        )
        for fact in group.facts
    )  # fmt: skip
    return replace(group, facts=facts)


def _name(subject: Node) -> str:
    return subject.value if isinstance(subject, ox.NamedNode) else str(subject)
