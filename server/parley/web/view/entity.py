"""The page about one thing: its facts grouped by property, each with footnotes to the sources that say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pyoxigraph as ox

from parley.publication import Role
from parley.release.records import Description, Statement
from parley.release.words import choose_label
from parley.vocab import DESCRIPTION_PROPERTIES, LABEL_PROPERTIES, RDF_FIRST, RDF_NIL, RDF_REST, RDF_TYPE
from parley.web import dates
from parley.web.i18n import Interface
from parley.web.view.naming import LabelSource, Namer, Text, collation
from parley.web.view.notes import Note, Notes
from parley.web.view.sections import SECTIONS, section_of
from parley.web.view.values import Fact, Group, Links, Value, link, literal

#: Relation nodes without a name that one page shows in full; beyond, they are links.
EXPANSIONS = 40


class Source(LabelSource, Protocol):
    """The part of the release's index that this page needs."""

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        """All that is said about `iri`."""


@dataclass(frozen=True, slots=True)
class Section:
    """Groups that belong together; `key` is one of `sections.SECTIONS`."""

    key: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class EntityView:
    """What the page about one thing shows."""

    iri: str
    title: Text
    kinds: tuple[Value, ...]
    summary: Text | None
    sections: tuple[Section, ...]
    incoming: tuple[Group, ...]
    incoming_total: int
    notes: tuple[Note, ...]


def view(source: Source, description: Description, namer: Namer, links: Links, interface: Interface) -> EntityView:
    """The view of `description` for the reader that `namer`, `links` and `interface` stand for."""
    return _Writer(source, description, namer, links, interface).write()


class _Writer:
    """Writes one page in reading order, since footnotes are numbered as they come."""

    def __init__(
        self, source: Source, description: Description, namer: Namer, links: Links, interface: Interface
    ) -> None:
        self.source, self.description = source, description
        self.namer, self.links, self.interface = namer, links, interface
        self.notes = Notes(namer, links, self.paraphrase)
        self.own: dict[str, list[Statement]] = {}
        for statement in description.outgoing:
            self.own.setdefault(str(statement.subject), []).append(statement)
        self.expansions = EXPANSIONS
        namer.learn(mentioned([*description.outgoing, *description.incoming]))

    def write(self) -> EntityView:
        me = ox.NamedNode(self.description.iri)
        mine = self.own.get(str(me), [])
        sections = [
            Section(key, self.groups(statements, (str(me),)))
            for key, statements in self.by_section(mine).items()
            if statements
        ]
        return EntityView(
            iri=me.value,
            title=self.namer.thing(me.value),
            kinds=tuple(self.kinds(mine)),
            summary=summary(mine, self.interface.language),
            sections=tuple(sections),
            incoming=self.incoming(),
            incoming_total=self.description.incoming_total,
            notes=self.notes.all(),
        )

    def by_section(self, statements: Iterable[Statement]) -> dict[str, list[Statement]]:
        """The sections of the page; properties whose every value is inferred have one of their own."""
        by_property: dict[str, list[Statement]] = {}
        for statement in statements:
            by_property.setdefault(statement.predicate.value, []).append(statement)
        found: dict[str, list[Statement]] = {key: [] for key in SECTIONS}
        for property_, said in by_property.items():
            key = section_of(property_)
            if key == "elsewhere" and any(self.is_ours(s.object) for s in said):
                key = "facts"
            if key == "facts" and all(s.role is Role.INFERRED for s in said):
                key = "follows"
            if key == "names" and property_ in LABEL_PROPERTIES and _repeats(property_, by_property):
                continue
            found[key] += said
        return found

    def is_ours(self, term: object) -> bool:
        return isinstance(term, ox.NamedNode) and self.links.ours(term.value)

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
        href, external = self.links.to(iri)
        return Value(self.namer.term(iri), href, external, exact=iri)

    def groups(
        self, statements: Sequence[Statement], path: tuple[str, ...], inverse: bool = False
    ) -> tuple[Group, ...]:
        """`statements` by property, in the order of the properties' names, dates before all else."""
        by_property: dict[str, list[Statement]] = {}
        for statement in statements:
            by_property.setdefault(statement.predicate.value, []).append(statement)
        order = sorted(
            by_property, key=lambda iri: (not _dated(by_property[iri]), collation(self.namer.term(iri).text))
        )
        return tuple(self.group(iri, by_property[iri], path, inverse) for iri in order)

    def group(self, iri: str, statements: Sequence[Statement], path: tuple[str, ...], inverse: bool) -> Group:
        said_by: dict[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, list[Statement]] = {}
        for statement in statements:
            said_by.setdefault(statement.subject if inverse else statement.object, []).append(statement)
        shown = [(self.value(term, path), copies) for term, copies in said_by.items()]
        shown.sort(key=lambda pair: self.rank(pair[0]))
        facts = tuple(self.fact(value, copies) for value, copies in shown)
        return Group(iri, self.namer.term(iri), self.links.to(iri)[0], facts, inverse)

    def rank(self, value: Value) -> tuple[bool, str, str]:
        """Texts in the page's language first, then dates in their order, then by the alphabet."""
        foreign = value.language is not None and value.language != self.interface.language.lower()
        return foreign, value.machine or "", collation(value.text.text)

    def fact(self, value: Value, copies: Sequence[Statement]) -> Fact:
        roles = {statement.role for statement in copies}
        notes = self.notes.cite(copies)
        inferred = roles == {Role.INFERRED}
        return Fact(
            without_notes(value, notes),
            notes=notes,
            inferred=inferred,
            outside=Role.OUTSIDE in roles and roles <= {Role.OUTSIDE, Role.INFERRED},
            why=self.links.why(*copies[0][:3]) if inferred else None,
        )

    def value(self, term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, path: tuple[str, ...]) -> Value:
        if isinstance(term, ox.Literal):
            return literal(term, self.namer, self.links, self.interface)
        if isinstance(term, ox.NamedNode) and term.value == RDF_NIL:
            return Value(Text(str(self.interface("value.empty_list")), self.interface.text_language))
        if isinstance(term, ox.NamedNode):
            return self.named(term, path)
        if isinstance(term, ox.BlankNode):
            return self.blank(term, path)
        return Value(Text(str(term)))

    def named(self, term: ox.NamedNode, path: tuple[str, ...]) -> Value:
        """A link; a node of ours that has no name, such as a relation, with its facts instead of one."""
        mention = link(term.value, self.namer, self.links)
        nameless = mention.href is not None and not mention.external and self.namer.label(term.value) is None
        if not nameless or len(path) > 1 or str(term) in path or not self.expansions:
            return mention
        self.expansions -= 1
        found = self.source.describe(term.value, page_size=1)
        if found is None or not found.outgoing:
            return mention
        self.namer.learn(mentioned(found.outgoing))
        for statement in found.outgoing:
            self.own.setdefault(str(statement.subject), []).append(statement)
        return self.node(term, path, mention.href)

    def blank(self, term: ox.BlankNode, path: tuple[str, ...]) -> Value:
        owner = self.description.owners.get(str(term))
        if str(term) not in self.own and owner is not None:
            return link(owner, self.namer, self.links)
        if str(term) in path:
            return Value(Text("↑"))
        if (items := self.items(term)) is not None:
            return Value(Text(""), items=tuple(self.value(item, (*path, str(term))) for item in items))
        return self.node(term, path, None)

    def node(self, term: ox.NamedNode | ox.BlankNode, path: tuple[str, ...], href: str | None) -> Value:
        """A node shown by its kind and its facts, without the link back to where the reader is."""
        statements = self.own.get(str(term), [])
        kinds = self.kinds(statements)
        label = self.named_by(statements) or (kinds[0].text if kinds else None)
        rest = [
            s for s in statements
            if s.predicate.value not in (RDF_TYPE, *LABEL_PROPERTIES) and str(s.object) not in path
        ]  # fmt: skip
        text = label or Text(str(self.interface("value.unnamed")), self.interface.text_language)
        return Value(text, href, groups=self.groups(rest, (*path, str(term))))

    def named_by(self, statements: Iterable[Statement]) -> Text | None:
        """The label that stands in the statements themselves: blank nodes are not in the index of labels."""
        for name in LABEL_PROPERTIES:
            if found := _texts(statements, name, self.interface.language):
                return found
        return None

    def items(self, term: ox.BlankNode) -> list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] | None:
        """The members of the RDF list at `term`; None if there is no well-formed list."""
        members, seen = [], set()
        cell: object = term
        while isinstance(cell, ox.BlankNode):
            parts = {s.predicate.value: s.object for s in self.own.get(str(cell), [])}
            if cell in seen or RDF_FIRST not in parts or RDF_REST not in parts:
                return None
            seen.add(cell)
            members.append(parts[RDF_FIRST])
            cell = parts[RDF_REST]
        return members

    def paraphrase(self, graph: str) -> Text | None:
        """What the source of a footnote says, if the data tells."""
        found = self.source.describe(graph, page_size=0)
        return summary(found.outgoing, self.interface.language) if found else None

    def incoming(self) -> tuple[Group, ...]:
        return self.groups(self.description.incoming, (f"<{self.description.iri}>",), inverse=True)


def without_notes(value: Value, notes: tuple[int, ...]) -> Value:
    """`value` whose own facts do not repeat `notes`, which stand at the value itself."""
    if not value.groups:
        return value
    groups = tuple(
        replace(group, facts=tuple(replace(f, notes=() if f.notes == notes else f.notes) for f in group.facts))
        for group in value.groups
    )
    return replace(value, groups=groups)


def _repeats(property_: str, by_property: Mapping[str, Sequence[Statement]]) -> bool:
    """Whether a better label property says all the names that this one says."""
    better = LABEL_PROPERTIES[: LABEL_PROPERTIES.index(property_)]
    names = {s.object for s in by_property[property_]}
    return any(names <= {s.object for s in by_property.get(other, ())} for other in better)


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


def _dated(statements: Iterable[Statement]) -> bool:
    return any(isinstance(s.object, ox.Literal) and dates.is_date(s.object.datatype.value) for s in statements)
