"""Which lexical forms are those of their datatypes, by XSD 1.1, and that no library's opinion gets in the way."""

from __future__ import annotations

import pytest
from rdflib.namespace import SH

from parley.errors import Inconsistent
from parley.pipeline.inference.infer import infer
from parley.pipeline.lexical import is_valid
from parley.pipeline.validation.validate import validate
from parley.vocab import XSD

from .conftest import Reading

VALID = {
    "double": ("0", "0.0", "-0.0", "0E1", "1e400", ".5", "5.", " 1.0 ", "INF", "+INF", "-INF", "NaN"),
    "float": ("0.0", "1e50"), "decimal": ("0", ".5", "5.", "+1.50"), "boolean": ("true", "0", " false\n"),
    "date": ("2004-02-29", "-0044-03-15", "10000-01-01", "0000-02-29", "2020-01-01+14:00", "2020-12-31Z", "2000-02-29"),
    "time": ("24:00:00", "00:00:00.000000001Z", "12:00:00-05:30"),
    "dateTime": ("2020-12-31T24:00:00", "-0044-03-15T12:00:00Z", "12020-02-29T00:00:00.1234567891Z"),
    "dateTimeStamp": ("2020-12-31T24:00:00Z",), "gYear": ("2020", "-0044", "12020", "2020Z"),
    "gYearMonth": ("-0044-02", "2020-12Z"), "gMonth": ("--12",), "gMonthDay": ("--02-29",), "gDay": ("---31",),
    "hexBinary": ("", "0fB7"), "base64Binary": ("", "AQ==", "A Q = =", "AQI=", "AQIDBA=="),
    "normalizedString": ("", "a  b"),
}  # fmt: skip
INVALID = {
    "double": ("", "1e", "infinity", "1_0", "1 0", "\u0661"), "decimal": ("1e5", "."), "boolean": ("TRUE", "yes"),
    "date": ("2020-13-01", "2023-02-29", "1900-02-29", "-0001-02-29", "020-01-01", "012020-01-01", "2020-01-01+15:00"),
    "time": ("24:00:01", "25:00:00", "12:00"), "dateTime": ("2020-01-01", "2020-01-01T24:30:00"),
    "dateTimeStamp": ("2020-01-01T00:00:00",), "gYear": ("20", "+2020"), "gMonth": ("12", "--13"),
    "gMonthDay": ("--02-30", "--04-31"), "gDay": ("---32",), "hexBinary": ("0",), "base64Binary": ("A", "AR==", "?"),
    "normalizedString": ("a\tb",),
}  # fmt: skip
CASES = [(True, name, text) for name, texts in VALID.items() for text in texts]
CASES += [(False, name, text) for name, texts in INVALID.items() for text in texts]


@pytest.mark.parametrize(("valid", "datatype", "text"), CASES)
def test_forms(valid: bool, datatype: str, text: str) -> None:
    assert is_valid(text, XSD + datatype) is valid


def test_both_kinds_are_there_for_each_datatype() -> None:
    assert len(CASES) > 80
    assert set(INVALID) <= set(VALID)


def test_others_are_left_to_the_libraries() -> None:
    assert is_valid("1", XSD + "byte") is None
    assert is_valid("POINT(0 0)", "http://www.opengis.net/ont/geosparql#wktLiteral") is None


def _values(cases: dict[str, tuple[str, ...]]) -> str:
    texts = ((text, datatype) for datatype, values in cases.items() for text in values)
    return ", ".join(f'"""{text}"""^^xsd:{datatype}' for text, datatype in texts)


def test_sound_values_contradict_nothing(reading: Reading) -> None:
    publication, corpus = reading(ontology__o_ttl=":p rdfs:domain :T .", data__d_ttl=f"d:a :p {_values(VALID)} .")
    assert infer(publication, corpus, corpus.path.with_name("i.nq")).triples == 1
    publication, corpus = reading(ontology__o_ttl=":p rdfs:domain :T .", data__d_ttl='d:a :p "2023-02-30"^^xsd:date .')
    with pytest.raises(Inconsistent, match="“2023-02-30” is no value of xsd:date"):
        infer(publication, corpus, corpus.path.with_name("i.nq"))


def test_sound_values_have_the_datatype_that_shapes_ask_for(reading: Reading) -> None:
    kinds = ("date", "time", "dateTime", "double", "boolean")
    shapes = "".join(
        f"d:S{kind} a sh:NodeShape ; sh:targetSubjectsOf :{kind} ;"
        f" sh:property [ sh:path :{kind} ; sh:datatype xsd:{kind} ; sh:message 'no' ] ."
        for kind in kinds
    )
    sound = " ".join(f"d:a :{kind} {_values({kind: VALID[kind]})} ." for kind in kinds)
    assert validate(*reading(shapes__s_ttl=shapes, data__d_ttl=sound)).results == ()
    wrong = "d:b :date '2023-02-29'^^xsd:date, '2023-02-28'^^xsd:string, 'x' ."
    rows = validate(*reading(shapes__s_ttl=shapes, data__d_ttl=wrong)).results
    assert [row.component for row in rows] == ["Datatype"] * 3
    assert SH.DatatypeConstraintComponent.endswith("DatatypeConstraintComponent")
