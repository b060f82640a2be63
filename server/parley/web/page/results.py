"""Pages that show the answer to a query, with links to it in every syntax."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from parley.engine.protocol import Head
from parley.formats import RESULT_FORMATS, SPREADSHEET, Format
from parley.views import VIEWS
from parley.web.page import pages
from parley.web.rdf import operation
from parley.web.rdf.description import GRAPH_FORMATS
from parley.web.site import current_site
from parley.web.view import columns, triples
from parley.web.view.answer import Answer, Cells, answer
from parley.web.view.chart import Chart, chart
from parley.web.view.map import Map, map_of
from parley.web.view.naming import Text
from parley.web.view.network import Network, network
from parley.web.view.timeline import Timeline, timeline

_PAINTERS: Final[Mapping[str, Callable[..., Timeline | Map | Network | Chart]]] = {
    "timeline": timeline,
    "map": map_of,
    "graph": network,
    "chart": chart,
}


def shown(query: str, head: Head, body: bytes | None, *, spoken: bool = False) -> Answer:
    """The answer for this page; `spoken` writes dates and numbers as readers do."""
    cells = Cells(pages.namer(), pages.links(), pages.interface(), spoken=spoken)
    try:
        return answer(query, head.kind, body, cells)
    except RecursionError:  # triple terms in triple terms, a thousand deep: no page for readers
        return Answer(hidden=True)


def headings(answer: Answer, view: str) -> tuple[Text, ...]:
    """The columns of `answer` in words, for readers who did not write the query; a network's `?label` is the link."""
    names = ["link" if view == "graph" and name == "label" else name for name in answer.columns]
    return columns.headings(names, pages.memory().columns(), pages.namer(), pages.interface())


@dataclass(frozen=True, slots=True)
class Drawing:
    """An answer drawn as `view`, or the variables that it lacks for that."""

    view: str
    picture: Timeline | Map | Network | Chart | None
    lacking: str | None = None


def drawn(view: str, head: Head, body: bytes | None) -> Drawing | None:
    """The answer as `view` draws it; None for a table, and for an answer that is none or too long for a page."""
    if view not in _PAINTERS or head.kind == "boolean" or body is None:
        return None
    try:
        names, bindings = _rows_of(head, body)
    except RecursionError:  # see `shown`
        return None
    if (lacking := VIEWS[view].missing(names)) is not None:
        return Drawing(view, None, lacking)
    cells = Cells(pages.namer(), pages.links(), pages.interface(), spoken=True)
    return Drawing(view, _PAINTERS[view](names, bindings, cells))


def _rows_of(head: Head, body: bytes) -> tuple[Sequence[str], Sequence[Mapping[str, Any]]]:
    """Columns and rows of an answer, solutions or triples, in the form of SPARQL's JSON results."""
    if head.kind == "triples":
        return triples.ENDS, triples.links(body)
    result = json.loads(body)
    return result["head"].get("vars", ()), result["results"]["bindings"]


def downloads(query: str, head: Head, more: Iterable[tuple[str, str]] = ()) -> list[tuple[Format, str]]:
    """Each syntax for this kind of answer, with the address under which the same query answers in it.

    `more` are further parameters of the query operation.
    """
    more = tuple(more)
    offered = GRAPH_FORMATS if head.kind == "triples" else RESULT_FORMATS
    found = [(f, address(query, f, more)) for f in offered]
    if head.kind == "bindings":  # what most readers want comes first, with names in the page's language
        fields = urlencode([("query", query), *more, ("format", SPREADSHEET.name)])
        found.insert(0, (SPREADSHEET, f"{pages.local('sparql')}?{fields}"))
    return found


def address(query: str, syntax: Format, more: Iterable[tuple[str, str]] = ()) -> str:
    """Where `query`, with further parameters, answers in that syntax only."""
    return operation.address(current_site(), query, syntax, more)
