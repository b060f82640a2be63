"""The page about a vocabulary, or any document of hash IRIs: its terms by nature, each with what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

import pyoxigraph as ox

from parley.release.records import Statement
from parley.release.usage import KindLink, Use
from parley.roles import Role
from parley.vocab import DESCRIPTION_PROPERTIES, LABEL_PROPERTIES, OWL, RDF, RDF_TYPE, RDFS, SKOS
from parley.web.view import asking, entity, facts, overview
from parley.web.view.i18n import Interface
from parley.web.view.naming import Namer, Text, collation
from parley.web.view.overview import Overview
from parley.web.view.sections import section_of
from parley.web.view.values import Group, Links, Value

#: Natures of terms, in the order of the page, with the types that tell them.
NATURES: dict[str, frozenset[str]] = {
    "classes": frozenset([OWL + "Class", RDFS + "Class"]),
    "properties": frozenset(
        [
            OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty", RDF + "Property",
            OWL + "FunctionalProperty", OWL + "SymmetricProperty", OWL + "TransitiveProperty",
        ]
    ),
    "datatypes": frozenset([RDFS + "Datatype"]),
    "individuals": frozenset(),
}  # fmt: skip
#: Properties in the profile of a class.
PROFILE = 24
_SUPER = {"classes": RDFS + "subClassOf", "properties": RDFS + "subPropertyOf"}
#: Statements that the page says in its own way, or that say nothing to a reader.
_TOLD = frozenset([RDFS + "isDefinedBy", *LABEL_PROPERTIES, *DESCRIPTION_PROPERTIES[:3], *_SUPER.values()])


class Source(facts.Source, Protocol):
    """The part of the release's index that this page needs."""

    def classes(self) -> list[tuple[str, int]]:
        """Each class with the number of its instances."""

    def properties(self) -> list[tuple[str, int]]:
        """Each property with the number of its triples."""

    def uses(self) -> dict[str, list[Use]]:
        """For each class the properties of its things."""

    def kind_links(self) -> list[KindLink]:
        """Asserted links between things, by their kinds."""


@dataclass(frozen=True, slots=True)
class Example:
    """A query that shows how a term is used, and the address that runs it."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term.

    `parents` and `children` are direct ones; `groups` link it to others, `remarks` are texts, `examples` are queries;
    `uses` counts the instances of a class, the triples of a property; `profile` are the properties of a class's
    things, with the numbers of things and triples; a property that only says another one backwards `mirrors` it.
    `module` is the graph that declares it.
    """

    iri: str
    anchor: str
    name: Text
    compact: str
    definition: Text | None
    kinds: tuple[Value, ...]
    parents: tuple[Value, ...]
    children: tuple[Value, ...]
    groups: tuple[Group, ...]
    remarks: tuple[Group, ...]
    examples: tuple[Example, ...]
    uses: int
    deprecated: bool
    profile: tuple[tuple[Value, int, int], ...] = ()
    mirrors: Value | None = None
    module: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A term in the tree of the table of contents."""

    term: Term
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The terms of one nature: as a tree for the contents, in alphabetical order for reading."""

    nature: str
    tree: tuple[Branch, ...]
    terms: tuple[Term, ...]

    @property
    def main(self) -> tuple[Term, ...]:
        """The terms that stand for themselves."""
        return tuple(term for term in self.terms if term.mirrors is None)

    @property
    def mirrors(self) -> tuple[Term, ...]:
        """The properties that say others backwards."""
        return tuple(term for term in self.terms if term.mirrors is not None)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The chapters of a vocabulary, and the drawing of how its kinds hang together."""

    chapters: tuple[Chapter, ...]
    overview: Overview


def view(
    source: Source,
    document: str,
    iris: Sequence[str],
    namer: Namer,
    links: Links,
    interface: Interface,
    prefixes: Mapping[str, str] | None = None,
) -> Vocabulary:
    """The chapters of the document whose subjects are `iris`; `prefixes` are what examples may leave out."""
    writer = _Writer(source, document, iris, namer, links, interface)
    writer.prefixes = prefixes or {}
    terms = frozenset(writer.described)
    return Vocabulary(writer.write(), overview.view(source, writer.parents, terms, namer, links))


class _Writer:
    def __init__(
        self, source: Source, document: str, iris: Sequence[str], namer: Namer, links: Links, interface: Interface
    ) -> None:
        self.source, self.document = source, document
        self.prefixes: Mapping[str, str] = {}
        self.namer, self.links, self.interface = namer, links, interface
        self.described = {iri: found for iri in iris if (found := source.describe(iri, page_size=0))}
        self.uses = dict(source.classes()) | dict(source.properties())
        self.profiles = source.uses()
        self.mirrors = mirrored(self.own, self.described, {link.property for link in source.kind_links()})
        self.parents = {iri: self.parents_of(iri) for iri in self.described}
        namer.learn({name for found in self.described.values() for name in facts.mentioned(found.outgoing)})

    def write(self) -> tuple[Chapter, ...]:
        by_nature: dict[str, list[Term]] = {}
        for iri in self.described:
            by_nature.setdefault(self.nature(iri), []).append(self.term(iri))
        chapters = []
        for nature in NATURES:
            terms = sorted(by_nature.get(nature, ()), key=lambda term: collation(term.name.text))
            if terms:
                chapters.append(
                    Chapter(nature, self.tree([term for term in terms if term.mirrors is None]), tuple(terms))
                )
        return tuple(chapters)

    def own(self, iri: str) -> list[Statement]:
        me = ox.NamedNode(iri)
        return [s for s in self.described[iri].outgoing if s.subject == me]

    def nature(self, iri: str) -> str:
        types = {s.object.value for s in self.own(iri) if _is(s, RDF_TYPE) and isinstance(s.object, ox.NamedNode)}
        return next((nature for nature, known in NATURES.items() if types & known), "individuals")

    def parents_of(self, iri: str) -> frozenset[str]:
        """The direct super-terms: those asserted, since closure adds every ancestor and the term itself."""
        wanted = _SUPER.values()
        return frozenset(
            s.object.value
            for s in self.own(iri)
            if s.predicate.value in wanted
            and s.role is not Role.INFERRED
            and isinstance(s.object, ox.NamedNode)
            and s.object.value != iri
        )

    def term(self, iri: str) -> Term:
        own = self.own(iri)
        found = self.described[iri]
        told = [s for s in found.outgoing if s.role is not Role.INFERRED and not self.told(s)]
        details = entity.view(self.source, type(found)(iri, told, [], 0), self.namer, self.links, self.interface)
        groups = tuple(group for section in details.sections for group in section.groups if group.property != RDF_TYPE)
        children = [child for child, parents in self.parents.items() if iri in parents]
        return Term(
            iri=iri,
            anchor=iri.partition("#")[2],
            name=self.namer.term(iri),
            compact=self.namer.compact(iri),
            definition=facts.summary(own, self.interface.language),
            kinds=details.kinds,
            parents=self.mentions(self.parents[iri]),
            children=self.mentions(children),
            groups=tuple(group for group in groups if not _is_remark(group)),
            remarks=tuple(group for group in groups if _is_remark(group)),
            examples=tuple(self.example(getattr(s.object, "value", "")) for s in own if _is_example(s)),
            uses=self.uses.get(iri, 0),
            profile=tuple((self.mentions([use.property])[0], use.things, use.triples) for use in self.profile(iri)),
            mirrors=self.mentions([self.mirrors[iri]])[0] if iri in self.mirrors else None,
            module=min((s.graph for s in own if _is(s, RDF_TYPE) and s.role is Role.ONTOLOGY), default=""),
            deprecated=any(_is(s, OWL + "deprecated") and getattr(s.object, "value", "") in ("true", "1") for s in own),
        )

    def profile(self, iri: str) -> list[Use]:
        """The properties of the things of a class, the usual ones first; names and the like go without saying."""
        return [use for use in self.profiles.get(iri, ()) if section_of(use.property) == "facts"][:PROFILE]

    def example(self, text: str) -> Example:
        """A query that runs as it is: with the prefixes that it leaves out."""
        query = urlencode({"query": asking.with_prefixes(text, self.prefixes)})
        return Example(text, f"{self.links.urls.local('sparql', self.links.language)}?{query}")

    def told(self, statement: Statement) -> bool:
        """Whether the page shows the statement elsewhere; restrictions as super-terms are worth showing."""
        if _is_example(statement):
            return True
        named = isinstance(statement.object, ox.NamedNode | ox.Literal)
        return statement.predicate.value in _TOLD and named

    def mentions(self, iris: Iterable[str]) -> tuple[Value, ...]:
        found = []
        for iri in sorted(iris):
            href, external = self.links.to(iri)
            if iri in self.described:
                href, external = f"#{iri.partition('#')[2]}", False
            found.append(Value(self.namer.term(iri), href, external, exact=iri))
        return tuple(sorted(found, key=lambda value: collation(value.text.text)))

    def tree(self, terms: Sequence[Term]) -> tuple[Branch, ...]:
        """`terms` under their parents; one with two parents stands under the first, one in a cycle at the top."""
        by_iri = {term.iri: term for term in terms}
        placed: set[str] = set()

        def branch(term: Term) -> Branch:
            placed.add(term.iri)
            below = [t for t in terms if t.iri not in placed and term.iri in self.parents[t.iri]]
            return Branch(term, tuple(branch(t) for t in below if t.iri not in placed))

        roots = [branch(term) for term in terms if not self.parents[term.iri] & by_iri.keys()]
        return (*roots, *(branch(term) for term in terms if term.iri not in placed))


def _is_remark(group: Group) -> bool:
    """Whether nothing but texts stands in the group, such as notes and examples."""
    return not any(fact.value.href or fact.value.groups or fact.value.items for fact in group.facts)


def mirrored(own: Callable[[str], list[Statement]], iris: Iterable[str], asserted: Collection[str]) -> dict[str, str]:
    """The properties that only say backwards what another one says, with that one: those nobody asserts.

    Where neither of two is asserted, the one that is declared the inverse of the other.
    """
    known = set(iris)
    found: dict[str, str] = {}
    for iri in sorted(known):
        for statement in own(iri):
            other = statement.object.value if isinstance(statement.object, ox.NamedNode) else ""
            if not _is(statement, OWL + "inverseOf") or statement.role is Role.INFERRED or other == iri:
                continue
            mirror, main = (other, iri) if iri in asserted and other not in asserted else (iri, other)
            if main in known and mirror in known and mirror not in asserted and main not in found:
                found[mirror] = main
    return found


def _is_example(statement: Statement) -> bool:
    return _is(statement, SKOS + "example") and asking.is_query(getattr(statement.object, "value", ""))


def _is(statement: Statement, property_: str) -> bool:
    return statement.predicate.value == property_
