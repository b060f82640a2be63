"""The publication keeps to its shapes and doesn't contradict itself, and each guarding axiom is seen to guard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.namespace import OWL, RDF

from parley.pipeline.corpus import Corpus
from parley.pipeline.inference.closure import close
from parley.pipeline.inference.contradictions import Contradiction, contradictions
from parley.pipeline.inference.infer import infer
from parley.pipeline.sources.read import read
from parley.pipeline.terms import graph_of
from parley.pipeline.validation.validate import validate
from parley.publication import Publication, load
from parley.roles import Role

ROOT = Path(__file__).resolve().parents[2]
TERM = "https://w3id.org/nato-osce/ontology#"
MUTANT = "https://w3id.org/nato-osce/mutant/"
REASONED = [role for role in Role if role.is_reasoned_over]
TYPE, SAME = ox.NamedNode(str(RDF.type)), ox.NamedNode(str(OWL.sameAs))

Mutate = Callable[[list[tuple[str, ox.NamedNode, str]]], list[Contradiction]]


@pytest.fixture(scope="module")
def read_publication(tmp_path_factory: pytest.TempPathFactory) -> tuple[Publication, Corpus]:
    publication = load(ROOT, {})
    return publication, read(publication, tmp_path_factory.mktemp("consistency"))


@pytest.fixture(scope="module")
def mutate(read_publication: tuple[Publication, Corpus]) -> Mutate:
    """What contradicts what once some bad triples are added to the publication; takes seconds."""
    _publication, corpus = read_publication

    def run(bad: list[tuple[str, ox.NamedNode, str]]) -> list[Contradiction]:
        def source() -> Iterator[ox.Quad]:
            yield from corpus.quads(*REASONED)
            yield from (ox.Quad(ox.NamedNode(s), p, ox.NamedNode(o)) for s, p, o in bad)

        return contradictions(close(source))

    return run


def test_the_publication_keeps_to_its_shapes(read_publication: tuple[Publication, Corpus]) -> None:
    report = validate(*read_publication)
    assert [str(row) for row in report.results] == []
    assert report.shapes >= 80 and report.focus_nodes >= 1000


def test_the_publication_is_consistent_and_no_attitude_becomes_a_fact(
    read_publication: tuple[Publication, Corpus], tmp_path: Path
) -> None:
    publication, corpus = read_publication
    inference = infer(publication, corpus, tmp_path / "inferred.nq")
    assert inference.triples >= 2500 and inference.warnings == ()
    graph = graph_of(ox.parse(path=inference.path, format=ox.RdfFormat.N_QUADS)) + graph_of(corpus.quads(*REASONED))
    stances = {s for s, o in graph.subject_objects(RDF.type) if str(o) == f"{TERM}Stance"}
    assert len(stances) >= 10
    facts = {"party", "cooperatesWith", "supports", "contributesTo", "takesPartIn", "cooperatesOn"}
    leaks = [t for t in graph if str(t[1]).removeprefix(TERM) in facts and ({t[0], t[2]} & stances)]
    assert leaks == []


def test_every_pair_of_disjoint_classes_and_a_support_that_is_a_stance_are_kept_apart(
    read_publication: tuple[Publication, Corpus], mutate: Mutate
) -> None:
    ontology = graph_of(read_publication[1].quads(Role.ONTOLOGY))
    pairs = set()
    for axiom in ontology.subjects(RDF.type, OWL.AllDisjointClasses):
        members = [str(m) for head in ontology.objects(axiom, OWL.members) for m in ontology.items(head)]
        pairs |= {tuple(sorted(pair)) for pair in combinations(members, 2)}
    assert len(pairs) >= 100
    bad = [(f"{MUTANT}{n}", TYPE, c) for n, pair in enumerate(sorted(pairs)) for c in pair]
    stance = f"{MUTANT}x"  # supports something, so that it is a fact as well
    found = mutate([*bad, (stance, ox.NamedNode(f"{TERM}supporter"), f"{MUTANT}y"), (stance, TYPE, f"{TERM}Stance")])
    told = {(c.arguments[2], *c.arguments[:2]) for c in found if c.axiom == "owl:disjointWith"}
    assert {(f"{MUTANT}{n}", *pair) for n, pair in enumerate(sorted(pairs))} <= told
    assert [c.things for c in found if stance in c.things] == [(stance,)]


def test_each_thing_stated_to_differ_may_not_be_the_same(
    read_publication: tuple[Publication, Corpus], mutate: Mutate
) -> None:
    stated = [q for q in read_publication[1].quads(*REASONED) if q.predicate.value == str(OWL.differentFrom)]
    pairs = {(getattr(q.subject, "value", ""), getattr(q.object, "value", "")) for q in stated}
    assert len(pairs) >= 5
    told = {frozenset(c.things) for c in mutate([(a, SAME, b) for a, b in pairs]) if c.axiom == "owl:differentFrom"}
    assert {frozenset(pair) for pair in pairs} <= told
