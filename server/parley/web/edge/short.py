"""The short way to the engine: a program's query, prepared without Flask by the functions that the view calls."""

from __future__ import annotations

from parley.errors import ParleyError
from parley.web.edge.head import RequestHead
from parley.web.http import caching
from parley.web.http.answer import Answer
from parley.web.http.headers import COMMON, located
from parley.web.http.stream import Work
from parley.web.rdf.operation import (
    ACCEPTED,
    METHODS,
    Operation,
    choose,
    location_of,
    query_request,
    read_parameters,
    tag_of,
    variant_of,
)
from parley.web.site import Site

#: The endpoint's path without the mount prefix, which is also its rule.
ENDPOINT = "/sparql"


def prepared(site: Site, head: RequestHead, body: bytes) -> Answer | None:
    """What the view would answer to a query whose result goes out as the engine writes it.

    None where Flask decides: on pages, forms, descriptions, errors, and requests with conditions.
    """
    method = "GET" if head.method == "HEAD" else head.method
    if head.path != site.settings.prefix + ENDPOINT or method not in METHODS or head.has_conditions:
        return None
    content_type = head.field(b"content-type") or ""
    operation = Operation(method, ENDPOINT, head.query, head.field(b"accept"), content_type, body)
    try:
        parameters = read_parameters(operation)
        syntaxes = choose(parameters.format, operation.accept)
    except ParleyError:
        return None
    if parameters.query is None or syntaxes.page:
        return None
    query = query_request(site, parameters.query, parameters, syntaxes)
    location = location_of(site, operation, parameters, variant_of(parameters.query, syntaxes))
    headers = [*located(location)] if location else []
    tag = tag_of(site, operation, parameters, syntaxes, "")
    varying = [] if parameters.format else ["Accept"]
    if tag is None:
        headers.append(("Cache-Control", "no-store"))
    else:
        varying.append("Accept-Encoding")
        headers += caching.fields(tag, weak=True)
    if varying:
        headers.append(("Vary", ", ".join(varying)))
    headers += [("Accept-Query", ACCEPTED), *COMMON.items()]
    return Answer(200, headers, b"", Work(query), ENDPOINT)
