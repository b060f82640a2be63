"""The graph that closure runs on: what no rule can use is left out, and what owlrl would get wrong is mended.

Leaving out keeps closure fast and never changes its result: a triple whose predicate no axiom mentions can only take
part in equality (eq-rep-s, eq-rep-o), so it is left out as long as the closure of the rest equates nothing.

Mended, because owlrl 7.6.2 is unsound or incomplete there (OWL 2 Profiles §4.3, tables 4 and 5):

- `owl:AllDifferent`, `owl:AllDisjointProperties`: the last member is never compared. A stand-in is appended.
- Lists that are none, and limits that are no literals, make it raise errors or walk in circles. What has them is left
  out, with a warning.
- `owl:FunctionalProperty` and `owl:maxCardinality 1` on literals: two values become `owl:sameAs`, and one replaces the
  other everywhere. The axiom is left out, and two values are reported as the contradiction they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from parley.pipeline.lists import is_list
from parley.pipeline.terms import to_rdflib

_OWL, _TYPE, _NOTHING = str(OWL), str(RDF.type), str(OWL.Nothing)
_PLAIN = frozenset([str(XSD.string), str(RDF.langString)])
_RDFS_AXIOMS = frozenset(map(str, [RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range]))
_LISTS = frozenset(map(str, [RDF.first, RDF.rest]))
#: Terms of OWL's namespace that say something about the document, not the world.
_ANNOTATIONS = frozenset(
    str(term)
    for term in (
        OWL.versionInfo, OWL.versionIRI, OWL.priorVersion, OWL.imports, OWL.deprecated,
        OWL.backwardCompatibleWith, OWL.incompatibleWith,
        OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget,
    )
)  # fmt: skip
_CHARACTERISTICS = frozenset(
    str(term)
    for term in (
        OWL.FunctionalProperty, OWL.InverseFunctionalProperty, OWL.SymmetricProperty,
        OWL.AsymmetricProperty, OWL.TransitiveProperty, OWL.IrreflexiveProperty,
    )
)  # fmt: skip
_PADDED = ((OWL.AllDifferent, (OWL.members, OWL.distinctMembers)), (OWL.AllDisjointProperties, (OWL.members,)))
_LIST_VALUED = (
    OWL.members, OWL.distinctMembers, OWL.intersectionOf, OWL.unionOf, OWL.oneOf, OWL.hasKey, OWL.propertyChainAxiom,
    OWL.disjointUnionOf,
)  # fmt: skip
STAND_IN = URIRef("urn:parley:stand-in")


@dataclass(frozen=True, slots=True)
class SingleValued:
    """An axiom that allows `property` one value, on all things or on those of `class_`, and has literals as values."""

    property: Node
    class_: Node | None = None


@dataclass(frozen=True, slots=True)
class Axioms:
    """What the axioms of a corpus mention, hence which of its triples the rules can use."""

    mentioned: frozenset[str]
    any: bool

    @classmethod
    def read(cls, quads: Iterable[ox.Quad]) -> Axioms:
        """Look through `quads` once; lists alone state nothing."""
        mentioned, found = set[str](), False
        for quad in quads:
            predicate, object_ = quad.predicate.value, _value(quad.object)
            if predicate == _TYPE:
                characteristic = object_ in _CHARACTERISTICS
                found = found or characteristic or object_ == _NOTHING
                if characteristic:
                    mentioned.add(_value(quad.subject))
            elif _is_axiom(predicate):
                found = found or predicate not in _LISTS
                mentioned.update((_value(quad.subject), object_))
        return cls(frozenset(mentioned), found)

    def use(self, quad: ox.Quad) -> bool:
        """Whether a rule can use this triple: an axiom, a type, a mentioned predicate, an ill-typed literal."""
        predicate = quad.predicate.value
        if predicate == _TYPE or predicate in self.mentioned or _is_axiom(predicate):
            return True
        if not isinstance(quad.object, ox.Literal) or quad.object.datatype.value in _PLAIN:
            return False
        return bool(getattr(to_rdflib(quad.object), "ill_typed", False))


def _value(term: object) -> str:
    return str(getattr(term, "value", ""))


def _is_axiom(predicate: str) -> bool:
    """Whether triples with this predicate state axioms, or parts of one."""
    if predicate.startswith(_OWL):
        return predicate not in _ANNOTATIONS
    return predicate in _RDFS_AXIOMS or predicate in _LISTS


def equates(graph: Graph) -> bool:
    """Whether the closure `graph` makes two different things the same."""
    return any(s != o for s, o in graph.subject_objects(OWL.sameAs))


def mend(graph: Graph) -> tuple[list[SingleValued], list[str]]:
    """Change `graph` so that owlrl is right about it.

    Returns the axioms that were taken out and have to be checked on the closure, and warnings about those that were
    taken out and can't be.
    """
    warnings = list(_take_out_ill_formed(graph))
    for kind, predicates in _PADDED:
        for axiom in list(graph.subjects(RDF.type, kind)):
            for head in [head for p in predicates for head in graph.objects(axiom, p)]:
                _pad(graph, head)
    return list(_take_out_single_valued(graph)), warnings


def _take_out_ill_formed(graph: Graph) -> Iterator[str]:
    """Remove what owlrl can't walk or count; yield a warning for each."""
    for predicate in _LIST_VALUED:
        for subject, head in sorted(graph.subject_objects(predicate), key=str):
            if not is_list(graph, head):
                graph.remove((subject, predicate, head))
                yield _left_out(predicate, subject, "its value is no well-formed list")
    for predicate in (OWL.maxCardinality, OWL.maxQualifiedCardinality):
        for subject, limit in sorted(graph.subject_objects(predicate), key=str):
            if not isinstance(limit, Literal):
                graph.remove((subject, predicate, limit))
                yield _left_out(predicate, subject, f"{limit} is no number")


def _left_out(predicate: URIRef, subject: Node, reason: str) -> str:
    place = "a blank node" if isinstance(subject, BNode) else str(subject)
    return f"owl:{predicate.partition('#')[2]} of {place} is left out of the closure: {reason}."


def _pad(graph: Graph, head: Node) -> None:
    if head != RDF.nil:
        Collection(graph, head).append(STAND_IN)


def _take_out_single_valued(graph: Graph) -> Iterator[SingleValued]:
    literal_valued = _literal_valued(graph)
    for property_ in sorted(graph.subjects(RDF.type, OWL.FunctionalProperty), key=str):
        if property_ in literal_valued:
            graph.remove((property_, RDF.type, OWL.FunctionalProperty))
            yield SingleValued(property_)
    for predicate in (OWL.maxCardinality, OWL.maxQualifiedCardinality):
        for restriction, limit in list(graph.subject_objects(predicate)):
            for property_ in list(graph.objects(restriction, OWL.onProperty)):
                if str(limit) == "1" and property_ in literal_valued:
                    graph.remove((restriction, predicate, limit))
                    yield SingleValued(property_, restriction)


def _literal_valued(graph: Graph) -> set[Node]:
    """The properties that are declared for literals or have one as value, and those above them."""
    found = {predicate for _s, predicate, o in graph if isinstance(o, Literal)}
    found.update(graph.subjects(RDF.type, OWL.DatatypeProperty))
    waiting = list(found)
    while waiting:
        property_ = waiting.pop()
        above = set(graph.objects(property_, RDFS.subPropertyOf))
        above.update(
            graph.objects(property_, OWL.equivalentProperty), graph.subjects(OWL.equivalentProperty, property_)
        )
        new = {p for p in above if not isinstance(p, BNode)} - found
        found |= new
        waiting += new
    return found
