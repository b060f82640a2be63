"""An answer as a chart: a bar for each category, or values along time.

What a row must hold says `parley.views`. Bars begin at zero, and stand in the order of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from parley.views import VIEWS
from parley.web.view.answer import Cells
from parley.web.view.instants import bounds
from parley.web.view.naming import Text
from parley.web.view.rows import Extent, Row, rows_of, steps, ticks
from parley.web.view.values import Value

WIDTH: Final = 960
#: Where bars by category begin and end, in percent of the width; the rest is for the value behind the longest one.
LEFT, RIGHT = 0, 88
#: Bars and values along time that are drawn, at most; the table shows all rows.
BARS, MOMENTS = 60, 500
_SERIES_TOP, _SERIES_LEFT, _SERIES_HEIGHT = 16, 72, 340


@dataclass(frozen=True, slots=True)
class Bar:
    """A category, its value in words, and its bar: in percent of the width, or in drawing units along time."""

    name: Value
    value: Text
    x: float
    width: float
    y: float = 0
    height: float = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing: its bars, the value's axis (`zero` is where bars begin) and, in a series, ticks along time."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, str], ...]
    ticks: tuple[tuple[float, str], ...]
    zero: float
    height: int
    series: bool
    extent: Extent


def chart(columns: Sequence[str], bindings: Sequence[Mapping[str, Any]], cells: Cells) -> Chart:
    """The chart of an answer in SPARQL's JSON: along time if there is no category."""
    series = "category" not in columns
    rows = rows_of(VIEWS["chart"], columns, bindings, cells)
    fit = [(row, value) for row in rows if (value := row.number("value")) is not None and _placed(row, series)]
    most = MOMENTS if series else BARS
    extent = Extent(min(len(fit), most), max(len(fit) - most, 0), len(rows) - len(fit))
    return (_along_time if series else _by_category)(fit[:most], extent)


def _placed(row: Row, series: bool) -> bool:
    return bounds(row.text("time") or "") is not None if series else "category" in row.terms


def _by_category(rows: Sequence[tuple[Row, float]], extent: Extent) -> Chart:
    low, high = _range([value for _, value in rows])
    unit = (RIGHT - LEFT) / (high - low)
    zero = LEFT - low * unit
    bars = []
    for row, value in rows:
        name = row.named("category")
        assert name is not None
        x, width = round(min(zero, zero + value * unit), 2), round(abs(value) * unit, 2)
        bars.append(Bar(name, _value(row), x, width))
    lines = tuple((round(zero + mark * unit, 2), _mark(mark, rows)) for mark in steps(low, high, 5))
    return Chart(tuple(bars), lines, (), round(zero, 2), 0, False, extent)


def _along_time(rows: Sequence[tuple[Row, float]], extent: Extent) -> Chart:
    times = [bounds(row.text("time") or "") or (0.0, 0.0) for row, _ in rows]
    first, last = min((t[0] for t in times), default=0.0), max((t[1] for t in times), default=1.0)
    across = (WIDTH - 24 - _SERIES_LEFT) / max(last - first, 1e-6)
    low, high = _range([value for _, value in rows])
    unit = _SERIES_HEIGHT / (high - low)
    zero = _SERIES_TOP + high * unit
    bars = []
    for (row, value), (begin, end) in zip(rows, times, strict=True):
        name = row.named("time", "")
        assert name is not None
        x, width = _SERIES_LEFT + (begin - first) * across, max((end - begin) * across - 1, 2)
        y, height = min(zero, zero - value * unit), abs(value) * unit
        bars.append(Bar(name, _value(row), *(round(v, 1) for v in (x, width, y, height))))
    lines = tuple((round(zero - mark * unit, 1), _mark(mark, rows)) for mark in steps(low, high, 5))
    marks = tuple((round(_SERIES_LEFT + (year - first) * across, 1), label) for year, label in ticks(first, last, 10))
    return Chart(tuple(bars), lines, marks, round(zero, 1), _SERIES_TOP + _SERIES_HEIGHT + 34, True, extent)


def _range(values: Sequence[float]) -> tuple[float, float]:
    """From the lowest value to the highest, zero included."""
    low, high = min([0.0, *values]), max([0.0, *values])
    return (low, high) if high > low else (0.0, 1.0)


def _value(row: Row) -> Text:
    return row.cells.value(row.terms["value"]).text


def _mark(number: float, rows: Sequence[tuple[Row, float]]) -> str:
    """A number on the axis as the reader's language writes it."""
    term = {"type": "literal", "value": f"{number:.12g}", "datatype": "http://www.w3.org/2001/XMLSchema#decimal"}
    return rows[0][0].cells.value(term).text.text if rows else f"{number:g}"
