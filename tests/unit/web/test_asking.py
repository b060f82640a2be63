"""Answers as tables, questions, prefixes put in front."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parley.publication import Publication, parse
from parley.queries import parse as parse_query
from parley.urls import Urls
from parley.vocab import RDFS, SKOS, XSD
from parley.web.view import asking
from parley.web.view.answer import Answer, Cells, answer
from parley.web.view.i18n import Interface, load_catalogues
from parley.web.view.naming import Namer
from parley.web.view.values import Links

BASE = "https://tide.example/"
BAY = {"type": "uri", "value": BASE + "bay"}


class Labels:
    """Labels in memory; counts how often they are asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def labels(self, iris: Any) -> dict[str, dict[str, str]]:
        self.asked += 1
        known = {BASE + "bay": {"en": "Bay", "fr": "Baie"}}
        return {iri: known[iri] for iri in iris if iri in known}


def cells(language: str = "fr", *, spoken: bool = False, labels: Labels | None = None) -> Cells:
    interface = Interface.of(language, load_catalogues())
    namer = Namer(labels or Labels(), interface, "en", {"tide": BASE + "o#"})
    links = Links(Urls(BASE, ("en", "fr")), language, lambda iri: iri == BASE + "bay")
    return Cells(namer, links, interface, spoken=spoken)


def table(rows: list[dict[str, Any]], *columns: str, query: str = "SELECT ?a", **options: Any) -> Answer:
    body = json.dumps({"head": {"vars": columns}, "results": {"bindings": rows}}).encode()
    return answer(query, "bindings", body, cells(**options))


def test_things_have_their_names_and_links() -> None:
    elsewhere = {"type": "uri", "value": "http://elsewhere.example/x"}
    found = table([{"a": BAY, "b": elsewhere}, {"a": {"type": "uri", "value": BASE + "o#Wave"}}], "a", "b")
    (bay, there), (wave, nothing) = found.rows
    assert bay is not None and (bay.text.text, bay.text.language, bay.href) == ("Baie", "fr", "/fr/doc/bay")
    assert there is not None and (there.text.text, there.href, there.external) == (elsewhere["value"],) * 2 + (True,)
    assert wave is not None and (wave.text.text, wave.href) == ("tide:Wave", None)
    assert nothing is None


def test_names_are_looked_up_at_once() -> None:
    labels = Labels()
    table([{"a": {"type": "uri", "value": f"{BASE}{n}"}} for n in range(50)], "a", labels=labels)
    assert labels.asked == 1


def test_literals_as_they_are_or_as_readers_write_them() -> None:
    day = {"type": "literal", "value": "1999-03-20", "datatype": XSD + "date"}
    word = {"type": "literal", "value": "sea", "xml:lang": "en-GB"}
    blank = {"type": "bnode", "value": "b0"}
    row = [{"a": day, "b": word, "c": blank}]
    plain = table(row, "a", "b", "c").rows[0]
    assert [value.text.text for value in plain if value] == ["1999-03-20", "sea", "_:b0"]
    assert plain[1] is not None and (plain[1].text.language, plain[1].language) == ("en-GB", "en-gb")
    spoken = table(row, "a", "b", "c", spoken=True).rows[0]
    assert spoken[0] is not None and (spoken[0].text.text, spoken[0].machine) == ("20 mars 1999", "1999-03-20")


def test_columns_of_a_star_stand_as_in_the_query() -> None:
    assert table([], "a", "m", "z", query="select distinct * { ?z ?a $m }").columns == ("z", "a", "m")
    assert table([], "a", "z", query="SELECT ?a ?z { ?z ?a 1 }").columns == ("a", "z")


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("boolean", b'{"head": {}, "boolean": true}', Answer(boolean=True)),
        ("bindings", None, Answer(hidden=True)),
    ],
)
def test_other_answers(kind: str, body: bytes | None, expected: Answer) -> None:
    assert answer("ASK {}", kind, body, cells()) == expected


def test_questions_are_in_the_pages_language_featured_first() -> None:
    saved = [
        parse_query("queries/a.rq", "# title@en: Away?\nASK {}"),
        parse_query("queries/z.rq", "# title@en: Zone?\n# title@fr: Zone ?\n# featured: yes\nASK {}"),
    ]
    links = Links(Urls(BASE, ("en", "fr"), "/sub"), "fr", lambda _: True)
    found = asking.questions(saved, links, "fr", "en")
    assert [(q.title.text, q.title.language, q.href) for q in found] == [
        ("Zone ?", "fr", "/sub/fr/queries/z"),
        ("Away?", "en", "/sub/fr/queries/a"),
    ]


def test_prefixes_are_put_in_front_of_what_leaves_them_out() -> None:
    known = {"a": "urn:a:", "b": "urn:b:", "c": "urn:c:"}
    text = "SELECT ?x { ?x a b:C ; a:d 'c:e' ; z:y 1 }"
    assert asking.with_prefixes(text, known) == f"PREFIX a: <urn:a:>\nPREFIX b: <urn:b:>\n\n{text}"
    assert asking.with_prefixes("ASK {}", known) == "ASK {}"


class Statistics:
    """Sizes in memory."""

    def classes(self) -> list[tuple[str, int]]:
        return [(BASE + "o#Wave", 3), (SKOS + "Concept", 2)]

    def properties(self) -> list[tuple[str, int]]:
        return [(RDFS + "label", 9), (BASE + "o#meets", 2)]


def publication(more: str = "") -> Publication:
    text = f'base = "{BASE}"\n[prefixes]\ntide = "{BASE}o#"\nunused = "{BASE}u/"\n{more}'
    return parse(Path(), text, {})


def test_the_first_query_lists_things_by_name_under_the_prefixes_in_use() -> None:
    text = asking.first_query(Statistics(), publication(), [BASE + "o#Wave"], "fr")
    assert text.startswith(f"PREFIX tide: <{BASE}o#>\n") and f"PREFIX rdfs: <{RDFS}>\n" in text
    assert "unused" not in text
    assert "?thing a tide:Wave ." in text and 'LANG(?name), "fr"' in text
    assert asking.with_prefixes(text, publication().all_prefixes) == text


def test_the_first_query_counts_kinds_where_none_has_a_prefix() -> None:
    assert "COUNT(?thing)" in asking.first_query(Statistics(), publication(), ["urn:x:y"], "fr")
