"""Small indexes from a few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parley.pipeline.corpus import Corpus, GraphInfo
from parley.pipeline.output.index import build_index
from parley.publication import parse
from parley.release.index import Index
from parley.roles import Role

E = "http://example.org/"


@pytest.fixture
def make_index(tmp_path: Path) -> Iterator[Callable[..., Index]]:
    """A function that indexes N-Quads lines; the role of a graph is the last segment of its name."""
    opened: list[Index] = []

    def make(*lines: str, inferred: tuple[str, ...] = ()) -> Index:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        for name, rows in (("quads.nq", lines), ("inferred.nq", inferred)):
            (folder / name).write_bytes(b"".join(sorted({f"{row} .\n".encode() for row in rows})))
        graphs = sorted({row.rsplit(" ", 1)[1][1:-1] for row in lines})
        infos = tuple(GraphInfo(iri, Role(iri.rsplit("/", 1)[1]), (), 1) for iri in graphs)
        publication = parse(folder, f'base = "{E}"\n', {})
        corpus = Corpus(folder / "quads.nq", infos, "")
        build_index(publication, corpus, folder / "inferred.nq", folder / "index.sqlite")
        opened.append(Index.open(folder / "index.sqlite"))
        return opened[-1]

    yield make
    for index in opened:
        index.close()
