"""What stands in a named graph, read from the index subject by subject, in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from parley.release.records import Graph

#: Subjects whose statements are read from the index at once.
_SUBJECTS: Final = 500

_PAGE: Final = (
    "SELECT d.quads FROM graph_subject g JOIN description d ON d.node = g.node"
    " WHERE g.graph = ? AND g.position > ? AND g.position <= ? ORDER BY g.position"
)
_ALL: Final = "SELECT quads FROM description WHERE node > ? AND node <= ? ORDER BY node"

Rows = Callable[..., list[tuple[Any, ...]]]


def graph_page(rows: Rows, number: int, name: str, page: int, page_size: int) -> bytes:
    """The quads about page `page` (from 1) of the subjects in the graph `number` called `name`.

    `rows` runs a query on the index.
    """
    first = (max(page, 1) - 1) * page_size
    ending = _ending(name)
    return b"".join(
        line
        for (quads,) in rows(_PAGE, number, first, first + page_size)
        for line in _lines(quads)
        if line.rstrip(b"\n").endswith(ending)
    )


def subjects_of(rows: Rows, number: int) -> int:
    """How many subjects the graph `number` has statements about."""
    return rows("SELECT max(position) FROM graph_subject WHERE graph = ?", number)[0][0] or 0


def content(rows: Rows, graphs: Mapping[int, Graph], name: str | None) -> Iterator[bytes]:
    """The triples of the graph called `name`, or of the default graph if None, as N-Triples, some subjects at a time.

    They are in the order of their subjects, each once, with the spelling of the source. `graphs` are those of the index
    by number, of which there must be one of that name.
    """
    values: tuple[int, ...] = ()
    if name is None:
        shown = {_ending(graph.iri) for graph in graphs.values() if graph.role.in_default_graph}
        last = rows("SELECT max(node) FROM description")[0][0] or 0
        part = _ALL
    else:
        number = next(number for number, graph in graphs.items() if graph.iri == name)
        shown, part, values = {_ending(name)}, _PAGE, (number,)
        last = subjects_of(rows, number)
    for first in range(0, last, _SUBJECTS):
        yield b"".join(
            triple + b" .\n"
            for (quads,) in rows(part, *values, first, first + _SUBJECTS)
            for triple in _triples(quads, shown)
        )


def _triples(quads: bytes, shown: set[bytes]) -> Iterator[bytes]:
    """The triples of one subject in those graphs whose ends of lines are `shown`, each once."""
    cut = (line.rstrip(b"\n").rpartition(b" ")[0].rpartition(b" ") for line in _lines(quads))
    yield from dict.fromkeys(triple for triple, _, graph in cut if b" " + graph + b" ." in shown)


def _ending(name: str) -> bytes:
    """How the lines of a graph end."""
    return (f" {name} ." if name.startswith("_:") else f" <{name}> .").encode()


def _lines(quads: bytes) -> Iterator[bytes]:
    # not splitlines(), which would also cut at the other line ends that a literal may hold unescaped
    yield from (line + b"\n" for line in quads.split(b"\n") if line)
