"""Would anybody notice? A mutant of the data is put before the shapes, the axioms, the questions and the other tests.

Nothing is built: the shapes look at what the mutant touches, the consequences come from the compiled axioms, and every
test that takes a `store` gets one in memory. A mutant is caught by the first that objects.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from mutants import Mutant
from pyshacl import Validator
from pyshacl.graph_abstraction import DataGraph
from rdflib import Graph
from rdflib.namespace import RDFS
from rdflib.term import Node

from parley.pipeline.corpus import Corpus
from parley.pipeline.inference.axiom_rules import SAME, TYPE, Triple, compile_axioms
from parley.pipeline.inference.closure_filter import ClosureFilter, properties_to_omit
from parley.pipeline.inference.expressions import Facts
from parley.pipeline.inference.forward import chain
from parley.pipeline.inference.rules import rules_in
from parley.pipeline.terms import graph_of, quiet_rdflib, to_rdflib
from parley.publication import Publication
from parley.roles import Role
from parley.vocab import OWL, RDF_TYPE

#: Modules whose tests take a `store`; shapes and consistency have checks of their own.
MODULES = ("test_questions", "test_ontology", "test_quality", "test_agreement", "test_source", "test_trials")
_DISJOINT, _ALL_DISJOINT, _DIFFERENT = (f"<{OWL}{name}>" for name in ("disjointWith", "members", "differentFrom"))


@dataclass
class Outcome:
    """What became of a mutant: which check objected, or None; whether queries could tell it from the original."""

    mutant: Mutant
    caught_by: str | None
    distinguishable: bool = True


@dataclass
class _Check:
    """One test function with its parameters, apart from the store."""

    name: str
    run: Callable[[ox.Store], None]
    caught: int = 0


@dataclass
class _Shapes:
    """The shapes, evaluated for the nodes near a change only."""

    data: Graph
    shapes: Graph
    by_class: dict[Node, list[Any]] = field(default_factory=lambda: defaultdict(list))
    by_node: dict[Node, list[Any]] = field(default_factory=lambda: defaultdict(list))
    of_subjects: dict[Node, list[Any]] = field(default_factory=lambda: defaultdict(list))
    of_objects: dict[Node, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        options: dict[str, Any] = {"inplace": True, "abort_on_first": True, "allow_infos": True, "allow_warnings": True}
        options |= {"inference": "none", "advanced": False, "max_validation_depth": 100}
        self.graph = DataGraph.from_rdflib(self.data)
        validator = Validator(self.graph, shacl_graph=self.shapes, options=options)
        self.executor = validator.make_executor()
        for shape in validator.shacl_graph.shapes:
            nodes, classes, implicit, objects, subjects = shape.target()
            for class_ in {*classes, *implicit}:
                for below in {class_, *self.data.transitive_subjects(RDFS.subClassOf, class_)}:
                    self.by_class[below].append(shape)
            for index, keys in ((self.by_node, nodes), (self.of_subjects, subjects), (self.of_objects, objects)):
                for key in keys:
                    index[key].append(shape)

    def object_to(self, focus: Iterable[Node]) -> bool:
        """Whether a shape whose target is among the nodes of `focus` is violated."""
        aimed: dict[int, tuple[Any, set[Node]]] = {}
        for node in focus:
            shapes = list(self.by_node.get(node, ()))
            for class_ in self.data.objects(node, to_rdflib(ox.NamedNode(RDF_TYPE))):
                shapes += self.by_class.get(class_, ())
            for predicate in set(self.data.predicates(node)):
                shapes += self.of_subjects.get(predicate, ())
            for predicate in set(self.data.predicates(None, node)):
                shapes += self.of_objects.get(predicate, ())
            for shape in shapes:
                aimed.setdefault(id(shape), (shape, set()))[1].add(node)
        return any(
            not shape.validate(self.executor, self.graph, focus=sorted(nodes, key=str))[0]
            for shape, nodes in aimed.values()
        )


class Trial:
    """All checks, ready for mutants of the data in `corpus`."""

    def __init__(self, publication: Publication, corpus: Corpus) -> None:
        self.publication = publication
        self.roles = {graph.iri: graph.role for graph in corpus.graphs}
        self.quads = list(corpus.quads())
        validated = [role for role in Role if role.is_validated]
        self.validated = Counter(self._triples(self.quads, *validated, Role.ONTOLOGY, Role.SHAPES))
        self.shapes = _Shapes(graph_of(self._of(self.quads, *validated, Role.ONTOLOGY, Role.SHAPES)),
                              graph_of(corpus.quads(Role.SHAPES)))  # fmt: skip
        self.reasoned = [role for role in Role if role.is_reasoned_over]
        asserted = {_terms(triple) for triple in self._triples(self.quads, *self.reasoned)}
        self.rules = compile_axioms(asserted)
        self.disjoint = _disjoint(asserted)
        self.sieve = ClosureFilter(publication.all_bases, properties_to_omit(graph_of(corpus.quads(Role.ONTOLOGY))))
        self.kept: dict[ox.Triple, bool] = {}
        self.parsed: dict[Triple, ox.Triple] = {}
        self.own_rules = [path.read_text(encoding="utf-8") for path in rules_in(publication.root)]
        store, self.content = self.store(self.quads)
        checks = [_Check(name, run) for name, run in _checks(publication.root)]
        self.broken = [check.name for check in checks if _objects(check, store)]
        self.checks = [check for check in checks if check.name not in self.broken]

    def role(self, graph: str) -> Role:
        """The role of a graph."""
        return self.roles[graph]

    def put(self, mutant: Mutant) -> Outcome:
        """Find the first check that objects to `mutant`."""
        if self.shapes_object(mutant):
            return Outcome(mutant, "shapes")
        gone = set(mutant.removed)
        quads = [quad for quad in self.quads if quad not in gone] + list(mutant.added)
        if self.contradicts(quads):
            return Outcome(mutant, "consistency")
        store, content = self.store(quads)
        for check in self.checks:
            if _objects(check, store):
                check.caught += 1
                self.checks.sort(key=lambda one: -one.caught)  # those that catch most come first
                return Outcome(mutant, check.name)
        return Outcome(mutant, None, content != self.content)

    def _of(self, quads: Iterable[ox.Quad], *roles: Role) -> Iterator[ox.Quad]:
        return (quad for quad in quads if self.roles[getattr(quad.graph_name, "value", "")] in roles)

    def _triples(self, quads: Iterable[ox.Quad], *roles: Role) -> list[ox.Triple]:
        return [quad.triple for quad in self._of(quads, *roles)]

    def shapes_object(self, mutant: Mutant) -> bool:
        """Apply the change to the validated graph, look, and take it back."""
        validated = [role for role in Role if role.is_validated]
        counts = Counter(self._triples(mutant.added, *validated))
        counts.subtract(self._triples(mutant.removed, *validated))
        gone = [t for t, n in counts.items() if n < 0 and self.validated[t] + n <= 0]
        new = [t for t, n in counts.items() if n > 0 and not self.validated[t]]
        with quiet_rdflib():
            _change(self.shapes.data, gone, new)
            try:
                changed = {to_rdflib(t.subject) for t in [*gone, *new]}
                ends = {to_rdflib(t.object) for t in [*gone, *new] if not isinstance(t.object, ox.Literal)}
                if self.shapes.object_to(changed | ends):
                    return True
                near = {subject for node in changed for subject in self.shapes.data.subjects(None, node)}
                return self.shapes.object_to(near - changed - ends)
            finally:
                _change(self.shapes.data, new, gone)

    def _derived(self, quads: Iterable[ox.Quad]) -> tuple[set[Triple], set[Triple]]:
        asserted = {_terms(triple) for triple in self._triples(quads, *self.reasoned)}
        return asserted, set(chain(asserted, self.rules))

    def contradicts(self, quads: Iterable[ox.Quad]) -> bool:
        """Whether a thing is of two disjoint classes, or the same as one that it differs from."""
        asserted, derived = self._derived(quads)
        self._last = asserted, derived
        classes: defaultdict[str, set[str]] = defaultdict(set)
        for subject, predicate, object_ in itertools.chain(asserted, derived):
            if predicate == TYPE:
                classes[subject].add(object_)
            elif predicate == _DIFFERENT and (subject == object_ or (subject, SAME, object_) in derived):
                return True
        pairs = self.disjoint
        return any(pair <= found for found in classes.values() for pair in pairs)

    def store(self, quads: list[ox.Quad]) -> tuple[ox.Store, set[ox.Triple]]:
        """The store as a release has it; what its default graph holds, and what graphs apart from it hold."""
        if not hasattr(self, "_last") or quads is self.quads:
            self._last = self._derived(quads)
        listed = [role for role in Role if role.in_default_graph]
        default = set(self._triples(quads, *listed))
        apart = self._triples(quads, *(role for role in Role if role not in listed))
        inferred = {triple for triple in map(self._parse, self._last[1]) if self._keeps(triple)}
        store, graph = ox.Store(), ox.NamedNode(self.publication.graph("inferred"))
        store.extend(quads)
        store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in default | inferred)
        store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in inferred)
        default |= inferred
        for text in self.own_rules:
            found = {t for t in store.query(text) if t not in default and self._keeps(t)}  # type: ignore[union-attr]
            default |= found
            store.extend(
                ox.Quad(t.subject, t.predicate, t.object, g) for t in found for g in (graph, ox.DefaultGraph())
            )
        return store, default.union(apart)

    def _keeps(self, triple: ox.Triple) -> bool:
        if triple not in self.kept:
            terms = (to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object))
            self.kept[triple] = self.sieve.noise(terms) is None
        return self.kept[triple]

    def _parse(self, triple: Triple) -> ox.Triple:
        if triple not in self.parsed:
            parsed = next(iter(ox.parse(f"{' '.join(triple)} .", format=ox.RdfFormat.N_TRIPLES)))
            self.parsed[triple] = parsed.triple
        return self.parsed[triple]


def _terms(triple: ox.Triple) -> Triple:
    return str(triple.subject), str(triple.predicate), str(triple.object)


def _change(graph: Graph, gone: Iterable[ox.Triple], new: Iterable[ox.Triple]) -> None:
    for triple in gone:
        graph.remove((to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object)))
    for triple in new:
        graph.add((to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object)))


def _disjoint(asserted: set[Triple]) -> list[frozenset[str]]:
    """The pairs of classes that exclude each other."""
    facts = Facts(asserted)
    pairs = {frozenset(pair) for pair in facts.pairs(_DISJOINT)}
    for _axiom, members in facts.pairs(_ALL_DISJOINT):
        pairs |= {frozenset(pair) for pair in itertools.combinations(facts.items(members), 2)}
    return sorted(pairs, key=sorted)


def _objects(check: _Check, store: ox.Store) -> bool:
    try:
        check.run(store)
    except AssertionError:
        return True
    except pytest.skip.Exception:  # what it compares with is not here
        return False
    return False


def _checks(root: Path) -> Iterator[tuple[str, Callable[[ox.Store], None]]]:
    """Every test of `MODULES` that takes a store, once for each set of its parameters."""
    ontology = graph_of(q for path in sorted((root / "ontology").rglob("*.ttl")) for q in ox.parse(path=str(path)))
    for module in MODULES:
        found = importlib.import_module(module)
        for name, function in vars(found).items():
            if not name.startswith("test_") or "store" not in inspect.signature(function).parameters:
                continue
            fixtures = {"ontology": ontology} if "ontology" in inspect.signature(function).parameters else {}
            for label, values in _parameters(function):
                yield f"{name}[{label}]" if label else name, _bound(function, fixtures | values)


def _bound(function: Callable[..., None], values: dict[str, Any]) -> Callable[[ox.Store], None]:
    return lambda store: function(store=store, **values)


def _parameters(function: Callable[..., None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each set of values that `pytest.mark.parametrize` gives the function, with a name."""
    marks = [mark for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"]
    choices = []
    for mark in marks:
        names = mark.args[0] if not isinstance(mark.args[0], str) else [n.strip() for n in mark.args[0].split(",")]
        rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
        ids = mark.kwargs.get("ids")
        labels = list(ids) if isinstance(ids, list | tuple) else [str(row[0])[:40] for row in rows]
        choices.append([(label, dict(zip(names, row, strict=True))) for label, row in zip(labels, rows, strict=True)])
    for combination in itertools.product(*choices):
        values: dict[str, Any] = {}
        for _label, chosen in combination:
            values |= chosen
        yield "-".join(label for label, _chosen in combination), values
