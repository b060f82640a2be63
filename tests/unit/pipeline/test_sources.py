"""The approximate place of a node in the source files."""

from __future__ import annotations

import gzip

import pytest

from parley.pipeline.origins import Place, first_line, places

from .conftest import Reading

TURTLE = """@prefix e: <http://e/> .
e:a e:knows e:b ;
    e:likes
    e:b .
e:bc e:knows e:a .
  e:b e:knows <http://e/c#d> .
<http://e/c#d> e:knows e:a .
"""


@pytest.mark.parametrize(
    ("iri", "line"),
    [("http://e/a", 2), ("http://e/b", 6), ("http://e/bc", 5), ("http://e/c#d", 7), ("http://e/nowhere", None)],
)
def test_the_line_is_that_of_the_first_statement_about_the_node(iri: str, line: int | None) -> None:
    assert first_line(TURTLE, iri) == line


def test_a_named_graph_does_not_hide_its_subjects() -> None:
    assert first_line("@prefix e: <http://e/> .\nGRAPH e:g {\n  e:x e:p e:y .\n  e:y e:p e:x }", "http://e/y") == 4


def test_rdf_xml_names_by_attribute() -> None:
    text = '<rdf:RDF xmlns:e="http://e/">\n<rdf:Description rdf:resource="x"/>\n<e:T rdf:about="http://e/?a&amp;b"/>'
    assert first_line(text, "http://e/?a&b") == 3


def test_places_look_only_into_the_files_of_the_graphs_that_describe_the_node(reading: Reading) -> None:
    publication, corpus = reading(data__a_ttl="\nd:x :p d:y .", data__b_ttl="\n\nd:y :p d:x .")
    found = places(publication, corpus, {"http://ex.org/y", "http://ex.org/x", "http://ex.org/z"})
    assert {iri: place.file for iri, place in found.items()} == {
        "http://ex.org/x": "data/a.ttl",
        "http://ex.org/y": "data/b.ttl",
    }
    text = (publication.root / "data/b.ttl").read_text().splitlines()
    line = found["http://ex.org/y"].line
    assert line is not None and text[line - 1] == "d:y :p d:x ."
    assert str(Place("data/b.ttl", 3)) == "data/b.ttl:~3"


def test_a_relative_iri_is_found_by_its_base() -> None:
    assert first_line("@base <http://e/> .\n<a> <p> <b> .\n<b> <p> <a> .", "http://e/b") == 3


def test_a_compressed_file_is_searched_too(reading: Reading) -> None:
    publication, _corpus = reading(data__b_ttl="d:y :p d:x .")
    path = publication.root / "data" / "a.nt.gz"
    path.write_bytes(
        gzip.compress(b'<http://ex.org/y> <http://ex.org/p> "1" .\n<http://ex.org/x> <http://ex.org/p> "1" .')
    )
    _publication, corpus = reading()
    assert places(publication, corpus, {"http://ex.org/x"}) == {"http://ex.org/x": Place("data/a.nt.gz", 2)}
