"""The SPARQL endpoint: SPARQL 1.1 Protocol, query operation only, over the engine's disposable executors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, render_template, request

from parley.engine.protocol import ContentKind, Head, QueryRequest
from parley.engine.tokens import FORMS_OF_GRAPHS, FORMS_OF_RESULTS, form_of
from parley.errors import BadRequest, Forbidden, UnsupportedMediaType
from parley.formats import HTML, RDF_FORMATS, RESULT_FORMATS, RESULTS_JSON, SPARQL_QUERY, TURTLE, Format, by_name
from parley.views import VIEWS
from parley.web import asking, caching, negotiate, pages, results
from parley.web.description import GRAPH_FORMATS, SHOWN, service_description
from parley.web.headers import locate
from parley.web.site import current_site
from parley.web.stream import Stream

blueprint = Blueprint("sparql", __name__)

_FORM = "application/x-www-form-urlencoded"
_DIRECT = SPARQL_QUERY.media_type
_UPDATE = "application/sparql-update"
#: QUERY (RFC 10008) is POST without effects: it may be repeated, and its answer be kept and revalidated.
_METHODS = ("GET", "POST", "QUERY")
_MAX_FIELDS = 1000
#: Names of formats that clients send and mean another by: Turtle is Notation3.
_SYNONYMS = {"n3": "turtle"}
#: Functions whose value is not a function of the data; a query that mentions one is answered anew each time.
_VOLATILE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE|SERVICE)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a query operation (SPARQL 1.1 Protocol §2.1), and our `format`, `timeout`, `view`."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str | None
    timeout: float | None
    view: str


@blueprint.route("/sparql", methods=_METHODS)
@blueprint.route("/<language:language>/sparql", methods=_METHODS)
def sparql(language: str | None = None) -> Response:
    """Answer a query, show the form, or describe the service, by what is asked (§2.1; Service Description §2)."""
    parameters = read_parameters()
    if parameters.query is None:
        return _without_query(parameters)
    solutions, graphs = _choose(parameters.format, request.headers.get("Accept"))
    query = QueryRequest(
        text=parameters.query,
        results=RESULTS_JSON if solutions is HTML else solutions,
        graph=TURTLE if graphs is HTML else graphs,
        base_iri=current_site().publication.base.rstrip("#"),
        default_graphs=parameters.default_graphs,
        named_graphs=parameters.named_graphs,
        seconds=parameters.timeout,
    )
    paged: list[ContentKind] = ["bindings", "boolean"] if solutions is HTML else []
    paged += ["triples"] if graphs is HTML else []
    stream = Stream(query, page=partial(_results_page, parameters), paged=paged)
    stream.vary.add("Accept")
    _locate(stream, parameters, solutions, graphs)
    return _validated(stream, parameters, solutions, graphs)


def _locate(stream: Stream, parameters: Parameters, solutions: Format | None, graphs: Format | None) -> None:
    """Say which variant of the answer is sent, and where, as far as the query's text tells."""
    form = form_of(parameters.query or "")
    chosen = solutions if form in FORMS_OF_RESULTS else graphs
    if form not in FORMS_OF_RESULTS | FORMS_OF_GRAPHS:  # hidden behind escapes, or no query at all
        chosen = HTML if HTML in (solutions, graphs) else None
    if chosen is HTML:
        pages.finish(stream)
    elif chosen is not None and request.method != "POST" and parameters.format is None:
        timeout = [] if parameters.timeout is None else [("timeout", f"{parameters.timeout:g}")]
        locate(stream, results.address(parameters.query or "", chosen, [*_dataset(parameters), *timeout]))


@blueprint.route("/sparql/", methods=_METHODS)
@blueprint.route("/<language:language>/sparql/", methods=_METHODS)
def with_slash(language: str | None = None) -> Response:
    """The endpoint has one address; 308 keeps method and body (RFC 9110 §15.4.9)."""
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    response = Response(status=308, headers={"Location": current_site().urls.local("sparql", language) + query})
    response.headers["Cache-Control"] = caching.REDIRECT
    return response


@blueprint.after_request
def _say_what_query_takes(response: Response) -> Response:
    """`Accept-Query` (RFC 10008 §3): the media types that a QUERY request may have."""
    response.headers["Accept-Query"] = f"{_DIRECT}, {_FORM}"
    return response


@lru_cache(maxsize=256)
def _choose(parameter: str | None, accept: str | None) -> tuple[Format | None, Format | None]:
    """The syntax for bindings and the one for triples; None where the client takes none of that class.

    Raises NotAcceptable if it takes none of either.
    """
    solutions: Format | None
    graphs: Format | None
    if parameter:
        name = _SYNONYMS.get(parameter.lower(), parameter)
        solutions = by_name(name, (*RESULT_FORMATS, HTML))
        graphs = by_name(name, (*GRAPH_FORMATS, HTML))
    else:
        solutions = negotiate.choose(accept, (RESULTS_JSON, *RESULT_FORMATS[1:], HTML))
        graphs = negotiate.choose(accept, (*GRAPH_FORMATS, HTML))
    if solutions is None and graphs is None:
        negotiate.refuse(
            f"“{parameter[:80]}”" if parameter else "what Accept asks for", (*RESULT_FORMATS, *GRAPH_FORMATS, HTML)
        )
    return solutions, graphs


def _validated(stream: Stream, parameters: Parameters, solutions: Format | None, graphs: Format | None) -> Response:
    """Give the answer a weak ETag, so that a 304 needs no evaluation, unless the query's value may change by itself."""
    if request.method == "POST" or parameters.query is None or _VOLATILE.search(parameters.query):
        stream.headers["Cache-Control"] = "no-store"
        return stream
    site = current_site()
    names = [f.name if f else "-" for f in (solutions, graphs)]
    names.append(pages.page_language() if HTML in (solutions, graphs) else "")
    dataset = json.dumps([parameters.default_graphs, parameters.named_graphs, parameters.timeout, parameters.view])
    tag = caching.etag(site.manifest.id, site.settings, request.path, parameters.query, dataset, *names)
    return caching.conditional(stream, tag, weak=True)


def read_parameters() -> Parameters:
    """The operation's parameters from the URL and, for POST, the body.

    Raises BadRequest, Forbidden (update) or UnsupportedMediaType.
    """
    fields = _fields(request.query_string, "query string")
    if request.method != "GET":
        fields += _body_fields()
    if any(name == "update" for name, _ in fields):
        raise _update_refused()
    queries = [value for name, value in fields if name == "query"]
    if len(queries) > 1:
        raise BadRequest("There is more than one “query” parameter.", cure="Send one query a request.")
    if request.method != "GET" and not queries:
        raise BadRequest("The form has no “query” parameter.", cure="Send the query as “query=…”.")
    return Parameters(
        query=queries[0] if queries else None,
        default_graphs=_all(fields, "default-graph-uri"),
        named_graphs=_all(fields, "named-graph-uri"),
        format=next(iter(_all(fields, "format")), None),
        timeout=_timeout(fields),
        view=_view(fields),
    )


def _all(fields: Iterable[tuple[str, str]], wanted: str) -> tuple[str, ...]:
    return tuple(value for name, value in fields if name == wanted and value)


def _view(fields: Iterable[tuple[str, str]]) -> str:
    value = next(iter(_all(fields, "view")), next(iter(VIEWS)))
    if value not in VIEWS:
        raise BadRequest(f"“view” is “{value[:40]}”.", cure=f"Give one of: {', '.join(VIEWS)}.")
    return value


def _timeout(fields: Iterable[tuple[str, str]]) -> float | None:
    value = next(iter(_all(fields, "timeout")), None)
    if value is None:
        return None
    if not re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", value) or float(value) <= 0:
        raise BadRequest(f"“timeout” is “{value[:40]}”.", cure="Give it in seconds, above 0; it only lowers the limit.")
    return float(value)


def _fields(encoded: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError:
        raise BadRequest(f"The {where} is not UTF-8.", cure="Percent-encode the UTF-8 bytes.") from None
    except ValueError:
        raise BadRequest(f"The {where} has more than {_MAX_FIELDS} parameters.", cure="Send fewer.") from None


def _body_fields() -> list[tuple[str, str]]:
    media_type, charset = request.mimetype, request.mimetype_params.get("charset", "utf-8").lower()
    if media_type == _UPDATE:
        raise _update_refused()
    if media_type not in (_FORM, _DIRECT) or charset not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(
            f"The body is of type “{request.content_type or ''}”.",
            accepted=(_DIRECT, _FORM),
            cure=f"Send {_DIRECT} or {_FORM}, in UTF-8.",
        )
    body = request.get_data(cache=True, parse_form_data=False)
    if media_type == _FORM:
        return _fields(body, "form")
    try:
        return [("query", body.decode("utf-8"))]
    except UnicodeDecodeError:
        raise BadRequest("The query is not UTF-8.", cure="Encode it as UTF-8.") from None


def _update_refused() -> Forbidden:
    return Forbidden("This endpoint only reads: SPARQL Update is refused.", cure="Send a query.")


def _without_query(parameters: Parameters) -> Response:
    """The form for people, the service description for machines; anything else asked for lacks its query."""
    chosen = negotiate.choose(request.headers.get("Accept"), (HTML, *RDF_FORMATS))
    if parameters.format:
        chosen = by_name(parameters.format, (HTML, *RDF_FORMATS))
    if chosen is None:
        raise BadRequest("There is no “query” parameter.", cure="Send one as “?query=…”, or ask for HTML or RDF.")
    site = current_site()
    if chosen is HTML:
        response = pages.respond("sparql.html", query="", **_context())
        response.vary.add("Accept")
        return response
    response = Response(service_description(site, chosen), content_type=chosen.content_type)
    shown = json.dumps([getattr(site.settings, name) for name in SHOWN])
    locate(response, f"{site.urls.local('sparql')}?format={chosen.extension}")
    response.vary.add("Accept")
    return caching.conditional(
        response, caching.etag(site.manifest.id, site.settings, request.path, chosen.name, shown)
    )


def _results_page(parameters: Parameters, head: Head, body: bytes | None) -> Response:
    """The page that shows a result, or says that it is too long to show, with links to every format."""
    query = parameters.query or ""
    html = render_template(
        "sparql.html",
        query=query,
        answer=results.shown(query, head, body),
        drawn=results.drawn(parameters.view, head, body),
        view=parameters.view,
        downloads=results.downloads(query, head, _dataset(parameters)),
        **_context(),
    )
    return Response(html, content_type=HTML.content_type)


def _dataset(parameters: Parameters) -> list[tuple[str, str]]:
    """The parameters that say which graphs the query is about."""
    default = [("default-graph-uri", iri) for iri in parameters.default_graphs]
    return [*default, *(("named-graph-uri", iri) for iri in parameters.named_graphs)]


def _context() -> dict[str, Any]:
    """What the page holds with and without an answer."""
    return {
        "here": "sparql",
        "start": asking.first_query(),
        "prefixes": asking.all_prefixes(),
        "questions": asking.questions(),
    }
