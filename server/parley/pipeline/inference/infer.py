"""What follows from the asserted graphs: OWL RL closure, then the publication's own rules, in a graph of its own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from parley.errors import Inconsistent
from parley.pipeline.inference.closure import Closure, close
from parley.pipeline.inference.closure_filter import ClosureFilter, Triple, properties_to_omit
from parley.pipeline.inference.contradictions import contradictions
from parley.pipeline.inference.known import known
from parley.pipeline.inference.rules import run_rules
from parley.pipeline.terms import from_rdflib, graph_of, to_rdflib
from parley.publication import Publication
from parley.roles import Role

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

_REASONED = tuple(role for role in Role if role.is_reasoned_over)


@dataclass(frozen=True, slots=True)
class Inference:
    """The outcome: `path` of the sorted N-Quads file, how many `triples` it holds, `seconds` taken.

    `dropped` counts the triples of the closure that were left out, by kind; `warnings` name axioms that were not used.
    """

    path: Path
    triples: int
    seconds: float
    dropped: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def infer(publication: Publication, corpus: Corpus, out: Path) -> Inference:
    """Write what follows from the corpus to the file `out`, in graph `<base>graph/inferred`, sorted and unique.

    With profile "none" there is no closure, but the rules run. Raises Inconsistent if the closure has contradictions,
    TooLarge if more than `infer_triples` triples take part in it, SourceError for a faulty rule.
    """
    start = time.monotonic()
    found: set[ox.Triple] = set()
    dropped: Counter[str] = Counter()
    warnings: list[str] = []
    sieve = ClosureFilter(publication.all_bases, properties_to_omit(graph_of(corpus.quads(Role.ONTOLOGY))))
    if publication.inference == "owl-rl":
        closure = _consistent_closure(publication, corpus)
        found, dropped = _kept(closure, sieve)
        warnings = closure.warnings
    graph = ox.NamedNode(publication.graph("inferred"))
    found |= _by_rules(publication, corpus, found, graph, sieve)
    lines = sorted(f"{t.subject} {t.predicate} {t.object} {graph} .\n".encode() for t in found)
    out.write_bytes(b"".join(lines))
    return Inference(out, len(lines), time.monotonic() - start, dict(sorted(dropped.items())), tuple(warnings))


def _consistent_closure(publication: Publication, corpus: Corpus) -> Closure:
    closure = close(lambda: corpus.quads(*_REASONED), publication.settings.infer_triples)
    if found := contradictions(closure):
        things = {thing for contradiction in found for thing in contradiction.things}
        mentioned = {argument for contradiction in found for argument in contradiction.arguments}
        context = known(publication, corpus, mentioned, things)
        lines = [contradiction.line(context) for contradiction in found]
        count = "one place" if len(lines) == 1 else f"{len(lines)} places"
        raise Inconsistent(
            f"The publication contradicts itself in {count}:\n" + "\n".join(lines),
            cure="Correct a statement or the axiom.",
        )
    return closure


def _kept(closure: Closure, sieve: ClosureFilter) -> tuple[set[ox.Triple], Counter[str]]:
    """The consequences worth keeping, and how many triples of each kind of noise were dropped."""
    dropped: Counter[str] = Counter()
    kept = set()
    for triple in closure.derived:
        if (noise := sieve.noise(triple)) is not None:
            dropped[noise.value] += 1
            continue
        subject, predicate, object_ = (from_rdflib(term) for term in triple)
        kept.add(ox.Triple(subject, predicate, object_))  # type: ignore[arg-type]  # the filter lets only RDF through
    return kept, dropped


def _by_rules(
    publication: Publication, corpus: Corpus, closed: Set[ox.Triple], graph: ox.NamedNode, sieve: ClosureFilter
) -> set[ox.Triple]:
    """What the publication's rules add to the closure `closed`."""

    def says_something(triple: ox.Triple) -> bool:
        return sieve.noise(_as_rdflib(triple)) is None

    runs = run_rules(publication.root, graph, corpus, closed, says_something)
    return {triple for run in runs for triple in run.triples}


def _as_rdflib(triple: ox.Triple) -> Triple:
    return to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object)
