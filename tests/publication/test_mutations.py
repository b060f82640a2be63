"""Wrong statements are noticed: mutants of the real data are put before the shapes, the axioms and the tests."""

from __future__ import annotations

import itertools

import pyoxigraph as ox
import pytest
from mutants import Mutant, Mutator
from mutation_report import counted, prepared, report, run
from mutation_trial import Outcome, Trial

from parley.pipeline.build import Built
from parley.pipeline.terms import graph_of
from parley.pipeline.validation.shacl import run as validate_all
from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.roles import Role

BASE = "https://w3id.org/nato-osce/"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
#: What share of the mutants that differ at all must be caught, and what share may be the same to every query.
LEAST, MOST_ALIKE = 0.95, 0.03
#: Fifty mutants tell the share to within some points only; the long test has none to spare.
MARGIN = 0.05


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return prepared(tmp_path_factory.mktemp("mutants"))


def test_the_checks_pass_without_a_mutant(trial: Trial) -> None:
    assert trial.broken == []
    assert len(trial.checks) >= 100


def test_most_mutants_are_caught(trial: Trial) -> None:
    outcomes = run(trial, 50, seed=1)
    _told, same, share = counted(outcomes)
    print(report(outcomes))
    assert len(outcomes) == 50
    assert share >= LEAST - MARGIN, report(outcomes)
    assert len(same) / len(outcomes) <= MOST_ALIKE, report(outcomes)


@pytest.mark.slow
def test_most_of_many_mutants_are_caught(trial: Trial) -> None:
    outcomes = run(trial, 600, seed=2)
    _told, same, share = counted(outcomes)
    print(report(outcomes))
    assert share >= LEAST, report(outcomes)
    assert len(same) / len(outcomes) <= MOST_ALIKE, report(outcomes)


def test_mutants_follow_from_the_seed_and_cover_every_kind(trial: Trial) -> None:
    first, second = (list(Mutator(trial.quads, trial.role, BASE, seed=3).make(300)) for _ in range(2))
    assert first == second
    assert {m.kind for m in first} == {"delete", "swap", "move", "retype", "mislabel", "redate"}
    assert len({(m.removed, m.added) for m in first}) == 300
    assert {role for role in Role if any(m.role is role for m in first)} >= {Role.PASSAGE, Role.EDITORIAL, Role.LINKS}


def test_no_change_is_not_caught(trial: Trial) -> None:
    """A statement that another graph holds already: the checks see the same data."""
    stated = next(q for q in trial.quads if trial.role(q.graph_name.value) is Role.PASSAGE)  # type: ignore[union-attr]
    outcome = trial.put(Mutant(1, "none", Role.PASSAGE, (stated,), (stated,)))
    assert (outcome.caught_by, outcome.distinguishable) == (None, False)


def test_a_contradiction_is_caught_by_the_axioms(trial: Trial) -> None:
    """The shapes are passed over: the thing is of no class that any of them targets alone."""
    wrong = ox.Quad(
        ox.NamedNode(BASE + "organisation/osce"), TYPE, ox.NamedNode(BASE + "ontology#Qualifier"),
        ox.NamedNode(BASE + "passage/kosovo-02"),
    )  # fmt: skip
    assert trial.contradicts([*trial.quads, wrong])
    assert not trial.contradicts(trial.quads)


@pytest.mark.parametrize("number", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_the_near_look_of_the_shapes_is_as_good_as_the_whole(trial: Trial, number: int) -> None:
    """What shapes pass of a mutant, they pass of all the data with it; what they object to, likewise."""
    mutants = list(Mutator(trial.quads, trial.role, BASE, seed=4).make(12))
    shapes = graph_of(q for q in trial.quads if trial.role(str(getattr(q.graph_name, "value", ""))) is Role.SHAPES)
    near = [trial.shapes_object(mutant) for mutant in mutants]
    assert True in near and False in near
    chosen = itertools.chain(
        [m for m, told in zip(mutants, near, strict=True) if told][:number],
        [m for m, told in zip(mutants, near, strict=True) if not told][:number],
    )
    for mutant in chosen:
        quads = [q for q in trial.quads if q not in mutant.removed] + list(mutant.added)
        seen = [q for q in quads if _validated(trial, q)]
        whole = any("Violation" in str(result.severity) for result in validate_all(graph_of(seen), shapes).results)
        assert whole == trial.shapes_object(mutant), str(mutant)


def _validated(trial: Trial, one: ox.Quad) -> bool:
    role = trial.role(str(getattr(one.graph_name, "value", "")))
    return role.is_validated or role in (Role.ONTOLOGY, Role.SHAPES)


def test_what_the_trial_infers_is_what_a_build_infers(
    trial: Trial, real: tuple[Publication, StateDirectory, Built]
) -> None:
    inferred = real[2].path / "inferred.nq"
    graph = ox.NamedNode(trial.publication.graph("inferred"))
    store, _default = trial.store(trial.quads)
    assert {q.triple for q in store.quads_for_pattern(None, None, None, graph)} == {
        q.triple for q in ox.parse(path=str(inferred), format=ox.RdfFormat.N_QUADS)
    }


def test_a_survivor_is_told(trial: Trial) -> None:
    mutant = next(iter(Mutator(trial.quads, trial.role, BASE, seed=5).make(1)))
    caught, survived, alike = Outcome(mutant, "shapes"), Outcome(mutant, None), Outcome(mutant, None, False)
    text = report([caught, survived, alike])
    assert "50.0%" in text and str(mutant) in text
    assert counted([caught, survived, alike]) == ([survived], [alike], 0.5)
