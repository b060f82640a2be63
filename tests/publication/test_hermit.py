"""A second opinion on consistency: HermiT, a complete reasoner for OWL 2 DL, where Java and owlready2 are present.

owlrl closes over OWL 2 RL and looks for its contradictions only; HermiT also refuses an ontology outside OWL 2 DL (a
chain that runs into itself, a cardinality on a chained property) and finds classes that nothing can belong to.
"""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib.namespace import OWL, RDF, RDFS

from parley.pipeline.corpus import Corpus
from parley.pipeline.sources.read import read
from parley.publication import load
from parley.roles import Role

owlready2 = pytest.importorskip("owlready2", reason="owlready2, which carries HermiT, is not installed")
pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java"),
    # owlready2 leaves its own files to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).resolve().parents[2]
TERM = "https://w3id.org/nato-osce/ontology#"
TYPE = ox.NamedNode(str(RDF.type))
REASONED = [role for role in Role if role.is_reasoned_over]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return read(load(ROOT, {}), tmp_path_factory.mktemp("hermit"))


def statements(corpus: Corpus, roles: Iterable[Role]) -> Iterator[ox.Triple]:
    """The ontology, and what graphs of some roles say in its object properties and classes.

    Literals stay out: xsd:date is no datatype of OWL 2, and HermiT refuses it.
    """
    ontology = [quad.triple for quad in corpus.quads(Role.ONTOLOGY)]
    kinds = {str(OWL.ObjectProperty), str(OWL.Class)}
    declared = {t.subject for t in ontology if t.predicate == TYPE and getattr(t.object, "value", "") in kinds}
    yield from (t for t in ontology if not isinstance(t.object, ox.Literal))
    for quad in corpus.quads(*roles):
        if isinstance(quad.object, ox.NamedNode) and isinstance(quad.subject, ox.NamedNode):
            term = quad.object if quad.predicate == TYPE else quad.predicate
            if term in declared or quad.predicate.value.startswith(str(OWL)):
                yield quad.triple


def reason(triples: set[ox.Triple], folder: Path) -> list[str]:
    """The names of the classes that HermiT finds to be empty; raises if the triples contradict each other."""
    path = folder / "all.nt"
    path.write_bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
    world: Any = owlready2.World(filename=str(folder / "world.sqlite3"))
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            world.get_ontology(path.as_uri()).load()
            owlready2.sync_reasoner_hermit(world, debug=0)
        return [str(c.name) for c in world.inconsistent_classes()]
    finally:
        world.close()


def test_hermit_finds_no_contradiction_and_no_empty_class(corpus: Corpus, tmp_path: Path) -> None:
    triples = set(statements(corpus, REASONED))
    assert len(triples) >= 2500
    assert reason(triples, tmp_path) == []


def test_hermit_sees_an_attitude_that_is_a_fact(corpus: Corpus, tmp_path: Path) -> None:
    thing = ox.NamedNode("https://w3id.org/nato-osce/mutant/both")
    bad = {ox.Triple(thing, TYPE, ox.NamedNode(TERM + kind)) for kind in ("Stance", "Relation")}
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        reason({*statements(corpus, [Role.ONTOLOGY]), *bad}, tmp_path)


def test_hermit_sees_an_empty_class(corpus: Corpus, tmp_path: Path) -> None:
    empty, sub = ox.NamedNode(TERM + "AttitudeAndFact"), ox.NamedNode(str(RDFS.subClassOf))
    bad = {ox.Triple(empty, sub, ox.NamedNode(TERM + kind)) for kind in ("Stance", "Relation")}
    bad.add(ox.Triple(empty, TYPE, ox.NamedNode(str(OWL.Class))))
    assert "AttitudeAndFact" in reason({*statements(corpus, [Role.ONTOLOGY]), *bad}, tmp_path)
