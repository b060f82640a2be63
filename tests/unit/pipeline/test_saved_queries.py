"""Saved queries on their way into a release."""

from __future__ import annotations

from pathlib import Path

import pytest

from parley.errors import ReleaseError, SourceError
from parley.pipeline.output.queries import saved_queries, write_queries
from parley.publication import Publication, parse
from parley.release.queries import read_queries

SOUND = "# title@en: All?\nPREFIX a: <urn:a>\nSELECT ?s { ?s a a:B ; <relative> 1 }\n"


def publication(root: Path, **files: str) -> Publication:
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.rq"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return parse(root, 'base = "http://ex.org/"\n[prefixes]\nex = "http://ex.org/o#"\n', {})


def test_queries_are_copied_and_read_again(tmp_path: Path) -> None:
    source, release = tmp_path / "source", tmp_path / "release"
    release.mkdir()
    mine = publication(source, data__queries__b=SOUND, data__queries__a="ASK {}", data__not_one="ASK {")
    found = saved_queries(mine)
    assert list(found) == ["a", "b"]
    digest = write_queries(found, release)
    assert [query.name for query in read_queries(release)] == ["a", "b"]
    assert (release / "queries" / "b.rq").read_text(encoding="utf-8") == SOUND
    assert digest != write_queries({"a": "ASK {}"}, release)


def test_no_query_no_folder(tmp_path: Path) -> None:
    write_queries({}, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert read_queries(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "# title@en: x\n\nSELECT ?s { ?s a ex:B }",
            3,
            "Prefix ex: is not declared. Add PREFIX ex: <http://ex.org/o#>",
        ),
        ("# view: none\nASK {}", 1, "“view” is “none”"),
        ("ASK {", 1, "Syntax error"),
        (
            "# title: x\n# view: map\nSELECT ?a ?lat { ?a ?b ?lat }",
            2,
            "needs ?lat and ?long or ?wkt; the query selects",
        ),
        ("# view: timeline\nSELECT ?start { ?a ?b ?start }", 1, "needs ?item"),
        ("# view: graph\nSELECT * { ?source ?p ?o }", 1, "needs ?source and ?target"),
        ("# view: chart\nASK {}", 1, "needs a SELECT query"),
        ("# view: map\nCONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", 1, "needs a SELECT query"),
    ],
)
def test_a_broken_query_stops_the_build_at_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    mine = publication(tmp_path, data__queries__a=text, data__queries__b=SOUND)
    with pytest.raises(SourceError) as caught:
        saved_queries(mine)
    assert (caught.value.file, caught.value.line) == ("data/queries/a.rq", line)
    assert message in str(caught.value)
    assert list(saved_queries(mine, skip_broken=True)) == ["b"]


@pytest.mark.parametrize(
    "text",
    [
        "# view: map\nSELECT ?place ?wkt { ?place ?b ?wkt }",
        "# view: timeline\nSELECT * { ?battle ?b ?startLatest }",
        "# view: graph\nSELECT ?source ?target { ?source ?p ?target }",
        "# view: chart\nSELECT ?time (1 AS ?value) { ?s ?p ?time }",
        "# view: table\nASK {}",
        "# view: graph\nCONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_a_query_that_selects_what_its_view_shows(tmp_path: Path, text: str) -> None:
    assert list(saved_queries(publication(tmp_path, data__queries__a=text))) == ["a"]


def test_two_queries_of_one_name(tmp_path: Path) -> None:
    mine = publication(tmp_path, data__queries__a=SOUND, data__more__queries__a=SOUND)
    with pytest.raises(SourceError, match="two queries called “a”"):
        saved_queries(mine)


def test_a_text_that_is_not_utf8(tmp_path: Path) -> None:
    mine = publication(tmp_path, data__queries__a=SOUND)
    (tmp_path / "data" / "queries" / "a.rq").write_bytes(b"# \xff\nASK {}")
    with pytest.raises(SourceError, match="UTF-8"):
        saved_queries(mine)


def test_a_damaged_release_says_so(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "a.rq").write_bytes(b"\xff")
    with pytest.raises(ReleaseError, match="saved query"):
        read_queries(tmp_path)
