"""pySHACL, called without its side effects, and its report as values."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import rdflib
from pyshacl import Validator
from pyshacl.entrypoints import meta_validate
from pyshacl.errors import ConstraintLoadWarning, ReportableRuntimeError, ValidationWarning
from pyshacl.graph_abstraction import DataGraph
from rdflib import BNode, Graph, Literal
from rdflib.namespace import OWL, RDF, SH
from rdflib.term import Node

from parley.errors import ValidationFailed
from parley.pipeline.lexical import is_valid
from parley.pipeline.names import Names
from parley.pipeline.terms import quiet_rdflib
from parley.pipeline.validation.cures import WITHOUT_SHAPES
from parley.pipeline.validation.shape_faults import faults

_LOGGER = logging.getLogger("parley.shacl")
#: Shapes within shapes that pySHACL follows before it gives up; its default of 15 is too few for the rules for shapes.
_DEPTH = 100
_CORRECT = f"Correct the shape. {WITHOUT_SHAPES}"


@dataclass(frozen=True, slots=True)
class Result:
    """One `sh:ValidationResult`; `report` is the graph in which the blank nodes of `path` are described."""

    focus: Node
    path: Node | None
    value: Node | None
    severity: Node
    component: Node
    shape: Node
    messages: frozenset[Literal]
    report: Graph


@dataclass(frozen=True, slots=True)
class Outcome:
    """All results, and what was looked at; `idle` are the shapes whose targets matched nothing."""

    results: tuple[Result, ...]
    shapes: int
    focused: frozenset[Node]
    idle: tuple[Node, ...]

    @property
    def focus_nodes(self) -> int:
        """How many nodes the shapes looked at."""
        return len(self.focused)


def refuse_ill_formed(shapes: Graph, names: Names) -> None:
    """Raise ValidationFailed, with the places, if `shapes` breaks the rules for shapes (SHACL appendix C)."""
    lines = faults(shapes, names)
    if not lines:
        with _contained():
            conforms, report, _text = meta_validate(shapes, inference="none", max_validation_depth=_DEPTH)
        if conforms:
            return
        lines = sorted({_fault(report, result, names) for result in report.objects(None, SH.result)})
    raise ValidationFailed(
        "The shapes are ill-formed, so they can't tell anything about the data:\n" + "\n".join(lines),
        cure=f"\nCorrect the shapes; SHACL, appendix C, has the rules. {WITHOUT_SHAPES}",
    )


def _fault(report: Graph, result: Node, names: Names) -> str:
    focus = names.term(report.value(result, SH.focusNode))
    path = names.path(report, report.value(result, SH.resultPath))
    value = names.term(report.value(result, SH.value))
    message = " ".join(sorted(str(m) for m in report.objects(result, SH.resultMessage)))
    return f"{' '.join(part for part in (focus, path, value) if part)}: {message}"


def run(data: Graph, shapes: Graph) -> Outcome:
    """Validate `data` against `shapes`: no inference, no advanced features, no JavaScript, no imports.

    `data` isn't changed; `shapes` gets the two subclass triples that pySHACL adds to any shapes graph, and prefixes
    where they are asked for. Raises ValidationFailed if a constraint can't be evaluated.
    """
    _declare_imported_prefixes(shapes)
    options = {"inplace": True, "logger": _LOGGER, "max_validation_depth": _DEPTH}
    options |= {"advanced": False, "inference": "none", "use_js": False}
    try:
        with _contained():
            validator = Validator(DataGraph.from_rdflib(data), shacl_graph=shapes, options=options)
            _conforms, report, _text = validator.run()  # type: ignore[no-untyped-call]
            targets = {s.node: s.focus_nodes(validator.target_graph) for s in validator.shacl_graph.shapes}
    except (ReportableRuntimeError, ConstraintLoadWarning, ValidationWarning) as error:
        reason = str(error).partition("\n")[0]
        raise ValidationFailed(f"A shape can't be evaluated: {reason}", cure=_CORRECT) from error
    except TypeError as error:
        # sh:lessThan on xsd:gYear and its like: rdflib has no order for them, and pySHACL lets the error through
        raise ValidationFailed(
            f"A shape compares values that have no common order: {error}.",
            cure="Compare values of one datatype, such as xsd:date, and demand it by sh:datatype.",
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # whatever pySHACL lets through of the libraries below it: rdflib's SPARQL parser, re
        raise ValidationFailed(
            f"A shape can't be evaluated ({type(error).__name__}): {error}.", cure=_CORRECT
        ) from error
    aimed = {node: found for node, found in targets.items() if _has_target(shapes, node)}
    return Outcome(
        results=tuple(result for result in _results(report) if not _is_unfounded(result, shapes)),
        shapes=len(aimed),
        focused=frozenset(focus for found in aimed.values() for focus in found),
        idle=tuple(sorted(node for node, found in aimed.items() if not found)),
    )


def _declare_imported_prefixes(shapes: Graph) -> None:
    """Give the value of each sh:prefixes those of its imports within `shapes` (SHACL §5.2.1): pySHACL forgets them."""
    for holder in set(shapes.objects(None, SH.prefixes)):
        for imported in list(shapes.transitive_objects(holder, OWL.imports)):
            for declaration in list(shapes.objects(imported, SH.declare)):
                shapes.add((holder, SH.declare, declaration))


def _results(report: Graph) -> Iterator[Result]:
    # only the report's own results: sh:detail nests others, which explain these
    for head in report.subjects(RDF.type, SH.ValidationReport):
        for node in report.objects(head, SH.result):
            yield Result(
                focus=_one(report, node, SH.focusNode),
                path=report.value(node, SH.resultPath),
                value=report.value(node, SH.value),
                severity=_one(report, node, SH.resultSeverity),
                component=_one(report, node, SH.sourceConstraintComponent),
                shape=_one(report, node, SH.sourceShape),
                messages=frozenset(m for m in report.objects(node, SH.resultMessage) if isinstance(m, Literal)),
                report=report,
            )


def _is_unfounded(result: Result, shapes: Graph) -> bool:
    """Whether pySHACL complains of the datatype of a literal that has it, since Python has no value for it."""
    value = result.value
    return (
        result.component == SH.DatatypeConstraintComponent
        and isinstance(value, Literal)
        and value.datatype is not None
        and (result.shape, SH.datatype, value.datatype) in shapes
        and is_valid(str(value), str(value.datatype)) is True
    )


def _one(report: Graph, node: Node, predicate: rdflib.URIRef) -> Node:
    return report.value(node, predicate) or BNode("missing")


def _has_target(shapes: Graph, node: Node) -> bool:
    return any(
        (node, predicate, None) in shapes
        for predicate in (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    )


@contextmanager
def _contained() -> Iterator[None]:
    """Undo what pySHACL leaves behind: rdflib's literal switch, and a handler on its logger for every call."""
    logger = logging.getLogger("pyshacl-validate")
    before, handlers, level = rdflib.NORMALIZE_LITERALS, list(logger.handlers), logger.level
    try:
        with quiet_rdflib():
            yield
    finally:
        rdflib.NORMALIZE_LITERALS = before
        logger.handlers[:] = handlers
        logger.setLevel(level)
