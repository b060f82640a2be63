"""The list of questions: groups, views, a filter; the text of a query in colours."""

from __future__ import annotations

import html
import re

import pytest
from markupsafe import escape

from parley.web.view.asking import Question
from parley.web.view.highlight import LONGEST, highlighted
from parley.web.view.i18n import Interface, load_catalogues
from parley.web.view.naming import Text
from parley.web.view.questions import matching, sections

from .answers import HOSTILE


def question(name: str, group: str = "", view: str = "table", featured: bool = False) -> Question:
    title = Text(f"Où est {name} ?", "fr")
    return Question(name, title, Text("Une île."), f"/queries/{name}", featured, view, Text(group) if group else None)


def titles(*questions: Question) -> dict[str, list[str]]:
    interface = Interface.of("en", load_catalogues())
    return {one.title.text: [q.name for q in one.questions] for one in sections(questions, interface)}


def test_those_to_begin_with_then_groups_then_the_rest() -> None:
    asked = [question("a", "Seas"), question("b", "Isles"), question("c"), question("d", "Isles", featured=True)]
    found = titles(*asked)
    assert list(found.items()) == [
        ("To begin with", ["d"]), ("Isles", ["b"]), ("Seas", ["a"]), ("Further questions", ["c"]),
    ]  # fmt: skip


def test_without_groups_they_stand_by_view_tables_last() -> None:
    found = titles(question("a"), question("b", view="map"), question("c", view="timeline"))
    assert list(found.items()) == [("Timeline", ["c"]), ("Map", ["b"]), ("Table", ["a"])]
    assert titles() == {}


@pytest.mark.parametrize(
    ("words", "names"),
    [("ou ILE", ["jersey", "sark"]), ("jers", ["jersey"]), ("ile absente", []), ("", ["jersey", "sark"])],
)
def test_a_filter_ignores_case_and_accents(words: str, names: list[str]) -> None:
    assert [one.name for one in matching([question("jersey"), question("sark")], words)] == names


@pytest.mark.parametrize(
    "text", [*HOSTILE, "SELECT * { ?a <b> 'x' } # </code>", "", "# only a remark", "\\u0041 ''' \""]
)
def test_colours_change_no_character_and_let_nothing_through(text: str) -> None:
    shown = str(highlighted(text))
    assert html.unescape(re.sub(r"</?span[^>]*>", "", shown)) == text
    assert highlighted(text + " " * LONGEST) == escape(text + " " * LONGEST), "long texts are shown plain"
    assert set(re.findall(r"<[^>]*>", shown)) <= {
        "</span>",
        *(f'<span class="{name}">' for name in ("word", "variable", "text", "number", "iri", "remark")),
    }
