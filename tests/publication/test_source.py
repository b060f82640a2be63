"""The record of the source agrees with the source, and with what the passages say.

Each test takes a `store`, so that mutants of the data can be put before it (`mutation_trial`).
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from test_agreement import BASE, ROOT, rows

from parley.passages import Status, read_passages, verify

#: The reader's copy of the source, which is not republished here.
SOURCE = Path(os.environ.get("PARLEY_SOURCE", ROOT.parent / "shared" / "source" / "relations-avec-l-osce.fr.txt"))


def test_passages_stand_in_the_source(store: ox.Store) -> None:
    """Each at its place and with its checksum."""
    if not SOURCE.is_file():
        tell = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        tell(f"{SOURCE} is missing: set PARLEY_SOURCE to your copy of the page as plain text")
    found = list(verify(SOURCE.read_text(encoding="utf-8"), read_passages(store)))
    assert len(found) >= 57
    assert [one.passage.iri for one in found if one.status is not Status.VERIFIED] == []


def test_the_pages_present_is_the_day_of_its_update(store: ox.Store) -> None:
    updated = {day[:10] for (day,) in rows(store, "SELECT ?d { ?page a natosce:SourcePage ; dcterms:modified ?d }")}
    held = rows(store, "SELECT ?x ?d { ?x natosce:trueAsOf ?d }")
    assert len(held) >= 2 and len(updated) == 1
    assert [(x, day) for x, day in held if day not in updated] == []


def telling(text: str) -> set[str]:
    """The beginnings of its longer words, its acronyms and its numbers."""
    roots = {word[:5] for word in re.findall(r"\w{4,}", text.casefold())}
    return roots | {word.casefold() for word in re.findall(r"\b[A-Z]{2,}\b", text)} | set(re.findall(r"\d+", text))


def test_a_paraphrase_speaks_of_what_its_passage_mentions(store: ox.Store) -> None:
    """In the words of the labels, but for those that half of the passages have."""
    labelled = """SELECT DISTINCT ?p ?l (LANG(?l) AS ?language) { GRAPH ?p { ?x ?property ?y } ?p a natosce:Passage
        { ?x rdfs:label|skos:altLabel ?l } UNION { ?y rdfs:label|skos:altLabel ?l } }"""
    mentioned: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for passage, label, language in rows(store, labelled):
        mentioned[passage, language] |= telling(label)
    told = rows(store, "SELECT ?p ?t (LANG(?t) AS ?language) { ?p natosce:paraphrase ?t }")
    assert len(told) >= 110 and len(mentioned) >= 110
    common = {"otan", "nato", "osce", "alliés", "allies"}
    foreign = [
        (passage.removeprefix(BASE), text)
        for passage, text, language in told
        if mentioned[passage, language] and not telling(text) & mentioned[passage, language] - common
    ]
    assert foreign == []
