"""What a date may mean, in years: bounds of its beginning and of its end, for drawing time.

Years are numbers, with the day as their fraction, so that antiquity and the far future need no calendar of their own.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

Bounds = tuple[float, float]
_DATE: Final = re.compile(
    r"(-?)(\d{4,6}|\d{3}X|\d{2}XX)(?:-(\d\d)(?:-(\d\d))?)?(?:T[\d:.]+)?(?:Z|[+-]\d\d:\d\d)?([~?%]?)"
)
#: Names of a span's bounds, as variables of a query.
EDGES: Final = ("startEarliest", "startLatest", "endEarliest", "endLatest")


@dataclass(frozen=True, slots=True)
class Span:
    """Bounds of the beginning and of the end, in years; None where nothing is known.

    `doubtful` if the data says that it is approximate or uncertain: then nothing about it is certain.
    """

    start_earliest: float | None
    start_latest: float | None
    end_earliest: float | None
    end_latest: float | None
    doubtful: bool = False

    @property
    def known(self) -> list[float]:
        """The bounds that are known."""
        edges = (self.start_earliest, self.start_latest, self.end_earliest, self.end_latest)
        return [edge for edge in edges if edge is not None]


def bounds(text: str) -> Bounds | None:
    """When a date begins and ends, in years; None if it is not understood.

    >>> bounds("1998"), bounds("200X"), bounds("-0044-01")
    ((1998.0, 1999.0), (2000.0, 2010.0), (-44.0, -43.91530054644809))
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    minus, digits, month, day = found.group(1, 2, 3, 4)
    if "X" in digits:
        low, high = int(digits.replace("X", "0")), int(digits.replace("X", "9")) + 1
        return None if month else ((-high + 1.0, -low + 1.0) if minus else (float(low), float(high)))
    year = -int(digits) if minus else int(digits)
    if month is None:
        return float(year), year + 1.0
    if not 1 <= int(month) <= 12:
        return None
    last = _days(year, int(month))
    if day is None:
        return _instant(year, int(month), 1), _instant(year, int(month), last + 1)
    if not 1 <= int(day) <= last:
        return None
    return _instant(year, int(month), int(day)), _instant(year, int(month), int(day) + 1)


def span(value: Callable[[str], str | None]) -> tuple[Span, str] | None:
    """When something was, and the text that says so, from `value`: the text of a variable such as `start`, if any.

    None if no variable holds a date that is understood. Bounds with variables of their own go before those that follow
    from `start` and `end`, and these before `time`.
    """
    texts: Mapping[str, str] = {
        name: text for name in ("time", "start", "end", *EDGES) if (text := value(name)) and _understood(name, text)
    }
    if not texts:
        return None
    edges: list[float | None] = [None] * 4
    if "time" in texts:
        edges = _interval(texts["time"])
    for offset, name in ((0, "start"), (2, "end")):
        if name in texts:
            edges[offset : offset + 2] = bounds(texts[name]) or (None, None)
    for offset, name in enumerate(EDGES):
        if name in texts and (found := bounds(texts[name])):
            edges[offset] = found[offset % 2]
    doubtful = any(set(text) & set("~?%") for text in texts.values())
    first, second, third, fourth = _ordered(edges)
    return Span(first, second, third, fourth, doubtful), _words(texts)


def _understood(name: str, text: str) -> bool:
    return any(edge is not None for edge in _interval(text)) if name == "time" else bounds(text) is not None


def _interval(text: str) -> list[float | None]:
    """The four bounds of an EDTF value: a date is something within it, an interval lasts from one date to the other."""
    start, slash, end = text.partition("/")
    begin, until = bounds(start), bounds(end) if slash else bounds(start)
    if (begin is None and start not in ("", "..")) or (slash and until is None and end not in ("", "..")):
        return [None] * 4
    return [*(begin or (None, None)), *(until or (None, None))]


def _ordered(edges: list[float | None]) -> list[float | None]:
    """`edges`, the latest ones without meaning where data puts them before the earliest ones."""
    for early, late in ((0, 1), (2, 3)):
        first, last = edges[early], edges[late]
        if first is not None and last is not None and last < first:
            edges[late] = None
    return edges


def _words(texts: Mapping[str, str]) -> str:
    """The time as EDTF, as far as it can be said so."""
    if "time" in texts:
        return texts["time"]
    start, end = (
        texts.get(side) or _between(texts.get(f"{side}Earliest", ""), texts.get(f"{side}Latest", ""))
        for side in ("start", "end")
    )
    return start if start == end else f"{start}/{end}"


def _between(first: str, last: str) -> str:
    """A date that is known by its earliest and its latest day, as exact as they leave it.

    >>> _between("1996-01-01", "1996-12-31"), _between("1996-02-01", "1996-02-29"), _between("1996-02-01", "")
    ('1996', '1996-02', '1996-02-01')
    """
    if not first or not last or first == last:
        return first or last or ".."
    whole = (bounds(first) or (0.0,))[0], (bounds(last) or (0.0, 0.0))[1]
    for wider in (first[:7], first[:4], f"{first[:3]}X"):
        if bounds(wider) == whole:
            return wider
    return f"{first} \N{HORIZONTAL ELLIPSIS} {last}"


def _days(year: int, month: int) -> int:
    return monthrange(2000 if isleap(year) else 2001, month)[1]


def _instant(year: int, month: int, day: int) -> float:
    passed = sum(_days(year, earlier) for earlier in range(1, month)) + day - 1
    return year + passed / (366 if isleap(year) else 365)
