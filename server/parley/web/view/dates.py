"""Dates as people read them: XML Schema's dates and times, and the EDTF forms that say how sure a date is.

What is not understood stays as written: a date is never guessed.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

from parley.topics import EDTF
from parley.vocab import XSD

_ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MONTH = re.compile(r"\d{4}-\d\d")
_UNSPECIFIED = re.compile(r"(\d{2,3})(X{1,2})(?<=[\dX]{4})")
_YEAR = re.compile(r"-?\d{4,}")


def is_date(datatype: str) -> bool:
    """Whether values of `datatype` are dates or times."""
    return datatype in EDTF or datatype.removeprefix(XSD) in _XSD


@lru_cache(maxsize=4096)
def readable(lexical: str, datatype: str, locale: Locale) -> str | None:
    """`lexical` as a reader of `locale` writes it; None if it is no date or is not understood."""
    try:
        if datatype in EDTF:
            return _edtf(lexical, locale)
        name = datatype.removeprefix(XSD)
        return _XSD[name](lexical, locale) if name in _XSD else None
    except ValueError:
        return None


def _plain(lexical: str, locale: Locale) -> str | None:
    """A day, a month or a year of the form that XML Schema and EDTF share."""
    text = _ZONE.sub("", lexical) if len(lexical) > 10 or lexical.endswith("Z") else lexical
    if _DAY.fullmatch(text):
        return _day(date.fromisoformat(text), locale)
    if _MONTH.fullmatch(text):
        return format_skeleton("yMMMM", date.fromisoformat(f"{text}-01"), locale=locale)
    if _YEAR.fullmatch(text):
        return text.lstrip("0") if not text.startswith("-") else None
    return None


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


def _edtf(lexical: str, locale: Locale) -> str | None:
    """EDTF without qualifiers inside; `~`, `?`, `%` at the end and intervals with open or unknown ends."""
    if unspecified := _UNSPECIFIED.fullmatch(lexical):
        known, open_digits = unspecified[1], len(unspecified[2])
        return f"{known}{'0' * open_digits}\N{EN DASH}{known}{'9' * open_digits}"
    start, slash, end = lexical.partition("/")
    if slash:
        parts = [_open(start, locale), _open(end, locale)]
        return None if None in parts else f"{parts[0]}\N{NO-BREAK SPACE}– {parts[1]}".strip()
    mark = {
        "~": "≈\N{NO-BREAK SPACE}{}",
        "?": "{}\N{NO-BREAK SPACE}(?)",
        "%": "≈\N{NO-BREAK SPACE}{}\N{NO-BREAK SPACE}(?)",
    }.get(lexical[-1:], "")
    spoken = _plain(lexical[:-1] if mark else lexical, locale)
    return mark.format(spoken) if spoken and mark else spoken


def _open(end: str, locale: Locale) -> str | None:
    return "…" if end in ("", "..") else _edtf(end, locale)


_XSD = {
    "date": _plain,
    "gYear": _plain,
    "gYearMonth": _plain,
    "dateTime": _moment,
    "dateTimeStamp": _moment,
    "time": _time,
}
