"""Each kind of noise has a case, and each has a neighbour that is kept."""

from __future__ import annotations

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from parley.pipeline.inference.closure_filter import ClosureFilter, Noise, Triple, properties_to_omit

A, B, P = URIRef("http://ex.org/a"), URIRef("http://ex.org/b"), URIRef("http://ex.org/p")
ELSEWHERE = URIRef("http://other.example/a")
ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
SIEVE = ClosureFilter(("http://ex.org/",), frozenset[Node]([P]))

DROPPED: list[tuple[Noise, Triple]] = [
    (Noise.ERROR_NODE, (BNode(), ERROR, Literal("a contradiction"))),
    (Noise.NOT_RDF, (Literal("T", lang="en"), OWL.sameAs, Literal("T", lang="en"))),
    (Noise.NOT_RDF, (A, BNode(), B)),
    (Noise.VOCABULARY, (OWL.Nothing, RDFS.subClassOf, A)),
    (Noise.VOCABULARY, (XSD.date, RDF.type, RDFS.Datatype)),
    (Noise.ANONYMOUS_CLASS, (A, RDF.type, BNode())),
    (Noise.ANONYMOUS_CLASS, (A, RDFS.subClassOf, BNode())),
    (Noise.BLANK, (BNode(), P, A)),
    (Noise.BLANK, (A, P, BNode())),
    (Noise.FOREIGN, (ELSEWHERE, RDF.type, A)),
    (Noise.REFLEXIVE, (A, OWL.sameAs, A)),
    (Noise.REFLEXIVE, (A, RDFS.subClassOf, A)),
    (Noise.REFLEXIVE, (A, RDFS.subPropertyOf, A)),
    (Noise.REFLEXIVE, (A, OWL.equivalentClass, A)),
    (Noise.REFLEXIVE, (A, OWL.equivalentProperty, A)),
    (Noise.TOP, (A, RDF.type, OWL.Thing)),
    (Noise.TOP, (A, RDF.type, RDFS.Resource)),
    (Noise.TOP, (A, RDFS.subClassOf, OWL.Thing)),
    (Noise.SIGNATURE, (A, RDFS.domain, B)),
    (Noise.SIGNATURE, (A, RDFS.range, B)),
    (Noise.OMITTED, (A, P, A)),
]


@pytest.mark.parametrize(("kind", "triple"), DROPPED)
def test_noise_is_dropped(kind: Noise, triple: Triple) -> None:
    assert SIEVE.noise(triple) is kind


def test_every_kind_of_noise_has_a_case() -> None:
    assert {kind for kind, _triple in DROPPED} == set(Noise)


@pytest.mark.parametrize(
    "triple",
    [
        (A, OWL.sameAs, B),
        (A, RDFS.subClassOf, B),
        (A, RDF.type, ELSEWHERE),
        (A, P, B),
        (A, URIRef("http://ex.org/q"), A),
        (A, P, Literal("x")),
    ],
)
def test_what_says_something_is_kept(triple: Triple) -> None:
    assert SIEVE.noise(triple) is None


def test_properties_are_omitted_by_an_annotation_of_any_namespace() -> None:
    annotations: list[Triple] = [
        (P, URIRef("http://ex.org/v#omitReflexive"), Literal(True)),
        (A, URIRef("http://other.example/omitReflexive"), Literal("1", datatype=XSD.boolean)),
        (B, URIRef("http://ex.org/v#omitReflexive"), Literal(False)),
        (ELSEWHERE, URIRef("http://ex.org/v#omitReflexively"), Literal(True)),
    ]
    assert properties_to_omit(annotations) == {P, A}
