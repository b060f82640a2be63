"""Parameters of saved queries: what is declared, what is taken for a value, how values get into a query."""

from __future__ import annotations

import random

import pyoxigraph as ox
import pytest

from parley.binding import bound, form, part, unbindable
from parley.errors import BadRequest, SourceError
from parley.parameters import TYPES, Parameter, declared
from parley.queries import parse

PREFIXES = {"ex": "http://example.com/"}
HEADER = """# title@en: Which stones?
# parameter place: iri, required, of ex:Place
# parameter place@en: Place
# parameter theme: iri, of ex:Theme, in ex:about
# parameter since: date, default 1995-01-01
SELECT * { ?stone ?p ?place FILTER(?since < 1) }
"""
HOSTILE = [
    'x" } #', "x\\", 'x\\" } UNION { ?s ?p ?o', "'''", '"""', "}", "}}", "\n}", "\r", "\x00", "\x08", "\x7f", "\u2028",
    "\ufeff", "\U0001f600", "?x", "$x", "<urn:x>", "# comment", "\\u007D", "@en", '"^^<urn:x>', "<<( )>>", "{|", "",
]  # fmt: skip


def test_a_header_declares_parameters_with_labels() -> None:
    place, theme, since = parse("queries/stones.rq", HEADER).parameters
    assert (theme.of, theme.led, place.led) == ("ex:Theme", "ex:about", None)
    assert (place.name, place.type.name, place.required, place.of, place.label) == (
        "place", "iri", True, "ex:Place", {"en": "Place"},
    )  # fmt: skip
    assert (since.name, since.type.name, since.required, since.default) == ("since", "date", False, "1995-01-01")


@pytest.mark.parametrize(
    ("header", "line", "message"),
    [
        ("# parameter x: colour", 1, "declares no parameter"),
        ("# parameter x:", 1, "declares no parameter"),
        ("# parameter format: string", 1, "can be called “format”"),
        ("# parameter 1x: string", 1, "can be called “1x”"),
        ("# parameter x: iri, in ex:about", 1, "only a parameter “of” a class"),
        ("# parameter x: date\n# parameter x: date", 2, "can be called “x”"),
        ("# parameter x@en: X", 1, "no parameter “x” above"),
        ("# parameter x: date\n# parameter x@en: a\n# parameter x@EN: b", 3, "second “parameter x”"),
        ("# parameter x: date, of ex:A", 1, "only a parameter of type iri"),
        ("# parameter x: date, required, default 1999-01-01", 1, "required parameter has no default"),
    ],
)
def test_a_broken_declaration_is_an_error_at_its_line(header: str, line: int, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse("queries/a.rq", header + "\nASK { ?x ?y ?z }")
    assert caught.value.line == line
    assert message.lower() in str(caught.value).lower()
    assert caught.value.cure


@pytest.mark.parametrize(
    ("kind", "value", "term"),
    [
        ("iri", "ex:a", "<http://example.com/a>"),
        ("iri", "urn:a:b", "<urn:a:b>"),
        ("iri", "<urn:a>", "<urn:a>"),
        ("string", 'a "b"', '"a \\"b\\""'),
        ("integer", "-7", '"-7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("decimal", "1.50", '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("boolean", "true", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("date", "1999-06-10", '"1999-06-10"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("lang", "fr-CA", '"fr-CA"'),
    ],
)
def test_values_become_terms(kind: str, value: str, term: str) -> None:
    assert str(Parameter("x", TYPES[kind]).term(value, PREFIXES)) == term


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("iri", "a> } #"), ("iri", "not an iri"), ("iri", ""), ("iri", "<urn:a b>"), ("iri", "urn:a}\\u003e"),
        ("iri", "relative/path"), ("integer", "1e3"), ("integer", "１"), ("integer", "9" * 19), ("decimal", "NaN"),
        ("boolean", "yes"), ("date", "1999-02-30"), ("date", "1999-06-10T00:00:00"), ("date", "10/06/1999"),
        ("lang", "e"), ("lang", 'en"'), ("string", "x" * 2001),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused(kind: str, value: str) -> None:
    with pytest.raises(BadRequest) as caught:
        Parameter("x", TYPES[kind]).term(value, PREFIXES)
    assert "Give" in caught.value.cure


STORE = ox.Store()
STORE.load(
    b"@prefix : <urn:> . :a :p :x ; :n 1 . :b :p :y ; :n 2 . :c :q :x . :g { :d :p :x . :e :p :y }",
    format=ox.RdfFormat.TRIG,
)
X = {"x": ox.NamedNode("urn:x")}


def _rows(text: str) -> list[str]:
    found = STORE.query(text)
    assert isinstance(found, ox.QuerySolutions)
    return sorted(str(row["s"].value) for row in found)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT ?s { ?s <urn:p> ?x }", ["urn:a"]),
        ("SELECT ?s { { ?s <urn:p> ?x } UNION { ?s <urn:q> ?x } }", ["urn:a", "urn:c"]),
        ("SELECT ?s { ?s ?p ?o FILTER EXISTS { ?s <urn:p> ?x } } GROUP BY ?s", ["urn:a"]),
        ("SELECT ?s { ?s <urn:n> ?n MINUS { ?s <urn:p> ?x } }", ["urn:b"]),
        ("SELECT ?s { { SELECT ?s ?x { ?s ?p ?x } GROUP BY ?s ?x } }", ["urn:a", "urn:c"]),
        ("SELECT ?s { GRAPH ?g { ?s ?p ?x } }", ["urn:d"]),
        ("SELECT ?s (EXISTS { ?s <urn:q> [] } AS ?e) { ?s ?p ?x }", ["urn:a", "urn:c"]),
        ("SELECT ?s { VALUES (?s) { (<urn:a>) (<urn:b>) } ?s ?p $x }", ["urn:a"]),
        ("SELECT ?s # } {\n{ ?s ?p ?o FILTER(STR(?o) != '{ ?x }' && ?o = ?x) }", ["urn:a", "urn:c"]),
        ("SELECT ?s { ?s ?p [] FILTER(!BOUND(?x) || EXISTS { ?s <urn:q> ?x }) }", ["urn:c"]),
    ],
)
def test_a_variable_has_its_value_wherever_it_is_named(text: str, rows: list[str]) -> None:
    assert _rows(bound(text, X)) == rows
    assert _rows(text) != rows, "the value changes the answer"


def test_templates_and_forms_are_told_apart() -> None:
    text = "CONSTRUCT { ?s <urn:r> ?x } WHERE { ?s ?p ?x }"
    found = STORE.query(bound(text, X))
    assert isinstance(found, ox.QueryTriples)
    assert {triple.object for triple in found} == {X["x"]}
    assert [form(t) for t in (text, "ask {}", "PREFIX select: <urn:> DESCRIBE <urn:a>", "INSERT DATA {}")] == [
        "CONSTRUCT", "ASK", "DESCRIBE", "",
    ]  # fmt: skip
    assert unbindable(text, ["x", "y"]) == ["y"]
    assert unbindable("DESCRIBE <urn:x>", ["x"]) == ["x"]


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_ends_what_surrounds_it(value: str) -> None:
    """The engine reads back the very value, and the query around it keeps its meaning."""
    found = STORE.query(bound("SELECT ?x { ?s <urn:n> 1 }", {"x": ox.Literal(value)}))
    assert isinstance(found, ox.QuerySolutions)
    assert [row["x"] for row in found] == [ox.Literal(value)]


def test_random_values_come_back_as_they_are() -> None:
    chance = random.Random(7)
    alphabet = "".join(HOSTILE) + "\"\\'`{}<>^@#?$.;,()[]|\t\n u007D"
    for _ in range(2000):
        value = "".join(chance.choices(alphabet, k=chance.randint(0, 12)))
        found = STORE.query(bound("SELECT ?x { }", {"x": ox.Literal(value)}))
        assert isinstance(found, ox.QuerySolutions)
        assert [row["x"] for row in found] == [ox.Literal(value)], repr(value)


@pytest.mark.parametrize(
    ("text", "limit", "offset", "rest"),
    [
        ("SELECT * { }", 5, 0, "LIMIT 5 OFFSET 0"),
        ("SELECT * { } # end", 5, 2, "LIMIT 5 OFFSET 2\n# end"),
        ("SELECT * { } ORDER BY ?x LIMIT 10 OFFSET 3", 5, 2, "LIMIT 5 OFFSET 5"),
        ("SELECT * { } OFFSET 3 LIMIT 4", 5, 2, "LIMIT 2 OFFSET 5"),
        ("SELECT * { } LIMIT 4", 5, 9, "LIMIT 0 OFFSET 9"),
        ("SELECT * { { SELECT * { } LIMIT 1 } } VALUES ?x { 1 2 }", 5, 2, "LIMIT 5 OFFSET 2\nVALUES ?x { 1 2 }"),
        ("SELECT * { } LIMIT 4", None, 1, "LIMIT 3 OFFSET 1"),
    ],
)
def test_a_part_of_the_rows(text: str, limit: int | None, offset: int, rest: str) -> None:
    found = part(text, limit, offset)
    assert found.endswith("\n" + rest)
    STORE.query(found)


def test_all_rows_need_no_part() -> None:
    assert part("SELECT * { }", None, 0) == "SELECT * { }"
    assert declared("string").type.name == "string"
