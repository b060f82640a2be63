"""Other people's data: added whole or refused whole, kept apart, marked, built, removed."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
import urllib.request
import zipfile
from pathlib import Path

import forked
import pytest

TINY = Path(__file__).resolve().parents[1] / "fixtures" / "tiny"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
TURTLE = '<http://rocks.example/gneiss> <http://www.w3.org/2004/02/skos/core#prefLabel> "Gneis"@de, "Gneiss"@en .\n'
OURS = "http://lichen.example/garden/findling"


@pytest.fixture
def garden(tmp_path: Path) -> Path:
    """A copy of the tiny publication."""
    return Path(shutil.copytree(TINY, tmp_path / "garden", ignore=shutil.ignore_patterns(".parley")))


def parley(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return forked.run(arguments)


def add(garden: Path, *sources: Path, name: str = "rocks", more: tuple[str, ...] = ()) -> tuple[int, str]:
    done = parley("add", *sources, "--licence", LICENCE, "--name", name, "--publication", garden, *more)
    return done.returncode, done.stdout + done.stderr


def files(garden: Path) -> set[str]:
    return {path.relative_to(garden).as_posix() for path in garden.rglob("*")}


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def archive(path: Path, members: dict[str, bytes], link: str = "") -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, data in members.items():
                packed.writestr(name, data)
            if link:
                linked = zipfile.ZipInfo("link.ttl")
                linked.external_attr = 0o120777 << 16
                packed.writestr(linked, link)
        return path
    with tarfile.open(path, "w:gz") as tape:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tape.addfile(info, io.BytesIO(data))
        if link:
            info = tarfile.TarInfo("link.ttl")
            info.type, info.linkname = tarfile.SYMTYPE, link
            tape.addfile(info)
    return path


CSV_METADATA = {
    "@context": "http://www.w3.org/ns/csvw", "url": "rocks.csv",
    "tableSchema": {
        "aboutUrl": "http://rocks.example/{id}",
        "columns": [
            {"name": "id", "titles": "id", "suppressOutput": True},
            {"name": "name", "titles": "name", "propertyUrl": "skos:prefLabel", "lang": "en"},
            {"name": "age", "titles": "age", "propertyUrl": "http://rocks.example/age", "datatype": "integer"},
            {"name": "kind", "virtual": True, "propertyUrl": "rdf:type", "valueUrl": "http://rocks.example/Rock"},
        ],
    },
}  # fmt: skip
SSSOM = f"""#curie_map:
#  rock: http://rocks.example/
#mapping_set_id: http://rocks.example/mappings
subject_id\tpredicate_id\tobject_id\tpredicate_modifier
{OURS}\tskos:exactMatch\trock:gneiss\t
rock:slate\tskos:exactMatch\t{OURS}\tNot
"""


def test_each_kind_of_source_is_read(garden: Path, tmp_path: Path) -> None:
    write(tmp_path / "rocks.csv", "id,name,age\ngneiss,Gneiss,3000\nslate,Slate,400\n")
    sources = {
        "turtle": (write(tmp_path / "a.ttl", TURTLE), 2),
        "zip": (archive(tmp_path / "b.zip", {"deep/a.ttl": TURTLE.encode(), "README": b"-"}), 2),
        "tar": (archive(tmp_path / "c.tar.gz", {"a.ttl": TURTLE.encode()}), 2),
        "csv": (write(tmp_path / "rocks.csv-metadata.json", json.dumps(CSV_METADATA)), 6),
        "sssom": (write(tmp_path / "d.sssom.tsv", SSSOM), 1),
    }
    for name, (source, triples) in sources.items():
        assert add(garden, source, name=name)[0] == 0
        assert len((garden / "data/external" / name / "data.nt").read_text().splitlines()) == triples
    table = (garden / "data/external/csv/data.nt").read_text()
    assert '<http://rocks.example/age> "3000"^^<http://www.w3.org/2001/XMLSchema#integer>' in table
    assert '"Slate"@en' in table and "http://rocks.example/Rock>" in table
    listed = json.loads(parley("added", "--json", "--publication", garden).stdout)
    assert [row["name"] for row in listed] == sorted(sources)
    assert all(row["licence"] == LICENCE and len(row["sha256"]) == 64 and row["triples"] for row in listed)
    assert all(str(tmp_path) not in json.dumps(row) for row in listed)


BAD: dict[str, tuple[str, dict[str, bytes], str]] = {
    "zip-slip": ("x.zip", {"../evil.ttl": b""}, "outside of itself"),
    "absolute": ("x.tar.gz", {"/tmp/evil.ttl": b""}, "outside of itself"),
    "backslash": ("x.zip", {"..\\evil.ttl": b""}, "outside of itself"),
    "bomb": ("x.zip", {"a.ttl": b"# \n" * 3_000_000}, "add_bytes"),
    "many": ("x.tar.gz", {f"{n}.ttl": b"" for n in range(30)}, "add_files"),
    "one broken": ("x.zip", {"a.ttl": TURTLE.encode(), "b.ttl": b"<urn:a> <urn:b>"}, "b.ttl"),
    "archive in archive": ("x.zip", {"a.ttl": TURTLE.encode(), "in.zip": b"PK"}, "archive in turn: in.zip"),
    "deep folders": ("x.zip", {"a/" * 3000 + "a.ttl": b""}, "File name too long. Restore it."),
    "nothing of use": ("x.zip", {"README": b""}, "x.zip: It holds no RDF file"),
    "encoding": ("x.zip", {"a.ttl": TURTLE.encode() + b"<urn:a> <urn:b> '\xe9' ."}, "UTF-8"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_archive_leaves_nothing_behind(garden: Path, tmp_path: Path, case: str) -> None:
    name, members, message = BAD[case]
    toml = garden / "publication.toml"
    toml.write_text(toml.read_text() + "\n[limits]\nadd_bytes = 1000000\nadd_files = 20\n")
    before = files(garden)
    status, text = add(garden, archive(tmp_path / name, members))
    assert status == 1 and message in " ".join(text.split()), text
    assert files(garden) - {"data/external"} == before
    assert not (tmp_path / "evil.ttl").exists()


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz"])
def test_links_in_archives_are_refused(garden: Path, tmp_path: Path, name: str) -> None:
    status, text = add(garden, archive(tmp_path / name, {"a.ttl": TURTLE.encode()}, link="/etc/passwd"))
    assert status == 1 and "link" in text
    assert not (garden / "data/external/rocks").exists()


#: One triple more than a build can take: what `add` lets in must not stop the next build.
HOSTILE: dict[str, tuple[str, str | bytes, str]] = {
    "literal": ("a.ttl", b"<urn:a> <urn:b> '" + b"x" * 20_000_000 + b"' .", "too long to be read"),
    "cell": ("a.sssom.tsv", "subject_id\tpredicate_id\tobject_id\n" + "x" * 200_000 + "\t\t", "field limit"),
    "entities": ("a.rdf", '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;">]><r>&b;</r>', "another entity"),
    "triple terms": ("a.ttl", "<urn:a> <urn:b> " + "<<( <urn:a> <urn:b> " * 100_000, "not supported"),
    "a file as context": ("a.jsonld", '{"@context": "file:///etc/passwd", "@id": "urn:a", "b": "c"}', "is remote"),
    "rules": ("a.ttl", "<urn:a> a <http://lichen.example/garden/ontology#Specimen> .", "breaks the publication's"),
    "blank nodes": (
        "a.ttl", "".join(f"_:a{n} <urn:p> _:a{(n + 1) % 500}, _:a{(7 * n + 3) % 500} .\n" for n in range(500)),
        "too alike to be told apart",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_what_no_build_would_take_is_refused_at_once(garden: Path, tmp_path: Path, case: str) -> None:
    name, content, message = HOSTILE[case]
    toml = garden / "publication.toml"
    toml.write_text(toml.read_text() + "\n[limits]\ncanonical_seconds = 1.0\n")
    before = files(garden)
    status, text = add(garden, write(tmp_path / name, content))
    assert (status, message in " ".join(text.split())) == (1, True), text
    assert "Traceback" not in text and len(text) < 2000
    assert files(garden) - {"data/external"} == before


def test_limits_of_reading_are_named(garden: Path, tmp_path: Path) -> None:
    rows = "".join(f"<http://rocks.example/{n}> <http://rocks.example/weight> {n} .\n" for n in range(400_000))
    toml = garden / "publication.toml"
    toml.write_text(toml.read_text() + f"\n[limits]\nadd_memory = {64 * 1024**2}\n")
    status, text = add(garden, write(tmp_path / "a.ttl", rows))
    assert status == 1 and "add_memory" in " ".join(text.split())
    assert not list((garden / "data/external").iterdir())


def test_what_is_not_read_is_named(garden: Path, tmp_path: Path) -> None:
    """A package of npm has JSON besides the RDF, which is none; named by itself it is a mistake."""
    members = {"a.ttl": TURTLE.encode(), "notes.docx": b"", "README": b"", "package.json": b'{"name": "rocks"}'}
    status, text = add(garden, archive(tmp_path / "x.zip", members))
    assert status == 0 and "3 (README, notes.docx, package.json)" in " ".join(text.split())
    status, text = add(garden, write(tmp_path / "package.json", members["package.json"]), name="json")
    assert status == 1 and "no keyword of JSON-LD" in text
    status, text = add(garden, archive(tmp_path / "y.zip", {"package.json": b"{}"}), name="json")
    assert status == 1 and "There is no triple in it" in text


def test_relative_iris_are_taken_from_the_base_that_is_given(garden: Path, tmp_path: Path) -> None:
    """PROV-O as its authors publish it names itself by a relative IRI."""
    relative = TURTLE.replace("http://rocks.example/gneiss", "#gneiss")
    for name, text in (("a.ttl", relative), ("b.jsonld", '{"@id": "#gneiss", "@type": "http://rocks.example/Rock"}')):
        source = write(tmp_path / name, text)
        refused = " ".join(add(garden, source, more=("--replace",))[1].split())
        assert "declares no base" in refused and "--base" in refused
        assert add(garden, source, more=("--base", "http://rocks.example/all", "--replace"))[0] == 0
        assert "<http://rocks.example/all#gneiss> " in (garden / "data/external/rocks/data.nt").read_text()
    assert "is no base IRI" in add(garden, source, more=("--base", "all"))[1]


def test_a_table_is_found_by_its_own_name(garden: Path, tmp_path: Path) -> None:
    table = write(tmp_path / "rocks.csv", "id,name,age\ngneiss,Gneiss,3000\n")
    status, text = add(garden, table)
    assert status == 1 and "rocks.csv-metadata.json" in text
    write(tmp_path / "rocks.csv-metadata.json", json.dumps(CSV_METADATA))
    assert add(garden, table)[0] == 0
    assert '"Gneiss"@en' in (garden / "data/external/rocks/data.nt").read_text()


def test_mappings_keep_the_names_of_what_is_not_ours_and_know_their_prefixes(garden: Path, tmp_path: Path) -> None:
    head = "subject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\n"
    row = f"{OURS}\tStone\tskos:exactMatch\thttp://rocks.example/gneiss\tGneiss\n"
    assert add(garden, write(tmp_path / "a.sssom.tsv", head + row))[0] == 0
    lines = (garden / "data/external/rocks/data.nt").read_text().splitlines()
    assert len(lines) == 2 and any('rdf-schema#label> "Gneiss"' in line for line in lines)
    status, text = add(garden, write(tmp_path / "b.sssom.tsv", head + row.replace("http:", "htpp:")), name="b")
    assert status == 1 and "b.sssom.tsv:2" in text and "has an unknown prefix" in text


@pytest.mark.parametrize(
    "licence", ["CC0", "http://rocks.example/a b", "http://rocks.example/<x>", "javascript:alert(1)"]
)
def test_a_licence_is_an_address(garden: Path, tmp_path: Path, licence: str) -> None:
    done = parley("add", write(tmp_path / "a.ttl", TURTLE), "--licence", licence, "--publication", garden)
    assert done.returncode == 2 and "licence" in done.stderr and "Traceback" not in done.stderr


def test_an_origin_may_be_any_words(garden: Path, tmp_path: Path) -> None:
    origin = "http://rocks.example/a list, by post"
    assert add(garden, write(tmp_path / "a.ttl", TURTLE), more=("--origin", origin))[0] == 0
    assert json.loads(parley("added", "--json", "--publication", garden).stdout)[0]["origin"] == origin


def test_what_is_ours_is_not_for_others_to_say(garden: Path, tmp_path: Path) -> None:
    label = f'<{OURS}> <http://www.w3.org/2000/01/rdf-schema#label> "Ha!" .'
    status, text = add(garden, write(tmp_path / "a.ttl", label))
    assert status == 1 and "this publication's own" in " ".join(text.split())


def test_metadata_that_would_be_fetched_is_refused(garden: Path, tmp_path: Path) -> None:
    for url in ("http://127.0.0.1:9/a.csv", "/etc/passwd", "../a.csv"):
        metadata = json.dumps({**CSV_METADATA, "url": url})
        status, text = add(garden, write(tmp_path / "a-metadata.json", metadata))
        assert status == 1 and "fetched" in text
    cell = write(tmp_path / "rocks.csv", "id,name,age\ngneiss,Gneiss,old\n")
    assert add(garden, write(cell.with_name("rocks.csv-metadata.json"), json.dumps(CSV_METADATA)))[0] == 1


def test_names_are_taken_once_and_sources_exist(garden: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "a.ttl", TURTLE)
    assert add(garden, source)[0] == 0
    assert add(garden, source)[0] == 2
    assert add(garden, source, more=("--replace",))[0] == 0
    assert add(garden, source, name="../x")[0] == 2
    assert add(garden, tmp_path / "nothing.ttl", name="n")[0] == 2
    assert add(garden, write(tmp_path / "a.docx", "x"), name="n")[0] == 1
    assert add(garden, write(tmp_path / "e.ttl", ""), name="n")[0] == 1


def test_added_data_is_published_as_theirs_and_removed(garden: Path, tmp_path: Path, serve_command) -> None:  # type: ignore[no-untyped-def]
    assert add(garden, write(tmp_path / "a.ttl", TURTLE), more=("--title", "A list of rocks"))[0] == 0

    def get(address: str, accept: str) -> tuple[str, str]:
        with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept": accept})) as answer:
            return answer.read().decode(), answer.headers.get("Link", "")

    with serve_command(garden) as site:
        page, links = get(f"{site}/describe?iri=http://rocks.example/gneiss", "text/html")
        assert 'class="theirs"' in page and "A list of rocks" in page and LICENCE in page
        assert f'<{LICENCE}>; rel="license"' in links.replace(" ;", ";")
        rdf, _ = get(f"{site}/describe?iri=http://rocks.example/gneiss", "application/trig")
        assert LICENCE in rdf and "graph/data/external/rocks/data" in rdf
        ours, _ = get(f"{site}/findling", "text/html")
        assert 'class="theirs"' not in ours
        found, _ = get(f"{site}/search?q=Gneis", "text/html")
        assert "tag theirs" in found
        query = "/sparql?format=csv&query=ASK%7B%3Chttp://rocks.example/gneiss%3E%20?p%20?o%7D"
        assert get(site + query, "*/*")[0].strip().endswith("false"), "queries without GRAPH speak of ours alone"
        record, _ = get(
            f"{site}/describe?iri=http://lichen.example/garden/graph/data/external/rocks/data", "text/turtle"
        )
        assert LICENCE in record and "checksumValue" in record and "triples" in record
    assert parley("remove", "rocks", "--publication", garden).returncode == 0
    assert not (garden / "data/external/rocks").exists()
    assert parley("remove", "rocks", "--publication", garden).returncode == 2
