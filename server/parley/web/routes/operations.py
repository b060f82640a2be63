"""The saved queries as an API: the list at `/api`, and one operation each in the OpenAPI document."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Response, request

from parley import binding
from parley.formats import HTML, JSON, PROBLEM
from parley.parameters import Parameter
from parley.queries import ENDING, SavedQuery
from parley.release.words import choose_label
from parley.web.http import caching, negotiate
from parley.web.page import asking, pages
from parley.web.routes.queries import formats
from parley.web.site import Site, current_site

blueprint = Blueprint("operations", __name__)

#: Other doors than saved queries: key of their text, address.
DOORS: Final = (
    ("sparql", "sparql"),
    ("validate", "validate"),
    ("openapi", "api/openapi.json"),
    ("catalog", ".well-known/api-catalog"),
    ("linkset", "api/linkset"),
    ("void", ".well-known/void"),
)


@blueprint.get("/api")
@blueprint.get("/<language:language>/api")
def every(language: str | None = None) -> Response:
    """All that programs can ask here: the saved queries with their parameters, and the other doors."""
    site = current_site()
    accept, parameter = request.headers.get("Accept"), request.args.get("format")
    if negotiate.choose_format(accept, parameter, (HTML, JSON)) is HTML:
        rows = [(asking.question(one), one, kind(one), formats(one)) for one in site.queries]
        response = pages.respond("api.html", here="api", operations=rows, doors=DOORS)
    else:
        found = {"operations": [listed(site, one) for one in site.queries], "limit": site.settings.api_rows}
        body = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
        response = Response(body, content_type=JSON.content_type)
        tag = caching.etag(site.manifest.id, site.settings, request.path, JSON.name)
        response = caching.conditional(response, tag)
    if not parameter:
        response.vary.add("Accept")
    return response


def kind(saved: SavedQuery) -> str:
    """What the query answers with: rows, boolean or triples."""
    return {"SELECT": "rows", "ASK": "boolean"}.get(binding.form(saved.text), "triples")


def listed(site: Site, saved: SavedQuery) -> dict[str, Any]:
    """A saved query as JSON: its names, its parameters, the types that it answers in."""
    return {
        "name": saved.name,
        "href": site.urls.local(f"queries/{saved.name}"),
        "query": site.urls.local(f"queries/{saved.name}{ENDING}"),
        "title": dict(saved.title),
        "description": dict(saved.description),
        "answers": kind(saved),
        "formats": [f.media_type for f in formats(saved)],
        "parameters": [_described(one) for one in saved.parameters],
    }


def _described(parameter: Parameter) -> dict[str, Any]:
    members = {
        "name": parameter.name,
        "type": parameter.type.name,
        "required": parameter.required,
        "label": dict(parameter.label) or None,
        "of": parameter.of,
        "in": parameter.led,
        "default": parameter.default,
        "schema": parameter.type.schema,
    }
    return {name: value for name, value in members.items() if value is not None}


def paths(site: Site) -> dict[str, Any]:
    """The operations by path, as OpenAPI has them."""
    return {f"/queries/{saved.name}": {"get": _operation(site, saved)} for saved in site.queries}


def _operation(site: Site, saved: SavedQuery) -> dict[str, Any]:
    language = site.publication.languages[0]
    title = choose_label(saved.title, "en", language) or (saved.name, "")
    description = choose_label(saved.description, "en", language) or ("", "")
    types = formats(saved)
    names = ", ".join(f.name for f in types)
    parameters = [_parameter(one, language) for one in saved.parameters]
    parameters.append(_plain("format", {"type": "string"}, f"Beats Accept: {names}."))
    if kind(saved) == "rows":
        most = site.settings.api_rows
        rows = f"Rows at most, up to {most} (api_rows); fewer rows than that are the last. Without it: all."
        parameters.append(_plain("limit", {"type": "integer", "minimum": 1, "maximum": most}, rows))
        parameters.append(_plain("offset", {"type": "integer", "minimum": 0}, "Rows to leave out at the start."))
    problem = {
        "content": {PROBLEM.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}, HTML.media_type: {}}
    }
    return {
        "operationId": f"queries.{saved.name}",
        "tags": ["queries"],
        "summary": title[0],
        **({"description": description[0]} if description[0] else {}),
        "parameters": parameters,
        "responses": {
            "200": {"description": "The whole answer.", "content": {f.media_type: {} for f in types}},
            "304": {"description": "What the client has is current."},
            "4XX": {"description": "The request can't be served.", **problem},
            "503": {"description": "Not now; Retry-After says when.", **problem},
        },
    }


def _parameter(parameter: Parameter, language: str) -> dict[str, Any]:
    label = choose_label(parameter.label, "en", language) or (parameter.name, "")
    of = f" It is one of the class {parameter.of}." if parameter.of else ""
    schema = dict(parameter.type.schema)
    if parameter.default is not None:
        schema["default"] = json.loads(parameter.default) if schema["type"] in _NUMBERS else parameter.default
    row = _plain(parameter.name, schema, f"{label[0]}: {parameter.type.words}.{of}")
    return {**row, "required": parameter.required}


_NUMBERS: Final = ("integer", "number", "boolean")


def _plain(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
