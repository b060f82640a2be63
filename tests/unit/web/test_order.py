"""What a page begins with, what it folds, and what it calls things whose names are a program's."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
from tests.unit.web.test_view import BASE, P1, RULES, A, B, Memory, page, section

from parley.roles import Role
from parley.urls import Urls
from parley.vocab import OWL, RDF_TYPE, XSD
from parley.web.view import browse, columns, questions, ways
from parley.web.view.asking import Question
from parley.web.view.browse import Kind, Survey
from parley.web.view.i18n import Interface, load_catalogues
from parley.web.view.labels import broken
from parley.web.view.naming import Namer, Text
from parley.web.view.themes import Hierarchy
from parley.web.view.values import Links, literal

FRENCH = Interface.of("fr", load_catalogues())
NOTHING = Hierarchy({}, {})


def test_what_the_source_says_comes_before_what_follows_and_what_editors_add() -> None:
    view = page(
        Memory(
            (A, BASE + "o#apart", B, BASE + "graph/editorial", Role.EDITORIAL),
            (A, BASE + "o#above", BASE + "c", RULES, Role.INFERRED),
            (A, BASE + "o#zones", BASE + "d", P1, Role.PASSAGE),
        )
    )
    assert list(section(view, "facts")) == ["zones", "above", "apart"]


def test_dates_stand_in_their_order() -> None:
    days = {"last": "1999-03-31", "first": "1998-01-01", "middle": "1998-06-01"}
    rows = [
        (A, BASE + f"o#{name}", ox.Literal(day, datatype=ox.NamedNode(XSD + "date")), P1, Role.PASSAGE)
        for name, day in days.items()
    ]
    assert list(section(page(Memory(*rows)), "when")) == ["first", "middle", "last"]


def test_what_footnotes_and_other_vocabularies_repeat_is_folded() -> None:
    view = page(
        Memory(
            (A, BASE + "o#meets", B, P1, Role.PASSAGE),
            (A, BASE + "o#saidIn", P1, RULES, Role.INFERRED),
            (A, RDF_TYPE, BASE + "o#Wave", P1, Role.PASSAGE),
            (A, RDF_TYPE, BASE + "o#Thing", RULES, Role.INFERRED),
            (A, RDF_TYPE, "http://xmlns.com/foaf/0.1/Agent", RULES, Role.INFERRED),
        )
    )
    assert section(view, "facts") == {"meets": ["b"]}
    assert section(view, "names") == {"kind": ["Thing", "Wave"]}
    assert section(view, "follows") == {"said in": ["1"], "kind": ["agent"]}


def test_a_kind_of_another_vocabulary_stays_where_there_is_no_other() -> None:
    view = page(Memory((A, RDF_TYPE, "http://xmlns.com/foaf/0.1/Agent", RULES, Role.INFERRED)))
    assert section(view, "names") == {"kind": ["agent"]}


def kinds(**counts: int) -> list[Kind]:
    return [Kind(name, Text(name), count, "") for name, count in counts.items()]


def test_kinds_to_begin_with_stand_by_topic_without_times_and_single_things() -> None:
    found = kinds(Ship=3, Crew=5, Port=4, Year=9, Log=7, Wreck=1)
    survey = Survey(
        tuple(kind.iri for kind in found),
        (),
        NOTHING,
        {"Ship": "agent", "Crew": "agent", "Port": "place", "Year": "time", "Wreck": "place"},
    )
    first = {topic: [kind.iri for kind in among] for topic, among in browse.first_kinds(found, survey, 5).items()}
    assert first == {"agent": ["Crew", "Ship"], "place": ["Port"], "others": ["Log"]}


def test_kinds_of_few_topics_are_one_list() -> None:
    found = kinds(Moss=3, Stone=5)
    survey = Survey(("Stone", "Moss"), (), NOTHING, {"Stone": "place"})
    assert [k.iri for k in browse.first_kinds(found, survey, 5)[browse.OTHERS]] == ["Stone", "Moss"]


class Labels:
    """Two terms with labels in two languages."""

    def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        known = {BASE + "o#holder": {"en": "holder", "fr": "titulaire"}, BASE + "o#Tide": {"fr": "marée"}}
        return {iri: known[iri] for iri in iris if iri in known}

    def instances(self, class_iri: str, limit: int = 100, offset: int = 0) -> list[str]:
        return {
            OWL + "ObjectProperty": [BASE + "o#holder", "http://elsewhere.example/o#thing"],
            OWL + "Class": [BASE + "o#Tide"],
        }.get(class_iri, [])


def test_columns_are_called_what_their_variables_are_named_after() -> None:
    ours = Urls(BASE, ("en", "fr")).relative
    known = columns.terms(Labels(), lambda iri: ours(iri) is not None)
    namer = Namer(Labels(), FRENCH, "en")
    found = columns.headings(["thing", "holder", "tides", "seaLevel"], known, namer, FRENCH)
    assert [text.text for text in found] == ["Chose", "titulaire", "marée", "sea level"]
    assert [text.language for text in found] == ["fr", "fr", "fr", ""], "what nobody has translated is not said to be"


def test_a_point_is_a_place_on_earth() -> None:
    wkt = ox.NamedNode("http://www.opengis.net/ont/geosparql#wktLiteral")
    links = Links(Urls(BASE, ("en", "fr")), None, lambda _iri: True)
    for written, shown in (
        ("POINT(17.77 44.17)", "44,17°\u202fN, 17,77°\u202fE"),
        ("point (-0.5 -7)", "7°\u202fS, 0,5°\u202fO"),
        ("LINESTRING(1 2, 3 4)", "LINESTRING(1 2, 3 4)"),
    ):
        value = literal(ox.Literal(written, datatype=wkt), Namer(Labels(), FRENCH, "en"), links, FRENCH)
        assert value.text.text == shown
        assert value.exact in (written, None)


def test_searching_leads_to_questions_and_whole_lists() -> None:
    found = kinds(**{"past thing": 3, "tide": 5, "ship": 2})
    assert [kind.iri for kind in ways.kinds_named(found, "the Tides that are past")] == ["past thing", "tide"]
    asked = [
        Question(title, Text(title), Text(told) if told else None, "", False, "table")
        for title, told in (("When is the tide?", ""), ("Where?", "Tides by place."), ("Which ships?", ""))
    ]
    assert [one.name for one in ways.questions_with(asked, "tides")] == ["When is the tide?", "Where?"]
    assert ways.questions_with(asked, "tides and ships") == []
    assert ways.questions_with(asked, "") == []
    assert ways.kinds_named(found, "a s") == []


def test_long_names_take_two_lines() -> None:
    assert broken("x" * 26) == ("x" * 26,)
    assert broken("a name of some twenty-nine chars") == ("a name of some twenty-nine", "chars")
    assert all(len(line) <= 26 for line in broken("word " * 30)) and len(broken("word " * 30)) == 2


def test_apostrophes_of_the_interface_are_typographic() -> None:
    texts = [text for catalogue in load_catalogues().values() for text in _texts(catalogue.values())]
    assert len(texts) > 500
    assert [text for text in texts if "'" in text] == []


def _texts(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _texts(value.values())


def test_the_first_question_of_each_kind_of_drawing() -> None:
    asked = [Question(name, Text(name), None, "", False, view) for name, view in (
        ("list", "table"), ("where", "map"), ("when", "timeline"), ("again", "map"),
    )]  # fmt: skip
    assert [one.name for one in questions.first_of_each_view(asked)] == ["when", "where"]
