"""The query engine's store: RocksDB in a directory of its own, written once, opened read-only ever after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from parley import nquads
from parley.publication import Publication, Role
from parley.release.storage import storage_errors

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

_BLOCK_LINES = 50_000


def build_store(publication: Publication, corpus: Corpus, inferred: Path | None, out: Path) -> None:
    """Write every quad into its named graph, and the content once more into the default graph, without duplicates.

    A beginner's query without GRAPH then finds things, and counts are right: a union of named graphs would count a
    triple that stands in two of them twice. `out` must not exist. Raises ReleaseError if it can't be written.
    """
    copied = {f"<{g.iri}>" for g in corpus.graphs if g.role.in_default_graph}
    paths = [corpus.path]
    if inferred is not None:
        paths.append(inferred)
    known = {f"<{g.iri}>" for g in corpus.graphs}
    with storage_errors("The store"):
        store = ox.Store(out)
        for block in _blocks(paths, copied, known):
            store.bulk_load(block, format=ox.RdfFormat.N_QUADS)
        store.flush()
        store.optimize()
        # The directory is locked until the object is gone, and a reader may come at once.
        del store


def _blocks(paths: list[Path], copied: set[str], known: set[str]) -> Iterator[bytes]:
    """N-Quads in pieces: the lines as they are, and each distinct triple of the content without its graph."""
    lines: list[str] = []
    before = ""
    for text in nquads.merged(paths):
        line = nquads.split(text.decode("utf-8"))
        lines.append(line.text)
        # Inferred graphs are not in the corpus; equal triples of several graphs stand next to each other.
        if line.graph in copied or (line.graph not in known and Role.INFERRED.in_default_graph):
            triple = f"{line.subject} {line.predicate} {line.object} .\n"
            if triple != before:
                lines.append(triple)
                before = triple
        if len(lines) >= _BLOCK_LINES:
            yield "".join(lines).encode("utf-8")
            lines.clear()
    if lines:
        yield "".join(lines).encode("utf-8")
