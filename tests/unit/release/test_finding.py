"""Things are found by what the data says of them, under any vocabulary that is aligned to a common one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from parley.pipeline.output.facets import years
from parley.release import search
from parley.release.index import Index
from parley.release.wanted import Wanted

E = "http://example.org/"
G = f"<{E}data>"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"

MakeIndex = Callable[..., Index]


def link(subject: str, predicate: str, object_: str) -> str:
    predicate = predicate if ":" in predicate else E + predicate
    object_ = object_ if ":" in object_ else E + object_
    return f"<{E}{subject}> <{predicate}> <{object_}> {G}"


def text(subject: str, predicate: str, value: str, datatype: str = "") -> str:
    predicate = predicate if ":" in predicate else E + predicate
    return f'<{E}{subject}> <{predicate}> "{value}"{f"^^<{datatype}>" if datatype else ""} {G}'


def typed(kind: str, *names: str) -> list[str]:
    return [link(name, RDF + "type", kind) for name in names]


HARBOURS = (
    link("Harbour", RDFS + "subClassOf", "Port"),
    link("Port", RDFS + "subClassOf", "https://schema.org/Place"),
    *typed("Harbour", "brest", "lorient"),
    *typed("Ship", "belem", "hermione", "kaskelot"),
    link("belem", "moors", "brest"),
    link("hermione", "moors", "brest"),
    link("kaskelot", "moors", "lorient"),
    text("belem", RDFS + "label", "Bélem"),
    text("belem", SKOS + "altLabel", "Giorgio Cini"),
    text("hermione", RDFS + "label", "Hermione"),
    text("hermione", "launched", "2014", XSD + "gYear"),
    text("belem", "launched", "1896-06-10", XSD + "date"),
    text("brest", RDFS + "label", "Brest"),
)


def test_places_are_told_by_the_common_class_above_their_own(make_index: MakeIndex) -> None:
    index = make_index(*HARBOURS)
    found = index.choices(Wanted(kind=E + "Ship"))
    assert found.total == 3
    assert found.places == ((E + "brest", 2), (E + "lorient", 1))
    assert [hit.iri for hit in index.search(Wanted(place=E + "lorient"))] == [E + "kaskelot"]
    assert index.topics([E + "brest", E + "belem"]) == {E + "brest": "place"}


def test_years_are_counted_and_narrow(make_index: MakeIndex) -> None:
    index = make_index(*HARBOURS)
    found = index.choices(Wanted(kind=E + "Ship"))
    assert found.step == 100 and found.years == ((1800, 1), (2000, 1))
    assert [hit.iri for hit in index.search(Wanted(years=(1890, 1899)))] == [E + "belem"]
    assert index.search(Wanted(years=(1900, 1999))) == []


def test_every_count_is_what_the_choice_gives(make_index: MakeIndex) -> None:
    index = make_index(*HARBOURS)
    checked = 0
    for wanted in (Wanted(kind=E + "Ship"), Wanted("brest"), Wanted(place=E + "brest"), Wanted("belem")):
        found = index.choices(wanted)
        narrowed = [(replace(wanted, kind=iri), count) for iri, count in found.kinds]
        narrowed += [(replace(wanted, theme=iri), count) for iri, count in found.themes]
        narrowed += [(replace(wanted, place=iri), count) for iri, count in found.places]
        narrowed += [(replace(wanted, years=(year, year + found.step - 1)), count) for year, count in found.years]
        for choice, count in narrowed:
            assert index.count_hits(choice) == count == len(index.search(choice)), choice
            checked += 1
    assert checked >= 8


def test_what_is_about_a_theme_is_about_the_broader_one(make_index: MakeIndex) -> None:
    index = make_index(
        *typed(SKOS + "Concept", "sea", "tide", "ebb"),
        link("tide", SKOS + "broader", "sea"),
        link("tide", SKOS + "narrower", "ebb"),
        *typed("Book", "one", "two"),
        link("one", "about", "ebb"),
        link("two", "about", "sea"),
    )
    assert index.choices(Wanted(kind=E + "Book")).themes == ((E + "sea", 2), (E + "ebb", 1), (E + "tide", 1))
    assert index.choices(Wanted(kind=SKOS + "Concept")).themes == (), "themes are not about themes"


def test_a_kind_that_carries_dates_is_one_of_time_spans(make_index: MakeIndex) -> None:
    spans = [
        row
        for name, start, end in (("war", "1914", "1918"), ("peace", "1919", "1938"))
        for row in (
            *typed("Era", name),
            text(name, "from", f"{start}-01-01", XSD + "date"),
            text(name, "until", f"{end}-12-31", XSD + "date"),
        )
    ]
    index = make_index(*spans, *typed("Treaty", "versailles"), link("versailles", "when", "peace"))
    assert index.topics([E + "war", E + "versailles"]) == {E + "war": "time"}
    assert [hit.iri for hit in index.search(Wanted(kind=E + "Treaty", years=(1930, 1930)))] == [E + "versailles"]


def test_a_dated_thing_with_links_is_no_time_span(make_index: MakeIndex) -> None:
    index = make_index(*HARBOURS, *typed("Captain", "ann"), link("ann", "steers", "belem"))
    assert index.topics([E + "belem"]) == {}
    assert index.choices(Wanted(kind=E + "Captain")).years == ()


def test_things_of_a_kind_are_told_apart_by_their_further_classes(make_index: MakeIndex) -> None:
    index = make_index(*HARBOURS, *typed("Museum", "belem", "brest"), *typed("Wooden", "belem", "hermione", "kaskelot"))
    assert index.choices(Wanted(kind=E + "Ship")).also == ((E + "Museum", 1),), "what all of them are says nothing"
    assert [hit.iri for hit in index.search(Wanted(kind=E + "Ship", also=E + "Museum"))] == [E + "belem"]
    assert index.choices(Wanted("brest")).also == ()


def test_suggestions_go_by_names_without_accents_and_by_other_names(make_index: MakeIndex) -> None:
    index = make_index(*HARBOURS)
    assert [hit.iri for hit in index.suggest("bel")] == [E + "belem"]
    assert [hit.iri for hit in index.suggest("cini gio")] == [E + "belem"], "another name, in any order"
    assert index.suggest("") == index.suggest('"') == index.suggest("zz") == []


def test_hostile_words_are_words(make_index: MakeIndex) -> None:
    index = make_index(*HARBOURS)
    for words in ('"', "NEAR(", "label:", "*", "{label} : x", "a" * 10_000, "\x00", "OR OR"):
        assert index.search(Wanted(words, place=E + "brest")) == []
        assert index.choices(Wanted(words)).total == 0
        index.suggest(words)


@pytest.mark.parametrize(
    ("lexical", "expected"),
    [("1998-01/1999-03", (1998, 1999)), ("19XX", (1900, 1999)), ("1998/..", (1998, 1998)),
     ("2003-05-06T10:02", (2003, 2003)), ("12003", None), ("-0300", None), ("", None), ("10:02", None)],
)  # fmt: skip
def test_years(lexical: str, expected: tuple[int, int] | None) -> None:
    assert years(lexical) == expected


def test_a_word_in_very_many_texts_is_ranked_in_some_of_them(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is called just so is found all the same, and so is what is narrowed down to."""
    monkeypatch.setattr(search, "RANKED", 5)
    graph, label, kind = f"<{E}data>", f"<{RDFS}label>", f"<{RDF}type>"
    names = [f'<{E}t{n:02}> {label} "thing {n}" {graph}' for n in range(20)]
    kinds = [f"<{E}t{n:02}> {kind} <{E}{'Rare' if n > 17 else 'Usual'}> {graph}" for n in range(20)]
    index = make_index(*names, *kinds, f'<{E}z> {label} "thing"@en {graph}')
    found = [hit.iri for hit in index.search("thing")]
    assert found[0] == f"{E}z" and len(found) == 6
    assert index.count_hits("thing") == 21
    assert {hit.iri for hit in index.search(Wanted("thing", kind=f"{E}Rare"))} == {f"{E}t18", f"{E}t19"}
    assert index.search("thing 19")[0].iri == f"{E}t19"
    assert [hit.iri for hit in index.suggest("thing 19")] == [f"{E}t19"]


def test_classes_are_looked_up_one_by_one(make_index: MakeIndex) -> None:
    """Not by going through all nodes, of which there may be millions."""
    index = make_index(f"<{E}a> <{RDF}type> <{E}A> <{E}data>")
    steps: list[str] = []
    monitored = index._connections._connection()
    monitored.set_trace_callback(steps.append)
    assert index.classes() == [(f"{E}A", 1)]
    monitored.set_trace_callback(None)
    plan = [row[3] for row in index._rows(f"EXPLAIN QUERY PLAN {steps[-1]}")]
    assert any(step.startswith("SEARCH n ") for step in plan) and not any(step.startswith("SCAN n") for step in plan)
