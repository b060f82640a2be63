"""The query operation of the SPARQL 1.1 Protocol: from the parts of a request to what an engine is asked. No Flask.

The view `sparql` and the edge's short way for programs both decide here, so that they can't differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from werkzeug.http import parse_options_header

from parley.engine.protocol import QueryRequest
from parley.engine.tokens import FORMS_OF_GRAPHS, FORMS_OF_RESULTS, form_of
from parley.errors import BadRequest, Forbidden, UnsupportedMediaType
from parley.formats import HTML, N_TRIPLES, RESULT_FORMATS, RESULTS_JSON, SPARQL_QUERY, SPREADSHEET, Format, by_name
from parley.views import VIEWS
from parley.web.http import caching, negotiate
from parley.web.rdf.description import GRAPH_FORMATS
from parley.web.site import Site

#: QUERY (RFC 10008) is POST without effects: it may be repeated, and its answer be kept and revalidated.
METHODS: Final = ("GET", "POST", "QUERY")
_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT = SPARQL_QUERY.media_type
#: The media types that a body may have, as `Accept-Query` lists them.
ACCEPTED: Final = f"{_DIRECT}, {_FORM}"
_UPDATE = "application/sparql-update"
_MAX_FIELDS = 1000
#: Names of formats that clients send and mean another by: Turtle is Notation3.
_SYNONYMS = {"n3": "turtle"}
#: A query string that is fit for a header field.
_PLAIN = re.compile(rb"[\x21-\x7e]++")
#: Functions whose value is not a function of the data; a query that mentions one is answered anew each time.
_VOLATILE_WORDS = ("NOW", "RAND", "UUID", "BNODE", "SERVICE")
_VOLATILE = re.compile(r"\b(?:NOW|RAND|(?:STR)?UUID|BNODE|SERVICE)\b")


class Operation(NamedTuple):
    """The parts of a request to the endpoint that decide; `path` is Flask's, without the mount prefix."""

    method: str
    path: str
    query_string: bytes
    accept: str | None
    content_type: str
    body: bytes


class Parameters(NamedTuple):
    """The parameters of a query operation (SPARQL 1.1 Protocol §2.1), and our `format`, `timeout`, `view`."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str | None
    timeout: float | None
    view: str

    @property
    def dataset(self) -> list[tuple[str, str]]:
        """The parameters that say which graphs the query is about."""
        default = [("default-graph-uri", iri) for iri in self.default_graphs]
        return [*default, *(("named-graph-uri", iri) for iri in self.named_graphs)]


@dataclass(frozen=True, slots=True)
class Syntaxes:
    """The syntax for bindings and the one for triples; None where the client takes none of that class."""

    solutions: Format | None
    graphs: Format | None

    @property
    def page(self) -> bool:
        """Whether a page may come of it."""
        return HTML in (self.solutions, self.graphs) or self.solutions is SPREADSHEET


def read_parameters(operation: Operation) -> Parameters:
    """The operation's parameters from the URL and, for POST and QUERY, the body.

    Raises BadRequest, Forbidden (update) or UnsupportedMediaType.
    """
    fields = _fields(operation.query_string, "query string")
    if operation.method != "GET":
        fields += _body_fields(operation)
    given: dict[str, list[str]] = {}
    for name, value in fields:
        given.setdefault(name, []).append(value)
    if "update" in given:
        raise _update_refused()
    queries = given.get("query", [])
    if len(queries) > 1:
        raise BadRequest("There is more than one “query” parameter.", cure="Send one query a request.")
    if operation.method != "GET" and not queries:
        raise BadRequest("The form has no “query” parameter.", cure="Send the query as “query=…”.")
    return Parameters(
        query=queries[0] if queries else None,
        default_graphs=_all(given, "default-graph-uri"),
        named_graphs=_all(given, "named-graph-uri"),
        format=next(iter(_all(given, "format")), None),
        timeout=_timeout(given),
        view=_view(given),
    )


@lru_cache(maxsize=256)
def choose(parameter: str | None, accept: str | None, form: str | None = None) -> Syntaxes:
    """The syntaxes to answer in, by `format` or `Accept`.

    Raises NotAcceptable if the client takes none; it names those that a query of the `form` is answered in.
    """
    if parameter:
        name = _SYNONYMS.get(parameter.lower(), parameter)
        solutions = by_name(name, (*RESULT_FORMATS, HTML, SPREADSHEET))
        graphs = by_name(name, (*GRAPH_FORMATS, HTML))
    else:
        solutions = negotiate.choose(accept, (RESULTS_JSON, *RESULT_FORMATS[1:], HTML))
        graphs = negotiate.choose(accept, (*GRAPH_FORMATS, HTML))
    if solutions is None and graphs is None:
        results = () if form in FORMS_OF_GRAPHS else RESULT_FORMATS
        triples = () if form in FORMS_OF_RESULTS else GRAPH_FORMATS
        what = f"“{parameter[:80]}”" if parameter else "what Accept asks for"
        negotiate.refuse(what, (*results, *triples, HTML))
    return Syntaxes(solutions, graphs)


def query_request(site: Site, text: str, parameters: Parameters, syntaxes: Syntaxes) -> QueryRequest:
    """What the engine is asked; a page is made of JSON or Turtle."""
    return QueryRequest(
        text=text,
        results=RESULTS_JSON if syntaxes.solutions in (HTML, SPREADSHEET) else syntaxes.solutions,
        graph=N_TRIPLES if syntaxes.graphs is HTML else syntaxes.graphs,
        base_iri=site.publication.base.rstrip("#"),
        default_graphs=parameters.default_graphs,
        named_graphs=parameters.named_graphs,
        seconds=parameters.timeout,
    )


def variant_of(text: str, syntaxes: Syntaxes) -> Format | None:
    """Which of the two syntaxes the answer is in, as far as the query's text tells; None if it does not."""
    form = form_of(text)
    if form in FORMS_OF_RESULTS:
        return syntaxes.solutions
    if form in FORMS_OF_GRAPHS:
        return syntaxes.graphs
    return HTML if syntaxes.page else None  # hidden behind escapes, or no query at all


def location_of(site: Site, operation: Operation, parameters: Parameters, variant: Format | None) -> str:
    """The address under which the answer comes in `variant` only; "" where there is none."""
    if variant is None or operation.method == "POST" or parameters.format is not None:
        return ""
    if operation.method == "GET" and _PLAIN.fullmatch(operation.query_string):  # as it came, which costs nothing
        given = operation.query_string.decode("ascii")
        return f"{site.urls.local('sparql')}?{given}&format={variant.name}"
    timeout = [] if parameters.timeout is None else [("timeout", f"{parameters.timeout:g}")]
    return address(site, parameters.query or "", variant, [*parameters.dataset, *timeout])


def address(site: Site, query: str, syntax: Format, more: Iterable[tuple[str, str]] = ()) -> str:
    """Where `query`, with further parameters, answers in that syntax only."""
    fields = [("query", query), *more, ("format", syntax.name)]
    return f"{site.urls.local('sparql')}?{urlencode(fields)}"


def tag_of(site: Site, operation: Operation, parameters: Parameters, syntaxes: Syntaxes, language: str) -> str | None:
    """The tag that stands for the query, so that a 304 needs no evaluation; `language` is that of a page.

    None if the answer may change by itself, or must not be stored.
    """
    if operation.method == "POST" or parameters.query is None or _is_volatile(parameters.query):
        return None
    names = [f.name if f else "-" for f in (syntaxes.solutions, syntaxes.graphs)]
    asked = (parameters.default_graphs, parameters.named_graphs, parameters.timeout, parameters.view)
    variant = (parameters.query, repr(asked), *names, language)
    return caching.etag(site.manifest.id, site.settings, operation.path, *variant)


def _is_volatile(text: str) -> bool:
    text = text.upper()
    # the pattern takes ten times as long as a look for each word, and most queries have none of them
    return any(word in text for word in _VOLATILE_WORDS) and _VOLATILE.search(text) is not None


def _all(given: Mapping[str, list[str]], name: str) -> tuple[str, ...]:
    return tuple(filter(None, given[name])) if name in given else ()


def _view(given: Mapping[str, list[str]]) -> str:
    value = next(iter(_all(given, "view")), next(iter(VIEWS)))
    if value not in VIEWS:
        raise BadRequest(f"“view” is “{value[:40]}”.", cure=f"Give one of: {', '.join(VIEWS)}.")
    return value


def _timeout(given: Mapping[str, list[str]]) -> float | None:
    value = next(iter(_all(given, "timeout")), None)
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


def _body_fields(operation: Operation) -> list[tuple[str, str]]:
    media_type, options = parse_options_header(operation.content_type)
    media_type, charset = media_type.lower(), options.get("charset", "utf-8").lower()
    if media_type == _UPDATE:
        raise _update_refused()
    if media_type not in (_FORM, _DIRECT) or charset not in ("utf-8", "utf8"):
        given = operation.content_type[:80]
        raise UnsupportedMediaType(
            f"The body is of type “{given}”." if given else "The body has no Content-Type.",
            accepted=(_DIRECT, _FORM),
            cure=f"Send {_DIRECT} or {_FORM}, in UTF-8.",
        )
    if media_type == _FORM:
        return _fields(operation.body, "form")
    try:
        return [("query", operation.body.decode("utf-8-sig"))]  # some editors begin every file with a mark
    except UnicodeDecodeError:
        raise BadRequest("The query is not UTF-8.", cure="Encode it as UTF-8.") from None


def _update_refused() -> Forbidden:
    return Forbidden("This endpoint only reads: SPARQL Update is refused.", cure="Send a query.")
