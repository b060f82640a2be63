"""The query engine's store: RocksDB in a directory of its own, written once, opened read-only ever after."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from parley.publication import Publication
from parley.release.storage import storage_errors

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

#: Quads that are sorted in memory at once, which takes 300 MB. The engine by itself would take millions, and 2 GB.
_BATCH: Final = 200_000


def build_store(publication: Publication, corpus: Corpus, inferred: Path | None, out: Path) -> None:
    """Write every quad into its named graph, and the content once more into the default graph, without duplicates.

    A beginner's query without GRAPH then finds things, and counts are right: a union of named graphs would count a
    triple that stands in two of them twice. `out` must not exist. Raises ReleaseError if it can't be written.
    """
    hidden = {ox.NamedNode(graph.iri) for graph in corpus.graphs if not graph.role.in_default_graph}
    paths = [corpus.path, *([inferred] if inferred is not None else [])]
    with storage_errors("The store"):
        store = ox.Store(out)
        # Not bulk_load, which gives blank nodes new labels: those of the index and the dumps must be those of answers.
        quads = _quads(paths, hidden)
        while batch := list(islice(quads, _BATCH)):
            store.bulk_extend(batch)
        store.flush()
        store.optimize()
        # The directory is locked until the object is gone, and a reader may come at once.
        del store


def _quads(paths: list[Path], hidden: set[ox.NamedNode]) -> Iterator[ox.Quad]:
    for path in paths:
        for quad in ox.parse(path=path, format=ox.RdfFormat.N_QUADS):
            yield quad
            if quad.graph_name not in hidden:
                yield ox.Quad(quad.subject, quad.predicate, quad.object)
