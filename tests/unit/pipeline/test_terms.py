"""The bridge between pyoxigraph and rdflib."""

from __future__ import annotations

import logging

import pyoxigraph as ox
import pytest
import rdflib

from parley.pipeline.terms import from_rdflib, graph_of, quiet_rdflib, to_rdflib

XSD = "http://www.w3.org/2001/XMLSchema#"
TERMS: list[ox.NamedNode | ox.BlankNode | ox.Literal] = [
    ox.NamedNode("http://ex.org/é%2F"),
    ox.BlankNode("b0"),
    ox.Literal("plain"),
    ox.Literal("deux", language="fr"),
    ox.Literal("01", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("1.50", datatype=ox.NamedNode(XSD + "decimal")),
    ox.Literal("1", datatype=ox.NamedNode(XSD + "boolean")),
    ox.Literal("2021-05-06T10:02:00.000+00:00", datatype=ox.NamedNode(XSD + "dateTime")),
    ox.Literal("not a date", datatype=ox.NamedNode(XSD + "date")),
    ox.Literal("1998/..", datatype=ox.NamedNode("http://id.loc.gov/datatypes/edtf/EDTF")),
]


@pytest.mark.parametrize("term", TERMS, ids=str)
def test_a_term_survives_the_way_there_and_back(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> None:
    assert from_rdflib(to_rdflib(term)) == term


def test_a_plain_literal_and_one_of_type_string_are_the_same() -> None:
    typed = ox.Literal("a", datatype=ox.NamedNode(XSD + "string"))
    assert to_rdflib(typed) == rdflib.Literal("a") != rdflib.Literal("a", datatype=rdflib.XSD.string)


def test_rdflibs_switch_for_literals_is_left_alone() -> None:
    before = rdflib.NORMALIZE_LITERALS
    graph = graph_of([ox.Quad(ox.NamedNode("http://ex.org/a"), ox.NamedNode("http://ex.org/p"), TERMS[4])])
    assert [str(o) for o in graph.objects()] == ["01"]
    assert before == rdflib.NORMALIZE_LITERALS


def test_an_ill_typed_literal_makes_no_noise_and_the_logger_is_as_before(caplog: pytest.LogCaptureFixture) -> None:
    with quiet_rdflib():
        to_rdflib(TERMS[8])
    assert caplog.records == []
    assert logging.getLogger("rdflib.term").disabled is False


def test_triple_terms_have_no_counterpart_and_are_left_out_of_graphs() -> None:
    node = ox.NamedNode("http://ex.org/a")
    triple = ox.Triple(node, node, node)
    with pytest.raises(TypeError, match=r"no term of RDF 1\.1"):
        to_rdflib(triple)
    assert len(graph_of([ox.Quad(node, node, triple), ox.Quad(node, node, node)])) == 1
