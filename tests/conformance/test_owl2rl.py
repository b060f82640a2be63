"""The OWL 2 RL suite by Schneider and Mainzer through our closure and its contradictions.

A conclusion has to be in the closure as it is before the filter; its blank nodes stand for anything. Each premise gets
an axiom that says nothing about it: without any axiom there is no closure, since the filter would drop it whole; a test
of its own proves that.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import Graph

from parley.pipeline.inference.closure import close
from parley.pipeline.inference.closure_filter import ClosureFilter
from parley.pipeline.inference.closure_input import Axioms
from parley.pipeline.inference.contradictions import contradictions
from parley.pipeline.terms import graph_of, quiet_rdflib

from .conftest import SUITES, exemptions_in, need, passes_unless_exempt

FOLDER = SUITES / "owl2rl"
ORIGIN = "github.com/SANSA-Stack/SANSA-Inference (conformance/owl2rl)"
#: Cases, and how many of them must pass, of those about datatypes and of all others: never to be lowered. Of owlrl's
#: own 232, four are contradictions only by its reading of XSD, and two are reflexive: see the exemptions.
DATATYPES, OTHERS = (156, 115), (117, 115)
EXEMPTIONS = exemptions_in("exemptions-owl2rl.toml")
AXIOM = ox.Quad(
    ox.NamedNode("urn:one"), ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf"), ox.NamedNode("urn:two")
)
TURTLE = ox.RdfFormat.TURTLE
EX = "http://www.example.org#"


def quads(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path=path, format=TURTLE))


def cases(about_datatypes: bool) -> list[Path]:
    return sorted(f for f in FOLDER.glob("rdfbased-*") if f.name.startswith("rdfbased-dat-") is about_datatypes)


def is_inconsistency(case: Path) -> bool:
    metadata = (case / f"{case.name}.metadata.properties").read_text(encoding="utf-8")
    kind = re.search(r'"testcase\.type">(\w+)<', metadata)
    assert kind is not None and kind[1] in ("INCONSISTENCY", "POSITIVE_ENTAILMENT")
    return kind[1] == "INCONSISTENCY"


def closed(premise: list[ox.Quad]) -> Graph:
    """What is stated, and what follows from it; it must not contradict itself."""
    closure = close(lambda: iter([*premise, AXIOM]))
    assert not contradictions(closure)
    graph = graph_of(premise)
    for triple in closure.graph:
        graph.add(triple)
    return graph


def contains(graph: Graph, conclusion: list[ox.Quad]) -> bool:
    """Whether `graph` simply entails `conclusion`: a blank node of a query's pattern stands for anything."""
    pattern = " ".join(f"{quad.subject} {quad.predicate} {quad.object} ." for quad in conclusion)
    with quiet_rdflib():
        return bool(graph.query(f"ASK {{ {pattern} }}").askAnswer)


def is_right(case: Path) -> bool:
    if is_inconsistency(case):
        graph = quads(case / f"{case.name}.graph.ttl")
        return bool(contradictions(close(lambda: iter([*graph, AXIOM]))))
    conclusion = quads(case / f"{case.name}.conclusiongraph.ttl")
    return contains(closed(quads(case / f"{case.name}.premisegraph.ttl")), conclusion)


@pytest.mark.parametrize("case", cases(True) + cases(False), ids=lambda case: case.name)
def test_case(case: Path, record_property: Any) -> None:
    about_datatypes = case.name.startswith("rdfbased-dat-")
    record_property("suite", f"OWL 2 RL, {'datatypes' if about_datatypes else 'all but datatypes'}")
    passes_unless_exempt(is_right(case), case.name, EXEMPTIONS, record_property)


def test_counts() -> None:
    need("owl2rl", ORIGIN)
    for about_datatypes, (total, floor) in ((True, DATATYPES), (False, OTHERS)):
        names = {case.name for case in cases(about_datatypes)}
        assert len(names) == total
        assert total - len(EXEMPTIONS.keys() & names) >= floor
    assert all((FOLDER / case).is_dir() for case in EXEMPTIONS), "an exemption names no case"


def test_what_is_exempt_by_the_filter_is_dropped_by_it() -> None:
    need("owl2rl", ORIGIN)
    exempt = {case: entry["filter"] for case, entry in EXEMPTIONS.items() if "filter" in entry}
    assert len(exempt) == 2
    for case, kinds in exempt.items():
        conclusion = graph_of(quads(FOLDER / case / f"{case}.conclusiongraph.ttl"))
        found = {getattr(ClosureFilter((EX,)).noise(triple), "name", None) for triple in conclusion}
        assert found and found <= set(kinds), case


def test_without_an_axiom_nothing_is_lost_but_what_the_filter_drops() -> None:
    need("owl2rl", ORIGIN)
    sieve, seen = ClosureFilter((EX,)), 0
    for case in chain(cases(False), cases(True)):
        if is_inconsistency(case) or Axioms.read(stated := quads(case / f"{case.name}.premisegraph.ttl")).any:
            continue
        seen += 1
        lost = set(graph_of(quads(case / f"{case.name}.conclusiongraph.ttl"))) - set(graph_of(stated))
        assert all(sieve.noise(triple) for triple in lost), case.name
    assert seen >= 40


def test_a_wrong_answer_is_told_from_a_right_one() -> None:
    def parsed(turtle: str) -> list[ox.Quad]:
        return list(ox.parse(f"PREFIX ex: <{EX}> PREFIX owl: <http://www.w3.org/2002/07/owl#> {turtle}", format=TURTLE))

    graph = closed(parsed("ex:p a owl:SymmetricProperty . ex:a ex:p ex:b . ex:b ex:q 01 ."))
    assert contains(graph, parsed("ex:b ex:p ex:a . ex:b ex:q 01 ."))
    assert contains(graph, parsed("_:x ex:p ex:a ; ex:q _:y ."))
    for wrong in ("ex:b ex:p ex:b .", "ex:b ex:q 1 .", "_:x ex:p _:x .", "ex:b ex:p ex:a . ex:a ex:q _:y ."):
        assert not contains(graph, parsed(wrong)), wrong
    with pytest.raises(AssertionError):
        closed(parsed("ex:p a owl:IrreflexiveProperty . ex:a ex:p ex:a ."))
