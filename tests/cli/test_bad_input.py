"""Bad input of every kind: the exit status, the cause and the cure are told, and what was served stays served."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_an_empty_folder(parley: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = parley("build", empty)
    assert done.returncode in (1, 2)
    assert "RDF" in done.stderr


def test_no_publication_anywhere(parley: Run, tmp_path: Path) -> None:
    done = parley("build", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "not a folder" in done.stderr


def test_a_folder_without_publication_toml_is_guessed_and_told(parley: Run, publication: Path) -> None:
    (publication / "publication.toml").unlink()
    done = parley("build", publication)
    assert done.returncode == 0, done.stderr
    assert "guessed" in done.stderr
    assert 'base = "https://example.org/coast/' in done.stderr


def test_what_is_guessed_can_be_saved_and_is_then_left_alone(parley: Run, publication: Path) -> None:
    (publication / "publication.toml").unlink()
    before = {path for path in publication.rglob("*") if path.is_file()}
    done = parley("new", publication)
    assert done.returncode == 0, done.stderr
    assert {path for path in publication.rglob("*") if path.is_file()} - before == {publication / "publication.toml"}
    assert 'base = "https://example.org/coast/' in (publication / "publication.toml").read_text()
    assert parley("check", publication).returncode == 0
    again = parley("new", publication)
    assert again.returncode == 2
    assert "already" in again.stderr


def test_a_crowd_of_other_files_takes_one_line(parley: Run, publication: Path) -> None:
    for number in range(40):
        (publication / "data" / f"part{number:02}.docx").touch()
    done = parley("check", publication)
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if ".docx" in line]
    assert line.startswith("passed over: data/part00.docx, data/part01.docx, data/part02.docx and 37 more, ")


def test_an_unknown_key(parley: Run, publication: Path) -> None:
    file = publication / "publication.toml"
    file.write_text('colour = "red"\n' + file.read_text())
    done = parley("check", publication)
    assert done.returncode == 2
    assert "colour" in done.stderr


def test_broken_turtle_is_told_by_file_and_line(parley: Run, publication: Path) -> None:
    file = publication / "data" / "places.ttl"
    lines = file.read_text().count("\n")
    with file.open("a") as out:
        out.write("place:x a ; .\n")
    done = parley("check", publication)
    assert done.returncode == 1
    assert f"data/places.ttl:{lines + 1}" in done.stderr


def test_a_broken_file_can_be_left_out_and_is_named(parley: Run, publication: Path) -> None:
    (publication / "data" / "broken.ttl").write_text("this is no Turtle")
    assert parley("build", publication).returncode == 1
    done = parley("build", publication, "--skip-broken", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["skipped"] == ["data/broken.ttl"]
    told = parley("build", publication, "--skip-broken", "--force").stderr
    assert "left out: data/broken.ttl:1:" in told
    checked = parley("check", publication, "--skip-broken")
    assert checked.returncode == 1
    assert "left out: data/broken.ttl:1:" in checked.stderr
    assert "Conforms" in checked.stderr


def test_a_violation_of_the_shapes_is_told_by_file_line_and_cure(parley: Run, publication: Path) -> None:
    parley("build", publication)
    served = json.loads(parley("releases", publication, "--json").stdout)
    with (publication / "data" / "places.ttl").open("a") as out:
        out.write("place:nameless a term:Place .\n")
    checked = parley("check", publication)
    assert checked.returncode == 1
    told = checked.stdout + checked.stderr
    assert "data/places.ttl" in told
    assert "A place needs a label" in told
    assert parley("build", publication).returncode == 1
    assert json.loads(parley("releases", publication, "--json").stdout) == served


def test_a_contradiction(parley: Run, publication: Path) -> None:
    with (publication / "ontology" / "terms.ttl").open("a") as out:
        out.write(":Place owl:disjointWith :Ship . :Ship a owl:Class .\n")
    with (publication / "data" / "places.ttl").open("a") as out:
        out.write("place:harbour a term:Ship .\n")
    done = parley("check", publication)
    assert done.returncode == 1
    assert "harbour" in done.stderr


def test_a_release_with_one_flipped_byte_is_refused(parley: Run, publication: Path) -> None:
    built = json.loads(parley("build", publication, "--json").stdout)
    quads = Path(built["path"], "quads.nq")
    data = bytearray(quads.read_bytes())
    data[100] ^= 1
    quads.chmod(0o644)
    quads.write_bytes(data)
    done = parley("query", "ASK {}", "--publication", publication)
    assert done.returncode == 1
    assert "quads.nq" in done.stderr


def test_a_state_that_cannot_be_written(parley: Run, publication: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("a file where a folder should be")
    done = parley("build", publication, PARLEY_STATE=str(blocked))
    assert done.returncode == 1
    assert str(blocked) in done.stderr


def test_a_full_disk_leaves_the_release_before(parley: Run, publication: Path) -> None:
    first = json.loads(parley("build", publication, "--json").stdout)["id"]
    with (publication / "data" / "places.ttl").open("a") as out:
        out.writelines(f'place:p{n} a term:Place ; rdfs:label "{"x" * 1000}{n}"@en .\n' for n in range(300))
    full = parley("build", publication, file_size=100_000)
    assert full.returncode == 1, full.stderr
    rows = json.loads(parley("releases", publication, "--json").stdout)
    assert [(row["id"], row["current"]) for row in rows] == [(first, True)]


@pytest.mark.parametrize("value", ["high", "-1"])
def test_a_setting_out_of_range(parley: Run, publication: Path, value: str) -> None:
    done = parley("build", publication, PARLEY_PORT=value)
    assert done.returncode == 2
    assert "PARLEY_PORT" in done.stderr


def test_guessed_values_can_be_saved_from_a_narrow_terminal(parley: Run, tmp_path: Path) -> None:
    folder = tmp_path / "my [red] data [bold]"
    folder.mkdir()
    (folder / "x.ttl").write_text("<http://example.org/a> <http://example.org/p> 1 .")
    done = parley("build", folder, COLUMNS="30")
    assert done.returncode == 0, done.stderr
    assert f"{folder} has no publication.toml." in done.stderr
    text = done.stderr.partition("# Guessed")[2].partition("compare")[0]
    (folder / "publication.toml").write_text("# Guessed" + text)
    again = parley("build", folder, "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["counts"]["asserted"] == 1


def test_what_the_cure_of_a_violation_says_publishes_the_data(parley: Run, tmp_path: Path) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "rules.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .\n"
        "e:S a sh:NodeShape ; sh:targetClass e:T ; sh:property [ sh:path e:p ; sh:minCount 1 ] ."
    )
    (folder / "data.ttl").write_text("<http://example.org/a> a <http://example.org/T> .")
    guessed = parley("build", folder)
    assert guessed.returncode == 0, guessed.stderr
    assert "violate the shapes in 1 places: `parley check` lists" in guessed.stderr
    text = guessed.stderr[guessed.stderr.index("# Guessed") : guessed.stderr.index("compare")]
    (folder / "publication.toml").write_text(text.replace('"report"', '"refuse"'))
    refused = parley("build", folder)
    assert refused.returncode == 1
    assert 'violations = "report" under [validation]' in refused.stderr
    (folder / "publication.toml").write_text(text)
    done = parley("build", folder, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["asserted"] == 6
