"""What stands in a named graph, read from the index subject by subject, in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from parley.release.records import GraphPage, Statement

_PAGE: Final = (
    "SELECT d.quads FROM graph_subject g JOIN description d ON d.node = g.node"
    " WHERE g.graph = ? AND g.position > ? AND g.position <= ? ORDER BY g.position"
)


def graph_page(
    rows: Callable[..., list[tuple[Any, ...]]],
    read: Callable[[bytes], list[Statement]],
    number: int,
    name: str,
    page: int,
    page_size: int,
) -> GraphPage:
    """The statements about page `page` (from 1) of the subjects in the graph `number` called `name`, an N-Quads term.

    `rows` runs a query on the index, `read` reads N-Quads.
    """
    first = (max(page, 1) - 1) * page_size
    total = rows("SELECT max(position) FROM graph_subject WHERE graph = ?", number)[0][0] or 0
    ending = f" {name} .".encode()
    lines = (
        line
        for (quads,) in rows(_PAGE, number, first, first + page_size)
        for line in _lines(quads)
        if line.rstrip(b"\n").endswith(ending)
    )
    return GraphPage(read(b"".join(lines)), total)


def _lines(quads: bytes) -> Iterator[bytes]:
    # not splitlines(), which would also cut at the other line ends that a literal may hold unescaped
    yield from (line + b"\n" for line in quads.split(b"\n") if line)
