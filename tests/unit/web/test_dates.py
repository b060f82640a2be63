"""Dates as people read them; what is not understood stays as written."""

from __future__ import annotations

import re

import pytest

from parley.vocab import XSD
from parley.web.view.i18n import Interface, load_catalogues

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"


def readable(lexical: str, datatype: str, language: str) -> str | None:
    return Interface.of(language, load_catalogues()).date(lexical, datatype)


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
        ("-0044", "gYear", "en", "45 BC"),
        ("0000", "gYear", "fr", None),
        ("-0000", "gYear", "fr", "1 av. J.-C."),
        ("-0043-03", "gYearMonth", "fr", "mars 44 av. J.-C."),
        ("-0043-03-15", "date", "en", "March 15, 44 BC"),
    ],
)
def test_xml_schema(lexical: str, datatype: str, language: str, expected: str | None) -> None:
    shown = readable(lexical, XSD + datatype, language)
    assert (re.sub(r"\s", " ", shown) if shown else None) == expected


@pytest.mark.parametrize(
    ("lexical", "expected"),
    [
        ("1999", "1999"),
        ("1999-06", "June 1999"),
        ("2000~", "about 2000"),
        ("2000?", "2000 (uncertain)"),
        ("2000%", "about 2000 (uncertain)"),
        ("1998-01/1999-03", "January 1998 to March 1999"),
        ("1999/..", "from 1999 on"),
        ("1999/", "from 1999, end unknown"),
        ("../1999", "until 1999"),
        ("/1999", "until 1999, beginning unknown"),
        ("1998~/2003-05-06", "about 1998 to May 6, 2003"),
        ("200X", "a year from 2000 to 2009"),
        ("18XX", "a year from 1800 to 1899"),
        ("-0044", "45 BC"),
        ("2021-05-06T10:02:00", "May 6, 2021, 10:02 AM"),
    ],
)
def test_edtf(lexical: str, expected: str) -> None:
    shown = readable(lexical, EDTF, "en")
    assert shown is not None
    assert re.sub(r"\s", " ", shown) == expected


@pytest.mark.parametrize(
    ("lexical", "expected"),
    [
        ("1999/..", "dès 1999"),
        ("../1999", "jusqu’à 1999"),
        ("../1999-03-01", "jusqu’au 1er mars 1999"),
        ("200X", "une année entre 2000 et 2009"),
        ("2003~", "2003 environ"),
    ],
)
def test_edtf_in_french(lexical: str, expected: str) -> None:
    assert readable(lexical, EDTF, "fr") == expected


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
        ("../..", EDTF),
        ("1999", XSD + "integer"),
        ("1999", "http://example.org/date"),
    ],
)
def test_what_is_not_understood_is_left_alone(lexical: str, datatype: str) -> None:
    assert readable(lexical, datatype, "en") is None
