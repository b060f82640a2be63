"""A foreign folder of 300,000 triples: no ontology, no publication.toml."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Serve = Callable[..., AbstractContextManager[str]]

THINGS = 60_000
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    folder = tmp_path / "large"
    for part in range(6):
        (folder / f"part-{part}").mkdir(parents=True)
        with (folder / f"part-{part}" / "things.nt").open("w") as file:
            for n in range(part * 10_000, (part + 1) * 10_000):
                thing = f"<http://large.example/thing/{n}>"
                file.write(f"{thing} {TYPE} <http://large.example/Thing> .\n")
                file.write(f'{thing} <http://www.w3.org/2000/01/rdf-schema#label> "thing number {n}"@en .\n')
                file.write(f"{thing} <http://large.example/next> <http://large.example/thing/{(n + 1) % THINGS}> .\n")
                file.write(f'{thing} <http://large.example/size> "{n % 97}" .\n')
                file.write(f'{thing} <http://large.example/note> "a note about {n}"@en .\n')
    return folder


@pytest.mark.slow
def test_it_builds_and_serves_within_two_minutes(large: Path, serve_command: Serve) -> None:
    with serve_command(large) as site:  # fails after 130 s
        with urllib.request.urlopen(
            f"{site}/describe?iri=http%3A%2F%2Flarge.example%2Fthing%2F59999&format=nt", timeout=10
        ) as response:
            assert b'"thing number 59999"@en' in response.read()
        query = "query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D"
        with urllib.request.urlopen(f"{site}/sparql?{query}&format=json", timeout=30) as response:
            assert json.load(response)["results"]["bindings"][0]["n"]["value"] == str(5 * THINGS)


@pytest.mark.slow
def test_one_too_large_to_infer_names_the_line_to_write(large: Path, parley: Run) -> None:
    (large / "publication.toml").write_text('base = "http://large.example/"\n[graphs]\n"axiom.nt" = "ontology"\n')
    transitive = "<http://www.w3.org/2002/07/owl#TransitiveProperty>"
    (large / "axiom.nt").write_text(f"<http://large.example/next> {TYPE} {transitive} .\n")
    done = parley("build", large)
    assert done.returncode == 1
    assert 'profile = "none"' in done.stderr
