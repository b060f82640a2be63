"""owlrl's rules, with those replaced that take most of its time or are wrong, and one added that it leaves out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import product

from owlrl.OWLRL import OWLRL_Semantics
from rdflib import Graph, Literal
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

#: The transitive hierarchies, and what two terms are that are below each other.
_EQUIVALENCES: dict[Node, Node] = {
    RDFS.subClassOf: OWL.equivalentClass, RDFS.subPropertyOf: OWL.equivalentProperty,
}  # fmt: skip


class Semantics(OWLRL_Semantics):
    """OWL 2 RL with four rules run another way.

    eq-ref says that everything is the same as itself. From a reflexive `owl:sameAs` nothing follows but what is there
    already, and that nothing differs from itself; yet the rule makes up a third of a closure. It still runs for triples
    that do equate something.

    scm-sco and scm-spo, the transitivity of subclasses and subproperties, join all pairs with all pairs in every round:
    a chain of 300 classes took four minutes. Here each round follows the chains to their end once.

    prp-key never compares the last key, so that one shared class makes all its members the same. Here all are compared.

    dt-eq is left out by owlrl. Here it holds for what is stated to be a literal: "42" and "042" are one integer. It
    never replaces a literal by another that has its value, which would change how data are spelt.
    """

    graph: Graph
    _chained = 0  # the last round in which chains were followed

    def one_time_rules(self) -> None:
        """The rules that have no premises but the literals of the graph."""
        super().one_time_rules()  # type: ignore[no-untyped-call]
        named = defaultdict(list)
        for thing, literal in self.graph.subject_objects(OWL.sameAs):
            if isinstance(literal, Literal) and (value := _value(literal)) is not None:
                named[value].append(thing)
                if literal.datatype is None and not literal.language:  # RDF 1.1: a plain literal is an xsd:string
                    self._add(thing, RDF.type, XSD.string)
        for first, *others in named.values():
            for other in others:
                self._add(first, OWL.sameAs, other)

    def _equality(self, triple: tuple[Node, Node, Node], cycle_num: int) -> None:
        subject, predicate, object_ = triple
        if predicate == OWL.sameAs or object_ == OWL.AllDifferent:
            super()._equality(triple, cycle_num)  # type: ignore[no-untyped-call]
        elif predicate == OWL.differentFrom and subject == object_:  # eq-diff1, after eq-ref
            self.add_error(  # type: ignore[no-untyped-call]
                f"'sameAs' and 'differentFrom' cannot be used on the same subject-object pair: ({subject}, {object_})"
            )

    def _properties(self, triple: tuple[Node, Node, Node], cycle_num: int) -> None:
        subject, predicate, object_ = triple
        if predicate != OWL.hasKey:
            super()._properties(triple, cycle_num)  # type: ignore[no-untyped-call]
        elif keys := list(self.graph.items(object_)):
            self._compare_keys(subject, keys)

    def _compare_keys(self, class_: Node, keys: list[Node]) -> None:
        owner: dict[tuple[Node, ...], Node] = {}
        for member in self.graph.subjects(RDF.type, class_):
            for values in product(*(set(self.graph.objects(member, key)) for key in keys)):
                first = owner.setdefault(values, member)
                if first != member:
                    self._add(first, OWL.sameAs, member)

    def _schema_vocabulary(self, triple: tuple[Node, Node, Node], cycle_num: int) -> None:
        if cycle_num != self._chained:
            self._chained = cycle_num
            for hierarchy in _EQUIVALENCES:
                for lower, higher in _far_pairs(self.graph, hierarchy):
                    self._add(lower, hierarchy, higher)
        lower, predicate, higher = triple
        equivalence = _EQUIVALENCES.get(predicate)
        if equivalence is None:
            super()._schema_vocabulary(triple, cycle_num)  # type: ignore[no-untyped-call]
        elif (higher, predicate, lower) in self.graph:  # scm-eqc2, scm-eqp2
            self._add(lower, equivalence, higher)

    def _add(self, *triple: Node) -> None:
        self.store_triple(triple)  # type: ignore[no-untyped-call]


def _value(literal: Literal) -> tuple[object, ...] | None:
    """What a literal means, equal for literals that certainly mean the same; None if that isn't known."""
    value = literal.value
    if value is None or literal.ill_typed:
        return None
    if literal.language:
        return RDF.langString, str(literal), literal.language.lower()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return XSD.decimal, value
    if isinstance(value, datetime):
        return XSD.dateTime, value
    if isinstance(value, bool | float | str | bytes):  # repr: 0 and -0 are equal, but not the same
        return literal.datatype, repr(value)
    return literal.datatype, str(literal)


def _far_pairs(graph: Graph, hierarchy: Node) -> Iterator[tuple[Node, Node]]:
    """Each term with all that are above it by more than one step of `hierarchy`, and by none."""
    above: dict[Node, set[Node]] = {}
    for lower, higher in graph.subject_objects(hierarchy):
        above.setdefault(lower, set()).add(higher)
    for lower, nearest in above.items():
        reached, fresh = set(nearest), nearest
        while fresh:
            fresh = set().union(*(above.get(term, ()) for term in fresh)) - reached
            reached |= fresh
        yield from ((lower, higher) for higher in reached - nearest if higher != lower)
