"""Which triples of an OWL RL closure are worth keeping: more than half of what the rules produce says nothing.

The kinds below are dropped. What remains are statements about the publication's own things that nobody wrote.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from parley.vocab import OWL as OWL_NS
from parley.vocab import RDF as RDF_NS
from parley.vocab import RDFS as RDFS_NS
from parley.vocab import XSD as XSD_NS

Triple = tuple[Node, Node, Node]


class Noise(Enum):
    """Why a triple is dropped; the first kind that fits counts."""

    ERROR_NODE = "a message of the reasoner, written as a node"
    NOT_RDF = "a literal as subject, or a predicate that is no IRI"
    VOCABULARY = "about a term of RDF, RDFS, OWL or XSD"
    ANONYMOUS_CLASS = "of, or below, a class without a name"
    BLANK = "about a blank node, or pointing to one: it belongs to another graph"
    FOREIGN = "about something outside the publication's bases"
    REFLEXIVE = "everything is the same as, below and equivalent to itself"
    TOP = "everything is an owl:Thing and an rdfs:Resource"
    SIGNATURE = "a domain or range that another axiom implies"
    OMITTED = "reflexive, of a property that is annotated to omit these"


_REFLEXIVE = frozenset([OWL.sameAs, RDFS.subClassOf, RDFS.subPropertyOf, OWL.equivalentClass, OWL.equivalentProperty])
_CLASS_RELATIONS = frozenset([RDF.type, RDFS.subClassOf, OWL.equivalentClass])
_TOP = frozenset([OWL.Thing, RDFS.Resource])
_ERRORS = "http://www.daml.org/2002/03/agents/agent-ont#"
_VOCABULARIES = (RDF_NS, RDFS_NS, OWL_NS, XSD_NS)


@dataclass(frozen=True, slots=True)
class ClosureFilter:
    """Tells noise from consequences.

    `bases` are the publication's; `omit_reflexive` are the properties whose reflexive consequences are dropped: a chain
    over a shared node relates each participant to itself (prp-spo2), and OWL 2 RL has no way to except that.
    """

    bases: tuple[str, ...]
    omit_reflexive: frozenset[Node] = frozenset()

    def noise(self, triple: Triple) -> Noise | None:
        """The kind of noise that `triple` is, or None if it says something."""
        subject, predicate, object_ = triple
        if str(predicate).startswith(_ERRORS) or str(object_).startswith(_ERRORS):
            return Noise.ERROR_NODE
        if isinstance(subject, Literal) or not isinstance(predicate, URIRef):
            return Noise.NOT_RDF
        if isinstance(subject, URIRef) and str(subject).startswith(_VOCABULARIES):
            return Noise.VOCABULARY
        if predicate in _CLASS_RELATIONS and isinstance(object_, BNode):
            return Noise.ANONYMOUS_CLASS
        if isinstance(subject, BNode) or isinstance(object_, BNode):
            return Noise.BLANK
        if not str(subject).startswith(self.bases):
            return Noise.FOREIGN
        return self._empty_of_content(subject, predicate, object_)

    def _empty_of_content(self, subject: Node, predicate: Node, object_: Node) -> Noise | None:
        if predicate in _REFLEXIVE and subject == object_:
            return Noise.REFLEXIVE
        if predicate in _CLASS_RELATIONS and object_ in _TOP:
            return Noise.TOP
        if predicate in (RDFS.domain, RDFS.range):
            return Noise.SIGNATURE
        if subject == object_ and predicate in self.omit_reflexive:
            return Noise.OMITTED
        return None


def properties_to_omit(ontology: Graph | Iterable[Triple]) -> frozenset[Node]:
    """The properties that `ontology` annotates `omitReflexive true`, whatever namespace that is in."""
    return frozenset(
        subject
        for subject, predicate, value in ontology
        if str(predicate).rpartition("#")[2].rpartition("/")[2] == "omitReflexive" and str(value) in ("true", "1")
    )
