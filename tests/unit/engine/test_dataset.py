"""The graphs that a query names: found among its tokens as the engine would resolve them, and refused if not there."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from parley.engine.dataset import check_dataset, graphs_of
from parley.errors import QueryRefused

BASE = "http://ex.org/a/b"
TAIL = "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
#: What stands before the pattern → the graphs that it names.
CASES: dict[str, list[str]] = {
    "SELECT *": [],
    "SELECT * FROM <urn:x>": ["urn:x"],
    "SELECT*FROM<urn:x>FROM NAMED<urn:y>": ["urn:x", "urn:y"],
    "select * from # FROM <urn:no>\n named <urn:y>": ["urn:y"],
    "SELECT * FROM <c> FROM </d> FROM <../e> FROM <?f> FROM <>": [
        "http://ex.org/a/c", "http://ex.org/d", "http://ex.org/e", "http://ex.org/a/b?f", BASE,
    ],
    "BASE <http://other.org/x/> SELECT * FROM <c>": ["http://other.org/x/c"],
    "BASE <x/> BASE <y/> SELECT * FROM <c>": ["http://ex.org/a/x/y/c"],
    "PREFIX p: <http://p.org/> PREFIX : <#> SELECT * FROM p:a FROM NAMED :b FROM p:": [
        "http://p.org/a", f"{BASE}#b", "http://p.org/",
    ],
    "PREFIX p: <c/> BASE <http://z.org/> PREFIX q: <c/> SELECT * FROM p:d FROM q:d": [
        "http://ex.org/a/c/d", "http://z.org/c/d",
    ],
    "PREFIX p: <urn:1:> PREFIX p: <urn:2:> SELECT * FROM p:a": ["urn:2:a"],
    "PREFIX p: <urn:> SELECT * FROM p:a\\,b FROM p:a%20b FROM p:é-1.2": ["urn:a,b", "urn:a%20b", "urn:é-1.2"],
    "SELECT * FROM <urn:\\u0061> FROM <urn:\\U0001F600>": ["urn:a", "urn:😀"],
    "PREFIX from: <urn:from:> SELECT ?o ?from FROM from:x": ["urn:from:x"],
}  # fmt: skip


@pytest.mark.parametrize("head", CASES)
def test_names_are_resolved_as_the_engine_does(head: str) -> None:
    found = [graph.iri for graph in graphs_of(f"{head} {TAIL}", BASE)]
    assert found == CASES[head]
    store, about = ox.Store(), ox.NamedNode("urn:about")
    store.extend([ox.Quad(about, about, ox.Literal(iri), ox.NamedNode(iri)) for iri in found])
    solutions = store.query(f"{head} {TAIL}", base_iri=BASE)
    assert isinstance(solutions, ox.QuerySolutions)
    objects = {solution["o"] for solution in solutions}
    assert not found or objects == {ox.Literal(iri) for iri in found}, "the engine finds each of them"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize(
    "text",
    ["ASK FROM p:a {}", "ASK FROM", "ASK FROM NAMED", "ASK FROM 'x' {}", "ASK { ?s ?p 'FROM <urn:x>' }", "PREFIX p:"],
)
def test_what_can_not_be_resolved_is_left_to_the_engine(text: str) -> None:
    assert list(graphs_of(text, BASE)) == []


def test_a_graph_that_is_not_there_is_refused_where_it_is_named() -> None:
    known = {"urn:x"}.__contains__
    check_dataset("ASK FROM <urn:x> {}", None, (), known)
    with pytest.raises(QueryRefused, match="no graph <urn:y>") as caught:
        check_dataset("ASK FROM <urn:x>\n FROM NAMED <urn:y> {}", None, (), known)
    assert (caught.value.line, caught.value.column) == (2, 13)
    assert caught.value.cure


def test_the_graphs_of_the_protocol_take_the_place_of_those_in_the_text() -> None:
    known = {"urn:x"}.__contains__
    check_dataset("ASK FROM <urn:y> {}", None, ("urn:x",), known)
    for iri, message in (("urn:z", "no graph <urn:z>"), ("z", "no absolute IRI"), ("urn:a b", "no absolute IRI")):
        with pytest.raises(QueryRefused, match=message) as caught:
            check_dataset("ASK {}", None, ("urn:x", iri), known, strict=True)
        assert caught.value.line is None
    check_dataset("ASK {}", None, ("urn:z",), known)
    with pytest.raises(QueryRefused, match="no absolute IRI"):
        check_dataset("ASK {}", None, ("z",), known)
