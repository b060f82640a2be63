"""`parley why` and `parley coverage` on our own publication, the foreign one, and one with a passage left out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release.directory import StateDirectory

Run = Callable[..., subprocess.CompletedProcess[str]]
Ask = Callable[..., subprocess.CompletedProcess[str]]
GARDEN = "http://lichen.example/garden/"


@pytest.fixture
def ask(parley: Run, tiny: tuple[Publication, StateDirectory, Built]) -> Ask:
    """Runs `parley why ARGUMENTS…` on the foreign publication."""
    publication, state, _built = tiny

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return parley("why", *arguments, "--publication", publication.root, PARLEY_STATE=str(state.root))

    return run


def test_a_statement_is_explained_whatever_way_it_is_written(ask: Ask) -> None:
    trees = [
        json.loads(done.stdout)
        for done in (
            ask(f"<{GARDEN}findling>", f"{GARDEN}ontology#bears", f"{GARDEN}becher", "--json"),
            ask("Findling", f"{GARDEN}ontology#bears", f"{GARDEN}becher", "--json"),
        )
    ]
    assert trees[0] == trees[1]
    assert trees[0]["rule"]["name"] == "prp-inv1"
    assert trees[0]["follows_from"][0]["asserted_in"][0]["role"] == "data"


def test_the_tree_is_drawn_in_the_readers_language(ask: Ask) -> None:
    statement = (f"{GARDEN}becher", "a", f"{GARDEN}ontology#CrustSpecimen")
    french, english = (ask(*statement, "--language", tag) for tag in ("fr", "en"))
    assert (french.returncode, english.returncode) == (0, 0)
    assert "└── " in english.stdout and "cls-hv2" in english.stdout
    assert " alors " in french.stdout and " then " in english.stdout


def test_a_literal_may_be_written_as_its_text(ask: Ask) -> None:
    assert ask(f"{GARDEN}becher", f"{GARDEN}ontology#count", "3").returncode == 0
    typed = '"3"^^<http://www.w3.org/2001/XMLSchema#integer>'
    done = ask(f"{GARDEN}becher", f"{GARDEN}ontology#count", typed, "--json")
    assert json.loads(done.stdout)["asserted_in"][0]["graph"] == f"{GARDEN}heft/2"


def test_what_nobody_says_is_told_with_what_is_said_instead(ask: Ask) -> None:
    done = ask(f"{GARDEN}becher", f"{GARDEN}ontology#growsOn", f"{GARDEN}ada")
    assert done.returncode == 1
    assert "Nobody states this" in done.stderr and f"<{GARDEN}findling>" in done.stderr
    told = ask(f"{GARDEN}becher", f"{GARDEN}ontology#growsOn", f"{GARDEN}ada", "--json")
    assert json.loads(told.stdout)["known"] is False


def test_a_word_that_means_nothing_is_refused(ask: Ask) -> None:
    done = ask("Nirgendwo im Garten", "a", f"{GARDEN}ontology#Stone")
    assert done.returncode == 2
    assert "no label" in done.stderr


def coverage(parley: Run, release: tuple[Publication, StateDirectory, Built], *options: str) -> list[dict[str, object]]:
    publication, state, _built = release
    done = parley("coverage", publication.root, "--json", *options, PARLEY_STATE=str(state.root))
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_coverage_counts_the_statements_of_each_passage(
    parley: Run, tiny: tuple[Publication, StateDirectory, Built]
) -> None:
    rows = coverage(parley, tiny)
    assert [(row["passage"], row["statements"]) for row in rows] == [(f"{GARDEN}heft/1", 2), (f"{GARDEN}heft/2", 3)]


def test_every_passage_of_our_own_is_accounted_for(
    parley: Run, real: tuple[Publication, StateDirectory, Built]
) -> None:
    rows = coverage(parley, real, "--language", "fr")
    assert len(rows) >= 57 and all(row["label"] and row["text"] for row in rows)
    assert sum(row["statements"] for row in rows if isinstance(row["statements"], int)) >= 800
    assert all(row["reasons"] for row in rows if not row["statements"])
    starts = [row["position"][0] for row in rows if isinstance(row["position"], list)]
    assert len(starts) == len(rows) and starts == sorted(starts)


PASSAGES = """
@prefix : <http://example.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:p1 a :Page . :p2 a :Page . :p3 a :Page . :p4 a :Page .
:p2 skos:editorialNote "A heading."@en .
:d a :Decision ; :about :p3 ; :because "It only repeats the page before."@en .
:e a :Decision ; :about :p1, :p4 ; :because "Both name one thing."@en .
"""


def test_a_passage_without_statements_needs_a_reason_of_its_own(parley: Run, tmp_path: Path) -> None:
    folder = tmp_path / "book"
    for name, text in {
        "publication.toml": 'base = "http://example.org/"\n[title]\nen = "Book"\n',
        "data/claims/book.trig": '@prefix : <http://example.org/> . :p1 { :a :b :c . :a :b "text"@en }',
        "data/editorial/pages.ttl": PASSAGES,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    assert parley("build", folder).returncode == 0
    done = parley("coverage", folder, "--json")
    rows = json.loads(done.stdout)
    assert [row["statements"] for row in rows] == [2, 0, 0, 0]
    assert [row["reasons"] for row in rows] == [[], ["A heading."], ["It only repeats the page before."], []]
    assert (done.returncode, [row["accounted"] for row in rows]) == (1, [True, True, True, False])
    assert "no reason is recorded" in parley("coverage", folder).stdout


def test_a_publication_without_passages_says_so(parley: Run, publication: Path) -> None:
    assert parley("build", publication).returncode == 0
    done = parley("coverage", publication)
    assert done.returncode == 2 and "no passages" in done.stderr


def test_every_kind_of_inferred_statement_can_be_asked_for(
    parley: Run, real: tuple[Publication, StateDirectory, Built]
) -> None:
    """One statement a property, and not one hundred: each is a process of its own."""
    publication, state, built = real
    quads = list(ox.parse(path=str(built.path / "inferred.nq"), format=ox.RdfFormat.N_QUADS))
    by_property = {quad.predicate: quad for quad in quads}
    assert len(by_property) >= 20
    for quad in sorted(by_property.values(), key=str)[::20]:
        words = (str(quad.subject), str(quad.predicate), str(quad.object))
        done = parley("why", *words, "--publication", publication.root, PARLEY_STATE=str(state.root))
        assert (done.returncode, done.stderr) == (0, "")
