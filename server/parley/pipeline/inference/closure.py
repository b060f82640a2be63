"""OWL 2 RL closure by owlrl (OWL 2 Profiles §4.3), with its known faults kept out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations

import pyoxigraph as ox
from rdflib import Graph, Literal
from rdflib.namespace import RDF
from rdflib.term import Node

from parley.errors import Finding, TooLarge
from parley.pipeline.inference.closure_input import Axioms, SingleValued, equates, mend
from parley.pipeline.inference.semantics import Semantics
from parley.pipeline.lexical import is_valid
from parley.pipeline.terms import graph_of, quiet_rdflib

Triple = tuple[Node, Node, Node]
_ILL_TYPED = re.compile(r"Lexical value of the literal '(.*)' does not match its datatype \((\S+)\)", re.DOTALL)


@dataclass(slots=True)
class Closure:
    """The closure of a graph.

    `graph` holds the asserted triples that took part, and all that follow; `derived` are the latter. `messages` are
    owlrl's own about contradictions; `clashes` are pairs of literals where an axiom allows one value; `warnings` say
    what was left out.
    """

    graph: Graph
    derived: set[Triple] = field(default_factory=set)
    messages: list[str] = field(default_factory=list)
    clashes: list[tuple[Node, Node, Literal, Literal]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


#: Gives the quads to reason over, anew at each call.
Source = Callable[[], Iterable[ox.Quad]]


def close(source: Source, limit: int = 2**53) -> Closure:
    """The OWL 2 RL closure of the merge of all graphs in `source`.

    Raises TooLarge if more than `limit` triples take part.
    """
    axioms = Axioms.read(source())
    if not axioms.any:
        return Closure(Graph(bind_namespaces="none"))
    closure = _run(graph_of(_at_most(limit, filter(axioms.use, source()))))
    if equates(closure.graph):
        # what was left out belongs to the things that turned out to be the same, too
        closure = _run(graph_of(_at_most(limit, source())))
    return closure


def _at_most(limit: int, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    seen = set()
    for quad in quads:
        seen.add(quad.triple)
        if len(seen) > limit:
            raise TooLarge(
                f"More than {limit:,} triples take part in the OWL RL closure: it would take too long.",
                cure='Write profile = "none" under [inference] in publication.toml to publish without the closure, or '
                "raise infer_triples under [limits]; expect some 2 s for each 1,000 triples.",
            )
        yield quad


def _run(graph: Graph) -> Closure:
    single_valued, warnings = mend(graph)
    given = set(graph)
    with quiet_rdflib(), _reported():
        semantics = Semantics(graph, False, False, False)
        semantics.closure()  # type: ignore[no-untyped-call]
    clashes = [clash for axiom in single_valued for clash in _clashes(graph, axiom)]
    messages = [message for message in semantics.error_messages if not _is_unfounded(message)]
    return Closure(graph, set(graph) - given, messages, clashes, warnings)


def _is_unfounded(message: str) -> bool:
    """Whether owlrl complains of a literal that is well-formed."""
    match = _ILL_TYPED.fullmatch(message)
    return match is not None and is_valid(match[1], match[2]) is True


@contextmanager
def _reported() -> Iterator[None]:
    """Turn what owlrl raises on ontologies that break OWL's grammar in a way not foreseen into a Finding."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise Finding(
            f"The reasoner fails on the ontology ({type(error).__name__}: {error}).",
            cure="Check it in an OWL editor such as Protégé, or publish without the closure: "
            'write profile = "none" under [inference] in publication.toml.',
        ) from error


def _clashes(graph: Graph, axiom: SingleValued) -> list[tuple[Node, Node, Literal, Literal]]:
    """Pairs of values that the axiom forbids (cls-maxc2 or prp-fp, then dt-diff and eq-diff1)."""
    if axiom.class_ is None:
        subjects = set(graph.subjects(axiom.property))
    else:
        subjects = set(graph.subjects(RDF.type, axiom.class_))
    found = []
    for subject in subjects:
        values = sorted((o for o in graph.objects(subject, axiom.property) if isinstance(o, Literal)), key=str)
        found += [(subject, axiom.property, a, b) for a, b in combinations(values, 2) if _differ(a, b)]
    return found


def _differ(one: Literal, other: Literal) -> bool:
    """Whether two literals certainly have different values; of a datatype that nobody knows, nothing is certain."""
    if one.language or other.language or (one.datatype is None and other.datatype is None):
        return one != other
    if one.value is None or other.value is None or one.ill_typed or other.ill_typed:
        return False
    try:
        return bool(one.value != other.value)
    except TypeError:
        return True
