"""What is guessed of a folder without publication.toml."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from parley.errors import PublicationError
from parley.pipeline.sources.guess import guess
from parley.pipeline.sources.read import read
from parley.publication import Publication, parse
from parley.roles import Role

TINY = Path(__file__).resolve().parents[2] / "fixtures" / "tiny"
PREFIX = """@prefix e: <http://ex.org/id/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def _guess(root: Path, files: Mapping[str, str], environment: Mapping[str, str] | None = None) -> Publication:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PREFIX + text)
    return guess(root, environment or {})


def test_the_tiny_publication_without_its_file(tmp_path: Path) -> None:
    root = copytree(TINY, tmp_path / "tiny", ignore=ignore_patterns("publication.toml"))
    guessed = guess(root, {})
    assert guessed.guessed
    assert (guessed.base, guessed.bases) == ("http://lichen.example/garden/", ("http://herbarium.example/sheet#",))
    assert guessed.languages == ("de", "es")
    assert guessed.title == {"de": "Der Flechtengarten", "es": "El jardín de líquenes"}
    assert guessed.licence == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert guessed.prefixes["garten"] == "http://lichen.example/garden/"
    assert guessed.inference == "owl-rl"
    (tmp_path / "work").mkdir()
    assert read(guessed, tmp_path / "work").triples > 200


def test_the_text_can_be_saved_and_says_the_same(tmp_path: Path) -> None:
    guessed = _guess(
        tmp_path, {'od"d [1].ttl': "<http://ex.org/o> a owl:Ontology .", "x.ttl": 'e:a rdfs:label "ä"@de .'}
    )
    again = parse(tmp_path, guessed.source, {})
    assert guessed.source.startswith("# Guessed")
    assert (again.base, again.roles, again.languages, again.title, again.prefixes, again.inference, again.paths) == (
        guessed.base, guessed.roles, guessed.languages, guessed.title, guessed.prefixes, guessed.inference, (".",),
    )  # fmt: skip
    assert again.role('od"d [1].ttl') is Role.ONTOLOGY
    assert again.role('od"d 1.ttl') is Role.DATA


def test_roles_come_from_the_content(tmp_path: Path) -> None:
    files = {
        "o.ttl": "<http://ex.org/o> a owl:Ontology .", "deep/s.ttl": "e:S a sh:NodeShape .",
        "p.ttl": "e:P a sh:PropertyShape .", "themes.ttl": "e:C a skos:ConceptScheme .", "d.ttl": "e:a e:p 1 .",
    }  # fmt: skip
    guessed = _guess(tmp_path, files)
    expected = {"o.ttl": "ontology", "deep/s.ttl": "shapes", "p.ttl": "shapes", "themes.ttl": "data", "d.ttl": "data"}
    assert {name: guessed.role(name).value for name in files} == expected


@pytest.mark.parametrize(
    ("text", "role"),
    [
        # an ontology whose classes are shapes too, as Brick's: nobody would find its classes outside the default graph
        ("<http://ex.org/o> a owl:Ontology . e:A a owl:Class, sh:NodeShape .", "ontology"),
        ("e:A a sh:NodeShape, owl:Class .", "ontology"),
        (
            "<http://ex.org/o> a owl:Ontology . e:A a owl:Class, sh:NodeShape ; sh:property [ a sh:PropertyShape ],"
            " [ a sh:PropertyShape ], [ a sh:PropertyShape ] . e:B a owl:Class, sh:NodeShape . e:S a sh:NodeShape .",
            "ontology",
        ),
        ("<http://ex.org/o> a owl:Ontology . e:S a sh:NodeShape . e:P a sh:PropertyShape .", "shapes"),
        ("e:S a sh:NodeShape . e:a a e:T . e:b a e:T .", "data"),
        ("e:a a e:T ; e:p 1 . e:b a e:T . <http://ex.org/o> a owl:Ontology .", "ontology"),
        ("e:A a owl:Class .", "data"),
    ],
)
def test_a_file_of_several_kinds_is_what_most_of_it_is(tmp_path: Path, text: str, role: str) -> None:
    assert _guess(tmp_path, {"x.ttl": text}).role("x.ttl").value == role


def test_files_that_share_a_graph_share_a_role(tmp_path: Path) -> None:
    files = {"a.n3": "e:a e:p 1 .", "a.ttl": "<http://ex.org/o> a owl:Ontology .", "a.x.ttl": "e:S a sh:NodeShape ."}
    guessed = _guess(tmp_path, files)
    assert {name: guessed.role(name).value for name in files} == {
        "a.n3": "ontology", "a.ttl": "ontology", "a.x.ttl": "shapes",
    }  # fmt: skip
    (tmp_path / "work").mkdir()
    assert read(guessed, tmp_path / "work").triples == 3


def test_folders_beside_the_usual_ones_are_read_too(tmp_path: Path) -> None:
    guessed = _guess(tmp_path, {"data/a.ttl": "e:a rdfs:label 'x' .", "more/b.ttl": "e:b rdfs:label 'x' ."})
    (tmp_path / "work").mkdir()
    assert read(guessed, tmp_path / "work").triples == 2


@pytest.mark.parametrize(
    ("subjects", "base", "bases"),
    [
        (["http://a.org/id/1", "http://a.org/id/2"], "http://a.org/id/", ()),
        (["http://a.org/x/1", "http://a.org/y/2"], "http://a.org/", ()),
        (["http://a.org/x#1", "http://a.org/x#2"], "http://a.org/x#", ()),
        (["http://a.org/x#1", "http://a.org/x/2"], "http://a.org/", ()),
        (["http://a.org/x/1", "http://b.org/y/1", "http://b.org/y/2"], "http://b.org/y/", ("http://a.org/x/",)),
        (["http://a.org/"], "http://a.org/", ()),
        (["urn:uuid:1", "urn:uuid:2"], "http://localhost:8000/", ()),
    ],
)
def test_the_base(tmp_path: Path, subjects: list[str], base: str, bases: tuple[str, ...]) -> None:
    guessed = _guess(tmp_path, {"x.ttl": "".join(f"<{s}> rdfs:label 'x' ." for s in subjects)})
    assert (guessed.base, guessed.bases) == (base, bases)


def test_the_base_of_a_folder_that_is_a_vocabulary(tmp_path: Path) -> None:
    vocabulary = (
        "<http://voc.org/v#> a owl:Ontology . <http://voc.org/v#a> a owl:Class . <http://voc.org/v#b> a owl:Class ."
    )
    stray = "<http://stray.org/1> rdfs:label 'x' ."
    assert _guess(tmp_path / "a", {"v.ttl": vocabulary}).base == "http://voc.org/v#"
    # a vocabulary that everybody uses, and nothing else
    known = "<http://xmlns.com/foaf/0.1/> a owl:Ontology . <http://xmlns.com/foaf/0.1/Agent> a owl:Class ."
    assert _guess(tmp_path / "b", {"v.ttl": known}).base == "http://xmlns.com/foaf/0.1/"
    # data come first, however few; but not when they are next to nothing
    assert _guess(tmp_path / "c", {"v.ttl": vocabulary, "d.ttl": stray}).base == "http://stray.org/"
    large = vocabulary + "".join(f"<http://voc.org/v#c{i}> a owl:Class ." for i in range(200))
    assert _guess(tmp_path / "d", {"v.ttl": large, "d.ttl": stray}).base == "http://voc.org/v#"
    # a copy of FOAF does not weigh
    copy = known + "".join(f"<http://xmlns.com/foaf/0.1/c{i}> a owl:Class ." for i in range(200))
    assert _guess(tmp_path / "e", {"v.ttl": copy, "d.ttl": stray}).base == "http://stray.org/"


@pytest.mark.parametrize(
    ("texts", "languages"),
    [
        ("'a'", ("en",)),
        ("'a'@fr, 'b'@fr, 'c'@en-gb, 'd'@en-us, 'e'@en", ("en", "fr")),
        ("'a'@und, 'b'@x-mine, 'c'@mul", ("en",)),
        (", ".join([*(f"'{i}'@pl" for i in range(200)), "'stray'@la"]), ("pl",)),
    ],
)
def test_languages_by_frequency(tmp_path: Path, texts: str, languages: tuple[str, ...]) -> None:
    assert _guess(tmp_path, {"x.ttl": f"e:a rdfs:label {texts} ."}).languages == languages


def test_a_title_else_the_folders_name(tmp_path: Path) -> None:
    titled = "<http://ex.org/o> a owl:Ontology ; dcterms:title 'Titre'@fr, 'Plain' ; rdfs:label 'Not this' ."
    assert _guess(tmp_path / "a", {"x.ttl": titled + "e:a rdfs:comment 'x'@fr ."}).title == {"fr": "Plain"}
    assert _guess(tmp_path / "my garden", {"x.ttl": "e:a rdfs:comment 'x' ."}).title == {"en": "my garden"}


def test_title_and_licence_are_not_those_of_a_copy_of_another_vocabulary(tmp_path: Path) -> None:
    foreign = "<http://a.example/v> a owl:Ontology ; dcterms:title 'Theirs' ; dcterms:license <http://a.example/l> ."
    mine = "".join(f"e:a{i} rdfs:comment 'x' ." for i in range(9))
    guessed = _guess(tmp_path / "mine", {"copy.ttl": foreign, "x.ttl": mine})
    assert (guessed.title, guessed.licence) == ({"en": "mine"}, None)
    mine += "<http://ex.org/other> a owl:Ontology ; dcterms:title 'Ours' ."
    assert _guess(tmp_path / "both", {"copy.ttl": foreign, "x.ttl": mine}).title == {"en": "Ours"}


def test_a_folder_that_would_take_minutes_to_reason_over_is_served_first(tmp_path: Path) -> None:
    chains = "".join(f"e:c{i} rdfs:subClassOf e:c{i // 2} ." for i in range(10_001))
    guessed = _guess(tmp_path, {"o.ttl": "<http://ex.org/o> a owl:Ontology ." + chains})
    assert guessed.inference == "none"
    assert "write “owl-rl” if you want" in guessed.source


@pytest.mark.parametrize("name", ["s.ttl", "shapes/s.ttl"])
def test_violations_are_but_reported_where_nobody_said_that_the_shapes_hold(tmp_path: Path, name: str) -> None:
    assert _guess(tmp_path, {name: "e:S a sh:NodeShape .", "data/x.ttl": "e:a e:p 1 ."}).violations == "report"


def test_inference_only_with_an_ontology_and_within_the_limit(tmp_path: Path) -> None:
    data = "".join(f"e:a{i} rdfs:label 'x' ." for i in range(50))
    assert _guess(tmp_path / "a", {"x.ttl": data}).inference == "none"
    files = {"x.ttl": data, "o.ttl": "<http://ex.org/o> a owl:Ontology ."}
    assert _guess(tmp_path / "b", files).inference == "owl-rl"
    small = _guess(tmp_path / "c", files, {"PARLEY_INFER_TRIPLES": "20"})
    assert small.inference == "none"
    assert "infer_triples" in small.source


def test_broken_files_count_for_nothing(tmp_path: Path) -> None:
    guessed = _guess(tmp_path, {"a.ttl": "e:a rdfs:label 'x'@es .", "b.ttl": "oops", "c.ttl": "<rel> rdfs:label 'x' ."})
    assert (guessed.base, guessed.languages) == ("http://ex.org/id/", ("es",))


def test_no_rdf_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match="no RDF file"):
        guess(tmp_path, {})
