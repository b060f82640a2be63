"""Mutation tests of the guarding axioms: one bad triple in, one readable message out."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from parley.errors import Inconsistent
from parley.pipeline.inference.closure import close
from parley.pipeline.inference.contradictions import contradictions
from parley.pipeline.inference.infer import infer

from .conftest import PREFIXES, Reading

#: axiom's name → (axiom and sound data, the bad triple, what the message must name)
MUTATIONS = {
    "disjoint classes": (":A owl:disjointWith :B . d:x a :A .", "d:x a :B .", ["d:x", "o:A", "o:B"]),
    "all disjoint classes": (
        "[ a owl:AllDisjointClasses ; owl:members ( :A :B :C ) ] . d:x a :A .", "d:x a :C .", ["d:x", "o:A", "o:C"],
    ),
    "all disjoint classes, two": (
        "[ a owl:AllDisjointClasses ; owl:members ( :A :B ) ] . d:x a :A .", "d:x a :B .", ["d:x", "o:A", "o:B"],
    ),
    "different": ("d:x owl:differentFrom d:y .", "d:x owl:sameAs d:y .", ["d:x", "d:y"]),
    "different from itself": (":p rdfs:range :A .", "d:x owl:differentFrom d:x .", ["d:x", "differ from itself"]),
    "all different": (
        "[ a owl:AllDifferent ; owl:distinctMembers ( d:x d:y d:z ) ] .", "d:x owl:sameAs d:z .", ["d:x", "d:z"],
    ),
    "all different, two": (
        "[ a owl:AllDifferent ; owl:members ( d:x d:y ) ] .", "d:x owl:sameAs d:y .", ["d:x", "d:y"],
    ),
    "disjoint properties": (
        ":p owl:propertyDisjointWith :q . d:x :p d:y .", "d:x :q d:y .", ["d:x", "d:y", "o:p", "o:q"],
    ),
    "all disjoint properties": (
        "[ a owl:AllDisjointProperties ; owl:members ( :p :q :r ) ] . d:x :p d:y .", "d:x :r d:y .",
        ["d:x", "d:y", "o:p", "o:r"],
    ),
    "all disjoint properties, two": (
        "[ a owl:AllDisjointProperties ; owl:members ( :p :q ) ] . d:x :p d:y .", "d:x :q d:y .", ["d:x", "o:p", "o:q"],
    ),
    "irreflexive": (":p a owl:IrreflexiveProperty . d:x :p d:y .", "d:x :p d:x .", ["d:x", "o:p"]),
    "asymmetric": (":p a owl:AsymmetricProperty . d:x :p d:y .", "d:y :p d:x .", ["d:x", "d:y", "o:p"]),
    "complement": (":A owl:complementOf :B . d:x a :A .", "d:x a :B .", ["d:x", "o:A", "o:B"]),
    "nothing": (":A rdfs:subClassOf owl:Nothing .", "d:x a :A .", ["d:x"]),
    "none allowed": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 0 ] . d:x a :A .", "d:x :p d:y .", ["d:y"],
    ),
    "none of a class allowed": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 0 ; owl:onClass :B ] . d:x a :A ."
        "d:y a :B .",
        "d:x :p d:y .", ["d:y", "o:B"],
    ),
    "negative assertion": (
        "[ owl:sourceIndividual d:x ; owl:assertionProperty :p ; owl:targetIndividual d:y ] .", "d:x :p d:y .",
        ["d:x", "o:p", "d:y"],
    ),
    "negative assertion of a value": (
        '[ owl:sourceIndividual d:x ; owl:assertionProperty :p ; owl:targetValue "a b" ] .', 'd:x :p "a b" .',
        ["d:x", "o:p", "a b"],
    ),
    "one literal": (":p a owl:FunctionalProperty . d:x :p '1998' .", "d:x :p '1999' .", ["d:x", "o:p", "1998", "1999"]),
    "one literal by a superproperty": (
        ":p a owl:FunctionalProperty . :q rdfs:subPropertyOf :p . d:x :p 1 .", "d:x :q 2 .", ["d:x", "o:p", "1", "2"],
    ),
    "one literal on a class": (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] . d:x a :A ; :p 1 .", "d:x :p 2 .",
        ["d:x", "o:p", "1", "2"],
    ),
    "one thing, stated to differ": (
        ":p a owl:FunctionalProperty . d:y owl:differentFrom d:z . d:x :p d:y .", "d:x :p d:z .", ["d:y", "d:z"],
    ),
    "ill-typed": (":p rdfs:range xsd:date .", "d:x :p 'never'^^xsd:date .", ["never", "xsd:date"]),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_bad_triple_gives_one_message(name: str, reading: Reading) -> None:
    axiom, bad, named = MUTATIONS[name]
    publication, corpus = reading(ontology__o_ttl=axiom)
    out = corpus.path.with_name("inferred.nq")
    infer(publication, corpus, out)
    publication, corpus = reading(ontology__o_ttl=axiom, data__bad_ttl=bad)
    with pytest.raises(Inconsistent) as caught:
        infer(publication, corpus, out)
    first, *lines = caught.value.message.splitlines()
    assert first == "The publication contradicts itself in one place:" and len(lines) == 1
    assert [term for term in named if term not in lines[0]] == []


def test_enough_axioms_have_a_mutation() -> None:
    assert len(MUTATIONS) >= 20


def test_several_contradictions_are_sorted_each_once() -> None:
    turtle = ":p a owl:AsymmetricProperty, owl:IrreflexiveProperty, owl:TransitiveProperty . d:a :p d:b . d:b :p d:c ."
    source = list(ox.parse(PREFIXES + turtle + " d:c :p d:a .", format=ox.RdfFormat.TURTLE))
    found = contradictions(close(lambda: source))
    pairs = {frozenset(c.things) for c in found if c.axiom == "owl:AsymmetricProperty" and len(set(c.things)) == 2}
    assert len(pairs) == 3 == len([c for c in found if c.axiom == "owl:IrreflexiveProperty"])
    assert found == sorted(set(found))


def test_a_message_names_labels_axiom_and_place(reading: Reading) -> None:
    publication, corpus = reading(
        toml='languages = ["fr", "en"]',
        ontology__o_ttl=':A owl:disjointWith :B . :B rdfs:label "Bé"@fr .',
        data__x_ttl='d:x a :A ; rdfs:label "The X"@en, "Le X"@fr .',
        data__y_ttl="d:x a :B .",
    )
    with pytest.raises(Inconsistent) as caught:
        infer(publication, corpus, corpus.path.with_name("inferred.nq"))
    line = caught.value.message.splitlines()[1]
    assert line.startswith(
        "d:x (“Le X”) is in o:A and in o:B (“Bé”), which are disjoint (owl:disjointWith). "
        "Stated types: o:A in data/x.ttl; o:B in data/y.ttl. See data/x.ttl"
    )


def test_an_anonymous_class_has_no_cryptic_name(reading: Reading) -> None:
    axiom = ":A owl:disjointWith [ a owl:Restriction ; owl:onProperty :p ; owl:hasValue d:v ] . d:x a :A ; :p d:v ."
    with pytest.raises(Inconsistent, match="d:x is in an anonymous class and in o:A"):
        infer(*(pair := reading(ontology__o_ttl=axiom)), pair[1].path.with_name("inferred.nq"))


def test_a_message_of_unknown_wording_is_still_shown() -> None:
    closure = close(list)
    closure.messages.append("Something new is wrong")
    assert [c.arguments for c in contradictions(closure)] == [("Something new is wrong",)]
