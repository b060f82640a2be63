"""The saved queries: each a page with its question, its answer and its form, and an operation for programs."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, render_template, request

from parley import binding
from parley.engine.protocol import Head, QueryRequest
from parley.errors import NotAcceptable, NotFound
from parley.formats import (
    FORMATS,
    HTML,
    N_TRIPLES,
    RESULT_FORMATS,
    RESULTS_JSON,
    SPARQL_QUERY,
    SPREADSHEET,
    Format,
    by_name,
)
from parley.parameters import TAKEN
from parley.queries import ENDING, SavedQuery
from parley.web.http import caching, negotiate
from parley.web.http.stream import Stream
from parley.web.page import asking, pages, parameters, results, spreadsheet
from parley.web.page.parameters import Given
from parley.web.page.query import own_query
from parley.web.rdf.description import GRAPH_FORMATS
from parley.web.site import current_site
from parley.web.view import questions

blueprint = Blueprint("queries", __name__)

#: Characters of a filter that are looked at.
LONGEST = 200


@blueprint.get("/queries")
@blueprint.get("/<language:language>/queries")
def every(language: str | None = None) -> Response:
    """All questions, by group; with `q`, those with these words."""
    words = request.args.get("q", "").strip()[:LONGEST]
    asked = asking.questions()
    return pages.respond(
        "queries.html",
        here="queries",
        words=words,
        total=len(asked),
        found=questions.matching(asked, words) if words else [],
        sections=[] if words else questions.sections(asked, pages.interface()),
    )


@blueprint.get("/queries/<name>")
@blueprint.get("/<language:language>/queries/<name>")
def one(name: str, language: str | None = None) -> Response:
    """The answer to a saved query, by Accept or the name's ending; with `.rq`, the query itself."""
    if (saved := _named(name)) is not None:
        accept, parameter = request.headers.get("Accept"), request.args.get("format")
        response = _answered(saved, negotiate.choose_format(accept, parameter, formats(saved)))
        if not parameter:
            response.vary.add("Accept")
        return response
    stem, _, ending = name.rpartition(".")
    saved = _named(stem)
    if saved is not None and f".{ending}" == ENDING:
        response = Response(saved.text, content_type=f"{SPARQL_QUERY.media_type}; charset=utf-8")
        site = current_site()
        return caching.conditional(response, caching.etag(site.manifest.id, site.settings, request.path))
    if saved is not None and by_name(ending, (*FORMATS, SPREADSHEET)) is not None:
        return _answered(saved, _by_ending(saved, ending))
    raise NotFound(f"There is no saved query called “{name[:80]}”.", cure="Choose one of the list at /queries.")


def _by_ending(saved: SavedQuery, ending: str) -> Format:
    """The format of an address that ends in a dot and its name. Raises NotAcceptable, with links to others."""
    try:
        return negotiate.choose_format(None, ending, formats(saved))
    except NotAcceptable as error:
        error.path = current_site().urls.local(f"queries/{saved.name}", pages.explicit_language())
        raise


def formats(saved: SavedQuery) -> tuple[Format, ...]:
    """The syntaxes that a saved query answers in, pages first."""
    form = binding.form(saved.text)
    rows = (*RESULT_FORMATS, *([SPREADSHEET] if form == "SELECT" else []))
    return (HTML, *(rows if form in ("SELECT", "ASK") else GRAPH_FORMATS))


def _named(name: str) -> SavedQuery | None:
    return next((saved for saved in current_site().queries if saved.name == name), None)


def _answered(saved: SavedQuery, chosen: Format) -> Response:
    given = parameters.read(saved, strict=chosen is not HTML)
    site, rows = current_site(), chosen if chosen in RESULT_FORMATS else RESULTS_JSON
    if chosen is HTML and given.missing:
        return pages.respond("query.html", **_context(given))
    parameters.refuse_missing(given)
    query = QueryRequest(
        text=given.text,
        results=rows,
        graph=chosen if chosen in GRAPH_FORMATS else N_TRIPLES,
        base_iri=site.publication.base.rstrip("#"),
    )
    variant = [chosen.name, *given.variant, str(chosen is HTML and _own_query(saved))]
    if chosen is HTML:
        stream = Stream(query, page=partial(_page, given), paged=["bindings", "boolean", "triples"])
        pages.finish(stream)
        variant.append(pages.page_language())
    elif chosen is SPREADSHEET:
        page = partial(_spreadsheet, saved.name)
        stream = Stream(query, page=page, paged=["bindings"], page_bytes=spreadsheet.LONGEST)
        pages.finish(stream)
        variant.append(pages.page_language())
    else:
        stream = Stream(query)
    tag = caching.etag(site.manifest.id, site.settings, request.path, saved.name, *variant)
    return caching.conditional(stream, tag, weak=True)


def _spreadsheet(name: str, _head: Head, body: bytes | None) -> Response:
    return spreadsheet.respond(name, body)


def _page(given: Given, head: Head, body: bytes | None) -> Response:
    saved = given.saved
    shown = results.shown(saved.text, head, body, spoken=True)
    more = given.limit is not None and shown.total == given.limit
    html = render_template(
        "query.html",
        answer=shown,
        headings=results.headings(shown, saved.view),
        drawn=results.drawn(saved.view, head, body),
        next_rows=given.address(offset=given.offset + (given.limit or 0)) if more else "",
        **_context(given),
    )
    return Response(html, content_type=HTML.content_type)


def _context(given: Given) -> dict[str, object]:
    """What the page holds with and without an answer."""
    saved, site = given.saved, current_site()
    query = _own_query(saved)
    # What most readers want comes first.
    offered = sorted((f for f in formats(saved) if f is not HTML), key=lambda f: f is not SPREADSHEET)
    return {
        "here": "queries",
        "question": asking.question(saved),
        "text": given.text,
        "view": saved.view,
        "fields": parameters.fields(given),
        "chosen": any(request.args.get(one.name) for one in saved.parameters),
        "missing": given.missing,
        "downloads": [(f, given.address(f".{_ending(f)}")) for f in offered] if not given.missing else [],
        "source": site.urls.local(f"queries/{saved.name}{ENDING}"),
        "language_links": pages.language_links(lambda tag: site.urls.local(f"queries/{saved.name}", tag) + query),
    }


def _own_query(saved: SavedQuery) -> str:
    """What the request's query says to `saved`: the language switch repeats it."""
    return own_query(*(one.name for one in saved.parameters), *TAKEN)


def _ending(syntax: Format) -> str:
    """The ending of an address for a syntax: what people type, where the file's is another."""
    return syntax.name if syntax in (*RESULT_FORMATS, SPREADSHEET) else syntax.extension
