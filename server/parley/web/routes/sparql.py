"""The SPARQL endpoint: SPARQL 1.1 Protocol, query operation only, over the engine's disposable executors."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request

from parley.engine.protocol import ContentKind, Head
from parley.engine.tokens import form_of
from parley.errors import BadRequest
from parley.formats import HTML, RDF_FORMATS, RESULT_FORMATS, SPREADSHEET, by_name
from parley.web.http import caching, negotiate
from parley.web.http.headers import locate
from parley.web.http.stream import Stream
from parley.web.page import asking, pages, results, spreadsheet
from parley.web.rdf.description import SHOWN, service_description
from parley.web.rdf.operation import (
    ACCEPTED,
    METHODS,
    Operation,
    Parameters,
    choose,
    location_of,
    query_request,
    read_parameters,
    tag_of,
    variant_of,
)
from parley.web.site import current_site

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql", methods=METHODS)
@blueprint.route("/<language:language>/sparql", methods=METHODS)
def sparql(language: str | None = None) -> Response:
    """Answer a query, show the form, or describe the service, by what is asked (§2.1; Service Description §2)."""
    operation = _operation()
    parameters = read_parameters(operation)
    if parameters.query is None:
        return _without_query(parameters)
    syntaxes = choose(parameters.format, operation.accept, form_of(parameters.query))
    for_people = syntaxes.solutions in (HTML, SPREADSHEET)
    paged: list[ContentKind] = ["bindings", "boolean"] if for_people else []
    paged += ["triples"] if syntaxes.graphs is HTML else []
    query = query_request(current_site(), parameters.query, parameters, syntaxes)
    if syntaxes.solutions is SPREADSHEET:
        stream = Stream(query, page=_spreadsheet, paged=paged, page_bytes=spreadsheet.LONGEST)
    else:
        stream = Stream(query, page=partial(_results_page, parameters), paged=paged)
    if not parameters.format:
        stream.vary.add("Accept")
    variant = variant_of(parameters.query, syntaxes)
    if variant in (HTML, SPREADSHEET):
        pages.finish(stream)
    elif location := location_of(current_site(), operation, parameters, variant):
        locate(stream, location)
    tag = tag_of(current_site(), operation, parameters, syntaxes, pages.page_language() if paged else "")
    if tag is None:
        stream.headers["Cache-Control"] = "no-store"
        return stream
    return caching.conditional(stream, tag, weak=True)


@blueprint.route("/sparql/", methods=METHODS)
@blueprint.route("/<language:language>/sparql/", methods=METHODS)
def with_slash(language: str | None = None) -> Response:
    """The endpoint has one address; 308 keeps method and body (RFC 9110 §15.4.9)."""
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    response = Response(status=308, headers={"Location": current_site().urls.local("sparql", language) + query})
    response.headers["Cache-Control"] = caching.REDIRECT
    return response


@blueprint.after_request
def _say_what_query_takes(response: Response) -> Response:
    """`Accept-Query` (RFC 10008 §3): the media types that a QUERY request may have."""
    response.headers["Accept-Query"] = ACCEPTED
    return response


def _operation() -> Operation:
    """The parts of this request that decide."""
    return Operation(
        request.method,
        request.path,
        request.query_string,
        request.headers.get("Accept"),
        request.content_type or "",
        b"" if request.method == "GET" else request.get_data(cache=True, parse_form_data=False),
    )


def _without_query(parameters: Parameters) -> Response:
    """The form for people, the service description for machines; anything else asked for lacks its query."""
    offered = (HTML, *RDF_FORMATS)
    if parameters.format:
        chosen = by_name(parameters.format, offered)
        if chosen is None and by_name(parameters.format, RESULT_FORMATS) is None:
            negotiate.refuse(f"“{parameters.format[:80]}”", offered)
    else:
        chosen = negotiate.choose(request.headers.get("Accept"), offered)
    if chosen is None:
        raise BadRequest("There is no “query” parameter.", cure="Send one as “?query=…”, or ask for HTML or RDF.")
    site = current_site()
    if chosen is HTML:
        response = pages.respond("sparql.html", query="", **_context())
        if not parameters.format:
            response.vary.add("Accept")
        return response
    response = Response(service_description(site, chosen), content_type=chosen.content_type)
    shown = json.dumps([getattr(site.settings, name) for name in SHOWN])
    if not parameters.format:
        locate(response, f"{site.urls.local('sparql')}?format={chosen.extension}")
        response.vary.add("Accept")
    return caching.conditional(
        response, caching.etag(site.manifest.id, site.settings, request.path, chosen.name, shown)
    )


def _spreadsheet(_head: Head, body: bytes | None) -> Response:
    return spreadsheet.respond("results", body)


def _results_page(parameters: Parameters, head: Head, body: bytes | None) -> Response:
    """The page that shows a result, or says that it is too long to show, with links to every format."""
    query = parameters.query or ""
    html = render_template(
        "sparql.html",
        query=query,
        answer=results.shown(query, head, body),
        drawn=results.drawn(parameters.view, head, body),
        view=parameters.view,
        downloads=results.downloads(query, head, parameters.dataset),
        **_context(),
    )
    return Response(html, content_type=HTML.content_type)


def _context() -> dict[str, Any]:
    """What the page holds with and without an answer."""
    return {
        "here": "sparql",
        "start": asking.first_query(),
        "prefixes": asking.all_prefixes(),
        "questions": asking.questions(),
    }
