"""Dates as people read them: XML Schema's dates and times, and the EDTF forms that say how sure a date is.

What is not understood stays as written: a date is never guessed.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

from parley.topics import EDTF
from parley.vocab import XSD

_ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MONTH = re.compile(r"\d{4}-\d\d")
_UNSPECIFIED = re.compile(r"(\d{2,3})(X{1,2})(?<=[\dX]{4})")
_YEAR = re.compile(r"-?\d{4,}")
_PAST = re.compile(r"-(\d{4})((?:-\d\d){0,2})")


class Words(NamedTuple):
    """How a language says what EDTF says with signs, around `{date}`, or `{start}` and `{end}`."""

    between: str
    since: str
    until: str
    until_day: str
    end_unknown: str
    start_unknown: str
    within: str
    about: str
    doubtful: str


#: Signs that stand behind a date in EDTF, as the fields of `Words` that say them, the innermost first.
_MARKS = {"~": ("about",), "?": ("doubtful",), "%": ("about", "doubtful")}


def is_date(datatype: str) -> bool:
    """Whether values of `datatype` are dates or times."""
    return datatype in EDTF or datatype.removeprefix(XSD) in _XSD


@lru_cache(maxsize=4096)
def readable(lexical: str, datatype: str, locale: Locale, words: Words) -> str | None:
    """`lexical` as a reader of `locale` writes it; None if it is no date or is not understood."""
    try:
        if datatype in EDTF:
            return _edtf(lexical, locale, words)
        name = datatype.removeprefix(XSD)
        return _XSD[name](lexical, locale) if name in _XSD else None
    except ValueError:
        return None


def _plain(lexical: str, locale: Locale) -> str | None:
    """A day, a month or a year of the form that XML Schema and EDTF share."""
    text = _ZONE.sub("", lexical) if len(lexical.lstrip("-")) > 10 or lexical.endswith("Z") else lexical
    if past := _PAST.fullmatch(text):
        return _before_christ(int(past[1]), past[2], locale)
    if _DAY.fullmatch(text):
        return _day(date.fromisoformat(text), locale)
    if _MONTH.fullmatch(text):
        return format_skeleton("yMMMM", date.fromisoformat(f"{text}-01"), locale=locale)
    if _YEAR.fullmatch(text):
        return text.lstrip("0") or None if not text.startswith("-") else None
    return None


def _before_christ(year: int, rest: str, locale: Locale) -> str | None:
    """The year `-year`: zero comes before 1, in XML Schema 1.1 (§3.3.14) as in EDTF, so -44 is 45 before Christ."""
    spoken = f"{year + 1}\N{NO-BREAK SPACE}{locale.eras['abbreviated'][0]}"
    # Python knows no such years: the rest is written for one of four digits, whose place the year then takes.
    return str(_plain(f"2000{rest}", locale)).replace("2000", spoken) if rest else spoken


def _day(day: date, locale: Locale) -> str:
    spoken = str(format_date(day, "long", locale))
    # CLDR has no ordinals; French writes one for the first of a month
    return f"1er{spoken[1:]}" if locale.language == "fr" and day.day == 1 else spoken


def _moment(lexical: str, locale: Locale) -> str | None:
    day, _, clock = lexical.partition("T")
    zone = _ZONE.search(clock)
    shown = _time(clock, locale)
    spoken = _plain(day, locale)
    if shown is None or spoken is None:
        return None
    # Midnight without a zone is how many data sets write a day.
    if clock in ("00:00:00", "00:00"):
        return spoken
    suffix = "" if zone is None else " UTC" if zone[1] in ("Z", "+00:00") else f" UTC{zone[1]}"
    return f"{spoken}, {shown}{suffix}"


def _time(lexical: str, locale: Locale) -> str | None:
    clock = time.fromisoformat(_ZONE.sub("", lexical))
    return str(
        format_time(datetime.combine(date(2000, 1, 1), clock), "medium" if clock.second else "short", locale=locale)
    )


def _edtf(lexical: str, locale: Locale, words: Words) -> str | None:
    """EDTF without qualifiers inside; `~`, `?`, `%` at the end and intervals with open or unknown ends."""
    if "T" in lexical:
        return _moment(lexical, locale)
    if unspecified := _UNSPECIFIED.fullmatch(lexical):
        known, digits = unspecified[1], len(unspecified[2])
        return words.within.format(start=f"{known}{'0' * digits}", end=f"{known}{'9' * digits}")
    start, slash, end = lexical.partition("/")
    if slash:
        return _interval(start, end, locale, words)
    marks = _MARKS.get(lexical[-1:], ())
    spoken = _plain(lexical[:-1] if marks else lexical, locale)
    for mark in marks if spoken else ():
        spoken = str(getattr(words, mark)).format(date=spoken)
    return spoken


def _interval(start: str, end: str, locale: Locale, words: Words) -> str | None:
    """From one date to another; `..` is an open end, nothing one that is not known."""
    known = [side for side in (start, end) if side not in ("", "..")]
    spoken = [_edtf(side, locale, words) for side in known]
    if not known or None in spoken:
        return None
    if len(known) == 2:
        return words.between.format(start=spoken[0], end=spoken[1])
    if end in known:
        until = words.until_day if _DAY.fullmatch(end) else words.until
        return (until if start else words.start_unknown).format(end=spoken[0])
    return (words.since if end else words.end_unknown).format(start=spoken[0])


_XSD = {
    "date": _plain,
    "gYear": _plain,
    "gYearMonth": _plain,
    "dateTime": _moment,
    "dateTimeStamp": _moment,
    "time": _time,
}
