"""What the files of a folder show of themselves, for the guess of its `publication.toml`."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pyoxigraph as ox

from parley.errors import SourceError
from parley.pipeline.sources.discover import SourceFile
from parley.pipeline.sources.parse import Parser
from parley.publication import LAYOUT, graph_path
from parley.roles import Role
from parley.vocab import DC, DCAT, DCTERMS, OWL, RDF, RDF_TYPE, RDFS, SH, SKOS, VOID

_TYPE = ox.NamedNode(RDF_TYPE)
_ONTOLOGY = ox.NamedNode(OWL + "Ontology")
#: What a title is looked for on, best first, and the properties that give it, best first.
TITLED = tuple(ox.NamedNode(c) for c in (DCAT + "Dataset", VOID + "Dataset", OWL + "Ontology", SKOS + "ConceptScheme"))
TITLES = tuple(ox.NamedNode(p) for p in (DCTERMS + "title", RDFS + "label", DC + "title", SKOS + "prefLabel"))
_LICENCE = ox.NamedNode(DCTERMS + "license")
_VOCABULARIES = (RDF, RDFS, OWL)


@dataclass(slots=True)
class _Contents:
    """What one file holds."""

    triples: int = 0
    subjects: Counter[str] = field(default_factory=Counter)  # namespace -> statements about its things
    languages: Counter[str] = field(default_factory=Counter)
    has_header: bool = False  # of an ontology
    shapes: set[str] = field(default_factory=set)  # what is of a class of SHACL
    definitions: set[str] = field(default_factory=set)  # … of RDF, RDFS or OWL
    things: set[str] = field(default_factory=set)  # … of any other
    kinds: dict[ox.NamedNode, list[object]] = field(default_factory=lambda: defaultdict(list))
    titles: dict[object, dict[ox.NamedNode, list[ox.Literal]]] = field(default_factory=dict)
    licences: dict[object, str] = field(default_factory=dict)

    def add(self, quad: ox.Quad) -> None:
        """Take in one statement."""
        self.triples += 1
        subject, value = quad.subject, quad.object
        if isinstance(subject, ox.NamedNode):
            self.subjects[_namespace(subject.value)] += 1
        if isinstance(value, ox.Literal):
            if value.language:
                self.languages[value.language.partition("-")[0]] += 1
            if quad.predicate in TITLES:
                self.titles.setdefault(subject, {}).setdefault(quad.predicate, []).append(value)
        elif isinstance(value, ox.NamedNode):
            if quad.predicate == _TYPE:
                self._typed(subject, value)
            elif quad.predicate == _LICENCE:
                self.licences[subject] = value.value

    def _typed(self, subject: object, kind: ox.NamedNode) -> None:
        if kind in TITLED:
            self.kinds[kind].append(subject)
        if kind == _ONTOLOGY:
            self.has_header = True
        elif isinstance(subject, ox.NamedNode):  # what has no name is a part of something else
            self._of_kind(kind.value).add(subject.value)

    def _of_kind(self, kind: str) -> set[str]:
        if kind.startswith(SH):
            return self.shapes
        return self.definitions if kind.startswith(_VOCABULARIES) else self.things

    def role(self, stated: Role) -> Role:
        """The role of the file, where its place has `stated` no finer one.

        Shapes are not in the store's default graph, so a file with other content besides must hold mostly shapes to
        count as such: shapes that are not used are a smaller loss than data that nobody finds. A class that is a shape
        as well is a class.
        """
        if stated is not Role.DATA:
            return stated
        others = self.definitions | self.things
        if len(self.shapes - others) > len(others):
            return Role.SHAPES
        return Role.ONTOLOGY if self.has_header or (self.shapes & self.definitions) else Role.DATA


@dataclass(slots=True)
class Survey:
    """What all files show, without those that can't be read: reading them will say why."""

    parser: Parser
    triples: int = 0
    #: Namespace -> statements about its things, in data and in ontologies and shapes.
    subjects: Counter[str] = field(default_factory=Counter)
    terms: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    #: Of files whose place does not say it.
    roles: dict[str, Role] = field(default_factory=dict)
    has_ontology: bool = False
    has_shapes: bool = False
    #: Whether files lie outside the folders of the usual layout.
    scattered: bool = False
    kinds: dict[ox.NamedNode, list[object]] = field(default_factory=lambda: defaultdict(list))
    titles: dict[object, dict[ox.NamedNode, list[ox.Literal]]] = field(default_factory=dict)
    licences: dict[object, str] = field(default_factory=dict)
    _by_graph: dict[str, dict[str, Role]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, source: SourceFile) -> None:
        """Take in one file."""
        self.scattered |= source.name.partition("/")[0] not in LAYOUT
        contents = _Contents()
        try:
            for quad in self.parser.quads(source):
                contents.add(quad)
        except SourceError:
            return
        role = contents.role(source.role)
        self.triples += contents.triples
        (self.terms if role in (Role.ONTOLOGY, Role.SHAPES) else self.subjects).update(contents.subjects)
        self.languages.update(contents.languages)
        self.has_ontology |= role is Role.ONTOLOGY
        self.has_shapes |= role is Role.SHAPES
        self._decide(source, role)
        for kind, things in contents.kinds.items():
            self.kinds[kind] += things
        for thing, titles in contents.titles.items():
            for prop, texts in titles.items():
                self.titles.setdefault(thing, {}).setdefault(prop, []).extend(texts)
        self.licences |= contents.licences

    def _decide(self, source: SourceFile, role: Role) -> None:
        """Note the file's role; files that share a graph, such as `a.ttl` and `a.owl`, share a role."""
        sharing = self._by_graph[graph_path(source.name)]
        sharing[source.name] = role
        if len(set(sharing.values())) > 1:
            common = Role.ONTOLOGY if Role.ONTOLOGY in sharing.values() else Role.DATA
            sharing.update(dict.fromkeys(sharing, common))
        for name, its_role in sharing.items():
            self.roles.pop(name, None)
            if its_role is not source.role:
                self.roles[name] = its_role


def _namespace(iri: str) -> str:
    head, mark, _ = iri.partition("#")
    return head + mark if mark else iri[: iri.rfind("/") + 1]
