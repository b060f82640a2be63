"""Syntax errors in words, for texts that the engine's own parser refuses."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from parley.engine.diagnosis import Diagnosis, diagnose, undeclared

PREFIXES = {"dc": "http://purl.org/dc/terms/", "": "http://ex.org/"}


def faults(text: str) -> Diagnosis:
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    return diagnose(str(caught.value), text, PREFIXES)


@pytest.mark.parametrize(
    ("text", "message", "cure", "line", "column"),
    [
        ("ASK { ?a dc:date ?b }", "Prefix dc: is not declared.", "PREFIX dc: <http://purl.org/dc/terms/>", 1, 10),
        ("ASK {\n ?a :date ?b", "Prefix : is not declared.", "PREFIX : <http://ex.org/>", 2, 5),
        ("PREFIX dc: <urn:a> ASK { ?a dc:b x:y }", "Prefix x: is not declared.", "PREFIX x: <…>", 1, 34),
        ("ASK { ?a ?b ?c } ?d", "Syntax error after “?d”.", "Correct", 1, 20),
        ("SELECT ?a { ?a ?b ?c } LIMIT ten", "Syntax error at “ten”.", "Correct", 1, 30),
        ("ASK { ?a ?b", "Syntax error after “?b”.", "Correct", 1, 12),
        ("", "Syntax error at the start.", "Correct", 1, 1),
        ("ASK {?x <rel> 2}", "Syntax error at “2”: an IRI is not valid, or relative without BASE.", "Correct", 1, 14),
    ],
)
def test_faults_in_words(text: str, message: str, cure: str, line: int, column: int) -> None:
    found = faults(text)
    assert (found.message, found.line, found.column) == (message, line, column)
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
    assert diagnose("boom", "ASK {}", PREFIXES).message == "Syntax error: boom"
