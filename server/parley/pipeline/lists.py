"""RDF lists as graphs hold them: nothing keeps them from being loops, forks or stumps."""

from __future__ import annotations

from rdflib import Graph
from rdflib.namespace import RDF
from rdflib.term import Node


def is_list(graph: Graph, head: Node) -> bool:
    """Whether `head` is a well-formed list: each cell has one rest and a first, and the last rest is `rdf:nil`.

    rdflib and what stands on it raise an error on others, or walk them forever.
    """
    passed: set[Node] = set()
    while head != RDF.nil:
        rests = set(graph.objects(head, RDF.rest))
        if head in passed or len(rests) != 1 or (head, RDF.first, None) not in graph:
            return False
        passed.add(head)
        (head,) = rests
    return True
