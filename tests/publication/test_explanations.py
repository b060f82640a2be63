"""Each inferred statement is explained, and what explains is a second opinion on the reasoner: equal or fail."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from parley.pipeline.build import Built
from parley.pipeline.corpus import Corpus, GraphInfo
from parley.pipeline.inference.axiom_rules import Triple, compile_axioms
from parley.pipeline.inference.closure_filter import ClosureFilter, properties_to_omit
from parley.pipeline.inference.explain import asserted, explain
from parley.pipeline.inference.forward import chain
from parley.pipeline.inference.rules import run_rules
from parley.pipeline.terms import graph_of, to_rdflib
from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.release.index import Index, Why
from parley.roles import Role

Release = tuple[Publication, StateDirectory, Built]


@pytest.fixture(params=["real", "tiny"])
def release(request: pytest.FixtureRequest) -> Release:
    found: Release = request.getfixturevalue(request.param)
    return found


def corpus_of(built: Built) -> Corpus:
    graphs = tuple(GraphInfo(g.iri, Role(g.role), (), g.triples) for g in built.manifest.graphs if g.role != "inferred")
    return Corpus(built.path / "quads.nq", graphs, "")


def inferred(built: Built) -> set[Triple]:
    quads = ox.parse(path=str(built.path / "inferred.nq"), format=ox.RdfFormat.N_QUADS)
    return {(str(q.subject), str(q.predicate), str(q.object)) for q in quads}


def by_compiled_rules(publication: Publication, corpus: Corpus) -> set[Triple]:
    """The inferred graph as the compiled axioms and the publication's own rules give it, filtered like the other."""
    sieve = ClosureFilter(publication.all_bases, properties_to_omit(graph_of(corpus.quads(Role.ONTOLOGY))))

    def says_something(triple: ox.Triple) -> bool:
        terms = (to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object))
        return sieve.noise(terms) is None

    derived = chain(asserted(corpus), compile_axioms(asserted(corpus)))
    text = "".join(f"{' '.join(triple)} .\n" for triple in derived).encode()
    closed = {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)}
    closed = set(filter(says_something, closed))
    graph = ox.NamedNode(publication.graph("inferred"))
    runs = run_rules(publication.root, graph, corpus, closed, says_something)
    found = closed | {triple for run in runs for triple in run.triples}
    return {(str(triple.subject), str(triple.predicate), str(triple.object)) for triple in found}


def test_compiled_rules_and_reasoner_give_the_same_graph(release: Release) -> None:
    publication, _state, built = release
    one, other = inferred(built), by_compiled_rules(publication, corpus_of(built))
    assert len(one) >= 9
    assert {"only the reasoner": sorted(one - other), "only the rules": sorted(other - one)} == {
        "only the reasoner": [],
        "only the rules": [],
    }


def leaves(why: Why) -> Iterator[Why]:
    if why.rule is None or why.graphs:
        yield why
    else:
        for premise in why.premises:
            yield from leaves(premise)


def test_every_inferred_statement_is_explained_by_asserted_ones(release: Release) -> None:
    _publication, _state, built = release
    statements = inferred(built)
    with Index.open(built.path / "index.sqlite") as index:
        whys = [index.why(*statement) for statement in statements]
    assert [statement for statement, why in zip(statements, whys, strict=True) if why is None or not why.rule] == []
    found = [leaf for why in whys if why is not None for leaf in leaves(why)]
    assert len(found) >= len(statements)
    assert [leaf.statement for leaf in found if not leaf.graphs] == []


def test_explaining_again_gives_the_same(release: Release) -> None:
    publication, _state, built = release
    first, second = (explain(publication, corpus_of(built), built.path / "inferred.nq") for _ in range(2))
    assert list(first.derivations.items()) == list(second.derivations.items())
    assert first.rules == second.rules and first.rules
