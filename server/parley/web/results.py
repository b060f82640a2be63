"""Pages that show the answer to a query, with links to it in every syntax."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import urlencode

from parley.engine.protocol import Head
from parley.formats import RESULT_FORMATS, Format
from parley.web import pages
from parley.web.description import GRAPH_FORMATS
from parley.web.site import current_site
from parley.web.view.answer import Answer, Cells, answer
from parley.web.view.timeline import Timeline, timeline


def shown(query: str, head: Head, body: bytes | None, *, spoken: bool = False) -> Answer:
    """The answer for this page; `spoken` writes dates and numbers as readers do."""
    cells = Cells(pages.namer(), pages.links(), pages.interface(), spoken=spoken)
    return answer(query, head.kind, body, cells)


def drawn(view: str, head: Head, body: bytes | None) -> Timeline | None:
    """The answer as the drawing that `view` names; None if there is none, or nothing that it could show."""
    if view != "timeline" or head.kind != "bindings" or body is None:
        return None
    result = json.loads(body)
    cells = Cells(pages.namer(), pages.links(), pages.interface(), spoken=True)
    return timeline(result["head"].get("vars", ()), result["results"]["bindings"], cells)


def downloads(query: str, head: Head, more: Iterable[tuple[str, str]] = ()) -> list[tuple[Format, str]]:
    """Each syntax for this kind of answer, with the address under which the same query answers in it.

    `more` are further parameters of the query operation.
    """
    offered = GRAPH_FORMATS if head.kind == "triples" else RESULT_FORMATS
    fields = [("query", query), *more]
    endpoint = current_site().urls.local("sparql")
    return [(f, f"{endpoint}?{urlencode([*fields, ('format', f.name)])}") for f in offered]
