"""The table of mappings: made from the links, told more by tables of the publication, with what must not be linked."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parley.errors import SourceError
from parley.pipeline.build import build, fingerprint
from parley.pipeline.output.sssom import NAME, read_sssom
from parley.publication import load

BASE = "http://maps.example/"
DATA = f"""
@prefix : <{BASE}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:a owl:sameAs <http://www.wikidata.org/entity/Q1>, :b ; skos:broadMatch <http://else.example/wide> .
:b rdfs:seeAlso <http://else.example/page> .
"""
TABLE = """#curie_map:
#  m: http://maps.example/
#  "wd": "http://www.wikidata.org/entity/"
subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tcomment
m:a\towl:sameAs\t\twd:Q1\tsemapv:ManualMappingCuration\tseen in a book
m:b\towl:sameAs\tNot\twd:Q2\tsemapv:ManualMappingCuration\ta namesake
m:gone\towl:sameAs\t\twd:Q3\tsemapv:ManualMappingCuration\tno statement says so
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "links").mkdir()
    (tmp_path / "publication.toml").write_text(f'base = "{BASE}"\nlanguages = ["en"]\n[inference]\nprofile = "none"\n')
    (tmp_path / "links" / "data.ttl").write_text(DATA)
    (tmp_path / "links" / "maps.sssom.tsv").write_text(TABLE)
    return tmp_path


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def test_links_and_refused_links_are_one_table(folder: Path, built: Callable[[Path], Any]) -> None:
    publication, _state, release = built(folder)
    path = release.path / "dumps" / NAME
    found = {
        (row["subject_id"], row["predicate_id"], row["predicate_modifier"], row["object_id"]): row for row in rows(path)
    }
    assert set(found) == {
        (BASE + "a", "owl:sameAs", "", "http://www.wikidata.org/entity/Q1"),
        (BASE + "a", "skos:broadMatch", "", "http://else.example/wide"),
        (BASE + "b", "owl:sameAs", "Not", "http://www.wikidata.org/entity/Q2"),
    }
    by_object = {row["object_id"].rpartition("/")[2]: row for row in found.values()}
    assert by_object["Q1"]["comment"] == "seen in a book"
    assert by_object["Q2"]["mapping_justification"] == "semapv:ManualMappingCuration"
    assert by_object["wide"]["mapping_justification"] == "semapv:UnspecifiedMatching"
    # what was written is read again as it is
    assert len(read_sssom(path, NAME, dict(publication.all_prefixes))) == 3


def test_a_changed_table_is_another_release(folder: Path, built: Callable[[Path], Any]) -> None:
    before = fingerprint(load(folder, {}))
    _publication, state, release = built(folder)
    (folder / "links" / "maps.sssom.tsv").write_text(TABLE.replace("a book", "two books"))
    publication = load(folder, {}, state=str(state.root))
    assert fingerprint(publication) != before
    again = build(publication, state)
    assert again.id != release.id and "two books" in (again.path / "dumps" / NAME).read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("subject_id\tobject_id\n", "no column mapping_justification, predicate_id"),
        (TABLE.replace("m:a", "nothing"), "no IRI and no prefixed name"),
    ],
)
def test_what_is_no_table_of_mappings_is_said(folder: Path, text: str, words: str) -> None:
    path = folder / "links" / "maps.sssom.tsv"
    path.write_text(text)
    with pytest.raises(SourceError, match=words) as error:
        read_sssom(path, "links/maps.sssom.tsv", {})
    assert error.value.line


def test_no_mappings_no_table(tmp_path: Path, built: Callable[[Path], Any]) -> None:
    (tmp_path / "publication.toml").write_text(f'base = "{BASE}"\nlanguages = ["en"]\n[inference]\nprofile = "none"\n')
    (tmp_path / "data.ttl").write_text(f'<{BASE}a> <http://www.w3.org/2000/01/rdf-schema#label> "A" .')
    assert not (built(tmp_path)[2].path / "dumps" / NAME).exists()


def test_our_own_mappings_keep_their_evidence(repository: Path, real: Any) -> None:
    found = rows(real[2].path / "dumps" / NAME)
    assert len(found) >= 40
    refused = {row["object_id"] for row in found if row["predicate_modifier"] == "Not"}
    assert {"http://www.wikidata.org/entity/Q155723", "http://eurovoc.europa.eu/6212"} <= refused
    prefixes = dict(real[0].all_prefixes)
    kept = {mapped[:4] for mapped in read_sssom(real[2].path / "dumps" / NAME, NAME, prefixes)}
    given = read_sssom(repository / "data" / "links" / "mappings.sssom.tsv", NAME, prefixes)
    assert len(given) >= 40 and {mapped[:4] for mapped in given} <= kept
