"""The guard: what it refuses, what it must not refuse, and that it is linear."""

from __future__ import annotations

import contextlib
import time

import pytest

from parley.engine.guard import GuardRules, check, position
from parley.engine.tokens import tokens
from parley.errors import QueryRefused, QuerySyntaxError

RULES = GuardRules()

GOOD = {
    "comment": "PREFIX a: <urn:a#> SELECT ?s { ?s a a:B ; a:c ?d . FILTER(?d < 5 && ?d>2) } # {{{ SERVICE",
    "strings": """SELECT * { ?s ?p "}}{{SERVICE", '''a'b''', <urn:SERVICE> , "\\"SERVICE" }""",
    "rows": "SELECT * { VALUES (?a ?b) { " + "(1 2) " * 5000 + "} }",
    "values": "SELECT * { VALUES ?a { " + "1 " * 15000 + "} }",
    "in": "SELECT * { ?a ?b ?c FILTER(?c IN (" + "1, " * 15000 + "1)) }",
    "columns": "SELECT " + "".join(f"(COUNT(?x) AS ?x{i})" for i in range(500)) + " { ?x ?y ?z } GROUP BY ?a",
    "depth": "SELECT * " + "{" * 100 + "}" * 100,
    "triples": "SELECT * { " + "?a ?b ?c . " * 120 + "}",
    "optionals": "SELECT * { " + "OPTIONAL { ?a ?b 1 } " * 500 + "}",
    "template": "CONSTRUCT { " + "?a ?b ?c , (?d ?e) ; ?f [] . " * 500 + "} { ?a ?b ?c }",
    "prefix called insert": "PREFIX insert: <urn:> ASK { insert:a insert:delete 1 }",
}
BAD = {
    "braces": ("SELECT * " + "{" * 3000, "query_depth"),
    "parentheses": ("ASK { FILTER(" + "(" * 3000, "query_depth"),
    "lists": ("ASK { ?a ?b " + "(" * 3000, "query_depth"),
    "blank nodes": ("ASK { ?a ?b " + "[?p " * 3000, "query_depth"),
    "triple terms": ("ASK { ?a ?b " + "<<( " * 3000, "query_depth"),
    "in disguise": ("ASK { FILTER(1<" + "(" * 3000 + "1" + ")" * 3000 + ">1) }", "query_depth"),
    "negations": ("ASK { FILTER(" + "!" * 3000 + "1) }", "query_operators"),
    "alternatives": ("ASK { ?a " + "<p>|" * 3000 + "<p> ?b }", "query_operators"),
    "ors": ("ASK { FILTER(" + "?a||" * 3000 + "?a) }", "query_operators"),
    "unions": ("ASK { " + "{}UNION" * 8000 + "{} }", "query_operators"),
    "triples": ("ASK { " + "?a ?b ?c." * 256 + " }", "query_joins"),
    "semicolons": ("ASK { ?a ?b ?c" + " ; ?b ?c" * 256 + " }", "query_joins"),
    "commas": ("ASK { ?a ?b ?c" + " , ?c" * 256 + " }", "query_joins"),
    "steps": ("ASK { ?a " + "<p>/" * 1000 + "<p> ?b }", "query_joins"),
    "list members": ("ASK { ?a ?b (" + "1 " * 256 + ") }", "query_joins"),
    "groups": ("ASK { " + "{ ?a ?b 1 } " * 256 + "}", "query_joins"),
    "many values": ("ASK { " + "VALUES ?a { 1 } " * 256 + "}", "query_joins"),
    "pattern of CONSTRUCT WHERE": ("CONSTRUCT WHERE { " + "?a ?b ?c . " * 256 + "}", "query_joins"),
    "pattern after a template": ("CONSTRUCT { ?a ?b ?c } { " + "?a ?b ?c . " * 256 + "}", "query_joins"),
    "length": ("#" * 65537, "query_length"),
    "service": ("ASK { SERVICE <http://x/> {} }", "SERVICE"),
    "silent service": ("ASK { service # comment\n silent <http://x/> {} }", "SERVICE"),
    "variable service": ("ASK { VALUES ?x { <http://x/> } { SERVICE ?x {} } }", "SERVICE"),
    "service in a subquery": ("ASK { { SELECT * { SERVICE ex:a {} } } }", "SERVICE"),
    "escaped service": ("ASK { \\u0053ERVICE <http://x/> {} }", "escape"),
    "update": ("PREFIX a: <urn:>\nDELETE WHERE { ?a ?b ?c }", "only reads"),
}
LINEAR = {
    "names": "a." * 32000, "variables": "?a." * 21000, "dots": "." * 65000, "dashes": "a-" * 32000,
    "quotes": '"' * 65001, "long quotes": '""" ' * 16000, "mixed quotes": "'''a\"" * 13000, "less": "<" * 65000,
    "open IRIs": "(1" + "<a" * 32000, "spaced IRIs": "<aaaa " * 10900, "escapes": "\\a" * 32000,
    "backslashes": "\\" * 65000, "comments": "#\n" * 32000, "hashes": "#" * 65000, "letters": "é" * 32000,
    "service": "SERVICE# " * 7000, "tags": "@a-" * 21000, "numbers": "1.e" * 21000, "spaces": " " * 65000,
    "spaces at the end": "ASK {}" + " " * 65000, "comment at the end": "ASK {} #" + "a" * 65000,
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_ordinary_queries_pass(name: str) -> None:
    assert check(GOOD[name], RULES) is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize("name", BAD)
def test_hopeless_queries_are_refused_with_the_limit_and_the_place(name: str) -> None:
    text, reason = BAD[name]
    with pytest.raises(QueryRefused, match=reason) as caught:
        check(text, RULES)
    assert caught.value.line is not None and caught.value.column is not None
    if reason.startswith("query_"):
        assert str(getattr(RULES, reason.removeprefix("query_"))) in caught.value.message


@pytest.mark.parametrize("name", LINEAR)
def test_no_text_takes_long(name: str) -> None:
    began = time.process_time()
    with contextlib.suppress(QueryRefused, QuerySyntaxError):
        check(LINEAR[name], RULES)
    assert time.process_time() - began < 1.0


def test_there_are_enough_cases() -> None:
    assert len(GOOD) >= 10 and len(BAD) >= 24 and len(LINEAR) >= 19


def test_an_open_string_is_a_syntax_error_where_it_opens() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        check("ASK {\n  ?a ?b 'abc }", RULES)
    assert (caught.value.line, caught.value.column) == (2, 9)


def test_a_listed_service_passes_only_as_an_iri() -> None:
    rules = GuardRules(services=frozenset(["https://a.example/sparql"]))
    check("ASK { SERVICE SILENT <https://a.example/sparql> {} }", rules)
    for name in ("<https://b.example/sparql>", "?x", "ex:a"):
        with pytest.raises(QueryRefused, match="this one is not"):
            check(f"ASK {{ SERVICE {name} {{}} }}", rules)


def test_position_counts_from_one() -> None:
    assert [position("a\nbc", offset) for offset in range(4)] == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_tokens_leave_out_blanks_and_comments_also_at_the_end() -> None:
    text = " # one\nASK{?a<urn:b>'c' } # SELECT\n #"
    assert [t.text for t in tokens(text)] == ["ASK", "{", "?a", "<urn:b>", "'c'", "}"]
    assert all(text[t.start : t.end] == t.text for t in tokens(text))
    assert list(tokens("")) == list(tokens(" #\n")) == []
