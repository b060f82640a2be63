"""`parley query` takes the parameters that a saved query declares, as its operation on the site does."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import forked
import pytest

from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release.directory import StateDirectory

TINY = Path(__file__).resolve().parents[1] / "fixtures" / "tiny"
NAME = "exemplare-auf-einem-stein"
FILE = TINY / "data" / "queries" / f"{NAME}.rq"
DECLARED = "# parameter n: integer, default 2\nSELECT ?n { BIND(1 AS ?one) FILTER(?n > ?one) }"


@pytest.fixture(scope="module")
def query(tiny: tuple[Publication, StateDirectory, Built]):  # type: ignore[no-untyped-def]
    def ask(*arguments: str, text: str = "") -> tuple[int, str, str]:
        environment = {**os.environ, "PARLEY_STATE": str(tiny[1].root)}
        done = forked.run(["query", *arguments, "--publication", TINY], environment=environment, given=text)
        return done.returncode, done.stdout, " ".join(done.stderr.split())

    return ask


@pytest.mark.parametrize("given", [NAME, str(FILE)])
def test_a_saved_query_is_asked_by_name_or_file_with_a_value(query, given: str) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = query(given, "--set", "stein=garten:findling", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0 and len(rows) >= 1
    short = query(given, "--set", "stein=<http://lichen.example/garden/findling>", "--format", "csv", "--limit", "1")
    assert len(short[1].splitlines()) == 2
    rest = query(given, "--set", "stein=garten:findling", "--format", "csv", "--offset", str(len(rows)))
    assert len(rest[1].splitlines()) == 1


WRONG = {
    "no value": ((), "--set stein="),
    "unknown": (("--set", "stone=x"), "It has: stein"),
    "twice": (("--set", "stein=garten:a", "--set", "stein=garten:b"), "given twice"),
    "no pair": (("--set", "stein"), "no NAME=VALUE"),
    "injection": (("--set", "stein=x> ?p ?o } #"), "an IRI, or a prefixed name"),
    "long": (("--set", "stein=urn:" + "x" * 3000), "at most 2000 characters"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_value_is_named(query, case: str) -> None:  # type: ignore[no-untyped-def]
    options, told = WRONG[case]
    status, out, said = query(NAME, *options)
    assert (status, out) == (2, "") and told in said and "Traceback" not in said


def test_text_may_declare_parameters_too(query) -> None:  # type: ignore[no-untyped-def]
    assert query("-", "--format", "csv", text=DECLARED)[1].split() == ["n", "2"]
    assert query("-", "--format", "csv", "--set", "n=7", text=DECLARED)[1].split() == ["n", "7"]
    assert query("-", "--set", 'n="7" }', text=DECLARED)[0] == 2
    assert query("-", "--set", "n=7", text="ASK {}")[0] == 2


def test_what_has_no_rows_has_no_parts(query) -> None:  # type: ignore[no-untyped-def]
    status, _, said = query("ASK {}", "--limit", "1")
    assert status == 2 and "SELECT" in said


def test_an_unknown_name_lists_those_there_are(query) -> None:  # type: ignore[no-untyped-def]
    status, _, said = query("nothing-of-the-kind")
    assert status == 2 and NAME in said
