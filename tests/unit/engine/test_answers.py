"""What a well-meant query gets: every form, every format, every dataset, and errors that name the place."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pyoxigraph as ox
import pytest

from parley.engine.protocol import QueryRequest
from parley.errors import NotAcceptable, QueryRefused, QuerySyntaxError, ResultTooLarge
from parley.formats import (
    JSON_LD,
    RDF_FORMATS,
    RDF_XML,
    RESULT_FORMATS,
    RESULTS_CSV,
    RESULTS_JSON,
    RESULTS_XML,
    TURTLE,
    Format,
)

SELECT = "SELECT ?o ?absent { <http://ex.org/s1> <http://ex.org/knows> ?o }"
CONSTRUCT = "CONSTRUCT WHERE { <http://ex.org/s1> <http://ex.org/knows> ?o }"


def test_the_tables_of_formats_are_not_empty() -> None:
    assert len(RESULT_FORMATS) == 4
    assert len(RDF_FORMATS) >= 4


@pytest.mark.parametrize("syntax", RESULT_FORMATS, ids=lambda f: f.name)
@pytest.mark.parametrize("form", ["select", "ask"])
def test_select_and_ask(bench: Any, syntax: Format, form: str) -> None:
    asked = bench.ask(SELECT if form == "select" else "ASK {}", results=syntax)
    assert asked.head.format is syntax
    assert asked.head.kind == ("bindings" if form == "select" else "boolean")
    assert (b"http://ex.org/s2" if form == "select" else b"true") in asked.body
    if syntax is RESULTS_JSON:
        answer = json.loads(asked.body)
        assert answer["head"] == ({"vars": ["o", "absent"]} if form == "select" else {})
    elif syntax.name == "xml":
        assert ET.fromstring(asked.body).tag.endswith("sparql")
    elif syntax is RESULTS_CSV and form == "select":
        assert b"\r\n" in asked.body
        assert list(csv.reader(io.StringIO(asked.body.decode()))) == [["o", "absent"], ["http://ex.org/s2", ""]]


@pytest.mark.parametrize("syntax", RDF_FORMATS, ids=lambda f: f.name)
@pytest.mark.parametrize("text", [CONSTRUCT, "DESCRIBE <http://ex.org/s1>"], ids=["construct", "describe"])
def test_construct_and_describe(bench: Any, syntax: Format, text: str) -> None:
    asked = bench.ask(text, graph=syntax)
    assert (asked.head.kind, asked.head.format) == ("triples", syntax)
    assert syntax.oxigraph is not None
    triples = {quad.triple for quad in ox.parse(asked.body, format=syntax.oxigraph)}
    ex = "http://ex.org/"
    assert triples == {ox.Triple(ox.NamedNode(ex + "s1"), ox.NamedNode(ex + "knows"), ox.NamedNode(ex + "s2"))}


def test_turtle_uses_the_prefixes_of_the_publication(bench: Any) -> None:
    assert b"ex:s1 ex:knows ex:s2" in bench.ask(CONSTRUCT).body


def test_the_class_of_the_result_decides_between_the_two_formats(bench: Any) -> None:
    with pytest.raises(NotAcceptable, match="bindings") as of_select:
        bench.ask(SELECT, results=None, graph=TURTLE)
    assert set(of_select.value.available) == {f.media_type for f in RESULT_FORMATS}
    with pytest.raises(NotAcceptable, match="triples") as of_construct:
        bench.ask(CONSTRUCT, graph=None)
    assert TURTLE.media_type in of_construct.value.available


def test_rdf_xml_that_would_not_be_well_formed_is_refused(bench: Any) -> None:
    text = "CONSTRUCT { <urn:a> <http://ex.org/1%d> 1 } {}"
    with pytest.raises(NotAcceptable, match=r"http://ex\.org/12"):
        bench.ask(text % 2, graph=RDF_XML)
    assert ET.fromstring(bench.ask(text.replace("1%d", "p"), graph=RDF_XML).body) is not None


XML_LACKS = {"\\u0000": "0000", "\\u001F": "001F", "\\uFFFE": "FFFE", "\\uFFFF": "FFFF"}


@pytest.mark.parametrize("escape", XML_LACKS)
def test_characters_that_xml_lacks_are_refused_in_xml_only(bench: Any, escape: str) -> None:
    select, construct = f"SELECT ('é{escape}é' AS ?x) {{}}", f"CONSTRUCT {{ <urn:a> <urn:b> 'é{escape}é' }} {{}}"
    for text in (select, construct):
        with pytest.raises(NotAcceptable, match=f"U\\+{XML_LACKS[escape]}") as caught:
            bench.ask(text, results=RESULTS_XML, graph=RDF_XML)
        assert RESULTS_JSON.media_type in caught.value.available and TURTLE.media_type in caught.value.available
    assert json.loads(bench.ask(select).body)["results"]["bindings"][0]["x"]["value"] == json.loads(f'"é{escape}é"')
    assert bench.ask(construct, graph=TURTLE).body


def test_characters_that_xml_has_are_written(bench: Any) -> None:
    text = "SELECT ('\\t\\n\\u0085\\u00A0\\uFFFD\\uE000😀￼' AS ?x) {}"
    found = ET.fromstring(bench.ask(text, results=RESULTS_XML).body).find(".//{*}literal")
    assert found is not None and found.text == "\t\n\x85\xa0\ufffd\ue000😀\ufffc"


@pytest.mark.parametrize("size", [8188, 8189, 8190, 8191, 8192])
def test_a_character_that_is_cut_by_a_write_is_found_too(bench: Any, size: int) -> None:
    with pytest.raises(NotAcceptable, match=r"U\+FFFF"):
        bench.ask(f"SELECT ('{'x' * size}\\uFFFF{'x' * 9000}' AS ?x) {{}}", results=RESULTS_XML)


def test_json_ld_lacks_triple_terms(bench: Any) -> None:
    text = "CONSTRUCT { <urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> } {}"
    with pytest.raises(NotAcceptable, match="JSON-LD can't write triple terms") as caught:
        bench.ask(text, graph=JSON_LD)
    assert TURTLE.media_type in caught.value.available
    assert b"urn:b" in bench.ask(text, graph=TURTLE).body


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT * { ?s ?p ?o }", "s,p,o"),
        ("# *\nPREFIX z: <urn:z>\nselect distinct *{$z z:y ?b. $z ?c ?a}ORDER BY ?a LIMIT 1", "z,b,c,a"),
        ("SELECT REDUCED * { { SELECT ?y { ?y ?hidden ?x } } MINUS { ?y ?gone 1 } ?b ?y ?a }", "y,b,a"),
        ("SELECT * { ?a ?b ?c }", "a,b,c"),
        ("SELECT * { VALUES (?z ?a) { (1 2) } BIND(?z * 2 AS ?m) }", "z,a,m"),
        ("SELECT * {}", ""),
        ("SELECT * { ?z ?y ?x FILTER(?gone || true) }", "z,y,x"),
        ("SELECT * { ?z a ?y } ORDER BY ?gone", "z,y"),
        ("SELECT * { OPTIONAL { ?z <urn:p>* ?y } GRAPH ?x { ?x ?y 'A ?gone' } } # ?gone", "z,y,x"),
        ("SELECT * { ?z ?y ?x { SELECT ?w { ?w ?gone 1 } } }", "z,y,x,w"),
        ("SELECT ?p ?o ?s { ?s ?p ?o FILTER EXISTS { SELECT * { ?s ?p ?o } } }", "p,o,s"),
    ],
)
def test_columns_come_as_the_query_mentions_them(bench: Any, text: str, columns: str) -> None:
    assert bench.ask(text, results=RESULTS_CSV).body.decode().split("\r\n")[0] == columns


def test_named_columns_change_no_solution(bench: Any) -> None:
    starred = bench.ask("SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 50", results=RESULTS_CSV).body
    assert starred == bench.ask("SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s LIMIT 50", results=RESULTS_CSV).body


def test_the_dataset_of_the_protocol_replaces_from(bench: Any) -> None:
    count = "SELECT (COUNT(*) AS ?n) FROM <urn:x> { ?s ?p ?o }"
    everywhere = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"

    def number(text: str, **parameters: tuple[str, ...]) -> int:
        return int(bench.ask(text, results=RESULTS_CSV, **parameters).body.split()[1])

    with pytest.raises(QueryRefused, match="no graph <urn:x>"):
        bench.ask(count)
    assert number(count, default_graphs=("http://ex.org/graph",)) == 2000
    assert number(everywhere) == 2000
    assert number(everywhere, default_graphs=("http://ex.org/graph",)) == 0
    assert number(everywhere, named_graphs=("http://ex.org/graph",)) == 2000
    assert number("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", named_graphs=("http://ex.org/graph",)) == 0


def test_relative_iris_are_resolved_against_the_base(bench: Any) -> None:
    assert b"true" in bench.ask("ASK { <s1> <knows> <s2> }", base_iri="http://ex.org/").body


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("SELECT *\n{ ?a ?b }", 2, 9), ("SELECT * {", 1, 11), ("ASK {\n ?a ?b 'open }", 2, 8), ("", 1, 1)],
)
def test_a_syntax_error_has_line_and_column(bench: Any, text: str, line: int, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        bench.ask(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("text", ["INSERT DATA { <urn:a> <urn:b> 1 }", "PREFIX a: <urn:>\nCLEAR ALL", "LOAD <urn:a>"])
def test_update_is_refused_and_changes_nothing(bench: Any, text: str) -> None:
    with pytest.raises(QueryRefused, match="only reads"):
        bench.ask(text)


def test_a_result_above_the_limit_is_an_error_even_after_the_first_chunk(start: Callable[..., Any]) -> None:
    small = start(result_bytes=200_000)
    received = 0

    async def ask() -> None:
        nonlocal received
        text = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
        async with small.client.query(QueryRequest(text)) as answer:
            async for chunk in answer:
                received += len(chunk)

    with pytest.raises(ResultTooLarge, match="200000 bytes"):
        asyncio.run(ask())
    assert 65536 <= received <= 200_000


def test_an_empty_result_and_one_of_many_chunks_are_whole(bench: Any) -> None:
    assert bench.ask("SELECT ?s ?o { ?s <urn:none> ?o }", results=RESULTS_CSV).body == b"s,o\r\n"
    asked = bench.ask("SELECT ?s ?t { ?s ?p ?o . ?t ?q ?u } LIMIT 50000", results=RESULTS_CSV)
    assert asked.body.count(b"\r\n") == 50_001
    assert len(asked.body) > 10 * 65536


def test_a_long_text_of_many_kilobytes_arrives_whole(bench: Any) -> None:
    text = "SELECT * { VALUES ?x { " + "'é' " * 12_000 + "} }"
    assert bench.ask(text, results=RESULTS_CSV).body.count(b"\r\n") == 12_001


def test_an_undeclared_prefix_is_named_with_the_line_to_add(bench: Any) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        bench.ask("SELECT ?a {\n  ?a a ?b ; unheard:of ?c }")
    assert caught.value.message == "Prefix unheard: is not declared."
    assert (caught.value.cure, caught.value.line, caught.value.column) == ("Add PREFIX unheard: <…> in front.", 2, 13)


def test_what_the_engine_can_not_evaluate_is_told_in_its_words_with_the_place(bench: Any) -> None:
    with pytest.raises(QueryRefused) as caught:
        bench.ask("SELECT *\n{ BIND(<urn:f>(1) AS ?x) }")
    assert caught.value.message == "The query can't be evaluated: The custom function <urn:f> is not supported."
    assert (caught.value.line, caught.value.column) == (2, 8)
    assert "lists the functions" in caught.value.cure


def test_a_limit_is_the_number_that_the_setting_is(start: Callable[..., Any]) -> None:
    with pytest.raises(QueryRefused) as caught:
        start(query_depth=3).ask("ASK {{{{}}}}")
    assert repr(caught.value.limit) == "('query_depth', 3)"
