"""The inferred graph as a file: what is in it, what is not, and in which order."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from parley.errors import Finding, SourceError, TooLarge
from parley.pipeline.inference.infer import Inference, infer
from parley.pipeline.inference.rules import run_rule

from .conftest import Reading

ONTOLOGY = """
:cooperates owl:propertyChainAxiom ( :partyIn :party ) ; :omitReflexive true . :partyIn owl:inverseOf :party .
:cooperates rdfs:label "works with"@en .
"""
DATA = 'd:c :party d:x, d:y . d:x rdfs:label "X"@en . <http://other.example/o> :partyIn d:c .'
RULE = "PREFIX : <http://ex.org/ontology#>\nCONSTRUCT { ?x a :Busy } WHERE { ?x :cooperates ?y }"


def run(made: tuple[object, object], name: str = "inferred.nq") -> tuple[Inference, list[str]]:
    publication, corpus = made
    inference = infer(publication, corpus, corpus.path.with_name(name))  # type: ignore[attr-defined, arg-type]
    lines = inference.path.read_text(encoding="utf-8").splitlines()
    assert lines == sorted(set(lines)) and len(lines) == inference.triples
    return inference, [line.replace("http://ex.org/", "") for line in lines]


def test_what_follows_is_written_sorted_in_a_graph_of_its_own(reading: Reading) -> None:
    inference, lines = run(reading(ontology__o_ttl=ONTOLOGY, data__d_ttl=DATA))
    assert all(line.endswith(" <graph/inferred> .") for line in lines)
    assert "<x> <ontology#cooperates> <y> <graph/inferred> ." in lines
    assert "<x> <ontology#partyIn> <c> <graph/inferred> ." in lines
    assert inference.seconds > 0 and sum(inference.dropped.values()) > 0


def test_reflexives_of_annotated_properties_foreign_subjects_and_asserted_triples_are_absent(reading: Reading) -> None:
    _inference, lines = run(reading(ontology__o_ttl=ONTOLOGY, data__d_ttl=DATA))
    assert len(lines) >= 3
    assert not [
        line
        for line in lines
        if line.startswith(("<x> <ontology#cooperates> <x>", "<http://other", "<c> <ontology#party> <x>"))
    ]


def test_links_and_catalogue_are_not_reasoned_over(reading: Reading) -> None:
    axiom = ":p rdfs:domain :Thing ."
    _inference, lines = run(
        reading(
            ontology__o_ttl=axiom,
            data__d_ttl="d:a :p 1 .",
            data__links__l_ttl="d:b :p 1 .",
            data__catalogue_ttl="d:c :p 1 .",
        )
    )
    assert [line.split()[0] for line in lines] == ["<a>"]


def test_two_runs_write_the_same_bytes(reading: Reading) -> None:
    made = reading(ontology__o_ttl=ONTOLOGY, ontology__rules__busy_rq=RULE, data__d_ttl=DATA)
    assert run(made, "one.nq")[0].path.read_bytes() == run(made, "two.nq")[0].path.read_bytes() != b""


def test_a_rule_sees_the_closure_and_adds_what_is_new(reading: Reading) -> None:
    without, _lines = run(reading(ontology__o_ttl=ONTOLOGY, data__d_ttl=DATA))
    inference, lines = run(reading(ontology__o_ttl=ONTOLOGY, ontology__rules__busy_rq=RULE, data__d_ttl=DATA))
    assert inference.triples == without.triples + 2
    assert [line.split()[0] for line in lines if "Busy" in line] == ["<x>", "<y>"]


def test_profile_none_skips_the_closure_and_runs_the_rules(reading: Reading) -> None:
    rule = "PREFIX : <http://ex.org/ontology#>\nCONSTRUCT { ?x :in ?g } WHERE { GRAPH ?g { ?c :party ?x } }"
    toml = '[inference]\nprofile = "none"\n'
    inference, lines = run(
        reading(toml=toml, ontology__o_ttl=ONTOLOGY, ontology__rules__where_rq=rule, data__d_ttl=DATA)
    )
    assert inference.triples == 2 and not inference.dropped
    assert lines[0] == "<x> <ontology#in> <graph/data/d> <graph/inferred> ."


def test_a_rule_sees_what_the_rules_before_it_found(reading: Reading) -> None:
    again = "PREFIX : <http://ex.org/ontology#>\nCONSTRUCT { ?x a :VeryBusy } WHERE { ?x a :Busy }"
    files = {"ontology__o_ttl": ONTOLOGY, "data__d_ttl": DATA, "ontology__rules__1-busy_rq": RULE}
    _inference, lines = run(reading(**files, **{"ontology__rules__2-very_rq": again}))
    assert len([line for line in lines if "VeryBusy" in line]) == 2


def test_the_filter_holds_for_rules_too(reading: Reading) -> None:
    rule = "CONSTRUCT { ?s <http://ex.org/p> [] . <http://other.example/o> a ?s . ?s a <http://ex.org/K> } { ?s ?p [] }"
    _inference, lines = run(reading(ontology__rules__all_rq=rule, data__d_ttl="d:a d:q d:b ."))
    assert lines == ["<a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <K> <graph/inferred> ."]


@pytest.mark.parametrize(
    ("rule", "line", "says"),
    [
        ("CONSTRUCT { ?s ?p ?o }\nWHERE { ?s ?p }", 2, "Column"),
        ("CONSTRUCT { ?s ?p ?o } WHERE {\n SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 2, "SERVICE"),
        ("SELECT * # CONSTRUCT\nWHERE { ?s ?p ?o }", 1, "CONSTRUCT"),
        ("DESCRIBE <http://ex.org/a>", 1, "CONSTRUCT"),
        ("# CONSTRUCT\nINSERT DATA { <a:> <b:> <c:> }", 2, "INSERT"),
    ],
    ids=["syntax", "service", "select", "describe", "update"],
)
def test_a_faulty_rule_is_named_with_its_line(reading: Reading, rule: str, line: int, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        run(reading(ontology__rules__bad_rq=rule, data__d_ttl=DATA))
    assert (caught.value.file, caught.value.line) == ("ontology/rules/bad.rq", line)
    assert caught.value.cure and len(str(caught.value)) < 500


def test_a_rule_alone_yields_only_what_its_store_lacks(tmp_path: Path) -> None:
    path = tmp_path / "rule.rq"
    path.write_text("CONSTRUCT { ?o ?p ?s . ?s ?p ?o } WHERE { ?s ?p ?o }")
    a, b = ox.NamedNode("http://ex.org/a"), ox.NamedNode("http://ex.org/b")
    store = ox.Store()
    store.add(ox.Quad(a, a, b))
    assert run_rule(path, "rule.rq", store) == [ox.Triple(b, a, a)]


def test_the_limit_is_the_publications(reading: Reading) -> None:
    with pytest.raises(TooLarge, match="More than 3 triples"):
        run(reading(toml="[limits]\ninfer_triples = 3\n", ontology__o_ttl=ONTOLOGY, data__d_ttl=DATA))


LOOP = "_:l rdf:first :A ; rdf:rest _:l ."


@pytest.mark.parametrize(
    ("axiom", "says"),
    [
        (f"[] a owl:AllDifferent ; owl:members _:l . {LOOP}", "owl:members of a blank node"),
        (f":A owl:intersectionOf _:l . {LOOP}", "owl:intersectionOf of http://ex.org/ontology#A"),
        (":A owl:unionOf [ rdf:first :B ] .", "no well-formed list"),
        (":A owl:oneOf [ rdf:first :B ; rdf:rest (), (:C) ] .", "no well-formed list"),
        (':p owl:propertyChainAxiom "x" .', "no well-formed list"),
        (":R owl:onProperty :p ; owl:maxCardinality :one .", "http://ex.org/ontology#one is no number"),
        (":R owl:onProperty :p ; owl:maxQualifiedCardinality _:b .", "is no number"),
    ],
)
def test_axioms_that_break_the_grammar_are_left_out_with_a_warning(reading: Reading, axiom: str, says: str) -> None:
    inference, lines = run(reading(ontology__o_ttl=f"{axiom} :S rdfs:subClassOf :T .", data__d_ttl="d:x a :S ."))
    assert "<x> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <ontology#T> <graph/inferred> ." in lines
    assert [says in warning for warning in inference.warnings] == [True]


def test_a_failure_of_the_reasoner_is_told_with_the_way_out(reading: Reading) -> None:
    axioms = ":limit rdfs:subPropertyOf owl:maxCardinality . :R :limit :much ; owl:onProperty :p ."
    with pytest.raises(Finding, match=r'AttributeError.*profile = "none"'):
        run(reading(ontology__o_ttl=axioms, data__d_ttl="d:x a :R ."))
