"""A validation report as RDF (SHACL §3.6): what pySHACL found, less what we leave out, in a fixed order."""

from __future__ import annotations

import pyoxigraph as ox
from rdflib import BNode
from rdflib.term import Node

from parley.pipeline.terms import from_rdflib
from parley.pipeline.validation.shacl import Outcome, Result
from parley.vocab import RDF_TYPE, XSD

_SH = "http://www.w3.org/ns/shacl#"
_TYPE = ox.NamedNode(RDF_TYPE)
_DEPTH = 50


def report_graph(outcome: Outcome) -> list[ox.Triple]:
    """The triples of a `sh:ValidationReport`; `sh:conforms` is false for any result, as the standard wants."""
    report = ox.BlankNode("report")
    conforms = ox.Literal(str(not outcome.results).lower(), datatype=ox.NamedNode(XSD + "boolean"))
    triples = [ox.Triple(report, _TYPE, _sh("ValidationReport")), ox.Triple(report, _sh("conforms"), conforms)]
    results = [(ox.BlankNode(f"result{n}"), one) for n, one in enumerate(sorted(outcome.results, key=_order))]
    triples += [ox.Triple(report, _sh("result"), node) for node, _ in results]
    return [*triples, *(triple for node, result in results for triple in _described(node, result))]


def _order(result: Result) -> tuple[str, ...]:
    parts = (result.focus, result.path, result.value, result.component, result.shape)
    return (*(str(part) for part in parts), *sorted(result.messages))


def _described(node: ox.BlankNode, result: Result) -> list[ox.Triple]:
    members = {
        "focusNode": result.focus,
        "resultPath": result.path,
        "value": result.value,
        "resultSeverity": result.severity,
        "sourceConstraintComponent": result.component,
        "sourceShape": result.shape,
    }
    triples = [ox.Triple(node, _TYPE, _sh("ValidationResult"))]
    triples += [ox.Triple(node, _sh(name), from_rdflib(value)) for name, value in members.items() if value is not None]
    triples += [ox.Triple(node, _sh("resultMessage"), from_rdflib(text)) for text in sorted(result.messages)]
    return triples + _path(result, result.path, _DEPTH)


def _path(result: Result, node: Node | None, depth: int) -> list[ox.Triple]:
    """The triples that describe a path which is a blank node."""
    if not isinstance(node, BNode) or not depth:
        return []
    found = []
    for predicate, value in sorted(result.report.predicate_objects(node)):
        subject, verb = from_rdflib(node), from_rdflib(predicate)
        if isinstance(subject, ox.BlankNode) and isinstance(verb, ox.NamedNode):
            found += [ox.Triple(subject, verb, from_rdflib(value)), *_path(result, value, depth - 1)]
    return found


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SH + name)
