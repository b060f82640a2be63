"""SHACL on the data as asserted, before inference: a range axiom must not supply the type whose absence is the fault.

The shapes see one graph, the merge of all validated graphs with the ontology and the shapes themselves. The ontology
tells them the subclasses, and shapes that target `owl:Class` or `sh:NodeShape` are how a publication states rules for
its own vocabulary and shapes. Nothing is fetched: `owl:imports` is never followed; pySHACL gets graphs, never names.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from rdflib import BNode, Graph
from rdflib.namespace import SH
from rdflib.term import Node

from parley.pipeline.names import Names
from parley.pipeline.origins import Place, places
from parley.pipeline.terms import graph_of
from parley.pipeline.validation.cures import component_name, cure, parameter
from parley.pipeline.validation.report import Report, Row
from parley.pipeline.validation.shacl import Result, refuse_ill_formed, run
from parley.publication import Publication
from parley.roles import Role

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

NO_SHAPES = "There are no shapes: nothing was validated."
NO_TARGETS = "No shape has a target: nothing was validated."
#: A property shape hangs in its node shape by one of these; deeper nesting than `_DEPTH` nobody writes.
_HOLDERS = (SH.property, SH.qualifiedValueShape, SH.node, SH["not"])
_DEPTH = 16


def validate(publication: Publication, corpus: Corpus) -> Report:
    """Validate the asserted graphs against the publication's shapes.

    Violations are rows of the report, not errors. Raises ValidationFailed if the shapes themselves are ill-formed, or
    if a constraint can't be evaluated.
    """
    start = time.monotonic()
    shapes = graph_of(corpus.quads(Role.SHAPES))
    if not shapes:
        return Report(notes=(NO_SHAPES,))
    names = Names(publication.all_prefixes)
    refuse_ill_formed(shapes, names)
    validated = [role for role in Role if role.is_validated]
    data = graph_of(corpus.quads(*validated, Role.ONTOLOGY, Role.SHAPES))
    outcome = run(data, shapes)
    anchors = {result.focus: anchor(data, result.focus) for result in outcome.results}
    found = places(publication, corpus, set(anchors.values()))
    idle = tuple(f"The shape {names.term(shape)} found nothing to look at." for shape in outcome.idle)
    return Report(
        results=rows_of(outcome.results, shapes, names, lambda node: found.get(anchors[node])),
        notes=idle if outcome.shapes else (NO_TARGETS,),
        shapes=outcome.shapes,
        focus_nodes=outcome.focus_nodes,
        seconds=time.monotonic() - start,
    )


def rows_of(
    results: Iterable[Result], shapes: Graph, names: Names, place: Callable[[Node], Place | None]
) -> tuple[Row, ...]:
    """The rows of a report, in its order; `place` says where a focus node is described."""
    return tuple(sorted((_row(result, shapes, names, place(result.focus)) for result in results), key=_order))


def _row(result: Result, shapes: Graph, names: Names, place: Place | None) -> Row:
    component = component_name(str(result.component))
    path = names.path(result.report, result.path)
    expected = " ".join(sorted(_expected(result.shape, component, shapes, names)))
    return Row(
        focus=names.term(result.focus),
        path=path,
        value=names.term(result.value),
        severity=str(result.severity).rpartition("#")[2].lower(),
        shape=names.term(_named_shape(shapes, result.shape)),
        component=component,
        messages={message.language or "": str(message) for message in sorted(result.messages)},
        cure=cure(component, path, expected),
        place=place,
    )


def _order(row: Row) -> tuple[str, ...]:
    return (row.focus, row.path, row.value, row.severity, row.shape, row.component, *sorted(row.messages.values()))


def _expected(shape: Node, component: str, shapes: Graph, names: Names) -> Iterator[str]:
    """What the violated constraint asks for, as text: the values of its parameter, lists opened."""
    name = parameter(component)
    for value in shapes.objects(shape, SH[name]) if name else ():
        items = list(shapes.items(value)) if isinstance(value, BNode) else []
        if items:
            yield ", ".join(names.path(shapes, item) for item in items if not isinstance(item, BNode))
        elif not isinstance(value, BNode):
            yield str(value) if name and name.endswith(("Count", "Length", "pattern")) else names.term(value)


def _named_shape(shapes: Graph, shape: Node) -> Node:
    """The nearest shape with an IRI that holds this one, so that the reader finds the file."""
    for _ in range(_DEPTH):
        if not isinstance(shape, BNode):
            break
        holders = [s for holder in _HOLDERS for s in shapes.subjects(holder, shape)]
        if not holders:
            break
        shape = min(holders, key=lambda node: (isinstance(node, BNode), node))
    return shape


def anchor(data: Graph, node: Node) -> str:
    """The nearest IRI that the source files can name: for a blank node or a skolem IRI, the thing it belongs to."""
    for _ in range(_DEPTH):
        if not isinstance(node, BNode) and "/.well-known/genid/" not in str(node):
            break
        owners = sorted(data.subjects(None, node), key=lambda owner: (isinstance(owner, BNode), owner))
        if not owners:
            break
        node = owners[0]
    return str(node)
