"""From the files of a publication to its corpus: the first stage of the pipeline.

Every triple gets a graph, every graph a role, every blank node a lasting name; a fault stops it with file and line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from parley.errors import PublicationError, SourceError
from parley.pipeline.corpus import Corpus, CorpusWriter, GraphInfo
from parley.pipeline.sources.discover import SourceFile, discover
from parley.pipeline.sources.parse import Parser
from parley.pipeline.sources.skolem import Namer, Undecided, blank_nodes
from parley.publication import Publication
from parley.roles import Role

Progress = Callable[[str, int, int], None]

_DEFAULT_GRAPH = ox.DefaultGraph()
_MOST_TOLD = 20  # broken files


def read(
    publication: Publication, workdir: Path, *, skip_broken: bool = False, progress: Progress | None = None
) -> Corpus:
    """Read all files of the publication into `workdir`, which must exist, and return the corpus.

    With `skip_broken`, files that can't be read are left out whole and listed in `Corpus.broken`. `progress` is called
    with "read", the files done and their number. Raises SourceError, which names all broken files, and
    PublicationError if there is nothing to publish.
    """
    found = discover(publication)
    reader = _Reader(publication, workdir)
    broken: list[SourceError] = []
    for number, source in enumerate(found.files):
        if progress is not None:
            progress("read", number, len(found.files))
        try:
            reader.read(source)
        except SourceError as error:
            broken.append(error)
    if progress is not None:
        progress("read", len(found.files), len(found.files))
    if broken and not skip_broken:
        raise _all_of(broken, len(found.files))
    return reader.corpus(tuple(broken), found.ignored)


def _all_of(broken: list[SourceError], files: int) -> SourceError:
    """One error for all the `broken` files: nobody wants to meet them one build at a time."""
    first, others = broken[0], [str(error) for error in broken[1:_MOST_TOLD]]
    if (more := len(broken) - 1 - len(others)) > 0:
        others.append(f"… and {more} more")
    count = f"{len(broken)} of {files} files can't be read; " if others else ""
    rest = f"{count}`--skip-broken` publishes what can be read without {'them' if others else 'the file'}."
    return SourceError(
        first.message, file=first.file, line=first.line, cure="\n".join([f"{first.cure}", *others, rest]).lstrip()
    )


class _Reader:
    """Reads file after file, and knows which graphs they wrote to."""

    def __init__(self, publication: Publication, workdir: Path) -> None:
        self._publication = publication
        self._parser = Parser.of(publication)
        self._namer = Namer(publication.base, publication.settings.canonical_seconds)
        self._writer = CorpusWriter(workdir)
        self._roles: dict[str, Role] = {}
        self._files: dict[str, set[str]] = defaultdict(set)

    def read(self, source: SourceFile) -> None:
        """Take the file's quads, all or none."""
        try:
            graphs = self._quads(source)
            for graph in graphs:
                self._check_graph(graph, source)
        except SourceError:
            self._writer.take_back()
            raise
        self._writer.keep()
        for graph in graphs:
            self._roles[graph] = source.role
            self._files[graph].add(source.name)

    def corpus(self, broken: tuple[SourceError, ...], ignored: tuple[tuple[str, str], ...]) -> Corpus:
        """What was read. Raises PublicationError if that is not a single triple."""
        path, digest, counts = self._writer.finish()
        if not counts:
            path.unlink()
            first = f" The first: {broken[0]}" if broken else ""
            raise PublicationError(
                f"The files of {self._publication.root} hold no triple that can be read.{first}",
                cure="Correct them, or name another folder.",
            )
        graphs = (GraphInfo(g, self._roles[g], tuple(sorted(self._files[g])), n) for g, n in sorted(counts.items()))
        return Corpus(path, tuple(graphs), digest, broken, tuple(sorted([*ignored, *self._parser.passed_over])))

    def _quads(self, source: SourceFile) -> set[str]:
        """Hand the file's quads to the writer; return the graphs they are in."""
        own = ox.NamedNode(self._publication.graph(source.name))
        add, graphs, blank = self._writer.add, set(), []
        for quad in self._parser.quads(source):
            if quad.graph_name == _DEFAULT_GRAPH:
                quad = ox.Quad(quad.subject, quad.predicate, quad.object, own)
            if blank_nodes(quad):
                blank.append(quad)
            else:
                graphs.add(quad.graph_name)
                add(f"{quad} .")
        try:
            for quad in self._namer.named(blank, skolemise=source.role.is_skolemised):
                graphs.add(quad.graph_name)
                add(f"{quad} .")
        except Undecided as error:
            raise SourceError(
                f"The blank nodes of the file are too alike to be told apart {error}.",
                file=source.name, cure="Give them IRIs, or raise canonical_seconds under [limits].",
            ) from None  # fmt: skip
        return {graph.value for graph in graphs if isinstance(graph, ox.NamedNode)}

    def _check_graph(self, graph: str, source: SourceFile) -> None:
        if graph == self._publication.graph("inferred"):
            raise SourceError(
                f"The graph <{graph}> is kept for what Parley infers.", file=source.name,
                cure="Give the file, or its graph, another name.",
            )  # fmt: skip
        role = self._roles.get(graph, source.role)
        if role is not source.role:
            other = min(self._files[graph])
            raise SourceError(
                f"The graph <{graph}> has the role {source.role.value} here, but {role.value} in {other}.",
                file=source.name, cure="Name another graph, or give both files one role under [graphs].",
            )  # fmt: skip
