"""Why each inferred statement holds: by which rule, from which statements, down to asserted ones.

The reasoner only says that something follows. The same axioms, compiled into rules (`axiom_rules`), find it again and
remember how; the publication's own rules are explained by what their WHERE found. A statement that only the reasoner
finds has no explanation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from parley import nquads
from parley.pipeline.inference.axiom_rules import Triple, compile_axioms
from parley.pipeline.inference.forward import Derivation, chain
from parley.pipeline.inference.rule_premises import QueryRule
from parley.pipeline.inference.rules import RuleRun, run_rules
from parley.publication import Publication
from parley.release.records import Rule

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

_TITLE: Final = re.compile(r"^#\s*title@([\w-]+):\s*(.+?)\s*$", re.MULTILINE)


@dataclass(slots=True)
class Explanations:
    """The derivation of every inferred statement that has one, and of the statements between it and asserted ones."""

    rules: list[Rule] = field(default_factory=list)
    derivations: dict[Triple, Derivation] = field(default_factory=dict)


def explain(publication: Publication, corpus: Corpus, inferred: Path) -> Explanations:
    """Explain the statements of the file `inferred`, which `infer` wrote."""
    wanted = {_triple(nquads.split(line.decode("utf-8"))) for line in nquads.merged([inferred])}
    if not wanted:
        return Explanations()
    axiom_rules = compile_axioms(asserted(corpus)) if publication.inference == "owl-rl" else []
    derived = chain(asserted(corpus), axiom_rules)
    rules = [Rule(rule.name, rule.axiom, rule.head, rule.body) for rule in axiom_rules]
    _explain_own_rules(publication, corpus, wanted, rules, derived)
    return _used(wanted, rules, derived)


def asserted(corpus: Corpus) -> Iterator[Triple]:
    """The triples that closure takes as input, once per graph that holds them."""
    graphs = {f"<{graph.iri}>" for graph in corpus.graphs if graph.role.is_reasoned_over}
    for text in nquads.merged([corpus.path]):
        line = nquads.split(text.decode("utf-8"))
        if line.graph in graphs and not line.object.startswith("<<"):
            yield _triple(line)


def _triple(line: nquads.Line) -> Triple:
    return line.subject, line.predicate, line.object


def _explain_own_rules(
    publication: Publication, corpus: Corpus, wanted: set[Triple], rules: list[Rule], derived: dict[Triple, Derivation]
) -> None:
    """Add the publication's own rules, and how their consequences follow, to `rules` and `derived`."""
    graph = ox.NamedNode(publication.graph("inferred"))

    def inferred(triple: ox.Triple) -> bool:
        return _terms(triple) in wanted

    closed = _parsed(wanted & derived.keys())
    for run in run_rules(publication.root, graph, corpus, closed, inferred):
        derived.update(_by_query(run, len(rules), derived))
        rules.append(Rule(run.name, "", None, (), dict(_TITLE.findall(run.text))))


def _by_query(run: RuleRun, number: int, derived: Mapping[Triple, Derivation]) -> dict[Triple, Derivation]:
    new = {_terms(triple) for triple in run.triples}
    costs = {triple: derivation.cost for triple, derivation in derived.items()}
    query = QueryRule.read(run.text)
    premises = query.premises(run.store, new, costs) if query else {}
    found = {}
    for triple in new:
        from_ = premises.get(triple, ())
        found[triple] = Derivation(1 + sum(costs.get(premise, 0) for premise in from_), number, from_)
    return found


def _used(wanted: Iterable[Triple], rules: list[Rule], derived: Mapping[Triple, Derivation]) -> Explanations:
    """What the explanations of the `wanted` statements need, with the rules numbered anew."""
    kept: dict[Triple, Derivation] = {}
    waiting = sorted(wanted)
    while waiting:
        triple = waiting.pop()
        if triple in derived and triple not in kept:
            kept[triple] = derived[triple]
            waiting += derived[triple].premises
    numbers = {old: new for new, old in enumerate(sorted({d.rule for d in kept.values()}))}
    return Explanations(
        [rules[old] for old in numbers],
        {triple: Derivation(d.cost, numbers[d.rule], d.premises) for triple, d in sorted(kept.items())},
    )


def _terms(triple: ox.Triple) -> Triple:
    return str(triple.subject), str(triple.predicate), str(triple.object)


def _parsed(triples: Iterable[Triple]) -> list[ox.Triple]:
    text = "".join(f"{' '.join(triple)} .\n" for triple in sorted(triples)).encode("utf-8")
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]
