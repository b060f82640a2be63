"""Statements as facts: grouped by property, each value in words, with its footnotes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

import pyoxigraph as ox

from parley.release.records import Description, Statement, Subject, Term
from parley.release.words import choose_label
from parley.roles import Role
from parley.vocab import DESCRIPTION_PROPERTIES, LABEL_PROPERTIES, RDF_FIRST, RDF_NIL, RDF_REST, RDF_TYPE
from parley.web.view import dates
from parley.web.view.i18n import Interface
from parley.web.view.naming import LabelSource, Namer, Text, collation
from parley.web.view.notes import Notes
from parley.web.view.values import Fact, Group, Links, Value, link, literal

#: Relation nodes without a name that one page shows in full; beyond, they are links.
EXPANSIONS = 40

#: Values of a property from which on it stands before others with fewer.
MANY = 3

#: The roles of graphs that are not the publication's own word.
_OTHERS = (Role.OUTSIDE, Role.EXTERNAL)


class Source(LabelSource, Protocol):
    """The part of the release's index that facts need."""

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        """All that is said about `iri`."""

    def topics(self, iris: Iterable[str]) -> dict[str, str]:
        """The topic of each of `iris` that has one."""


class FactWriter:
    """Writes the facts of one page in reading order, since footnotes are numbered as they come.

    `own` are the statements at hand, by subject; nodes that are neither named nor at hand are asked of `source`.
    `owners` names, for a blank node, the thing in whose description it stands.
    """

    def __init__(
        self,
        source: Source,
        namer: Namer,
        links: Links,
        interface: Interface,
        *,
        paraphrase: Callable[[str], Text | None] = lambda _graph: None,
    ) -> None:
        self.source, self.namer, self.links, self.interface = source, namer, links, interface
        self.notes = Notes(namer, links, paraphrase)
        self.own: dict[Subject, list[Statement]] = {}
        self.owners: dict[str, str] = {}
        self.expansions = EXPANSIONS

    def take(self, statements: Iterable[Statement]) -> None:
        """Have `statements` at hand."""
        for statement in statements:
            self.own.setdefault(statement.subject, []).append(statement)

    def kinds(self, statements: Iterable[Statement]) -> list[Value]:
        """The kinds that are asserted, or those inferred if none is."""
        types = [
            (s.object.value, s.role)
            for s in statements
            if s.predicate.value == RDF_TYPE and isinstance(s.object, ox.NamedNode)
        ]
        asserted = [iri for iri, role in types if role is not Role.INFERRED] or [iri for iri, _ in types]
        values = {iri: self.kind(iri) for iri in asserted}
        return sorted(values.values(), key=lambda value: collation(value.text.text))

    def kind(self, iri: str) -> Value:
        """A mention of a class."""
        href, external = self.links.to(iri)
        return Value(self.namer.term(iri), href, external, exact=iri)

    def groups(
        self, statements: Sequence[Statement], path: tuple[Subject, ...], inverse: bool = False
    ) -> tuple[Group, ...]:
        """`statements` by property: dates, in their order; then what the source says, what follows, what others add.

        Of these first what there is much of, then by the properties' names.

        `path` leads from the thing that the page is about to the node whose statements these are.
        """
        by_property: dict[str, list[Statement]] = {}
        for statement in statements:
            by_property.setdefault(statement.predicate.value, []).append(statement)
        order = sorted(
            by_property,
            key=lambda iri: (
                not _dated(said := by_property[iri]), _standing(said), _first_date(said),
                -_many({s.subject if inverse else s.object for s in said}), collation(self.namer.term(iri).text),
            ),
        )  # fmt: skip
        return tuple(self._group(iri, by_property[iri], path, inverse) for iri in order)

    def _group(self, iri: str, statements: Sequence[Statement], path: tuple[Subject, ...], inverse: bool) -> Group:
        said_by: dict[Term, list[Statement]] = {}
        for statement in statements:
            said_by.setdefault(statement.subject if inverse else statement.object, []).append(statement)
        shown = [(self._value(term, path), copies) for term, copies in said_by.items()]
        shown.sort(key=lambda pair: self._rank(pair[0]))
        facts = tuple(self._fact(value, copies) for value, copies in shown)
        return Group(iri, self.namer.term(iri), self.links.to(iri)[0], facts, inverse)

    def _rank(self, value: Value) -> tuple[bool, str, str]:
        """Texts in the page's language first, then dates in their order, then by the alphabet."""
        foreign = value.language is not None and value.language != self.interface.language.lower()
        return foreign, value.machine or "", collation(value.text.text)

    def _fact(self, value: Value, copies: Sequence[Statement]) -> Fact:
        roles = {statement.role for statement in copies}
        notes = self.notes.cite(copies)
        inferred = roles == {Role.INFERRED}
        return Fact(
            without_notes(value, notes),
            notes=notes,
            inferred=inferred,
            outside=not roles.isdisjoint(_OTHERS) and roles <= {*_OTHERS, Role.INFERRED},
            why=self.links.why(*copies[0][:3]) if inferred else None,
        )

    def _value(self, term: Term, path: tuple[Subject, ...]) -> Value:
        if isinstance(term, ox.Literal):
            return literal(term, self.namer, self.links, self.interface)
        if isinstance(term, ox.NamedNode) and term.value == RDF_NIL:
            return Value(Text(str(self.interface("value.empty_list")), self.interface.text_language))
        if isinstance(term, ox.NamedNode):
            return self._named(term, path)
        if isinstance(term, ox.BlankNode):
            return self._blank(term, path)
        return Value(Text(str(term)))

    def _named(self, term: ox.NamedNode, path: tuple[Subject, ...]) -> Value:
        """A link; a node of ours that has no name, such as a relation, with its facts instead of one."""
        mention = link(term.value, self.namer, self.links)
        nameless = mention.href is not None and not mention.external and self.namer.label(term.value) is None
        if not nameless or len(path) > 1 or term in path or not self.expansions:
            return mention
        self.expansions -= 1
        found = self.source.describe(term.value, page_size=0)
        if found is None or not found.outgoing:
            return mention
        self.namer.learn(mentioned(found.outgoing))
        if term not in self.own:
            self.take(found.outgoing)
        return self._node(term, path, mention.href)

    def _blank(self, term: ox.BlankNode, path: tuple[Subject, ...]) -> Value:
        owner = self.owners.get(str(term))
        if term not in self.own and owner is not None:
            return link(owner, self.namer, self.links)
        if term in path:
            return Value(Text("↑"))
        if (items := self._items(term)) is not None:
            return Value(Text(""), items=tuple(self._value(item, (*path, term)) for item in items))
        return self._node(term, path, None)

    def _node(self, term: Subject, path: tuple[Subject, ...], href: str | None) -> Value:
        """A node shown by its kind and its facts, without the link back to where the reader is."""
        statements = self.own.get(term, [])
        kinds = self.kinds(statements)
        label = self.named_by(statements) or (kinds[0].text if kinds else None)
        rest = [
            s for s in statements
            if s.predicate.value not in (RDF_TYPE, *LABEL_PROPERTIES) and s.object not in path
        ]  # fmt: skip
        groups = self.groups(rest, (*path, term))
        if label is None and (href or not groups):  # what has facts of its own needs no word for having no name
            label = Text(str(self.interface("value.unnamed")), self.interface.text_language)
        return Value(label or Text(""), href, groups=groups)

    def named_by(self, statements: Iterable[Statement]) -> Text | None:
        """The label that stands in the statements themselves: blank nodes are not in the index of labels."""
        for name in LABEL_PROPERTIES:
            if found := _texts(statements, name, self.interface.language):
                return found
        return None

    def _items(self, term: ox.BlankNode) -> list[Term] | None:
        """The members of the RDF list at `term`; None if there is no well-formed list."""
        members, seen = [], set()
        cell: object = term
        while isinstance(cell, ox.BlankNode):
            parts = {s.predicate.value: s.object for s in self.own.get(cell, [])}
            if cell in seen or RDF_FIRST not in parts or RDF_REST not in parts:
                return None
            seen.add(cell)
            members.append(parts[RDF_FIRST])
            cell = parts[RDF_REST]
        return members


def told_apart(kinds: Iterable[Value], ours: Callable[[str], bool]) -> tuple[Value, ...]:
    """`kinds`, each name once: a class of the publication's own hides those of other vocabularies."""
    found: dict[str, Value] = {}
    for kind in sorted(kinds, key=lambda kind: not ours(kind.exact or "")):
        found.setdefault(collation(kind.text.text), kind)
    return tuple(found[name] for name in sorted(found))


def without_notes(value: Value, notes: tuple[int, ...]) -> Value:
    """`value` whose own facts do not repeat `notes`, which stand at the value itself."""
    if not value.groups:
        return value
    groups = tuple(
        replace(group, facts=tuple(replace(f, notes=() if f.notes == notes else f.notes) for f in group.facts))
        for group in value.groups
    )
    return replace(value, groups=groups)


def mentioned(statements: Iterable[Statement]) -> set[str]:
    """Every IRI in `statements` that may need a name."""
    found: set[str] = set()
    for statement in statements:
        found.update((statement.predicate.value, statement.graph))
        found.update(t.value for t in (statement.subject, statement.object) if isinstance(t, ox.NamedNode))
    return found


def summary(statements: Iterable[Statement], language: str) -> Text | None:
    """What the thing is, by the best property that says so in a language the reader can have."""
    statements = list(statements)
    for name in DESCRIPTION_PROPERTIES:
        if found := _texts(statements, name, language):
            return found
    return None


def _texts(statements: Iterable[Statement], property_: str, language: str) -> Text | None:
    literals = [s.object for s in statements if s.predicate.value == property_ and isinstance(s.object, ox.Literal)]
    found = choose_label({(t.language or ""): t.value for t in reversed(literals)}, language)
    return Text(*found) if found else None


def _standing(statements: Iterable[Statement]) -> int:
    """What is read first: what the source says, what follows from it, what other sources and then the editors add."""
    roles = {s.role for s in statements}
    if roles <= {Role.EDITORIAL}:
        return 3
    if roles <= {Role.EDITORIAL, Role.INFERRED}:
        return 1
    return 2 if roles <= {Role.EDITORIAL, Role.INFERRED, *_OTHERS} else 0


def _many(values: Collection[object]) -> int:
    """How many there are, if they are many."""
    return len(values) if len(values) >= MANY else 0


def _first_date(statements: Iterable[Statement]) -> str:
    return min((s.object.value for s in statements if _dated([s]) and isinstance(s.object, ox.Literal)), default="")


def _dated(statements: Iterable[Statement]) -> bool:
    return any(isinstance(s.object, ox.Literal) and dates.is_date(s.object.datatype.value) for s in statements)
