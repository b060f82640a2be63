"""Headers of saved queries."""

from __future__ import annotations

import pytest

from parley.errors import SourceError
from parley.queries import parse

WHOLE = """# title@en: Which stones float?
# title@fr-CA: Quelles pierres flottent ?
# Description: pumice, mostly
# group@en: Stones
# view: timeline
# featured: yes
# by hand: a remark that declares nothing

PREFIX a: <urn:a>
# inside: it stays
SELECT * { ?a ?b ?c }
"""


def test_a_header_says_the_question_in_each_language() -> None:
    found = parse("data/queries/floating-stones.rq", WHOLE)
    assert found.name == "floating-stones"
    assert found.title == {"en": "Which stones float?", "fr-ca": "Quelles pierres flottent ?"}
    assert found.description == {"": "pumice, mostly"}
    assert (found.view, found.featured, found.group) == ("timeline", True, {"en": "Stones"})
    assert found.text == "# by hand: a remark that declares nothing\n" + WHOLE.partition("\n\n")[2]


def test_without_header_the_name_is_the_title() -> None:
    found = parse("queries/all_of-it.rq", "\ufeffASK {}")
    assert (found.title, found.view, found.featured, found.text) == ({"": "All of it"}, "table", False, "ASK {}\n")


@pytest.mark.parametrize(
    ("header", "line", "message"),
    [
        ("# title@en: a\n# title@EN: b", 2, "second “title”"),
        ("# title@: a", 1, "no language tag"),
        ("# title@e_n: a", 1, "no language tag"),
        ("#\n# title:", 2, "no value"),
        ("# view: cloud", 1, "table, timeline, map"),
        ("# view: table\n# view: table", 2, "Give it once"),
        ("# view@en: table", 1, "Give it once"),
        ("# featured: perhaps", 1, "yes, no"),
    ],
)
def test_a_broken_header_is_an_error_at_its_line(header: str, line: int, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse("queries/a.rq", header + "\nASK {}")
    assert caught.value.line == line
    assert message in str(caught.value)
    assert caught.value.cure


@pytest.mark.parametrize(
    ("file", "source"), [("a b.rq", "ASK {}"), ("a.rq", "# title: nothing below\n\n"), ("é.rq", "ASK {}")]
)
def test_what_can_be_no_saved_query(file: str, source: str) -> None:
    with pytest.raises(SourceError):
        parse(file, source)
