"""The engine's store: every quad in its graph, the content once in the default graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from parley.errors import ReleaseError
from parley.pipeline.build import Built
from parley.pipeline.corpus import Corpus
from parley.pipeline.output.store import build_store
from parley.publication import Publication, parse
from parley.release.directory import StateDirectory
from parley.roles import Role

Tiny = tuple[Publication, StateDirectory, Built]


def test_named_and_default_graphs(tiny: Tiny) -> None:
    path = tiny[2].path
    store = ox.Store.read_only(str(path / "store"))
    files = (path / "quads.nq", path / "inferred.nq")
    quads = [quad for file in files for quad in ox.parse(path=file, format=ox.RdfFormat.N_QUADS)]
    hidden = {g.iri for g in tiny[2].manifest.graphs if not Role(g.role).in_default_graph}
    assert hidden
    assert sum(1 for _ in store.quads_for_pattern(None, None, None, None)) == len(store)
    default = {q.triple for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    named = [q for q in store if not isinstance(q.graph_name, ox.DefaultGraph)]
    assert len(named) == len(quads)
    shown = {(str(q.subject), str(q.predicate)) for q in quads if q.graph_name.value not in hidden}
    assert {(str(t.subject), str(t.predicate)) for t in default} == shown
    assert any(subject.startswith("_:") for subject, _predicate in shown), "blank nodes keep their labels"
    assert len(default) == len({q.triple for q in quads if q.graph_name.value not in hidden})


def test_a_triple_of_two_graphs_counts_once(corpus_of: Callable[..., Corpus], tmp_path: Path) -> None:
    trig = "@prefix e: <http://ex.org/> . e:g1 { e:s e:p e:o } e:g2 { e:s e:p e:o }"
    corpus = corpus_of({"data/a.trig": trig, "shapes/b.ttl": "<http://ex.org/x> <http://ex.org/p> 1 ."})
    build_store(parse(tmp_path, 'base = "http://ex.org/"', {}), corpus, None, tmp_path / "store")
    store = ox.Store.read_only(str(tmp_path / "store"))
    assert len(list(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))) == 1
    assert len(store) == 4


def test_not_writable(corpus_of: Callable[..., Corpus], tmp_path: Path) -> None:
    corpus = corpus_of({"data/a.ttl": "<http://ex.org/x> <http://ex.org/p> 1 ."})
    (tmp_path / "store").write_text("in the way")
    with pytest.raises(ReleaseError, match="The store can't be written"):
        build_store(parse(tmp_path, 'base = "http://ex.org/"', {}), corpus, None, tmp_path / "store")
