"""The W3C's SHACL test suite through our validation: verdicts, and all results of a report.

Messages are not compared: the suite leaves their wording free. A case whose result is `sht:Failure` has shapes that a
processor has to refuse.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import RDF, BNode, Graph, Namespace
from rdflib.namespace import SH
from rdflib.term import Node

from parley.errors import ValidationFailed
from parley.pipeline.names import Names
from parley.pipeline.terms import graph_of
from parley.pipeline.validation.shacl import Outcome, refuse_ill_formed, run

from .conftest import MF, SUITES, exemptions_in, need, passes_unless_exempt

FOLDER = SUITES / "shacl"
#: Suite → its cases, and how many of them must pass: never to be lowered. pySHACL's own are 97 and 14.
COUNTS = {"core": (98, 97), "sparql": (22, 21)}
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
#: The suite's relative IRIs are resolved against this.
ADDRESS = "http://www.w3.org/shacl/tests/"
EXEMPTIONS = exemptions_in("exemptions-shacl.toml")
#: Cases whose shapes break the rules for shapes on purpose: a publication's would be refused before they are used.
ILL_FORMED = ["core/path/path-strange-002"]
Results = Counter[tuple[Any, ...]]


@dataclass(frozen=True)
class Case:
    """One entry of a manifest: `results` are None where the shapes have to be refused."""

    id: str
    data: Graph
    shapes: Graph
    conforms: bool
    results: Results | None


def included(suite: str) -> list[Path]:
    """The files that the manifests of a suite name, which leaves out a few of the folder."""
    found = []
    for manifest in sorted(FOLDER.glob(f"{suite}/*/manifest.ttl")):
        graph = parsed(manifest)
        found += [manifest.parent / str(iri).rpartition("/")[2] for iri in graph.objects(None, MF.include)]
    return sorted(found)


def parsed(path: Path) -> Graph:
    return graph_of(ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=ADDRESS + path.name))


def read(path: Path) -> Case:
    graph = parsed(path)
    (entry,) = graph.subjects(RDF.type, SHT.Validate)
    action, result = graph.value(entry, MF.action), graph.value(entry, MF.result)

    def named(role: Node) -> Graph:
        return parsed(path.with_name(str(graph.value(action, role)).rpartition("/")[2]))

    refused = result == SHT.Failure
    conforms = str(graph.value(result, SH.conforms)) == "true"
    found = None if refused else Counter(expected(graph, node) for node in graph.objects(result, SH.result))
    return Case(id_of(path), named(SHT.dataGraph), named(SHT.shapesGraph), conforms, found)


def id_of(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").as_posix()


def expected(report: Graph, node: Node) -> tuple[Any, ...]:
    terms = (SH.focusNode, SH.value, SH.resultSeverity, SH.sourceConstraintComponent, SH.sourceShape)
    return path_of(report, report.value(node, SH.resultPath)), *(key(report.value(node, term)) for term in terms)


def reported(outcome: Outcome) -> Results:
    return Counter(
        (path_of(r.report, r.path), *map(key, (r.focus, r.value, r.severity, r.component, r.shape)))
        for r in outcome.results
    )


def key(term: Node | None) -> str:
    """A term by its spelling; all blank nodes are alike, since another graph labels them otherwise."""
    return "" if term is None else "_:" if isinstance(term, BNode) else term.n3()


def path_of(graph: Graph, path: Node | None) -> Any:
    """A property path with its parts, in order where order matters."""
    if not isinstance(path, BNode):
        return key(path)
    if (path, RDF.first, None) in graph:
        return tuple(path_of(graph, part) for part in graph.items(path))
    return frozenset((key(operator), path_of(graph, part)) for operator, part in graph.predicate_objects(path))


def is_right(case: Case) -> bool:
    """Whether our validation says what the suite says."""
    try:
        outcome = run(case.data, case.shapes)
    except ValidationFailed:
        return case.results is None
    return case.results is not None and reported(outcome) == case.results and (not outcome.results) is case.conforms


@pytest.mark.parametrize("path", included("core") + included("sparql"), ids=id_of)
def test_case(path: Path, record_property: Any) -> None:
    suite = path.relative_to(FOLDER).parts[0]
    record_property("suite", {"core": "SHACL core", "sparql": "SHACL-SPARQL"}[suite])
    case = read(path)
    passes_unless_exempt(is_right(case), case.id, EXEMPTIONS, record_property)


def test_counts() -> None:
    need("shacl", "github.com/w3c/data-shapes (data-shapes-test-suite/tests)")
    for suite, (total, floor) in COUNTS.items():
        cases = [id_of(path) for path in included(suite)]
        assert len(cases) == total
        assert total - len(EXEMPTIONS.keys() & set(cases)) >= floor
    assert all((FOLDER / f"{case}.ttl").is_file() for case in EXEMPTIONS), "an exemption names no case"


@pytest.mark.slow
def test_legal_shapes_are_not_refused_before_they_are_used() -> None:
    need("shacl", "github.com/w3c/data-shapes (data-shapes-test-suite/tests)")
    refused = []
    for path in included("core") + included("sparql"):
        if (case := read(path)).results is None or path.stem == "shacl-shacl":  # that one is the rules for shapes
            continue
        try:
            refuse_ill_formed(case.shapes, Names({}))
        except ValidationFailed:
            refused.append(case.id)
    assert refused == ILL_FORMED


SHAPES = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
<urn:s> a sh:NodeShape ; sh:targetNode <urn:a> ; sh:property <urn:p> .
<urn:p> sh:path ( <urn:x> [ sh:inversePath <urn:y> ] ) ; sh:minCount 1 .
"""
COMPONENT = str(SH.MinCountConstraintComponent)


def test_a_wrong_answer_is_told_from_a_right_one() -> None:
    graph = graph_of(ox.parse(SHAPES, format=ox.RdfFormat.TURTLE))
    path = ("<urn:x>", frozenset([(f"<{SH.inversePath}>", "<urn:y>")]))
    right = (path, "<urn:a>", "", f"<{SH.Violation}>", f"<{COMPONENT}>", "<urn:p>")
    assert is_right(Case("", graph, graph, False, Counter([right])))
    assert not is_right(Case("", graph, graph, True, Counter([right])))
    assert not is_right(Case("", graph, graph, False, Counter([right, right])))
    assert not is_right(Case("", graph, graph, True, Counter()))
    assert not is_right(Case("", graph, graph, False, None))
    wrong: list[Any] = [(path[1], path[0]), "<urn:b>", '"1"', f"<{SH.Warning}>", "<urn:c>", "<urn:s>"]
    for place, term in enumerate(wrong):
        assert not is_right(Case("", graph, graph, False, Counter([(*right[:place], term, *right[place + 1 :])])))
