"""Names that people have in their tables, against our own data: what is matched by itself, what is left to a person."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from parley.reconcile.matcher import Match, Matcher
from parley.reconcile.query import Condition, Query
from parley.release.index import Index

BASE = "https://w3id.org/nato-osce/"
TERMS = BASE + "ontology#"

#: A text, and the thing that it means without doubt.
CERTAIN = {
    "KFOR": "force/kfor",
    "MINUK": "mission/unmik",
    "UNMIK": "mission/unmik",
    "N.A.T.O.": "organisation/nato",
    "NATO - North Atlantic Treaty Organization": "organisation/nato",
    "North Atlantic Treaty Organisation (NATO)": "organisation/nato",
    "North Atlantic Alliance": "organisation/nato",
    "Alliance atlantique": "organisation/nato",
    "Organisation for Security and Cooperation in Europe": "organisation/osce",
    "Nations Unies": "organisation/un",
    "Nations unies (ONU)": "organisation/un",
    "UN Security Council": "unit/un-security-council",
    "Republic of North Macedonia": "place/north-macedonia",
    "FYROM": "place/north-macedonia",
    "Macédoine du Nord": "place/north-macedonia",
    "MKD": "place/north-macedonia",
    "BiH": "place/bosnia-and-herzegovina",
    "Bosnia & Herzegovina (BIH)": "place/bosnia-and-herzegovina",
    "UNSCR 1325": "document/resolution-1325",
    "S/RES/1325": "document/resolution-1325",
    "Mission de vérification au Kosovo (MVK)": "mission/kvm",
    "Kosovo": "place/kosovo",
    "Dayton Peace Agreement": "document/dayton-agreements",
    "women, peace and security": "theme/women-peace-security",
    "cyber security": "theme/cybersecurity",
    "FCS": "unit/forum-for-security-cooperation",
    "FSC": "unit/forum-for-security-cooperation",
    "Document de Vienne": "document/vienna-document",
    "the Vienna Document": "document/vienna-document",
    "OTAN": "organisation/nato",
    "l'OTAN": "organisation/nato",
    "L’OTAN": "organisation/nato",
    "nato": "organisation/nato",
    "former Yugoslav Republic of Macedonia": "place/north-macedonia",
    "ex-République yougoslave de Macédoine": "place/north-macedonia",
    "EX REPUBLIQUE YOUGOSLAVE DE MACEDOINE": "place/north-macedonia",
    "S/RES/1244 (1999)": "document/resolution-1244",
    "Q7184": "organisation/nato",
    "https://www.wikidata.org/wiki/Q7184": "organisation/nato",
    "http://eurovoc.europa.eu/2199": "organisation/nato",
    "http://eurovoc.europa.eu/c_5713": "place/north-macedonia",
    BASE + "mission/kvm": "mission/kvm",
}
#: A text that is no name, or the name of several things, and what comes first.
OPEN = {
    "Macédoine": "place/north-macedonia",
    "Bosnia": "place/bosnia-and-herzegovina",
    "Kosovo Verificaton Mission": "mission/kvm",
    "Resolution 1325 (2000)": "document/resolution-1325",
    "Secretary General of NATO": "post/nato-secretary-general",
    "Secretary General": "post/nato-secretary-general",
    "counter terorism": "theme/counter-terrorism",
    "OSCE Mission in Kosovo (UNMIK)": "mission/osce-mission-kosovo",
    "women, peace & security": "theme/women-peace-security",
    "Nato-Osze": "organisation/nato",
    "Quebec": None,
}
#: Names that no thing here has; what is merely spelled a little like them is not offered.
NOTHING = ["Ukraine", "Afghanistan", "Serbia", "Georgia", "ISAF", "Open Skies", "ODIHR", "S/RES/2202"]
#: The kinds of things that a text finds only if the kind is asked for, and such a text.
ASIDE = {
    "Section": "Border security",
    "Passage": "Political dialogue, passage 1",
    "Naming": "NATO called “Alliance”",
}


@pytest.fixture(scope="module")
def index(real: Any) -> Iterator[Index]:
    with Index.open(real[2].path / "index.sqlite") as found:
        yield found


@pytest.fixture
def ask(index: Index, real: Any) -> Any:
    aside = real[0].aside

    def answer(text: str = "", *types: str, **more: Any) -> list[Match]:
        names = (text,) if text else ()
        matcher = Matcher(index, lambda name: name.replace("natosce:", TERMS), aside)
        return matcher.match(Query(names=names, types=types, **more))

    return answer


@pytest.mark.parametrize(("text", "iri"), CERTAIN.items())
def test_a_name_that_only_one_thing_has_is_matched(ask: Any, text: str, iri: str) -> None:
    found = ask(text)
    assert [match.iri for match in found if match.certain] == [BASE + iri]
    assert found[0].iri == BASE + iri and found[0].score >= 97


@pytest.mark.parametrize(("text", "iri"), OPEN.items())
def test_what_is_not_certain_is_left_to_a_person(ask: Any, text: str, iri: str | None) -> None:
    found = ask(text)
    assert [match for match in found if match.certain] == []
    assert iri is None or found[0].iri == BASE + iri


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_only_of_like_letters_is_not_offered(ask: Any, text: str) -> None:
    assert ask(text) == []


@pytest.mark.parametrize(("kind", "text"), ASIDE.items())
def test_kinds_set_aside_are_found_by_those_who_ask_for_them(ask: Any, kind: str, text: str) -> None:
    assert not [match for match in ask(text) if TERMS + kind in match.types]
    asked = ask(text, TERMS + kind)
    assert asked[0].certain and TERMS + kind in asked[0].types


def test_spellings_of_a_name_rank_equal(ask: Any) -> None:
    name = "Mission de vérification au Kosovo"
    spellings = [
        name,
        unicodedata.normalize("NFD", name),
        name.upper(),
        "mission de verification au kosovo",
        f"La {name}",
    ]
    answers = [[(match.iri, match.score, match.certain) for match in ask(text)] for text in spellings]
    assert len(answers) >= 5 and all(answer == answers[0] for answer in answers) and answers[0][0][2]


def test_a_kind_decides_between_namesakes(ask: Any) -> None:
    name = "surveillance aérienne"
    assert [match.settled for match in ask(name)[:2]] == [True, True] and not ask(name)[0].certain
    found = ask(name, TERMS + "Mission")
    assert found[0].iri == BASE + "mission/nato-air-surveillance" and found[0].certain
    assert all(TERMS + "Mission" in match.types for match in found)
    # inferred: nothing is asserted to be an agent, all organisations are
    assert ask("NATO", TERMS + "Agent")[0].certain
    assert ask("NATO", TERMS + "Event") == [] or not ask("NATO", TERMS + "Event")[0].certain


def test_terms_of_the_vocabulary_are_found_by_those_who_ask_for_them(ask: Any) -> None:
    owl_class = "http://www.w3.org/2002/07/owl#Class"
    assert TERMS + "Mission" not in [match.iri for match in ask("mission", limit=100)]
    assert ask("mission", owl_class)[0].iri == TERMS + "Mission"


def test_a_property_decides_between_namesakes(ask: Any) -> None:
    kind, name = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "surveillance aérienne"
    for value in (TERMS + "Mission", "natosce:Mission"):
        found = ask(name, conditions=(Condition(kind, (value,)),))
        assert found[0].iri == BASE + "mission/nato-air-surveillance" and found[0].certain
        assert found[0].agreements == ((kind, 1.0),)
    refused = ask(name, conditions=(Condition(kind, (TERMS + "Mission",), "none", required=True),))
    assert refused[0].iri == BASE + "theme/air-surveillance"


def test_a_query_without_a_name_is_answered_by_its_properties(ask: Any) -> None:
    same = ask(conditions=(Condition("http://www.w3.org/2002/07/owl#sameAs", ("Q7184",)),))
    assert same[0].iri == BASE + "organisation/nato"
    symbol = ask(conditions=(Condition("http://purl.org/dc/terms/identifier", ("S/RES/1244(1999)",)),))
    assert symbol[0].iri == BASE + "document/resolution-1244"


def test_what_must_not_be_linked_is_not_matched(ask: Any) -> None:
    """The air campaign of 1999 and the Stability and Growth Pact: their namesakes here are other things."""
    for text in ("Q155723", "http://eurovoc.europa.eu/6212", "Q1363801"):
        assert [match for match in ask(text) if match.certain] == []
