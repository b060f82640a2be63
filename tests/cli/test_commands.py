"""Each command does what its help says, on the publication that `parley new` makes."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def test_help_lists_every_command(parley: Run) -> None:
    told = parley("--help").stdout
    for name in ("check", "build", "serve", "query", "dump", "releases", "rollback", "gc", "new", "verify-source"):
        assert f"  {name} " in told


def test_a_new_publication_passes_check(parley: Run, publication: Path) -> None:
    done = parley("check", publication, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["conforms"] is True


def test_new_leaves_a_folder_with_content_alone(parley: Run, publication: Path) -> None:
    before = sorted(publication.rglob("*"))
    done = parley("new", publication)
    assert (done.returncode, sorted(publication.rglob("*"))) == (2, before)
    assert "has a publication.toml already" in done.stderr


def test_build_tells_what_is_in_the_release(parley: Run, publication: Path) -> None:
    done = parley("build", publication, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["counts"]["asserted"] >= 20
    assert told["counts"]["inferred"] >= 2  # nearness is symmetric, a lighthouse is a place
    assert {"read", "validate", "infer", "index", "store", "dump"} <= set(told["seconds"])
    assert Path(told["path"], "manifest.json").is_file()


def test_nothing_changed_means_nothing_built_in_under_a_second(parley: Run, publication: Path) -> None:
    first = json.loads(parley("build", publication, "--json").stdout)
    start = time.monotonic()
    second = json.loads(parley("build", publication, "--json").stdout)
    took = time.monotonic() - start
    assert second["reused"] is True
    assert second["id"] == first["id"]
    assert sum(second["seconds"].values()) < 1, took


def test_a_change_makes_a_release_and_rollback_takes_it_back(parley: Run, publication: Path) -> None:
    first = json.loads(parley("build", publication, "--json").stdout)["id"]
    with (publication / "data" / "places.ttl").open("a") as file:
        file.write('\nplace:pier a term:Place ; rdfs:label "the pier"@en .\n')
    second = json.loads(parley("build", publication, "--json").stdout)["id"]
    assert second != first
    assert parley("rollback", "--publication", publication).returncode == 0
    rows = json.loads(parley("releases", publication, "--json").stdout)
    assert [(row["id"], row["current"]) for row in rows] == [(first, True), (second, False)]
    assert parley("gc", publication, "--keep", "1").returncode == 0
    kept = [row["id"] for row in json.loads(parley("releases", publication, "--json").stdout)]
    assert first in kept  # the current one stays whatever its age


def test_rollback_to_an_unknown_release_names_those_there_are(parley: Run, coast: Path) -> None:
    done = parley("rollback", "ffff", "--publication", coast)
    assert done.returncode == 1
    assert "ffff" in done.stderr


@pytest.mark.parametrize(
    ("query", "options", "told"),
    [
        (f"SELECT ?l {{ ?s <{LABEL}> ?l FILTER(STR(?l) = 'North Light') }}", (), '"North Light"@en'),
        ("ASK { ?s ?p ?o }", ("--json",), '"boolean":true'),
        (f"CONSTRUCT WHERE {{ ?s <{LABEL}> ?l }}", ("--format", "nt"), '"North Light"@en .'),
    ],
)
def test_query_answers_in_the_format_asked_for(
    parley: Run, coast: Path, query: str, options: tuple[str, ...], told: str
) -> None:
    done = parley("query", query, *options, "--publication", coast)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout


def test_a_saved_query_is_run_by_its_file(parley: Run, coast: Path) -> None:
    done = parley("query", coast / "data/queries/places.rq", "--json", "--publication", coast)
    rows = json.loads(done.stdout)["results"]["bindings"]
    near = {(row["label"]["value"], row["near"]["value"].rpartition("/")[2]) for row in rows}
    assert near == {("North Light", "harbour"), ("the harbour", "north-light")}


def test_a_query_with_a_fault_is_told_by_line_and_column(parley: Run, coast: Path) -> None:
    done = parley("query", "SELECT * {\n ?s ?p }", "--publication", coast)
    assert done.returncode == 1
    assert "line 2, column " in done.stderr


@pytest.mark.parametrize("syntax", ["ttl", "trig", "nt", "nq", "jsonld", "rdf"])
def test_dump_writes_every_format(parley: Run, coast: Path, tmp_path: Path, syntax: str) -> None:
    target = tmp_path / f"all.{syntax}"
    assert parley("dump", "--format", syntax, "-o", target, "--publication", coast).returncode == 0
    quads = list(ox.parse(path=str(target), format=ox.RdfFormat.from_extension(syntax), base_iri="urn:none:"))
    assert len(quads) >= 20


def test_dump_names_the_formats_there_are(parley: Run, coast: Path) -> None:
    done = parley("dump", "--format", "pdf", "--publication", coast)
    assert done.returncode == 2
    assert "jsonld" in done.stderr


def test_settings_shows_the_environment_at_work(parley: Run, publication: Path) -> None:
    told = json.loads(parley("settings", publication, "--json", PARLEY_QUERY_SECONDS="3").stdout)
    assert told["query_seconds"] == 3.0
    assert told["port"] == 8000
