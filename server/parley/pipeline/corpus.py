"""The corpus: everything a publication asserts, as one sorted file of canonical N-Quads.

`CorpusWriter` makes it in bounded memory: lines are collected, sorted and spilled in runs, and the runs merged. The
lines of one file are kept apart until it ends, so that a broken file can be taken back whole.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from parley.errors import SourceError
from parley.formats import N_QUADS
from parley.roles import Role

FILE_NAME = "quads.nq"
#: Lines held in memory before they are spilled: some 250 MB.
RUN_LINES = 500_000


@dataclass(frozen=True, slots=True)
class GraphInfo:
    """One named graph: its IRI, its role, the files (relative to the publication) it comes from, its triples."""

    iri: str
    role: Role
    files: tuple[str, ...]
    triples: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """The asserted quads of a publication.

    `path` holds one canonical N-Quads line a quad (RDFC-1.0 §5), sorted bytewise, unique; `digest` is its SHA-256.
    `graphs` are sorted by IRI. `broken` are the errors of the files left out at the caller's wish, `ignored` the files
    that are no RDF, each with the reason.
    """

    path: Path
    graphs: tuple[GraphInfo, ...]
    digest: str
    broken: tuple[SourceError, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()

    @property
    def triples(self) -> int:
        """The number of quads."""
        return sum(graph.triples for graph in self.graphs)

    @property
    def skipped(self) -> tuple[str, ...]:
        """The files left out because they are broken."""
        return tuple(error.file for error in self.broken)

    def role(self, graph_iri: str) -> Role:
        """The role of a graph; raises KeyError if there is none of that name."""
        for graph in self.graphs:
            if graph.iri == graph_iri:
                return graph.role
        raise KeyError(graph_iri)

    def quads(self, *roles: Role) -> Iterator[ox.Quad]:
        """The quads of the graphs of these roles, all if none is given, streamed from the file in its order."""
        wanted = {ox.NamedNode(graph.iri) for graph in self.graphs if graph.role in roles}
        for quad in ox.parse(path=self.path, format=N_QUADS.oxigraph):
            if not roles or quad.graph_name in wanted:
                yield quad


class CorpusWriter:
    """Sorts lines of any number into one file, and can take back those of the file it is at.

    `folder` takes the runs and the result; it must exist and is left with the result only.
    """

    def __init__(self, folder: Path, run_lines: int = RUN_LINES) -> None:
        self._folder = folder
        self._run_lines = run_lines
        self._lines: list[str] = []
        self._start = 0  # where the current file's lines begin
        self._runs: list[Path] = []
        self._current_runs: list[Path] = []
        self._run_number = 0

    def add(self, line: str) -> None:
        """Take one N-Quads line, without its end."""
        self._lines.append(line)
        if len(self._lines) >= self._run_lines:
            if self._start:
                self._runs.append(self._spill(self._lines[: self._start]))
            self._current_runs.append(self._spill(self._lines[self._start :]))
            self._lines, self._start = [], 0

    def keep(self) -> None:
        """The current file is done: its lines stay."""
        self._runs += self._current_runs
        self._current_runs, self._start = [], len(self._lines)

    def take_back(self) -> None:
        """The current file is broken: forget its lines."""
        for run in self._current_runs:
            run.unlink()
        del self._lines[self._start :]
        self._current_runs = []

    def finish(self) -> tuple[Path, str, Counter[str]]:
        """Write the file; return its path, its SHA-256 and the number of quads of each graph."""
        path, digest, counts = self._folder / FILE_NAME, hashlib.sha256(), Counter[str]()
        partial = path.with_suffix(".partial")
        with ExitStack() as stack:
            runs = [stack.enter_context(run.open(encoding="utf-8", newline="\n")) for run in self._runs]
            rest = (line + "\n" for line in sorted(self._lines))
            out = stack.enter_context(partial.open("wb"))
            for line in _unique(heapq.merge(*runs, rest) if runs else rest):
                counts[line.rsplit(" ", 2)[1][1:-1]] += 1
                encoded = line.encode("utf-8")
                digest.update(encoded)
                out.write(encoded)
        partial.replace(path)
        self._lines = []
        for run in self._runs:
            run.unlink()
        return path, digest.hexdigest(), counts

    def _spill(self, lines: list[str]) -> Path:
        self._run_number += 1
        run = self._folder / f"run-{self._run_number}.partial"
        with run.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(line + "\n" for line in sorted(lines))
        return run


def _unique(lines: Iterable[str]) -> Iterator[str]:
    """Sorted lines without repetitions. Code points sort as their UTF-8 bytes do."""
    previous = ""
    for line in lines:
        if line != previous:
            yield line
            previous = line
