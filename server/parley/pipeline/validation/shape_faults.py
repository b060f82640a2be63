"""Faults of shapes that pySHACL raises errors about without naming the shape, or that its rules for shapes miss."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rdflib import BNode, Graph, Literal
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from parley.pipeline.lists import is_list
from parley.pipeline.names import Names

_LISTS = (SH["and"], SH["or"], SH.xone, SH["in"], SH.languageIn, SH.ignoredProperties, SH.alternativePath)
#: Shapes hang in shapes this deep, at most, where their names are looked for.
_DEPTH = 16


def faults(shapes: Graph, names: Names) -> list[str]:
    """What is wrong, a line each, with the nearest shape that has a name."""
    return sorted({f"{_name(shapes, node, names)}: {message}" for node, message in _faults(shapes)})


def _faults(shapes: Graph) -> Iterator[tuple[Node, str]]:
    for node in {*shapes.subjects(RDF.type, SH.PropertyShape), *shapes.objects(None, SH.property)}:
        if (node, SH.path, None) not in shapes:
            yield node, "a property shape needs a sh:path."
    for node in shapes.subjects(RDF.type, SH.NodeShape):
        if (node, SH.path, None) in shapes:
            yield node, "a node shape can't have a sh:path; make it a sh:PropertyShape, or move the path to one."
    for predicate in _LISTS:
        for node, head in shapes.subject_objects(predicate):
            if not is_list(shapes, head):
                yield node, f"the value of sh:{predicate.partition('#')[2]} is no well-formed list."
    for node, path in shapes.subject_objects(SH.path):
        if isinstance(path, BNode) and (path, RDF.first, None) in shapes and not is_list(shapes, path):
            yield node, "the path is no well-formed list."
    for node, pattern in shapes.subject_objects(SH.pattern):
        if isinstance(pattern, Literal) and (reason := _refusal(str(pattern))):
            yield node, f"the pattern “{pattern}” is no regular expression that Python takes: {reason}."


def _refusal(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return None


def _name(shapes: Graph, node: Node, names: Names) -> str:
    here = node
    for _ in range(_DEPTH):
        if not isinstance(here, BNode):
            break
        holders = sorted(shapes.subjects(None, here), key=lambda holder: (isinstance(holder, BNode), str(holder)))
        if not holders:
            break
        here = holders[0]
    return names.term(here)
