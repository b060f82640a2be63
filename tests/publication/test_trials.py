"""What readers of the page listed is found in the built publication, and what they took care to exclude is not.

The lists are those of `docs/trials`. Each test takes a `store`, so that mutants of the data can be put before it.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

ROOT = Path(__file__).resolve().parents[2]
TRIALS = ROOT / "docs" / "trials"
BASE = "https://w3id.org/nato-osce/"
PREFIXES = (TRIALS / "prefixes.rq").read_text(encoding="utf-8")


def listed(name: str, kind: str) -> list[dict[str, Any]]:
    """The entries of a list."""
    entries: list[dict[str, Any]] = tomllib.loads((TRIALS / f"{name}.toml").read_text(encoding="utf-8"))[kind]
    return entries


FACTS, OVERCLAIMS = listed("facts", "fact"), listed("overclaims", "overclaim")
QUESTIONS = listed("questions", "question") + listed("more-questions", "question")
READ = listed("blind-2", "answer") + listed("blind-3", "answer")


def holds(store: ox.Store, entry: dict[str, Any]) -> bool:
    found = store.query(PREFIXES + entry["sparql"])
    assert isinstance(found, ox.QueryBoolean)
    return bool(found)


def answers(store: ox.Store, question: dict[str, Any]) -> list[list[str]]:
    found = store.query(PREFIXES + question["sparql"])
    assert isinstance(found, ox.QuerySolutions)
    rows = {tuple(_value(solution[name]) for name in question["columns"]) for solution in found}
    return sorted(map(list, rows))


def _value(term: object) -> str:
    return str(getattr(term, "value", "")).removeprefix(BASE)


@pytest.mark.parametrize("fact", FACTS, ids=[one["id"] for one in FACTS])
def test_a_fact_of_the_page_is_found(store: ox.Store, fact: dict[str, Any]) -> None:
    assert holds(store, fact), fact["en"]


@pytest.mark.parametrize("overclaim", OVERCLAIMS, ids=[one["id"] for one in OVERCLAIMS])
def test_a_claim_that_the_page_does_not_make_is_not_found(store: ox.Store, overclaim: dict[str, Any]) -> None:
    assert not holds(store, overclaim), overclaim["why_not"]


@pytest.mark.parametrize("question", QUESTIONS, ids=[one["id"] for one in QUESTIONS])
def test_a_question_is_answered(store: ox.Store, question: dict[str, Any]) -> None:
    assert answers(store, question) == sorted(question["rows"]), question["answer"]


@pytest.mark.parametrize("answer", READ, ids=[one["question"] for one in READ])
def test_what_a_blind_reader_asked_still_has_an_answer(store: ox.Store, answer: dict[str, Any]) -> None:
    """Rows to read it from; only a question on what the page never mentions is an ASK, and false."""
    found = store.query(PREFIXES + answer["sparql"])
    assert not found if isinstance(found, ox.QueryBoolean) else next(iter(found))
    for name in answer.get("passages", ()):
        passage = ox.NamedNode(f"{BASE}passage/{name}")
        assert next(store.quads_for_pattern(passage, None, None), None), name


def test_the_lists_are_as_long_as_they_were_and_in_both_languages() -> None:
    assert len(FACTS) >= 391 and len(OVERCLAIMS) >= 120 and len(QUESTIONS) >= 200
    assert min(sum(language in question for question in QUESTIONS) for language in ("fr", "en")) >= 100
    identifiers = [entry["id"] for entry in [*FACTS, *OVERCLAIMS, *QUESTIONS]]
    assert len(set(identifiers)) == len(identifiers)


def test_facts_are_not_found_in_nothing() -> None:
    """Those that are count, compare or deny something only."""
    empty = [fact["id"] for fact in FACTS if holds(ox.Store(), fact)]
    assert len(empty) <= 5, empty


def test_a_claim_is_found_once_somebody_makes_it(store: ox.Store) -> None:
    leads = ox.NamedNode(f"{BASE}ontology#ledBy")
    wrong = ox.Store()
    wrong.extend(store)
    wrong.add(ox.Quad(ox.NamedNode(f"{BASE}force/kfor"), leads, ox.NamedNode(f"{BASE}organisation/nato")))
    assert [claim["id"] for claim in OVERCLAIMS if holds(wrong, claim)] == ["O001"]


def test_queries_speak_of_things_and_terms_that_exist(store: ox.Store) -> None:
    """A misspelt term would make any claim absent."""
    namespaces = dict(re.findall(r"PREFIX (\w+): <([^>]+)>", PREFIXES))
    known = {term.value for quad in store for term in (quad.subject, quad.predicate, quad.object) if _named(term)}
    assert len(known) >= 1000
    for entry in [*FACTS, *OVERCLAIMS, *QUESTIONS]:
        text = re.sub(r'"[^"]*"(\^\^\w+:\w+)?|<[^>]*>', "", entry["sparql"])
        own = {namespaces[p] + name for p, name in re.findall(r"\b(\w+):([\w-]+)", text)}
        assert sorted(iri for iri in own if iri.startswith(BASE) and iri not in known) == [], entry["id"]


def _named(term: object) -> bool:
    return isinstance(term, ox.NamedNode)
