"""Search by words, and the lists of the things of a kind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from parley.errors import BadRequest
from parley.web import asking, pages
from parley.web.paging import page_number
from parley.web.site import current_site
from parley.web.view import browse, themes
from parley.web.view.naming import Text
from parley.web.view.values import Value

blueprint = Blueprint("search", __name__)

PAGE_SIZE = 50
#: Pages beyond this are refused: every one of them makes the index walk all those before.
LAST_PAGE = 2000
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Result:
    """A thing found, and its kind where it is known."""

    value: Value
    kind: Text | None


@blueprint.get("/search")
@blueprint.get("/<language:language>/search")
def search(language: str | None = None) -> Response:
    """The form; with `q` what it finds; with `kind` the things of a kind."""
    query, kind, page = request.args.get("q", "").strip(), request.args.get("kind", ""), page_number("page", LAST_PAGE)
    if len(query) > LONGEST:
        raise BadRequest(f"“q” has {len(query)} characters.", cure=f"Search with {LONGEST} at most.")
    kinds = browse.kinds(current_site().index, pages.namer(), pages.links())
    results, total = _found(query, page) if query else _things(kind, page) if kind else ([], 0)
    partial = bool(query) and not results
    if partial:
        results, total = _found(query, page, some=True)
    response = pages.respond(
        "search.html",
        query, kind, str(page),
        here="search",
        query=query,
        kind=pages.namer().term(kind) if kind else None,
        kinds=kinds,
        results=results,
        partial=partial,
        themes=themes.tree(asking.survey().themes, pages.namer(), pages.links()) if not query and not kind else (),
        total=total,
        page=page,
        page_total=math.ceil(total / PAGE_SIZE),
        page_address=lambda number: "?" + urlencode({"q": query, "kind": kind, "page": number}),
    )  # fmt: skip
    # The results of a search are no content of their own (requirements of search engines for such pages).
    response.headers["X-Robots-Tag"] = "noindex, follow"
    return response


def _found(query: str, page: int, *, some: bool = False) -> tuple[list[Result], int]:
    index, namer, links = current_site().index, pages.namer(), pages.links()
    offset = (page - 1) * PAGE_SIZE
    hits = index.search(query, language=pages.page_language(), limit=PAGE_SIZE, offset=offset, some=some)
    namer.learn([*(hit.iri for hit in hits), *(hit.kind for hit in hits if hit.kind)])
    results = [
        Result(
            Value(Text(hit.label, hit.language), links.page(hit.iri), exact=hit.iri),
            namer.term(hit.kind) if hit.kind else None,
        )
        for hit in hits
    ]
    return results, index.count_hits(query, some=some)


def _things(kind: str, page: int) -> tuple[list[Result], int]:
    index = current_site().index
    total = dict(index.classes()).get(kind, 0)
    iris = index.instances(kind, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return [Result(value, None) for value in browse.mentions(iris, pages.namer(), pages.links())], total
