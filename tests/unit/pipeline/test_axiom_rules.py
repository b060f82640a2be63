"""Compiled rules and the reasoner agree, axiom by axiom, and a derivation always leads down to what is asserted."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from parley.pipeline.inference.axiom_rules import Triple, compile_axioms
from parley.pipeline.inference.closure import close
from parley.pipeline.inference.closure_filter import ClosureFilter
from parley.pipeline.inference.forward import chain
from parley.pipeline.terms import from_rdflib, to_rdflib

E = "http://example.org/"
PREFIXES = f"""@prefix : <{E}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

#: Name of the rule that must show, what is asserted.
CASES = {
    "prp-dom": ":p rdfs:domain :A . :x :p :y .",
    "prp-rng": ':p rdfs:range :A . :x :p :y, "a literal" .',
    "prp-spo1": ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r . :x :p :y .",
    "prp-spo2": ":r owl:propertyChainAxiom ( :p :q :p ) . :x :p :y . :y :q :z . :z :p :w .",
    "prp-eqp1": ":p owl:equivalentProperty :q . :x :p :y .",
    "prp-eqp2": ":p owl:equivalentProperty :q . :x :q :y .",
    "prp-inv1": ":p owl:inverseOf :q . :x :p :y .",
    "prp-inv2": ":p owl:inverseOf :q . :x :q :y .",
    "prp-symp": ":p a owl:SymmetricProperty . :x :p :y . :y :p :z .",
    "prp-trp": ":p a owl:TransitiveProperty . :a :p :b . :b :p :c . :c :p :d . :d :p :a .",
    "prp-fp": ":p a owl:FunctionalProperty . :x :p :y, :z . :y :q :v . :w :q :z .",
    "prp-ifp": ":p a owl:InverseFunctionalProperty . :x :p :z . :y :p :z . :x a :A .",
    "eq-rep-s": ":x owl:sameAs :y . :x :p 1 .",
    "eq-rep-o": ":x owl:sameAs :y . :z :p :x .",
    "eq-rep-p": ":p owl:sameAs :q . :x :p :y .",
    "cax-sco": ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :x a :A .",
    "cax-eqc1": ":A owl:equivalentClass :B . :x a :A .",
    "cax-eqc2": ":A owl:equivalentClass :B . :x a :B .",
    "cls-int1": ":C owl:equivalentClass [ owl:intersectionOf ( :A :B ) ] . :x a :A, :B . :y a :A .",
    "cls-int2": ":C owl:equivalentClass [ owl:intersectionOf ( :A :B ) ] . :x a :C .",
    "cls-uni": ":C owl:equivalentClass [ owl:unionOf ( :A :B ) ] . :x a :A . :y a :B . :z a :C .",
    "cls-oo": ":C owl:equivalentClass [ owl:oneOf ( :x :y ) ] .",
    "cls-svf1": "[ owl:onProperty :p ; owl:someValuesFrom :A ] rdfs:subClassOf :B . :x :p :y . :y a :A . :z :p :w .",
    "cls-svf2": "[ owl:onProperty :p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf :B . :x :p :y .",
    "cls-avf": ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] . :x a :A ; :p :y . :z :p :w .",
    "cls-hv1": ":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :v ] . :x a :A .",
    "cls-hv2": ":A owl:equivalentClass [ owl:onProperty :p ; owl:hasValue :v ] . :x :p :v . :y :p :w .",
    "cls-maxc2": ':A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality "1"^^xsd:nonNegativeInteger ] .'
    " :x a :A ; :p :y, :z . :y :q :w .",
    "cls-maxqc3": ':A rdfs:subClassOf [ owl:onProperty :p ; owl:onClass :B ; owl:maxQualifiedCardinality "1"^^'
    "xsd:nonNegativeInteger ] . :x a :A ; :p :y, :z, :w . :y a :B . :z a :B .",
    "scm-sco": ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :D .",
    "scm-spo": ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .",
    "scm-eqc2": ":A rdfs:subClassOf :B . :B rdfs:subClassOf :A .",
    "scm-eqp2": ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .",
    "scm-hv": ":A owl:equivalentClass [ owl:onProperty :p ; owl:hasValue :v ] . :p rdfs:subPropertyOf :q ."
    " :B owl:equivalentClass [ owl:onProperty :q ; owl:hasValue :v ] .",
    "scm-int": ":C owl:intersectionOf ( :A :B ) . :x a :A, :B . :y a :C .",
    "scm-uni": ":C owl:unionOf ( :A :B ) . :x a :A .",
}


def triples(text: str) -> set[Triple]:
    parsed = ox.parse((PREFIXES + text).encode(), format=ox.RdfFormat.TURTLE)
    return {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in parsed}


def by_reasoner(asserted: set[Triple]) -> set[Triple]:
    """What the reasoner finds, without the noise."""
    sieve = ClosureFilter((E,))
    graph = ox.NamedNode("urn:g")
    text = "".join(f"{' '.join(triple)} .\n" for triple in asserted).encode()
    quads = [
        ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)
    ]
    found = [triple for triple in close(lambda: quads).derived if sieve.noise(triple) is None]
    return {(str(from_rdflib(s)), str(from_rdflib(p)), str(from_rdflib(o))) for s, p, o in found}


def without_noise(found: set[Triple]) -> set[Triple]:
    sieve = ClosureFilter((E,))
    kept = set()
    for triple in found:
        quad = next(iter(ox.parse(f"{' '.join(triple)} .", format=ox.RdfFormat.N_TRIPLES)))
        if sieve.noise((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object))) is None:
            kept.add(triple)
    return kept


@pytest.mark.parametrize("name", CASES)
def test_rules_find_what_the_reasoner_finds(name: str) -> None:
    asserted = triples(CASES[name])
    rules = compile_axioms(asserted)
    derived = chain(asserted, rules)
    assert name in {rules[derivation.rule].name for derivation in derived.values()}
    expected = by_reasoner(asserted)
    assert without_noise(set(derived)) == expected
    assert expected


def test_all_axioms_together_still_agree() -> None:
    """Rules feed each other: the same names in every case make for one large knot.

    Without literals as values of what has an inverse: the reasoner draws conclusions about those, too.
    """
    asserted = triples(" ".join(text for name, text in CASES.items() if name not in ("prp-rng", "eq-rep-s")))
    assert len(asserted) >= 90
    expected = by_reasoner(asserted)
    assert without_noise(set(chain(asserted, compile_axioms(asserted)))) == expected
    assert len(expected) >= 200


def test_a_missing_axiom_is_seen() -> None:
    asserted = triples(CASES["prp-inv1"])
    rules = [rule for rule in compile_axioms(asserted) if rule.name != "prp-inv1"]
    assert by_reasoner(asserted) - without_noise(set(chain(asserted, rules))) == {(f"<{E}y>", f"<{E}q>", f"<{E}x>")}


def test_every_derivation_leads_down_in_spite_of_loops() -> None:
    text = ":p a owl:SymmetricProperty, owl:TransitiveProperty ; owl:inverseOf :q . :q owl:equivalentProperty :p ."
    asserted = triples(text + " :a :p :b . :b :q :c . :c :p :d .")
    derived = chain(asserted, compile_axioms(asserted))
    assert len(derived) >= 20
    for derivation in derived.values():
        below = sum(derived[premise].cost for premise in derivation.premises if premise in derived)
        assert derivation.cost == below + 1
        assert all(premise in derived or premise in asserted for premise in derivation.premises)


def test_the_order_of_statements_does_not_matter() -> None:
    asserted = sorted(triples(CASES["prp-trp"] + CASES["prp-symp"] + CASES["cls-int1"]))
    rules = compile_axioms(asserted)
    assert chain(asserted, rules) == chain(reversed(asserted), compile_axioms(reversed(asserted)))


def test_an_axiom_is_told_in_turtle() -> None:
    rules = compile_axioms(triples(CASES["cls-hv2"]))
    axiom = next(rule.axiom for rule in rules if rule.name == "cls-hv2")
    owl = "http://www.w3.org/2002/07/owl#"
    expression = f"[ <{owl}hasValue> <{E}v> ; <{owl}onProperty> <{E}p> ]"
    assert axiom == f"<{E}A> <{owl}equivalentClass> {expression}"
