"""The closure against the unmodified library, and what is kept from it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from owlrl.OWLRL import OWLRL_Semantics
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS

from parley.errors import TooLarge
from parley.pipeline.inference.closure import close
from parley.pipeline.inference.closure_filter import ClosureFilter, Triple
from parley.pipeline.inference.closure_input import Axioms
from parley.pipeline.inference.infer import infer
from parley.pipeline.sources.read import read
from parley.pipeline.terms import graph_of
from parley.publication import load
from parley.roles import Role

from .conftest import PREFIXES

TINY = Path(__file__).resolve().parents[2] / "fixtures" / "tiny"
BASE = "http://ex.org/"
#: One axiom of each kind that OWL 2 RL knows a rule for, and data that make it fire.
EVERYTHING = """
:Work rdfs:subClassOf :Thing . :Thing owl:equivalentClass :Object . :Book rdfs:subClassOf :Work .
:writes rdfs:domain :Author ; rdfs:range :Work ; rdfs:subPropertyOf :makes ; owl:inverseOf :writtenBy .
:makes owl:equivalentProperty :creates . :near a owl:SymmetricProperty . :in a owl:TransitiveProperty .
:colleague owl:propertyChainAxiom ( :writes :writtenBy ) ; :omitReflexive true .
:Novelist owl:equivalentClass [ a owl:Restriction ; owl:onProperty :genre ; owl:hasValue d:novel ] .
[ a owl:Restriction ; owl:onProperty :writes ; owl:someValuesFrom :Book ] rdfs:subClassOf :BookAuthor .
:Both owl:intersectionOf ( :Author :Novelist ) . :Either owl:unionOf ( :Author :Place ) .
:Shelf rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :holds ; owl:allValuesFrom :Book ] .
:Seas owl:oneOf ( d:north d:baltic ) . :title rdfs:subPropertyOf :name . :name a owl:DatatypeProperty .
:born a owl:DatatypeProperty ; rdfs:domain :Mortal . :isbn a owl:InverseFunctionalProperty .
d:ann a :Person ; :writes d:b1 ; :genre d:novel ; rdfs:label "Ann"@en, "Anne"@fr ; :born "1950-01-01"^^xsd:date .
d:bob :writes d:b1 ; :near d:ann . d:b1 a :Book ; :title "One" ; :note "unused" . d:s a :Shelf ; :holds d:b2 .
d:x :in d:y . d:y :in d:z . <http://other.example/o> :writes d:b1 . d:b1 :unrelated d:s .
"""


def quads(turtle: str) -> list[ox.Quad]:
    return list(ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE))


def literally_owlrl(source: Iterable[ox.Quad]) -> set[Triple]:
    """What the library alone derives from everything, nothing left out beforehand."""
    graph = graph_of(source)
    asserted = set(graph)
    OWLRL_Semantics(graph, False, False).closure()  # type: ignore[no-untyped-call]
    return set(graph) - asserted


def is_worth_keeping(triple: Triple, omitted: frozenset[URIRef] = frozenset()) -> bool:
    """The rule of the filter, written a second time in another way."""
    s, p, o = triple
    own = isinstance(s, URIRef) and s.startswith(BASE) and isinstance(p, URIRef) and not isinstance(o, BNode)
    trivial = s == o and (p in omitted or str(p).startswith((str(OWL), str(RDFS))))
    top = o in (OWL.Thing, RDFS.Resource) and p in (RDF.type, RDFS.subClassOf, OWL.equivalentClass)
    return own and not trivial and not top and p not in (RDFS.domain, RDFS.range)


def filtered(turtle: str, base: str = BASE) -> set[Triple]:
    sieve = ClosureFilter((base,), frozenset([URIRef("http://ex.org/ontology#colleague")]))
    return {t for t in close(lambda: quads(turtle)).derived if sieve.noise(t) is None}


@pytest.mark.parametrize(
    "addition",
    ["", "d:b1 owl:sameAs d:same .", ':isbn a owl:DatatypeProperty . d:b1 :isbn "7" . d:b3 :isbn "7" ; :note "n" .'],
    ids=["nothing equated", "stated to be the same", "the same by their key"],
)
def test_the_closure_is_owlrls_minus_what_is_filtered(addition: str) -> None:
    omitted = frozenset([URIRef("http://ex.org/ontology#colleague")])
    expected = {t for t in literally_owlrl(quads(EVERYTHING + addition)) if is_worth_keeping(t, omitted)}
    assert len(expected) >= 40
    assert filtered(EVERYTHING + addition) == expected


def test_the_closure_of_the_foreign_publication_is_owlrls_minus_what_is_filtered(tmp_path: Path) -> None:
    publication = load(TINY, {})
    corpus = read(publication, tmp_path)
    inference = infer(publication, corpus, tmp_path / "inferred.nq")
    reasoned = [role for role in Role if role.is_reasoned_over]
    sieve = ClosureFilter(publication.all_bases)
    expected = {t for t in literally_owlrl(corpus.quads(*reasoned)) if sieve.noise(t) is None}
    found = graph_of(ox.parse(path=inference.path, format=ox.RdfFormat.N_QUADS))
    assert set(found) == expected
    assert inference.triples == len(expected) >= 5


def test_hierarchies_with_circles_close_as_owlrl_closes_them() -> None:
    turtle = """:A rdfs:subClassOf :B . :B rdfs:subClassOf :C, :D . :C rdfs:subClassOf :A, :E . :D rdfs:subClassOf :E .
    :p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r . :r rdfs:subPropertyOf :p, :s . d:x a :A ; :p d:y ."""
    whole = {t for t in literally_owlrl(quads(turtle)) if t[1] != OWL.sameAs}
    assert {t for t in close(lambda: quads(turtle)).derived if t[1] != OWL.sameAs} == whole
    ends = (URIRef(BASE + "ontology#A"), OWL.equivalentClass, URIRef(BASE + "ontology#C"))
    assert ends in whole


def test_a_long_chain_of_classes_is_followed_once_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    stored, store = 0, OWLRL_Semantics.store_triple

    def counted(self: OWLRL_Semantics, triple: Triple) -> None:
        nonlocal stored
        stored += 1
        store(self, triple)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(OWLRL_Semantics, "store_triple", counted)
    length = 60
    chain = "".join(f":C{i} rdfs:subClassOf :C{i + 1} ." for i in range(length))
    pairs = length * (length + 1) // 2
    derived = close(lambda: quads(chain)).derived
    assert len([t for t in derived if t[1] == RDFS.subClassOf]) >= pairs - length
    assert stored < 5 * pairs  # each pair with each pair would be hundreds of thousands


def test_annotations_are_left_out_of_the_input_unless_an_axiom_uses_them() -> None:
    axioms = Axioms.read(quads(EVERYTHING))
    used = {q.predicate.value.rpartition("#")[2] for q in quads(EVERYTHING) if axioms.use(q)}
    assert used >= {"title", "born", "writes", "subClassOf", "type", "first"}
    assert not used & {"label", "note", "unrelated", "omitReflexive"}


def test_an_ill_typed_literal_stays_in_the_input_so_that_it_is_reported() -> None:
    turtle = ':a rdfs:subClassOf :b . d:x :unused "never"^^xsd:date .'
    assert "does not match" in " ".join(close(lambda: quads(turtle)).messages)


def test_without_axioms_nothing_is_built() -> None:
    assert not Axioms.read(quads('d:x :p d:y ; :list ( 1 2 ) ; rdfs:label "x" ; owl:versionInfo "1" .')).any
    assert close(lambda: quads("d:x :p d:y ."), limit=0).derived == set()


def test_a_size_above_the_limit_is_refused_with_the_line_to_write() -> None:
    turtle = ":a rdfs:subClassOf :b . " + " ".join(f"d:x{i} a :a ." for i in range(9))
    with pytest.raises(TooLarge, match="More than 9 triples") as caught:
        close(lambda: quads(turtle), limit=9)
    assert 'profile = "none"' in caught.value.cure and "infer_triples" in caught.value.cure
    assert len(close(lambda: quads(turtle), limit=10).derived) >= 9


def test_what_is_left_out_does_not_count_against_the_limit() -> None:
    turtle = ':a rdfs:subClassOf :b . d:x a :a . d:x rdfs:label "1", "2", "3", "4" .'
    assert close(lambda: quads(turtle), limit=2).derived


@pytest.mark.parametrize("seed", range(10))
def test_hierarchies_of_any_shape_are_closed_as_by_the_library(seed: int) -> None:
    draw = random.Random(seed)
    relations = ["rdfs:subClassOf", "rdfs:subPropertyOf", "owl:equivalentClass", "owl:equivalentProperty", "owl:sameAs"]
    weights = [8, 8, 1, 1, 1]
    axioms = [
        f":c{draw.randrange(12)} {draw.choices(relations, weights)[0]} :c{draw.randrange(12)} ." for _ in range(16)
    ]
    source = quads(" ".join(axioms) + "d:x a :c0 ; :c1 d:y . :c2 rdfs:domain :c3 .")
    theirs = {(s, p, o) for s, p, o in literally_owlrl(source) if s != o}
    assert {(s, p, o) for s, p, o in close(lambda: source).derived if s != o} == theirs
    assert len(theirs) > 50


@pytest.mark.parametrize(
    ("keys", "data", "same"),
    [
        (":id", "d:a :id 1 . d:b :id 2 .", False),
        (":id", "d:a :id 1 . d:b :id 1 .", True),
        (":id :in", "d:a :id 1 ; :in d:x . d:b :id 1 ; :in d:y .", False),
        (":id :in", "d:a :id 1, 2 ; :in d:x . d:b :id 2, 3 ; :in d:y, d:x .", True),
        (":id :in", "d:a :id 1 . d:b :id 1 .", False),
        ("", "d:a :id 1 . d:b :id 1 .", False),
    ],
)
def test_things_are_the_same_that_share_a_value_of_every_key(keys: str, data: str, same: bool) -> None:
    closure = close(lambda: quads(f":C owl:hasKey ( {keys} ) . d:a a :C . d:b a :C . d:c a :C . {data}"))
    pairs = {(str(s)[-1], str(o)[-1]) for s, p, o in closure.derived if p == OWL.sameAs and s != o}
    assert pairs == ({("a", "b"), ("b", "a")} if same else set())
    assert not closure.warnings


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("042", "42.0", True),
        ('"1"^^xsd:boolean', "true", True),
        ('"2000"^^xsd:gYear', '"2000-01-01"^^xsd:date', False),
        ("1", "true", False),
        ("1.0", "1.0e0", False),
        ("0e0", "-0e0", False),
        ('"a"@EN', '"a"@en', True),
        ('"a"', '"a"@en', False),
        ('"x"^^xsd:integer', '"y"^^xsd:integer', False),
    ],
)
def test_things_that_are_literals_of_one_value_are_the_same(one: str, other: str, same: bool) -> None:
    closure = close(lambda: quads(f"d:a owl:sameAs {one} . d:b owl:sameAs {other} ."))
    assert ((URIRef("http://ex.org/a"), OWL.sameAs, URIRef("http://ex.org/b")) in closure.graph) is same


def test_two_literals_of_a_functional_property_replace_nothing_elsewhere() -> None:
    turtle = ':year a owl:FunctionalProperty . d:a :year "1998", "1999" . d:b :other "1998" .'
    closure = close(lambda: quads(turtle))
    assert (URIRef("http://ex.org/b"), URIRef("http://ex.org/ontology#other"), Literal("1999")) not in closure.graph
    assert [(str(a), str(b)) for _s, _p, a, b in closure.clashes] == [("1998", "1999")]


def test_equal_values_in_two_spellings_do_not_clash() -> None:
    turtle = ":n a owl:FunctionalProperty . d:a :n 1, 1.0, '1'^^xsd:byte . d:b :n 'x'^^d:own, 'y'^^d:own ."
    assert close(lambda: quads(turtle)).clashes == []


def test_the_graph_given_is_not_changed() -> None:
    given = quads(EVERYTHING)
    before = Graph() + graph_of(given)
    close(lambda: given)
    assert len(graph_of(given)) == len(before)
