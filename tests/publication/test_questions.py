"""Questions about the page, put to the built publication: the rows are those written from the page beforehand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from parley.queries import parse

ROOT = Path(__file__).resolve().parents[2]
FILE = tomllib.loads((ROOT / "tests" / "publication" / "questions.toml").read_text())
QUESTIONS: list[dict[str, Any]] = FILE["question"]
BASE: str = FILE["base"]
QUERIES = sorted((ROOT / "data" / "queries").glob("*.rq"))

Row = tuple[str, ...]


def query_text(question: dict[str, Any]) -> str:
    if "query" in question:
        return (ROOT / str(question["query"])).read_text()
    return str(FILE["head"]) + str(question["sparql"])


def _value(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    if term is None:
        return ""
    return term.value.removeprefix(BASE) if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def answers(store: ox.Store, text: str, columns: list[str]) -> list[Row]:
    found = store.query(text, base_iri=BASE)
    if isinstance(found, ox.QueryBoolean):
        return [(str(bool(found)).lower(),)]
    if isinstance(found, ox.QueryTriples):
        return sorted({tuple(_value(getattr(triple, name)) for name in columns) for triple in found})
    assert isinstance(found, ox.QuerySolutions)
    return sorted({tuple(_value(solution[name]) for name in columns) for solution in found})


@pytest.mark.parametrize("question", QUESTIONS, ids=[q["id"] for q in QUESTIONS])
def test_the_answer_is_what_the_page_says(store: ox.Store, question: dict[str, Any]) -> None:
    expected = sorted(tuple(row) for row in question["rows"])
    assert answers(store, query_text(question), question.get("columns", [""])) == expected


def test_there_are_enough_questions_in_both_languages() -> None:
    assert len(QUESTIONS) >= 100 and len(QUERIES) >= 60
    assert all(question["fr"] and question["en"] for question in QUESTIONS)
    assert any(not question["rows"] for question in QUESTIONS), "one whose right answer is that the page doesn't say"


def test_the_passages_a_question_rests_on_exist(store: ox.Store) -> None:
    there = {row[0] for row in answers(store, f"SELECT ?p {{ ?p a <{BASE}ontology#Passage> }}", ["p"])}
    assert len(there) >= 50
    named = {f"passage/{name}" for question in QUESTIONS for name in question["passages"]}
    assert named - there == set()


@pytest.mark.parametrize("path", QUERIES, ids=[path.stem for path in QUERIES])
def test_a_saved_query_is_titled_in_both_languages_and_asked_by_a_question(path: Path) -> None:
    saved = parse(path.name, path.read_text())
    assert set(saved.title) == set(saved.description) == {"en", "fr"}
    assert f"data/queries/{path.name}" in {question.get("query") for question in QUESTIONS}


def test_a_question_is_told_from_its_neighbour(store: ox.Store) -> None:
    """The comparison can fail: no question with rows is satisfied by the query of one with other rows."""
    first, second = [q for q in QUESTIONS if len(q["rows"]) > 2 and len(q["columns"]) == 2][:2]
    expected = sorted(tuple(row) for row in first["rows"])
    assert answers(store, query_text(first), first["columns"]) == expected
    assert answers(store, query_text(second), second["columns"]) != expected
