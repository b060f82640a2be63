"""Answers along time."""

from __future__ import annotations

from typing import Any

import pytest

from parley.vocab import XSD
from parley.web.view.instants import Span, bounds, span
from parley.web.view.timeline import BARS, LEAST, LEFT, RIGHT, Bar, Timeline, timeline

from .answers import HOSTILE, cells, text, thing, when

DAY = 1 / 365


def drawn(columns: str, *rows: dict[str, Any]) -> Timeline:
    return timeline(columns.split(), rows, cells())


def parts(bar: Bar) -> dict[str, tuple[float, float]]:
    return {part.kind: (part.x, part.x + part.width) for part in bar.parts}


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("1999", 1999, 2000),
        ("1996-02", 1996 + 31 / 366, 1996 + 60 / 366),
        ("1999-03-20~", 1999 + 78 / 365, 1999 + 79 / 365),
        ("1999-12-31T10:02:00Z", 1999 + 364 / 365, 2000),
        ("1999-12-31+02:00", 1999 + 364 / 365, 2000),
        ("19XX", 1900, 2000),
        ("-0044", -44, -43),
        ("-004X", -49, -39),
        ("012000", 12000, 12001),
    ],
)
def test_what_a_date_may_mean(said: str, first: float, last: float) -> None:
    assert bounds(said) == pytest.approx((first, last))


@pytest.mark.parametrize(
    "said", ["", "..", "soon", "1999-13", "1999-02-30", "19", "1999-1", "20XX-01", " 1999", "9" * 99]
)
def test_what_is_not_understood_is_not_guessed(said: str) -> None:
    assert bounds(said) is None


@pytest.mark.parametrize(
    ("texts", "edges"),
    [
        ({"time": "1998/2001"}, (1998, 1999, 2001, 2002)),
        ({"time": "1998/.."}, (1998, 1999, None, None)),
        ({"time": "/1998"}, (None, None, 1998, 1999)),
        ({"start": "1998", "end": "2001"}, (1998, 1999, 2001, 2002)),
        ({"start": "1998", "startLatest": "2000"}, (1998, 2001, None, None)),
        ({"endLatest": "2000"}, (None, None, None, 2001)),
        ({"startEarliest": "1998", "endEarliest": "2000"}, (1998, None, 2000, None)),
        ({"start": "2000", "startLatest": "1990"}, (2000, None, None, None)),
        ({"start": "soon", "end": "2001"}, (None, None, 2001, 2002)),
    ],
)
def test_bounds_come_from_what_a_row_says(texts: dict[str, str], edges: tuple[float | None, ...]) -> None:
    found = span(texts.get)
    assert found is not None
    assert found[0] == Span(*edges)  # type: ignore[arg-type]


@pytest.mark.parametrize("texts", [{}, {"time": "../.."}, {"time": "1998/soon"}, {"start": "soon"}, {"other": "1998"}])
def test_a_row_without_a_date_has_no_place_in_time(texts: dict[str, str]) -> None:
    assert span(texts.get) is None


def test_certain_and_possible_are_told_apart() -> None:
    said = {"day": "1999-03-20", "month": "1999-05", "years": "1998/2001", "since": "1998-06/..", "until": "../1999"}
    found = drawn("a time", *({"a": thing(name), "time": when(value)} for name, value in said.items()))
    bars = {bar.name.text.text.rpartition("/")[2]: parts(bar) for bar in found.bars}
    assert list(bars) == ["until", "years", "since", "day", "month"], "oldest first"
    assert set(bars["day"]) == {"possible", "certain"} and bars["day"]["certain"][0] == bars["day"]["possible"][0]
    assert set(bars["month"]) == {"possible"}, "some day in that month, no day in it for certain"
    possible, certain = bars["years"]["possible"], bars["years"]["certain"]
    assert possible[0] < certain[0] < certain[1] < possible[1]
    assert set(bars["since"]) == {"possible", "since"} and bars["since"]["since"][1] == pytest.approx(RIGHT)
    assert set(bars["until"]) == {"possible", "until"} and bars["until"]["until"][0] == LEFT
    assert found.kinds == ("certain", "possible", "since", "until")
    assert next(bar for bar in found.bars if bar.name.href == "/doc/years").time.text == "1998 to 2001"


def test_what_is_approximate_is_nowhere_certain() -> None:
    rows = [{"a": thing(value[-1:]), "time": when(value)} for value in ("1998-01-01", "1998-01-02~", "1998?/2001")]
    kinds = [set(parts(bar)) for bar in drawn("a time", *rows).bars]
    assert sorted(len(found) for found in kinds) == [1, 1, 2] and sum("certain" in found for found in kinds) == 1


def test_marks_stay_in_the_drawing_and_can_be_seen() -> None:
    rows = [{"a": thing(str(n)), "time": when(value)} for n, value in enumerate(("0001-01-01", "2020-01-01", "1/2"))]
    found = drawn("a time", *rows)
    assert found.extent.unfit == 1
    pieces = [part for bar in found.bars for part in bar.parts]
    assert all(part.x >= LEFT and part.x + part.width <= RIGHT + LEAST and part.width >= LEAST for part in pieces)
    assert 2 <= len(found.ticks) <= 20


def test_bounds_of_their_own_columns_and_plain_ends() -> None:
    day = XSD + "date"
    row = {"a": thing("x"), "startEarliest": when("1998-01-01", day), "endLatest": when("1998-12-31", day)}
    assert set(parts(drawn("a startEarliest endLatest", row).bars[0])) == {"possible"}
    assert drawn("a startEarliest endLatest", row).bars[0].time.text.startswith("January 1, 1998")
    row |= {"startLatest": when("1998-12-31", day), "endEarliest": when("1998-01-01", day)}
    assert drawn("a startEarliest startLatest endEarliest endLatest", row).bars[0].time.text == "1998"
    found = drawn("a start end", {"a": thing("x"), "start": when("1998-01-01", day), "end": when("1998-03-01", day)})
    assert parts(found.bars[0])["certain"][0] == parts(found.bars[0])["possible"][0]
    assert found.bars[0].time.text == "January 1, 1998 to March 1, 1998"


def test_rows_are_drawn_once_counted_and_not_without_end() -> None:
    rows = [{"a": thing(str(n % 500)), "time": when("1999")} for n in range(1000)]
    found = drawn("a time", *rows, {"a": thing("x")}, {"time": when("1999")}, {"a": thing("y"), "time": text("soon")})
    assert (found.extent.drawn, found.extent.beyond, found.extent.unfit) == (BARS, 500 - BARS, 3)
    assert drawn("a time").bars == ()


def test_item_and_label_name_a_bar_and_hostile_texts_are_only_texts() -> None:
    rows = [{"x": thing("1"), "item": text(bad), "label": text(bad, "fr"), "time": when("1999")} for bad in HOSTILE]
    found = drawn("x item label time", *rows)
    assert {bar.name.text.text for bar in found.bars} == set(HOSTILE)
    assert all(bar.name.href is None and bar.name.text.language == "fr" for bar in found.bars)
    odd = {"item": {"type": "uri", "value": "javascript:alert(1)"}, "time": when("1999")}
    assert drawn("item time", odd).bars[0].name.href is None
