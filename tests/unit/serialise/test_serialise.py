"""Every RDF format gives the terms back exactly as they were, in sorted and stable bytes."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib

from parley import formats
from parley.errors import NotAcceptable
from parley.serialise import KEEP_GRAPHS, serialise
from parley.vocab import OWL, PREFIXES, RDF, XSD

EX = "http://example.org/"
PREFIX_TABLE = {"ex": EX, "exd": EX + "deep/", "": EX + "ns#", "geo": "http://example.org/geo/", **PREFIXES}


def iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(name if ":" in name else EX + name)


def typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


HOSTILE_LITERALS = [
    ox.Literal(""),
    ox.Literal('quote " backslash \\ apostrophe \' three """ \\u0041'),
    ox.Literal("tab\tfeed\nreturn\rboth\r\nspaces  end "),
    ox.Literal("<&> ]]> <!-- --> <?pi?>"),
    ox.Literal("é ☃ 𝄞 \u00a0 \u2028 \u2029 \ufeff"),
    ox.Literal("lang", language="en"),
    ox.Literal("élan", language="fr-ca"),
    *(typed(t, "integer") for t in ("1", "01", "+1", "-0", "1.", "x", "")),
    *(typed(t, "decimal") for t in ("1.50", "1", ".5", "1.", "-0.0", "+1.0")),
    *(typed(t, "double") for t in ("1.0E3", "1e3", ".5e1", "1.e1", "1", "INF", "-0e0")),
    *(typed(t, "boolean") for t in ("true", "false", "1", "TRUE")),
    *(typed(t, "date") for t in ("2024-02-30", "2024-01-01", "2024-01-01Z")),
    typed("24:00:00", "time"),
    typed("P1Y0M", "duration"),
    ox.Literal("<b>&amp;</b>", datatype=ox.NamedNode(RDF + "XMLLiteral")),
    ox.Literal('{"a": 01}', datatype=ox.NamedNode(RDF + "JSON")),
    ox.Literal("x", datatype=ox.NamedNode("urn:type:odd")),
]
ODD_IRIS = [
    "http://example.org/a/b?c=d&e=f#g", "http://example.org/caf%C3%A9", "http://example.org/café", "urn:isbn:1",
    "mailto:a@example.org", "geo:48.2,16.3", "http://example.org/", "http://example.org/1", "http://example.org/a.",
    "http://example.org/-a", "http://example.org/a:b", "http://example.org/deep/x_y-z.w", "http://example.org/ns#",
]  # fmt: skip


def hostile_quads() -> list[ox.Quad]:
    quads = [ox.Quad(iri("s"), iri("p"), literal, iri("g1")) for literal in HOSTILE_LITERALS]
    quads += [ox.Quad(iri(odd), iri("p"), iri(odd), iri("g2")) for odd in ODD_IRIS]
    quads += [ox.Quad(iri("s"), iri(RDF + "type"), iri(OWL + "Class"), iri("g1"))]
    return quads + blank_quads(iri("g1"))


def rdf_list(
    cells: list[str], items: Sequence[ox.NamedNode | ox.BlankNode | ox.Literal], graph: ox.NamedNode
) -> list[ox.Quad]:
    first, rest, nil = iri(RDF + "first"), iri(RDF + "rest"), iri(RDF + "nil")
    quads = []
    for cell, item, following in zip(cells, items, [*cells[1:], None], strict=True):
        quads.append(ox.Quad(ox.BlankNode(cell), first, item, graph))
        quads.append(ox.Quad(ox.BlankNode(cell), rest, ox.BlankNode(following) if following else nil, graph))
    return quads


def blank_quads(g: ox.NamedNode) -> list[ox.Quad]:
    """Nested, shared, cyclic and unmentioned blank nodes; lists sound, shared in the middle, forked, cyclic, nested."""
    b, p, q = ox.BlankNode, iri("p"), iri("q")
    quads = [
        ox.Quad(iri("n"), p, b("one"), g), ox.Quad(b("one"), q, b("two"), g), ox.Quad(b("two"), q, ox.Literal("x"), g),
        ox.Quad(iri("n"), p, b("shared"), g), ox.Quad(iri("m"), p, b("shared"), g), ox.Quad(b("shared"), q, p, g),
        ox.Quad(b("c1"), p, b("c2"), g), ox.Quad(b("c2"), p, b("c1"), g), ox.Quad(b("c2"), p, b("tail"), g),
        ox.Quad(b("self"), p, b("self"), g), ox.Quad(b("root"), p, b("leaf"), g), ox.Quad(iri("n"), q, b("empty"), g),
    ]  # fmt: skip
    quads += [ox.Quad(iri("n"), iri("list"), b("l1"), g), *rdf_list(["l1", "l2"], [ox.Literal("a"), b("inner")], g)]
    quads += rdf_list(["inner"], [iri("z")], g)
    quads += [ox.Quad(iri("n"), iri("list"), b("m1"), g), *rdf_list(["m1", "m2", "m3"], [p, p, p], g)]
    quads += [ox.Quad(iri("other"), iri("list"), b("m2"), g)]
    quads += [ox.Quad(iri("n"), iri("list"), b("f1"), g), *rdf_list(["f1", "f2"], [p, q], g)]
    quads += [ox.Quad(b("f2"), iri(RDF + "first"), iri("second"), g)]
    quads += [ox.Quad(iri("n"), iri("list"), b("y1"), g), ox.Quad(b("y1"), iri(RDF + "first"), p, g)]
    quads += [ox.Quad(b("y1"), iri(RDF + "rest"), b("y1"), g)]
    return quads


def merged(quads: list[ox.Quad]) -> ox.Dataset:
    return ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in quads)


def canonical(dataset: ox.Dataset) -> set[str]:
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in dataset}


@pytest.mark.parametrize("format_", formats.RDF_FORMATS, ids=lambda f: f.name)
def test_terms_survive(format_: formats.Format) -> None:
    quads = hostile_quads()
    assert len(quads) > 70
    data = serialise(quads, format_, PREFIX_TABLE)
    expected = ox.Dataset(quads) if format_ in KEEP_GRAPHS else merged(quads)
    assert canonical(ox.Dataset(ox.parse(data, format=format_.oxigraph))) == canonical(expected)


@pytest.mark.parametrize("format_", formats.RDF_FORMATS, ids=lambda f: f.name)
def test_bytes_do_not_depend_on_order_or_repetition(format_: formats.Format) -> None:
    quads = hostile_quads()
    first = serialise(quads, format_, PREFIX_TABLE)
    shuffled = quads * 2
    random.Random(7).shuffle(shuffled)
    assert serialise(shuffled, format_, PREFIX_TABLE) == first


@pytest.mark.parametrize("format_", [formats.TURTLE, formats.JSON_LD, formats.RDF_XML], ids=lambda f: f.name)
@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # of its own classes
def test_another_parser_agrees(format_: formats.Format, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    graph = rdflib.Graph()
    graph.parse(data=serialise(hostile_quads(), format_, PREFIX_TABLE), format=format_.media_type)
    assert len(graph) == len(merged(hostile_quads()))
    literals = [o for o in graph.objects() if isinstance(o, rdflib.Literal)]
    theirs = {(str(o), str(o.datatype or ""), o.language or "") for o in literals}
    plain = (XSD + "string", RDF + "langString")
    ours = {
        (o.value, "" if o.datatype.value in plain else o.datatype.value, o.language or "")
        for o in (q.object for q in hostile_quads())
        if isinstance(o, ox.Literal)
    }
    assert theirs == ours


def test_turtle_reads_well() -> None:
    quads = [
        ox.Quad(iri("s"), iri("p"), typed("7", "integer"), iri("g")),
        ox.Quad(iri("s"), iri(RDF + "type"), iri("C"), iri("g")),
        ox.Quad(iri("s"), iri("list"), ox.BlankNode("l"), iri("g")),
        *rdf_list(["l"], [iri("a")], iri("g")),
        ox.Quad(iri("s"), iri("z"), ox.BlankNode("b"), iri("g")),
        ox.Quad(ox.BlankNode("b"), iri("q"), ox.Literal("x"), iri("g")),
    ]
    assert serialise(quads, formats.TURTLE, PREFIX_TABLE).decode() == (
        "@prefix ex: <http://example.org/> .\n\n"
        'ex:s a ex:C ;\n    ex:list ( ex:a ) ;\n    ex:p 7 ;\n    ex:z [\n        ex:q "x"\n    ] .\n\n'
    )
    assert (
        serialise(quads[:2], formats.TRIG, PREFIX_TABLE)
        .decode()
        .startswith("@prefix ex: <http://example.org/> .\n\nex:g {\n\nex:s a ex:C ;\n    ex:p 7 .\n\n}")
    )


def test_a_blank_node_of_two_graphs_keeps_its_name_in_trig() -> None:
    b = ox.BlankNode("b")
    quads = [ox.Quad(iri("s"), iri("p"), b, iri("g1")), ox.Quad(b, iri("q"), iri("o"), iri("g2"))]
    assert canonical(ox.Dataset(ox.parse(serialise(quads, formats.TRIG), format=ox.RdfFormat.TRIG))) == canonical(
        ox.Dataset(quads)
    )


def test_json_ld_is_compact_and_a_prefix_never_captures_a_scheme() -> None:
    quads = [ox.Quad(iri("s"), iri("p"), iri("geo:1,2"), iri("g")), ox.Quad(iri("s"), iri("geo/q"), iri("o"), iri("g"))]
    table = json.loads(serialise(quads, formats.JSON_LD, PREFIX_TABLE))
    assert table["@context"] == {"ex": EX}
    assert table["@graph"] == [{"@id": "ex:s", EX + "geo/q": {"@id": "ex:o"}, "ex:p": {"@id": "geo:1,2"}}]


@pytest.mark.parametrize("format_", [formats.TURTLE, formats.JSON_LD], ids=lambda f: f.name)
@pytest.mark.parametrize("depth", [70, 3000])
def test_deep_nesting_does_not_recurse_without_end(format_: formats.Format, depth: int) -> None:
    g, p = iri("g"), iri("p")
    quads = [ox.Quad(iri("s"), p, ox.BlankNode("n0"), g)]
    quads += [ox.Quad(ox.BlankNode(f"n{i}"), p, ox.BlankNode(f"n{i + 1}"), g) for i in range(depth)]
    cells = [f"l{i}" for i in range(depth)]
    quads += [ox.Quad(iri("s"), iri("list"), ox.BlankNode("l0"), g), *rdf_list(cells, [p] * depth, g)]
    quads += [ox.Quad(iri("s"), iri("deep"), ox.BlankNode("d0"), g)]
    for i in range(60):  # lists within lists
        quads += rdf_list([f"d{i}"], [ox.BlankNode(f"d{i + 1}")], g)
    back = ox.Dataset(ox.parse(serialise(quads, format_), format=format_.oxigraph))
    assert len(back) == len(quads)
    if depth < 100:  # canonical labels of a chain take the square of its length
        assert canonical(back) == canonical(merged(quads))


@pytest.mark.parametrize(
    ("predicate", "value", "named"),
    [
        (EX + "123", ox.Literal("x"), EX + "123"),
        (EX + "a/", ox.Literal("x"), EX + "a/"),
        (RDF + "li", ox.Literal("x"), RDF + "li"),
        (EX + "p", ox.Literal("a\x01b"), "U+0001"),
        (EX + "p", ox.Triple(iri("a"), iri("b"), iri("c")), "triple term"),
    ],
)
def test_rdf_xml_refuses_what_it_cannot_say(predicate: str, value: ox.Literal, named: str) -> None:
    quads = [ox.Quad(iri("s"), ox.NamedNode(predicate), value, iri("g"))]
    with pytest.raises(NotAcceptable, match="RDF/XML can't express") as caught:
        serialise(quads, formats.RDF_XML, PREFIX_TABLE)
    assert named in caught.value.message
    assert "text/turtle" in caught.value.available
    assert serialise(quads, formats.TURTLE, PREFIX_TABLE)


def test_rdf_xml_is_well_formed() -> None:
    root = ElementTree.fromstring(serialise(hostile_quads(), formats.RDF_XML, PREFIX_TABLE))
    assert root.tag == f"{{{RDF}}}RDF"
    assert len(root) > 10


def test_rdf_1_2_terms() -> None:
    term = ox.Triple(iri("a"), iri("b"), ox.BlankNode("x"))
    quads = [
        ox.Quad(iri("s"), iri("p"), term, iri("g")),
        ox.Quad(iri("s"), iri("q"), ox.BlankNode("x"), iri("g")),
        ox.Quad(iri("s"), iri("q"), ox.Literal("x", language="ar", direction=ox.BaseDirection.RTL), iri("g")),
    ]
    back = ox.Dataset(ox.parse(serialise(quads, formats.TURTLE, PREFIX_TABLE), format=ox.RdfFormat.TURTLE))
    assert canonical(back) == canonical(merged(quads))
    with pytest.raises(NotAcceptable, match="triple term"):
        serialise(quads, formats.JSON_LD, PREFIX_TABLE)


def test_page_is_no_rdf() -> None:
    with pytest.raises(NotAcceptable):
        serialise([], formats.HTML)
