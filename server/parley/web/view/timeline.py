"""An answer along time: what is certain drawn solid, what is only possible hatched, open ends fading.

What a row must hold says `parley.views`. A date is something that happened within it; an interval lasts from one date
to the other. Nothing is drawn more precisely than the data says it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from parley.views import VIEWS
from parley.web.view.answer import Cells
from parley.web.view.instants import Span, span
from parley.web.view.naming import Text
from parley.web.view.rows import Extent, Row, rows_of, ticks
from parley.web.view.values import Value

#: Ends of the axis; positions and widths are parts of it, in percent.
LEFT, RIGHT = 0, 100
#: What a mark takes at least, so that a day can be seen among decades.
LEAST: Final = 1.2
#: Bars that are drawn, at most; the table shows all rows.
BARS: Final = 200
_TICKS: Final = 9
_DAY: Final = 1.01 / 365


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar in parts of the axis; `kind` is certain, possible, since (fading out) or until (fading in)."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its name, the words for its time, its pieces."""

    name: Value
    time: Text
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: its bars, the years on its axis, the kinds of pieces that it holds."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    kinds: tuple[str, ...]
    extent: Extent


def timeline(columns: Sequence[str], bindings: Sequence[Mapping[str, Any]], cells: Cells) -> Timeline:
    """The timeline of an answer in SPARQL's JSON, oldest first; rows that say the same are drawn once."""
    found: dict[tuple[object, Span], tuple[Row, str]] = {}
    unfit = 0
    for row in rows_of(VIEWS["timeline"], columns, bindings, cells):
        dated = span(row.text)
        if dated is None or row.item is None or row.item not in row.terms:
            unfit += 1
        else:
            found.setdefault((str(row.terms[row.item]), dated[0]), (row, dated[1]))
    kept = sorted(((when, row, words) for (_, when), (row, words) in found.items()), key=_order)[:BARS]
    scale = _Scale([edge for when, _, _ in kept for edge in when.known])
    bars = tuple(_bar(when, row, words, scale) for when, row, words in kept)
    kinds = sorted({part.kind for bar in bars for part in bar.parts})
    extent = Extent(len(bars), len(found) - len(kept), unfit)
    return Timeline(
        bars,
        tuple((scale.x(year), label) for year, label in ticks(scale.low, scale.high, _TICKS)),
        tuple(kinds),
        extent,
    )


class _Scale:
    """Years to drawing units, with a little room on both sides."""

    def __init__(self, years: Sequence[float]) -> None:
        low, high = (min(years), max(years)) if years else (0.0, 1.0)
        room = max((high - low) * 0.03, 0.05)
        self.low, self.high = low - room, high + room

    def x(self, year: float) -> float:
        return round(LEFT + (year - self.low) / (self.high - self.low) * (RIGHT - LEFT), 2)


def _bar(when: Span, row: Row, words: str, scale: _Scale) -> Bar:
    name = row.name()
    assert name is not None  # rows without were left out
    return Bar(name, row.cells.moment(words), tuple(_parts(when, scale)))


def _parts(when: Span, scale: _Scale) -> list[Part]:
    """The pieces of a bar: the hatched whole, what is certain on top of it, and open ends."""
    known = when.known
    first, last = scale.x(min(known)), scale.x(max(known))
    no_start = when.start_earliest is None and when.start_latest is None
    no_end = when.end_earliest is None and when.end_latest is None
    parts = []
    if no_start:
        parts.append(Part("until", LEFT, max(round(first - LEFT, 2), LEAST)))
    if last > first or not (no_start or no_end):
        parts.append(Part("possible", first, max(round(last - first, 2), LEAST)))
    if no_end:
        parts.append(Part("since", last, max(round(RIGHT - last, 2), LEAST)))
    if when.start_latest is not None and when.end_earliest is not None and not when.doubtful:
        # The last day on which it may have begun, and the first on which it may have ended, are days that it lasted.
        begun, ended = max(when.start_latest - _DAY, min(known)), min(when.end_earliest + _DAY, max(known))
        if ended > begun:
            parts.append(Part("certain", scale.x(begun), max(round(scale.x(ended) - scale.x(begun), 2), LEAST)))
    return parts


def _order(row: tuple[Span, Row, str]) -> tuple[float, float, str]:
    when, found, _words = row
    earliest = [edge for edge in (when.start_earliest, when.start_latest) if edge is not None]
    return min(earliest, default=-math.inf), max(when.known), str(found.text(found.item or ""))
