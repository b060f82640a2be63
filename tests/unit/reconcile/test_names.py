"""Names in the index of a foreign publication, and the kinds of names that a label gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parley.reconcile.matcher import Matcher
from parley.reconcile.query import Query
from parley.release.coreference import Relation
from parley.release.index import Index
from parley.release.names import Form
from parley.release.spellings import expand_identifier, spellings
from parley.release.words import fold

BASE = "http://names.example/"
TURTLE = f"""
@prefix : <{BASE}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
:Body rdfs:subClassOf :Agent .
:use a :Body ; rdfs:label "United Stones of Example (USE)"@en ; skos:hiddenLabel "Untied Stones"@en ;
  dcterms:identifier "X-1" ; owl:sameAs <https://www.wikidata.org/wiki/Q42> ; :seat :mercury-city .
:bureau a :Body ; rdfs:label "Bureau of Odd Stones"@en ; skos:closeMatch <http://www.wikidata.org/entity/Q43> .
:mercury-city a :Place ; rdfs:label "Mercury (city)"@en .
:mercury-god a :Person ; rdfs:label "Mercury (god)"@en .
:twin-1 a :Place ; rdfs:label "Twin"@en .
:twin-2 a :Place ; rdfs:label "TWIN"@en ; :near :twin-1 .
:unnamed-thing a :Place .
:other owl:sameAs <http://www.wikidata.org/entity/Q42> .
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, built: Callable[[Path], Any]) -> Any:
    folder = tmp_path_factory.mktemp("names")
    (folder / "publication.toml").write_text(f'base = "{BASE}"\nlanguages = ["en"]\n[inference]\nprofile = "none"\n')
    (folder / "data.ttl").write_text(TURTLE)
    with Index.open(built(folder)[2].path / "index.sqlite") as found:
        yield found


def first(index: Index, text: str, *types: str) -> tuple[str, bool, float]:
    found = Matcher(index, lambda name: name).match(Query(names=(text,), types=types))
    return (found[0].iri.removeprefix(BASE), found[0].certain, found[0].score) if found else ("", False, 0.0)


@pytest.mark.parametrize(
    ("text", "iri", "certain"),
    [
        ("USE", "use", True),  # the capitals in brackets
        ("united stones of example", "use", True),  # the label without them
        ("untied stones", "use", True),
        ("x 1", "use", True),
        ("BOS", "bureau", False),  # initials are a guess
        ("Bureau odd of stones", "bureau", False),
        ("Mercury (god)", "mercury-god", True),
        ("Mercury", "mercury-city", False),
        ("Twin", "twin-1", False),
        ("unnamed thing", "unnamed-thing", True),
        ("Q42", "other", False),  # two things say that they are the same as it
        ("Q43", "bureau", False),  # nearly is not the same
        ("Zebra", "", False),
    ],
)
def test_what_a_text_means(index: Index, text: str, iri: str, certain: bool) -> None:
    assert first(index, text)[:2] == (iri, certain)


def test_a_broader_kind_holds_what_nothing_was_inferred_of(index: Index) -> None:
    assert first(index, "USE", BASE + "Agent")[:2] == ("use", True)
    assert first(index, "USE", BASE + "Place") == ("", False, 0.0)


def test_forms_of_names(index: Index) -> None:
    forms = {
        (name.key, name.form)
        for key in ("use", "united stones of example", "mercury")
        for name in index.names.exact(key)
    }
    assert forms == {
        ("use", Form.ACRONYM),
        ("united stones of example", Form.ALTERNATIVE),
        ("mercury", Form.BARE),
    }


def test_look_ups_are_bounded_and_take_any_text(index: Index) -> None:
    for text in ("", " ", '"', "a" * 5000, "é" * 300, "\u202e", "' OR 1=1", "x\x00y"):
        assert len(index.names.exact(fold(text))) <= 500
        assert len(index.names.similar(fold(text))) <= 100


def test_a_cluster_is_followed_through_all_spellings(index: Index) -> None:
    found = index.coreferences.of("http://m.wikidata.org/wiki/Q42")
    assert set(found.cluster) == {
        BASE + "use", BASE + "other", "https://www.wikidata.org/wiki/Q42", "http://www.wikidata.org/entity/Q42"
    }  # fmt: skip
    assert {(m.subject, m.relation) for m in found.mappings} == {
        (BASE + "use", Relation.SAME), (BASE + "other", Relation.SAME)
    }  # fmt: skip
    assert index.coreferences.of("http://www.wikidata.org/entity/Q43").reached[BASE + "bureau"] is Relation.CLOSE
    assert index.coreferences.of("urn:nobody").reached == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.wikidata.org/entity/Q7", "https://www.wikidata.org/wiki/Q7"),
        ("http://www.wikidata.org/entity/Q7", "https://www.wikidata.org/wiki/Special:EntityData/Q7.ttl"),
        ("http://eurovoc.europa.eu/2199", "https://eurovoc.europa.eu/c_2199"),
        ("https://sws.geonames.org/2761369/", "http://www.geonames.org/2761369/vienna.html"),
        ("http://dbpedia.org/resource/NATO", "https://dbpedia.org/page/NATO"),
        ("http://viaf.org/viaf/150151206", "https://viaf.org/viaf/150151206/"),
        ("https://undocs.org/S/RES/1244(1999)", "https://undocs.org/en/S/RES/1244%281999%29"),
        ("http://www.wikidata.org/entity/Q7", "https://www.wikidata.org/wiki/Q7?uselang=fr#P31"),
        ("https://digitallibrary.un.org/record/274488", "http://digitallibrary.un.org/record/274488/?ln=en&v=pdf"),
        (
            "http://eurovoc.europa.eu/2199",
            "https://op.europa.eu/en/web/eu-vocabularies/concept/-/resource?uri=http://eurovoc.europa.eu/2199",
        ),
        (
            "http://eurovoc.europa.eu/2199",
            "https://op.europa.eu/fr/web/eu-vocabularies/concept/-/resource?x=1&uri=http%3A%2F%2Feurovoc.europa.eu%2F2199",
        ),
        ("http://example.org/a", "https://www.example.org/a/"),
    ],
)
def test_spellings_of_an_address_are_one(one: str, other: str) -> None:
    assert one in spellings(other) and other in [*spellings(one), other]
    assert not set(spellings(one)).isdisjoint(spellings(other))


def test_other_addresses_stay_apart() -> None:
    assert set(spellings("http://www.wikidata.org/entity/Q7")).isdisjoint(
        spellings("http://www.wikidata.org/entity/Q71")
    )
    assert set(spellings("http://example.org/a?id=1")).isdisjoint(spellings("http://example.org/a?id=2"))
    assert expand_identifier("Q0") is None and expand_identifier("KFOR") is None
