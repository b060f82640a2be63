"""Validation of what is asserted: what fails, how it is told, and what must not help it pass."""

from __future__ import annotations

import json
import logging

import pytest
import rdflib

from parley.errors import ValidationFailed
from parley.pipeline.inference.infer import infer
from parley.pipeline.validation.validate import NO_SHAPES, NO_TARGETS, validate

from .conftest import Reading

ONTOLOGY = """
:Agent a owl:Class . :Person a owl:Class ; rdfs:subClassOf :Agent .
:author a owl:ObjectProperty ; rdfs:range :Person .
"""
SHAPE = """
d:Book a sh:NodeShape ; sh:targetClass :Book ; sh:property [
  sh:path :author ; sh:class :Person ; sh:minCount 1 ;
  sh:message "A book has an author, who is a person."@en, "Un livre a un auteur, qui est une personne."@fr ] .
"""


def test_sound_data_conform_and_the_report_counts_what_it_saw(reading: Reading) -> None:
    publication, corpus = reading(
        ontology__o_ttl=ONTOLOGY, shapes__Book_ttl=SHAPE, data__b_ttl="d:b a :Book ; :author d:p . d:p a :Person ."
    )
    report = validate(publication, corpus)
    assert (report.conforms, report.results, report.shapes, report.focus_nodes) == (True, (), 1, 1)


def test_a_row_tells_place_message_and_cure_in_both_languages(reading: Reading) -> None:
    publication, corpus = reading(
        ontology__o_ttl=ONTOLOGY, shapes__Book_ttl=SHAPE, data__b_ttl="d:a a :Paper .\n\nd:b a :Book ."
    )
    report = validate(publication, corpus)
    (row,) = report.results
    assert (row.focus, row.path, row.value, row.severity, row.component) == (
        "d:b",
        "o:author",
        "",
        "violation",
        "MinCount",
    )
    assert row.shape == "d:Book"
    assert row.messages["fr"] == "Un livre a un auteur, qui est une personne."
    assert row.cure["en"] == "Add values of o:author until there are at least 1."
    assert "Un livre a un auteur" in row.text("fr") and "Ajoutez" in row.text("fr")
    assert row.text("de").startswith("data/b.ttl:~")
    assert row.place is not None and row.place.line is not None
    assert (publication.root / row.place.file).read_text().splitlines()[row.place.line - 1] == "d:b a :Book ."
    assert json.loads(json.dumps(report.as_dict()))["results"][0]["line_is_approximate"] is True


def test_a_range_axiom_does_not_supply_the_missing_type(reading: Reading) -> None:
    publication, corpus = reading(
        ontology__o_ttl=ONTOLOGY, shapes__Book_ttl=SHAPE, data__b_ttl="d:b a :Book ; :author d:p ."
    )
    inferred = infer(publication, corpus, corpus.path.with_name("inferred.nq")).path.read_text()
    assert (
        "<http://ex.org/p> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://ex.org/ontology#Person>"
        in inferred
    )
    (row,) = validate(publication, corpus).results
    assert (row.component, row.value) == ("Class", "d:p")


def test_subclasses_of_the_ontology_count_as_targets_and_as_types(reading: Reading) -> None:
    shape = (
        'd:A a sh:NodeShape ; sh:targetClass :Agent ; sh:property [ sh:path :name ; sh:minCount 1 ; sh:message "n" ] .'
    )
    shape += (
        'd:B a sh:NodeShape ; sh:targetClass :Book ; sh:property [ sh:path :by ; sh:class :Agent ; sh:message "b" ] .'
    )
    publication, corpus = reading(
        ontology__o_ttl=ONTOLOGY, shapes__s_ttl=shape, data__b_ttl="d:p a :Person . d:b a :Book ; :by d:p ."
    )
    assert [(row.focus, row.component) for row in validate(publication, corpus).results] == [("d:p", "MinCount")]


def test_shapes_can_rule_the_ontology_and_the_shapes(reading: Reading) -> None:
    house = """
    d:Term a sh:NodeShape ; sh:targetClass owl:Class ; sh:property [
      sh:path rdfs:label ; sh:minCount 1 ; sh:message "Every class has a label."@en ] .
    d:Message a sh:NodeShape ; sh:targetObjectsOf sh:property ; sh:property [
      sh:path sh:message ; sh:minCount 1 ; sh:message "Every constraint has a message."@en ] ."""
    bare = "d:X a sh:NodeShape ; sh:targetClass :Book ; sh:property [ sh:path :p ; sh:maxCount 1 ] ."
    publication, corpus = reading(ontology__o_ttl=":Book a owl:Class .", shapes__h_ttl=house, shapes__x_ttl=bare)
    rows = validate(publication, corpus).results
    assert [row.messages["en"] for row in rows] == ["Every constraint has a message.", "Every class has a label."]
    assert [row.place.file for row in rows if row.place] == ["shapes/x.ttl", "ontology/o.ttl"]


def test_the_union_of_the_graphs_is_validated_and_rows_are_in_a_fixed_order(reading: Reading) -> None:
    files = {
        "shapes__s_ttl": SHAPE + "d:Book sh:property [ sh:path :page ; sh:maxCount 1 ; sh:message 'one' ] .",
        "data__claims__a_trig": "d:g1 { d:b2 a :Book ; :page 1 . d:b1 a :Book } d:g2 { d:b2 :page 2 ; :author d:p }",
        "data__editorial__e_ttl": "d:p a :Person .",
    }
    publication, corpus = reading(**files)
    first = validate(publication, corpus)
    assert [(row.focus, row.component) for row in first.results] == [("d:b1", "MinCount"), ("d:b2", "MaxCount")]
    assert json.dumps(first.as_dict()) == json.dumps(validate(*reading(**files)).as_dict())


def test_a_warning_is_shown_but_does_not_stand_against_the_data(reading: Reading) -> None:
    shape = SHAPE.replace("sh:minCount 1 ;", "sh:minCount 1 ; sh:severity sh:Warning ;")
    publication, corpus = reading(shapes__s_ttl=shape, data__b_ttl="d:b a :Book .")
    report = validate(publication, corpus)
    assert report.conforms and [row.severity for row in report.results] == ["warning"]
    assert (report.as_dict()["violations"], report.as_dict()["warnings"]) == (0, 1)


def test_without_a_message_pyshacls_own_text_is_shown(reading: Reading) -> None:
    bare = "d:X sh:targetClass :Book ; sh:property [ sh:path ( :p [ sh:inversePath :q ] ) ; sh:minCount 1 ] ."
    publication, corpus = reading(shapes__x_ttl=bare, data__b_ttl="d:b a :Book .")
    (row,) = validate(publication, corpus).results
    assert "Less than 1 values" in row.messages[""] and "Less than 1 values" in row.text("fr")
    assert row.path == "o:p/^o:q"


def test_a_nameless_node_is_placed_at_what_it_belongs_to(reading: Reading) -> None:
    shape = 'd:N sh:targetObjectsOf :address ; sh:property [ sh:path :city ; sh:minCount 1 ; sh:message "c" ] .'
    publication, corpus = reading(shapes__s_ttl=shape, data__b_ttl="d:a a :X .\nd:b :address [ :street 'x' ] .")
    (row,) = validate(publication, corpus).results
    assert row.place is not None and row.place.line is not None
    assert (publication.root / "data/b.ttl").read_text().splitlines()[row.place.line - 1].startswith("d:b")


def test_lexical_forms_are_validated_as_written(reading: Reading) -> None:
    shape = 'd:N sh:targetSubjectsOf :n ; sh:property [ sh:path :n ; sh:pattern "^0" ; sh:message "zero" ] .'
    publication, corpus = reading(
        shapes__s_ttl=shape, data__b_ttl='d:a :n "01"^^xsd:integer . d:b :n "1"^^xsd:integer .'
    )
    assert [row.focus for row in validate(publication, corpus).results] == ["d:b"]


def test_queries_have_the_prefixes_of_what_theirs_import(reading: Reading) -> None:
    shapes = """:far sh:declare [ sh:prefix "far" ; sh:namespace "http://ex.org/"^^xsd:anyURI ] .
    :near owl:imports :middle . :middle owl:imports :far, :near . :s a sh:NodeShape ; sh:targetNode d:x ; sh:sparql [
        sh:prefixes :near ; sh:select "SELECT $this WHERE { $this far:p far:bad }" ] ."""
    report = validate(*reading(shapes__s_ttl=shapes, data__x_ttl="d:x d:p d:bad ."))
    assert [row.focus for row in report.results] == ["d:x"]


def test_no_shapes_conforms_and_says_so(reading: Reading) -> None:
    report = validate(*reading(data__b_ttl="d:b a :Book ."))
    assert report.conforms and report.notes == (NO_SHAPES,)


def test_shapes_without_a_target_conform_and_say_so(reading: Reading) -> None:
    shape = SHAPE.replace("sh:targetClass :Book ;", "")
    report = validate(*reading(shapes__s_ttl=shape, data__b_ttl="d:b a :Book ."))
    assert report.conforms and report.notes == (NO_TARGETS,)


def test_a_shape_that_found_nothing_is_noted(reading: Reading) -> None:
    report = validate(*reading(shapes__s_ttl=SHAPE, data__b_ttl="d:b a :Paper ."))
    assert report.conforms and report.notes == ("The shape d:Book found nothing to look at.",)


X = "d:X a sh:NodeShape ; sh:targetClass :Book ; "


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        (X + "sh:property [ sh:path :p ; sh:minCount 'one' ] .", "ill-formed"),
        (X + "sh:property [ sh:minCount 1 ] .", "ill-formed"),
        (
            X + "sh:property [ sh:path :from ; sh:lessThanOrEquals :to ] .",
            "no common order",
        ),
        (X + "sh:property [ sh:path :p ; sh:pattern '(' ] .", "d:X: the pattern"),
        (X + "sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l .", "d:X: .* list"),
        (
            X + "sh:property [ sh:path _:l ] . _:l rdf:first :p ; rdf:rest _:l .",
            "d:X: the path",
        ),
        (X + "sh:property d:P . d:P sh:minCount 1 .", "d:P: .* needs a sh:path"),
        (X + "sh:path :p .", "d:X: a node shape can't have a sh:path"),
        (X + "sh:sparql [ sh:select 'SELECT oops' ] .", "ParseException"),
        (X + "sh:or () .", "can't be evaluated: .* members"),
    ],
    ids=[
        "a count that is text", "no path", "years compared", "no regular expression", "an endless list",
        "an endless path", "a property shape without a path", "a node shape with a path", "no SPARQL", "an empty or",
    ],
)  # fmt: skip
def test_ill_formed_shapes_are_refused_with_a_clear_error(reading: Reading, shape: str, says: str) -> None:
    data = 'd:b a :Book ; :from "1999"^^xsd:gYear ; :to "1998"^^xsd:gYear .'
    with pytest.raises(ValidationFailed, match=says) as caught:
        validate(*reading(shapes__x_ttl=shape, data__b_ttl=data))
    assert caught.value.cure
    assert ('role "data"' in caught.value.cure) is (says != "no common order")


def test_imports_are_not_followed_and_no_global_state_changes(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a network request")

    monkeypatch.setattr("socket.socket.connect", refuse)
    before = rdflib.NORMALIZE_LITERALS, list(logging.getLogger("pyshacl-validate").handlers)
    publication, corpus = reading(
        ontology__o_ttl="<http://ex.org/o> a owl:Ontology ; owl:imports <http://other.example/o> .",
        shapes__s_ttl=SHAPE + "<http://ex.org/s> a owl:Ontology ; owl:imports <http://other.example/s> .",
        data__b_ttl="d:b a :Book .",
    )
    assert len(validate(publication, corpus).results) == 1
    assert before == (rdflib.NORMALIZE_LITERALS, list(logging.getLogger("pyshacl-validate").handlers))


def test_examples_of_shapes_are_no_data(reading: Reading) -> None:
    publication, corpus = reading(
        shapes__s_ttl=SHAPE, shapes__examples__Book__bad_ttl="d:bad a :Book .", data__b_ttl="d:p a :Person ."
    )
    assert validate(publication, corpus).results == ()
