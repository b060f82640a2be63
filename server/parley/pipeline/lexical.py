"""Lexical forms of XSD 1.1's datatypes, where the libraries are wrong about them.

owlrl refuses 0.0, INF and NaN as doubles, every xsd:gMonth, and the empty normalizedString; rdflib refuses midnight as
24:00:00, whitespace around values, and years before 1 or after 9999. Each would make sound data a contradiction.
"""

from __future__ import annotations

import re
from calendar import monthrange
from typing import Final

from parley.vocab import XSD

_SPACE: Final = " \t\r\n"
_ZONE: Final = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_YEAR: Final = r"(?P<year>-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH: Final = r"(?P<month>0[1-9]|1[0-2])"
_DAY: Final = r"(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_REAL: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN"
#: XSD 1.1 part 2, §3.3 and §3.4.
_FORMS: Final = {
    "boolean": "true|false|1|0",
    "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "double": _REAL,
    "float": _REAL,
    "date": f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}?",
    "time": f"{_TIME}{_ZONE}?",
    "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}?",
    "dateTimeStamp": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "gYear": f"{_YEAR}{_ZONE}?",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonth": f"--{_MONTH}{_ZONE}?",
    "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}?",
    "gDay": f"---{_DAY}{_ZONE}?",
    "hexBinary": "(?:[0-9A-Fa-f]{2})*",
}
_BASE64: Final = re.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?")
_PATTERNS: Final = {XSD + name: re.compile(form) for name, form in _FORMS.items()}
_LEAP: Final = 4  # a leap year, for days without a year


def is_valid(lexical: str, datatype: str) -> bool | None:
    """Whether `lexical` is a form of the datatype with this IRI; None for one that this module does not know.

    >>> is_valid("0.0", XSD + "double"), is_valid("2023-02-29", XSD + "date"), is_valid("x", "http://example.org/t")
    (True, False, None)
    """
    if datatype == XSD + "normalizedString":
        return not set(lexical) & set("\t\r\n")
    if datatype == XSD + "base64Binary":
        return _BASE64.fullmatch("".join(lexical.split())) is not None
    pattern = _PATTERNS.get(datatype)
    if pattern is None:
        return None
    match = pattern.fullmatch(lexical.strip(_SPACE))
    if match is None:
        return False
    parts = match.groupdict()
    if "month" not in parts or "day" not in parts:
        return True
    year = int(parts.get("year") or _LEAP)
    # the calendar repeats after 400 years, and Python's knows no year before 1
    return int(parts["day"]) <= monthrange(year % 400 + 400, int(parts["month"]))[1]
