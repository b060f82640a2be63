"""Answers as charts."""

from __future__ import annotations

from typing import Any

from parley.vocab import XSD
from parley.web.view.chart import BARS, LEFT, MOMENTS, RIGHT, WIDTH, Chart, chart

from .answers import HOSTILE, cells, number, text, thing, when


def drawn(columns: str, *rows: dict[str, Any]) -> Chart:
    return chart(columns.split(), rows, cells())


def test_bars_are_as_long_as_their_values() -> None:
    values = {"a": "10", "b": "20", "c": "0"}
    found = drawn("category value", *({"category": thing(n), "value": number(v)} for n, v in values.items()))
    assert [bar.name.href for bar in found.bars] == ["/doc/a", "/doc/b", "/doc/c"], "in the order of the answer"
    a, b, c = (bar.width for bar in found.bars)
    assert b == RIGHT - LEFT and abs(2 * a - b) <= 0.2 and c == 0
    assert found.zero == LEFT and [label for _, label in found.lines] == ["0", "5", "10", "15", "20"]


def test_bars_of_negative_values_go_the_other_way() -> None:
    found = drawn("category value", *({"category": text(v), "value": number(v)} for v in ("-10", "10")))
    below, above = found.bars
    assert below.x + below.width == found.zero == above.x and LEFT < found.zero < RIGHT


def test_values_along_time() -> None:
    year = XSD + "gYear"
    found = drawn("time value", *({"time": when(str(y), year), "value": number(str(y % 7))} for y in range(1990, 2020)))
    assert found.series and len(found.bars) == 30 and 3 <= len(found.ticks) <= 12
    assert [bar.x for bar in found.bars] == sorted(bar.x for bar in found.bars)
    assert all(bar.x + bar.width <= WIDTH for bar in found.bars)
    assert found.bars[0].name.text.text == "1990"


def test_what_is_no_number_is_counted_and_there_is_an_end() -> None:
    rows = [{"category": text(str(n)), "value": number("1")} for n in range(BARS + 5)]
    bad = [{"category": text("x"), "value": text(v)} for v in ("many", "INF", "NaN", "1e999", "")]
    found = drawn("category value", *bad, {"value": number("1")}, {"category": text("y")}, *rows)
    assert (found.extent.drawn, found.extent.beyond, found.extent.unfit) == (BARS, 5, 7)
    late = [{"time": when("2000-01-01"), "value": number("1")}] * (MOMENTS + 1)
    assert drawn("time value", *late).extent.beyond == 1
    assert drawn("category value").bars == () and drawn("time value").bars == ()


def test_extremes_and_hostile_names_draw() -> None:
    for values in (("1e99", "-1e99"), ("1e-300", "0"), ("1e-9", "1e9")):
        found = drawn("category value", *({"category": text(v), "value": number(v)} for v in values))
        assert all(LEFT - 1 <= bar.x <= RIGHT + 1 and bar.width <= RIGHT - LEFT + 1 for bar in found.bars)
        assert 1 <= len(found.lines) <= 12
    found = drawn("category value", *({"category": text(bad), "value": number("1")} for bad in HOSTILE))
    assert [bar.name.text.text for bar in found.bars] == list(HOSTILE)
