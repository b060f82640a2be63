"""Dates as people read them; what is not understood stays as written."""

from __future__ import annotations

import re

import pytest
from babel import Locale

from parley.vocab import XSD
from parley.web.view import dates

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"


@pytest.mark.parametrize(
    ("lexical", "datatype", "language", "expected"),
    [
        ("1999-06-10", "date", "en", "June 10, 1999"),
        ("1999-06-10", "date", "fr", "10 juin 1999"),
        ("1999-06", "gYearMonth", "fr", "juin 1999"),
        ("1999", "gYear", "en", "1999"),
        ("0476", "gYear", "en", "476"),
        ("2019-03-01T07:05:00.000Z", "dateTime", "fr", "1er mars 2019, 07:05 UTC"),
        ("2019-03-01T07:05:00+02:00", "dateTime", "en", "March 1, 2019, 7:05 AM UTC+02:00"),
        ("2019-03-01T00:00:00", "dateTime", "en", "March 1, 2019"),
        ("2019-03-01Z", "date", "en", "March 1, 2019"),
    ],
)
def test_xml_schema(lexical: str, datatype: str, language: str, expected: str) -> None:
    shown = dates.readable(lexical, XSD + datatype, Locale.parse(language))
    assert shown is not None
    assert re.sub(r"\s", " ", shown) == expected


@pytest.mark.parametrize(
    ("lexical", "expected"),
    [
        ("1999", "1999"),
        ("1999-06", "June 1999"),
        ("2000~", "≈ 2000"),
        ("2000?", "2000 (?)"),
        ("1998-01/1999-03", "January 1998 – March 1999"),
        ("1999/..", "1999 – …"),
        ("/1999", "… – 1999"),
    ],
)
def test_edtf(lexical: str, expected: str) -> None:
    shown = dates.readable(lexical, EDTF, Locale.parse("en"))
    assert shown is not None
    assert re.sub(r"\s", " ", shown) == expected


@pytest.mark.parametrize(
    ("lexical", "datatype"),
    [
        ("1999-02-30", XSD + "date"),
        ("yesterday", XSD + "date"),
        ("", XSD + "dateTime"),
        ("25:00:00", XSD + "time"),
        ("1XXX", EDTF),
        ("19X9", EDTF),
        ("[..2000]", EDTF),
        ("", EDTF),
        ("~", EDTF),
        ("-0044", XSD + "gYear"),
        ("1999", XSD + "integer"),
        ("1999", "http://example.org/date"),
    ],
)
def test_what_is_not_understood_is_left_alone(lexical: str, datatype: str) -> None:
    assert dates.readable(lexical, datatype, Locale.parse("en")) is None


def test_unspecified_digits_are_a_range() -> None:
    assert [dates.readable(text, EDTF, Locale.parse("fr")) for text in ("199X", "18XX")] == ["1990–1999", "1800–1899"]
