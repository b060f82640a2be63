"""The description of a thing for DESCRIBE: all that is said about it and all that links to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox

from parley.release.index import Index
from parley.release.records import Statement

#: Incoming statements read from the index at once.
_PAGE: Final = 1000


def statements_about(index: Index, resource: ox.NamedNode | ox.BlankNode) -> Iterator[Statement]:
    """The symmetric concise bounded description of `resource`, all of it, statement by statement.

    Its own statements with the blank nodes they lead to, the statements that point at it, what a blank node that
    points at it says, and what stands in the graph of that name. A triple comes once for each graph in which it
    stands, or more often.
    """
    if isinstance(resource, ox.BlankNode):
        yield from index.closure(index.own_statements(resource))
        return
    page, seen, total = 1, 0, 1
    while seen < total:
        description = index.describe(resource.value, page=page, page_size=_PAGE)
        if description is None:
            break
        if page == 1:
            yield from description.outgoing
        yield from description.incoming
        yield from _about_blank_subjects(index, description.incoming)
        page, seen, total = page + 1, seen + _PAGE, description.incoming_total
    yield from _content(index, resource.value)


def _content(index: Index, graph: str) -> Iterator[Statement]:
    """All that stands in the graph called `graph`, if it is one."""
    page = 1
    while (found := index.graph_statements(graph, page=page, page_size=_PAGE)) is not None and found.statements:
        yield from found.statements
        page += 1


def _about_blank_subjects(index: Index, statements: Iterable[Statement]) -> Iterator[Statement]:
    blanks = dict.fromkeys(s.subject for s in statements if isinstance(s.subject, ox.BlankNode))
    # One closure for all: each of a list's cells leads to all that come after it.
    yield from index.closure([own for blank in blanks for own in index.own_statements(blank)])
