"""Triples as rows: what an engine writes as N-Triples, as a table and as links."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from parley.web.view.answer import answer
from parley.web.view.network import network
from parley.web.view.triples import ENDS, links, rows

from .answers import HOSTILE, cells

THING = ox.NamedNode("https://tide.example/a")
HARD = [*HOSTILE, "", "a . b", '"quoted" \\ .', "one\ntwo\u2028three\x85four", "> <", "é\U0001f600", "_:b"]


def body(*objects: object) -> bytes:
    """What our own engine sends."""
    written = ox.serialize(
        [ox.Triple(THING, ox.NamedNode("https://tide.example/p"), one) for one in objects],  # type: ignore[arg-type]
        format=ox.RdfFormat.N_TRIPLES,
    )
    assert written is not None
    return written


def test_every_literal_survives() -> None:
    terms = [ox.Literal(text) for text in HARD]
    found = rows(body(*terms))
    assert [row["object"]["value"] for row in found] == HARD and len(HARD) >= 12
    assert {row["subject"]["value"] for row in found} == {THING.value}


def test_each_kind_of_term() -> None:
    said = [ox.NamedNode("https://tide.example/\u00e9"), ox.BlankNode("b0"), ox.Literal("x", language="en"),
            ox.Literal("7", datatype=ox.NamedNode("urn:t"))]  # fmt: skip
    assert [row["object"] for row in rows(body(*said))] == [
        {"type": "uri", "value": "https://tide.example/\u00e9"},
        {"type": "bnode", "value": "b0"},
        {"type": "literal", "value": "x", "xml:lang": "en"},
        {"type": "literal", "value": "7", "datatype": "urn:t"},
    ]


@pytest.mark.parametrize("other", ["<urn:s>\t<urn:p>  <urn:o>.", "<urn:s> <urn:p> <urn:\\u006f> .\r\n# end\n\n"])
def test_other_engines_may_space_and_escape_as_they_like(other: str) -> None:
    assert rows(other.encode(), ENDS) == [
        {name: {"type": "uri", "value": f"urn:{letter}"} for name, letter in zip(ENDS, "spo", strict=True)}
    ]


def test_what_is_said_twice_is_one_row() -> None:
    assert len(rows(body(THING, THING))) == 1


def test_triples_are_a_table_and_things_among_them_a_network() -> None:
    said = body(THING, ox.NamedNode("https://tide.example/b"), ox.Literal("no thing"))
    shown = answer("CONSTRUCT WHERE { ?s ?p ?o }", "triples", said, cells())
    assert shown.columns == ("subject", "predicate", "object") and len(shown.rows) == shown.total == 3
    drawn = network(ENDS, links(said), cells())
    assert (len(drawn.nodes), drawn.extent.drawn, drawn.extent.unfit) == (2, 2, 1)


def test_a_triple_about_a_triple_is_shown_as_written() -> None:
    found = rows(b"<urn:s> <urn:p> <<( <urn:a> <urn:b> <urn:c> )>> .")
    assert found[0]["object"] == {"type": "triple", "value": "<<( <urn:a> <urn:b> <urn:c> )>>"}
