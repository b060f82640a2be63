"""Answers as timelines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from parley.urls import Urls
from parley.vocab import XSD
from parley.web.i18n import Interface, load_catalogues
from parley.web.view.answer import Cells
from parley.web.view.naming import Namer
from parley.web.view.timeline import ROWS, WIDTH, Timeline, bounds, timeline
from parley.web.view.values import Links

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"


class Nothing:
    """No labels."""

    def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        return {}


def drawn(columns: str, *rows: dict[str, Any]) -> Timeline | None:
    interface = Interface.of("en", load_catalogues())
    links = Links(Urls("https://tide.example/", ("en",)), None, lambda _: True)
    return timeline(columns.split(), rows, Cells(Namer(Nothing(), interface, "en"), links, interface, spoken=True))


def thing(name: str) -> dict[str, str]:
    return {"type": "uri", "value": f"https://tide.example/{name}"}


def when(text: str, datatype: str = EDTF) -> dict[str, str]:
    return {"type": "literal", "value": text, "datatype": datatype}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1999", date(1999, 1, 1), date(1999, 12, 31)),
        ("1996-02", date(1996, 2, 1), date(1996, 2, 29)),
        ("1999-03-20~", date(1999, 3, 20), date(1999, 3, 20)),
        ("2021-05-06T10:02:00Z", date(2021, 5, 6), date(2021, 5, 6)),
        ("19XX", date(1900, 1, 1), date(1999, 12, 31)),
    ],
)
def test_what_a_date_may_mean(text: str, first: date, last: date) -> None:
    assert bounds(text) == (first, last)


@pytest.mark.parametrize("text", ["", "..", "soon", "1999-13", "1999-02-30", "-0044"])
def test_what_is_not_understood_is_not_guessed(text: str) -> None:
    assert bounds(text) is None


def test_certain_and_possible_are_told_apart() -> None:
    said = {"day": "1999-03-20", "month": "1999-05", "years": "1998/2001", "since": "1998-06/.."}
    found = drawn("a t", *({"a": thing(name), "t": when(text)} for name, text in said.items()))
    assert found is not None
    bars = {bar.name.text.text.rpartition("/")[2]: bar for bar in found.bars}
    assert list(bars) == ["years", "since", "day", "month"], "oldest first"
    assert bars["day"].certain == bars["day"].possible
    assert bars["month"].certain is None
    possible, certain = bars["years"].possible, bars["years"].certain
    assert certain is not None and possible[0] < certain[0] < certain[1] < possible[1]
    assert bars["since"].open and bars["since"].possible[1] == WIDTH - 20 and bars["since"].certain is None
    assert bars["years"].time.text == "1998\N{NO-BREAK SPACE}– 2001"
    assert bars["years"].name.href == "/doc/years"


def test_bounds_of_their_own_columns_and_plain_ends() -> None:
    day = XSD + "date"
    row = {"a": thing("x"), "startEarliest": when("1998-01-01", day), "endLatest": when("1998-12-31", day)}
    found = drawn("a startEarliest endLatest", row)
    assert found is not None and found.bars[0].certain is None and found.bars[0].possible[0] < found.bars[0].possible[1]
    found = drawn("a start end", {"a": thing("x"), "start": when("1998-01-01", day), "end": when("1998-03-01", day)})
    assert found is not None and found.bars[0].certain == found.bars[0].possible
    assert found.bars[0].time.text == "January 1, 1998\N{NO-BREAK SPACE}– March 1, 1998"


def test_rows_are_drawn_once_and_not_without_end() -> None:
    rows = [{"a": thing(str(n % 500)), "t": when("1999")} for n in range(1000)]
    found = drawn("a t", *rows)
    assert found is not None and len(found.bars) == ROWS
    assert drawn("a t", {"a": thing("x")}) is None
    assert drawn("a t", {"t": when("1999")}) is None
    assert drawn("t", {"t": {"type": "literal", "value": "1999"}}) is None


def test_a_millennium_has_few_ticks() -> None:
    found = drawn("a t", {"a": thing("x"), "t": when("0009/2020")})
    assert found is not None and 2 <= len(found.ticks) <= 20
