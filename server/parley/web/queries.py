"""The saved queries as pages: a question in words, its answer, the query itself."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, render_template, request

from parley.engine.protocol import Head, QueryRequest
from parley.errors import NotFound
from parley.formats import HTML, RESULTS_JSON, SPARQL_QUERY, TURTLE
from parley.queries import ENDING, SavedQuery
from parley.web import asking, caching, pages, results
from parley.web.site import current_site
from parley.web.stream import Stream

blueprint = Blueprint("queries", __name__)


@blueprint.get("/queries")
@blueprint.get("/<language:language>/queries")
def every(language: str | None = None) -> Response:
    """All questions."""
    return pages.respond("queries.html", here="queries", questions=asking.questions())


@blueprint.get("/queries/<name>")
@blueprint.get("/<language:language>/queries/<name>")
def one(name: str, language: str | None = None) -> Response:
    """The answer to a question; under the name with `.rq`, its query."""
    if (saved := _named(name)) is not None:
        return _answered(saved)
    if name.endswith(ENDING) and (saved := _named(name.removesuffix(ENDING))) is not None:
        response = Response(saved.text, content_type=f"{SPARQL_QUERY.media_type}; charset=utf-8")
        site = current_site()
        return caching.conditional(response, caching.etag(site.manifest.id, site.settings, request.path))
    raise NotFound(f"There is no saved query called “{name[:80]}”.", cure="Choose one of the list at /queries.")


def _named(name: str) -> SavedQuery | None:
    return next((saved for saved in current_site().queries if saved.name == name), None)


def _answered(saved: SavedQuery) -> Response:
    site = current_site()
    query = QueryRequest(
        text=saved.text, results=RESULTS_JSON, graph=TURTLE, base_iri=site.publication.base.rstrip("#")
    )
    stream = Stream(query, page=partial(_page, saved), paged=["bindings", "boolean", "triples"])
    pages.finish(stream)
    tag = caching.etag(site.manifest.id, site.settings, request.path, saved.name, pages.page_language())
    return caching.conditional(stream, tag, weak=True)


def _page(saved: SavedQuery, head: Head, body: bytes | None) -> Response:
    site = current_site()
    html = render_template(
        "query.html",
        here="queries",
        question=asking.question(saved),
        text=saved.text,
        view=saved.view,
        answer=results.shown(saved.text, head, body, spoken=True),
        drawn=results.drawn(saved.view, head, body),
        downloads=results.downloads(saved.text, head),
        source=site.urls.local(f"queries/{saved.name}{ENDING}"),
        language_links=pages.language_links(lambda tag: site.urls.local(f"queries/{saved.name}", tag)),
    )
    return Response(html, content_type=HTML.content_type)
