"""Syntax errors in words, for texts that the engine's own parser refuses."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from parley.engine.diagnosis import Diagnosis, diagnose, undeclared

PREFIXES = {"dc": "http://purl.org/dc/terms/", "": "http://ex.org/"}


def faults(text: str) -> Diagnosis:
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    return diagnose(str(caught.value), text, PREFIXES, ox.Store().query)


@pytest.mark.parametrize(
    ("text", "message", "cure", "line", "column"),
    [
        ("ASK { ?a dc:date ?b }", "Prefix dc: is not declared.", "PREFIX dc: <http://purl.org/dc/terms/>", 1, 10),
        ("ASK {\n ?a :date ?b", "Prefix : is not declared.", "PREFIX : <http://ex.org/>", 2, 5),
        ("PREFIX dc: <urn:a> ASK { ?a dc:b x:y }", "Prefix x: is not declared.", "PREFIX x: <…>", 1, 34),
        ("ASK { ?a ?b ?c } ?d", "Syntax error at “?d”.", "Correct", 1, 18),
        ("SELECT ?a { ?a ?b ?c } LIMIT ten", "Syntax error at “ten”.", "Correct", 1, 30),
        ("ASK { ?a ?b", "Syntax error after “?b”.", "Correct", 1, 12),
        ("", "The query is empty.", "Send a SELECT", 1, 1),
        (" # ?s\n", "The query is empty.", "Send a SELECT", 1, 1),
        (
            "ASK {?x <rel> 2}",
            "Syntax error at “<rel>”: an IRI is not valid, or relative without BASE.",
            "Correct",
            1,
            9,
        ),
        ("hello", "Syntax error at “hello”.", "Correct", 1, 1),
        ("SELECT ?a { ?a ?b ?c\n ?d ?e ?f }", "Syntax error at “?d”.", "Correct", 2, 2),
        ("ASK { ?a ?b # }\n } LIMIT 10", "Syntax error at “}”.", "Correct", 2, 2),
        ("ASK { ?a ?b ?c FILTER(?c > ) }", "Syntax error at “)”.", "Correct", 1, 28),
        ("ASK { ?a ?b '''}\n{'''@en , -1.5e3 ?d }", "Syntax error at “?d”.", "Correct", 2, 18),
        ("SELECT (COUNT(*) ?n) {}", "Syntax error at “?n”.", "Correct", 1, 18),
        ("SELECT * { ?a ?b ?c } GROUP BY ?a", "can't be grouped, name the variables", "Correct", 1, 34),
        ("SELECT * { VALUES (?a ?b) { (1) } }", "a row of VALUES has more or fewer values", "Correct", 1, 33),
        ("ASK { ?a ?b “c” }", "SPARQL has no character U+201C (left double quotation mark) here.", "Replace", 1, 13),
        ("ASK\0{}", "SPARQL has no character U+0000 here.", "Replace", 1, 4),
        ("ASK\xa0{}", "SPARQL has no character U+00A0 (no-break space) here.", "Replace", 1, 4),
    ],
)
def test_faults_in_words(text: str, message: str, cure: str, line: int, column: int) -> None:
    found = faults(text)
    assert message in found.message
    assert (found.line, found.column) == (line, column)
    assert cure in found.cure


def test_classes_of_characters_are_never_shown() -> None:
    for text in ("SELECT ?x { ?x foo:bar ?y ", "SELECT * {", "ASK { 'a }", "SELECT (COUNT(?x) AS ?y) ?z { ?x ?y2 ?z }"):
        found = faults(text)
        assert "..=" not in found.message and len(found.message) < 150


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ASK { _:x a:b a:c ; d:e <f:g> }", ["a:b", "d:e"]),
        ("PREFIX a: <a:> ASK { ?x a:b 'c:d' . # e:f\n }", []),
        ("ASK { ?x a true }", []),
    ],
)
def test_undeclared_prefixes(text: str, names: list[str]) -> None:
    assert [token.text for token in undeclared(text)] == names


def test_an_error_of_another_form_is_kept_in_part() -> None:
    assert diagnose("boom", "ASK {}", PREFIXES, ox.Store().query).message == "Syntax error: boom"


def test_a_text_that_is_only_wrong_as_it_was_sent_keeps_its_first_error() -> None:
    first = diagnose("error at 1:7: expected X", "ASK { ?a ?b ?c }", PREFIXES, ox.Store().query)
    assert (first.message, first.line, first.column) == ("Syntax error at “?a”.", 1, 7)
