"""An answer as a timeline: what is certain drawn solid, what is only possible drawn hatched.

The columns say what is meant: `start` and `end`, or their bounds `startEarliest`, `startLatest`, `endEarliest`,
`endLatest`; else the first column that holds dates. An EDTF value, such as 1998-01/1999-03 or 200X, brings its own
bounds. What is drawn is named by the first column that holds a thing or a text.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from parley.web import dates
from parley.web.view.answer import Cells
from parley.web.view.naming import Text
from parley.web.view.values import Value

WIDTH: Final = 960
_LABELS, _ROW, _TOP, _LEAST = 300, 30, 34, 5
#: Rows that are drawn, at most; the table shows them all.
ROWS: Final = 200
_BOUNDS: Final = ("startEarliest", "startLatest", "endEarliest", "endLatest")
_PART: Final = re.compile(r"(-?\d{4}|\d{3}X|\d{2}XX)(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?[~?%]?")


@dataclass(frozen=True, slots=True)
class Span:
    """Bounds of the beginning and of the end; None where nothing is known."""

    start_earliest: date
    start_latest: date | None
    end_earliest: date | None
    end_latest: date | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its name, the words for its time, and in drawing units what is possible and what is certain.

    `open` if no end is known.
    """

    name: Value
    time: Text
    y: float
    possible: tuple[float, float]
    certain: tuple[float, float] | None
    open: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: its bars and the years on its axis."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, int], ...]
    height: float


def timeline(columns: Sequence[str], bindings: Sequence[Mapping[str, Any]], cells: Cells) -> Timeline | None:
    """The timeline of an answer in SPARQL's JSON; None if nothing in it is dated."""
    found: dict[tuple[str, Span], tuple[Mapping[str, Any], str]] = {}
    for row in bindings:
        dated = _span(columns, row)
        name = next((column for column in columns if column in row and not _is_date(row[column])), None)
        if dated is not None and name is not None:
            found.setdefault((str(row[name]), dated[0]), (row[name], dated[1]))
    rows = sorted(((span, name, words) for (_key, span), (name, words) in found.items()), key=_order)[:ROWS]
    if not rows:
        return None
    known = [day for span, _name, _words in rows for day in _days(span)]
    first, last = min(known).year, max(known).year + 1
    scale = _Scale(first, last)
    bars = [_bar(n, span, cells.value(name), words, scale, cells) for n, (span, name, words) in enumerate(rows)]
    return Timeline(tuple(bars), tuple(scale.ticks()), _TOP + len(bars) * _ROW + 10)


class _Scale:
    """Days to drawing units."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        self._start = date(max(first, 1), 1, 1).toordinal()
        self._unit = (WIDTH - _LABELS - 20) / max(date(max(last, 2), 1, 1).toordinal() - self._start, 1)

    def x(self, day: date) -> float:
        return round(_LABELS + (day.toordinal() - self._start) * self._unit, 1)

    def ticks(self) -> list[tuple[float, int]]:
        step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if (self.last - self.first) / s <= 14), 1000)
        years = range(self.first - self.first % -step, self.last + 1, step)
        return [(self.x(date(year, 1, 1)), year) for year in years]


def _bar(number: int, span: Span, name: Value, words: str, scale: _Scale, cells: Cells) -> Bar:
    begin, until = scale.x(span.start_earliest), scale.x(max(_days(span)))
    is_open = span.end_latest is None and span.end_earliest is None
    stop = WIDTH - 20 if is_open else max(until, begin + _LEAST)
    sure = None
    if span.start_latest is not None:
        # what certainly lasted: from the latest beginning to the earliest end, which may be one day
        from_here = scale.x(span.start_latest)
        if span.end_earliest is not None and span.end_earliest >= span.start_latest:
            sure = (from_here, max(scale.x(span.end_earliest), from_here + _LEAST))
    return Bar(name, cells.moment(words), _TOP + number * _ROW, (begin, stop), sure, is_open)


def _order(row: tuple[Span, Mapping[str, Any], str]) -> tuple[date, date, str]:
    span, name, _words = row
    return span.start_earliest, span.start_latest or date.max, str(name["value"])


def _days(span: Span) -> list[date]:
    days = (span.start_earliest, span.start_latest, span.end_earliest, span.end_latest)
    return [day for day in days if day is not None]


def _is_date(term: Mapping[str, Any]) -> bool:
    return dates.is_date(term.get("datatype", ""))


def _span(columns: Sequence[str], row: Mapping[str, Any]) -> tuple[Span, str] | None:
    """When a row happened, and how the data says it."""
    dated = {c: row[c] for c in columns if c in row and _is_date(row[c]) and bounds(row[c]["value"]) is not None}
    if not dated:
        return None
    words = next(iter(dated.values()))
    if any(name in dated for name in _BOUNDS):
        edges = [bounds(dated[name]["value"]) if name in dated else None for name in _BOUNDS]
        days = [edge[n % 2] if edge else None for n, edge in enumerate(edges)]
        start = days[0] or days[1]
        return (Span(start, days[1], days[2], days[3]), words["value"]) if start else None
    if "end" in dated and "start" in dated:
        begin, end = bounds(dated["start"]["value"]), bounds(dated["end"]["value"])
        assert begin is not None and end is not None
        return Span(begin[0], begin[1], end[0], end[1]), f"{dated['start']['value']}/{dated['end']['value']}"
    return _edtf(words["value"]), words["value"]


def _edtf(text: str) -> Span:
    start, slash, end = text.partition("/")
    begin, until = bounds(start), bounds(end) if slash else bounds(start)
    assert begin is not None
    if slash and until is None:
        return Span(begin[0], begin[1], None, None)
    assert until is not None
    return Span(begin[0], begin[1], until[0], until[1])


def bounds(text: str) -> tuple[date, date] | None:
    """First and last day that a date or its beginning may mean; None if it is not understood.

    >>> bounds("1998-02"), bounds("200X")
    ((datetime.date(1998, 2, 1), datetime.date(1998, 2, 28)), (datetime.date(2000, 1, 1), datetime.date(2009, 12, 31)))
    """
    found = _PART.fullmatch(text.partition("/")[0].removesuffix("Z"))
    if found is None or found[1].startswith("-"):
        return None
    year, month, day = found.groups()
    try:
        if "X" in year:
            return date(int(year.replace("X", "0")), 1, 1), date(int(year.replace("X", "9")), 12, 31)
        if day:
            exact = date(int(year), int(month), int(day))
            return exact, exact
        if month:
            last = monthrange(int(year), int(month))[1]
            return date(int(year), int(month), 1), date(int(year), int(month), last)
        return date(int(year), 1, 1), date(int(year), 12, 31)
    except ValueError:
        return None
