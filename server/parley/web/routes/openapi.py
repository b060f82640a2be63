"""The OpenAPI description of the site's interface, from the route table; its examples are things of the release."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from flask import Blueprint, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.routing import Rule

from parley import __version__
from parley.formats import (
    DOCUMENT_FORMATS,
    HTML,
    JSON,
    LINKSET,
    LINKSET_JSON,
    OPENSEARCH,
    PROBLEM,
    RDF_FORMATS,
    READABLE_FORMATS,
    RESULT_FORMATS,
    SUGGESTIONS,
    TEXT,
    TURTLE,
    XML,
    Format,
)  # fmt: skip
from parley.web.http import caching
from parley.web.page import query
from parley.web.rdf.description import GRAPH_FORMATS
from parley.web.routes import operations
from parley.web.routes.takes import QUERIES
from parley.web.routes.validation import REPORTS
from parley.web.site import Site, current_site

blueprint = Blueprint("openapi", __name__)

_CONVERTER: Final = re.compile(r"<(?:(\w+):)?(\w+)>")
_RECONCILIATION: Final = ("manifest_1_0", "match", "match_as_before", "extend", "propose", "suggestions")
#: What the endpoints answer with; those that are not named answer with pages.
_CONTENT: Final[dict[str, tuple[Format, ...]]] = {
    "home.home": (HTML,),
    "resource.thing": DOCUMENT_FORMATS,
    "resource.document": DOCUMENT_FORMATS,
    "resource.describe": DOCUMENT_FORMATS,
    "sparql.sparql": (HTML, *RESULT_FORMATS, *RDF_FORMATS),
    "completion.terms": (JSON,),
    "graph_store.graph": GRAPH_FORMATS,
    "history.releases": (HTML, JSON, *RDF_FORMATS),
    "links.linkset": (LINKSET_JSON, LINKSET),
    "search.suggest": (JSON, SUGGESTIONS),
    "discovery.void": RDF_FORMATS,
    "discovery.robots": (TEXT,),
    "llms.llms": (TEXT,),
    "discovery.security": (TEXT,),
    "discovery.sitemap": (XML,),
    "discovery.sitemaps": (XML,),
    "discovery.opensearch": (OPENSEARCH,),
    "discovery.api_catalog": (LINKSET_JSON,),
    "openapi.openapi": (JSON,),
    "validation.validate": REPORTS,
    "operations.every": (HTML, JSON),
    "health.livez": (TEXT,),
    "health.readyz": (JSON,),
    "health.version": (JSON,),
    "problems.describe": (HTML, JSON),
    "coreference.coreference": (HTML, LINKSET_JSON, *RDF_FORMATS),
    "reconcile.reconcile": (JSON, HTML),
    **dict.fromkeys((f"reconcile.{name}" for name in _RECONCILIATION), (JSON,)),
}
#: Endpoints whose content is whatever their file is.
_FILES: Final = frozenset(["downloads.file", "assets.asset", "queries.one", "context.context", "archive.archived"])


@blueprint.record_once
def _taken(state: BlueprintSetupState) -> None:
    """Tell the pages which parameters mean something: those that are described."""
    state.app.extensions[query.TAKEN] = {endpoint: tuple(fields) for endpoint, fields in QUERIES.items()}


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """The description of the interface (OpenAPI 3.1), made from the table of routes."""
    site = current_site()
    found = document(site, current_app.url_map.iter_rules(), current_app.view_functions)
    response = Response(json.dumps(found, ensure_ascii=False, indent=1) + "\n", content_type=JSON.content_type)
    return caching.conditional(response, caching.etag(site.manifest.id, site.settings, request.path))


def document(site: Site, rules: Iterable[Rule], views: dict[str, Callable[..., Any]]) -> dict[str, Any]:
    """The description as JSON values; addresses in a language are left out, they answer like the others."""
    paths: dict[str, Any] = {}
    for rule in sorted(rules, key=lambda rule: rule.rule):
        if not rule.rule.startswith("/<language:"):
            path = _CONVERTER.sub(lambda match: f"{{{match[2]}}}", rule.rule)
            methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            paths[path] = {_member(m): _operation(site, rule, m, views[rule.endpoint]) for m in methods}
    paths |= operations.paths(site)
    title = next(iter(site.publication.title.values()), site.publication.base)
    information: dict[str, Any] = {"title": title, "version": __version__}
    if site.publication.licence:
        information["license"] = {"name": site.publication.licence, "url": site.publication.licence}
    return {
        "openapi": "3.1.0",
        "info": information,
        "servers": [{"url": site.settings.prefix or "/"}],
        "paths": paths,
        "components": {"schemas": {"Problem": _PROBLEM}},
    }


def _member(method: str) -> str:
    """The member of a path item for `method`; OpenAPI 3.1 has none for QUERY, an extension stands in."""
    return "x-query" if method == "QUERY" else method.lower()


_PROBLEM: Final = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"}, "title": {"type": "string"},
        "status": {"type": "integer"}, "detail": {"type": "string"}, "cure": {"type": "string"},
        "request_id": {"type": "string"},
    },
}  # fmt: skip


def _form(name: str, example: str) -> dict[str, Any]:
    schema = {"type": "object", "required": [name], "properties": {name: {"type": "string"}}}
    return {"application/x-www-form-urlencoded": {"schema": schema, "example": {name: example}}}


def _json(name: str, example: Any) -> dict[str, Any]:
    schema = {"type": "object", "required": [name], "properties": {name: {"type": "array"}}}
    return {JSON.media_type: {"schema": schema, "example": example}}


_QUERY_BODY: Final = {
    "application/sparql-query": {"schema": {"type": "string"}, "example": "ASK {}"},
    **_form("query", "ASK {}"),
}
_MATCH_BODY: Final = _json("queries", {"queries": [{"conditions": [{"matchType": "name", "propertyValue": "a"}]}]})
#: What is sent to the endpoints that are no SPARQL endpoint.
_BODIES: Final[dict[str, dict[str, Any]]] = {
    "reconcile.reconcile": _form("queries", '{"q0": {"query": "a"}}'),
    "reconcile.match": _MATCH_BODY,
    "reconcile.match_as_before": _MATCH_BODY,
    "validation.validate": {
        **{f.media_type: {"schema": {"type": "string"}} for f in READABLE_FORMATS},
        TURTLE.media_type: {"schema": {"type": "string"}, "example": "<urn:a> <urn:b> <urn:c> ."},
        **_form("data", "<urn:a> <urn:b> <urn:c> ."),
    },
    "reconcile.extend": _json("ids", {"ids": [], "properties": []}),
}


def _operation(site: Site, rule: Rule, method: str, view: Callable[..., Any]) -> dict[str, Any]:
    root = ".root" if rule.rule.endswith("/") and rule.rule != "/" else ""  # the same view without a path
    root += ".draft" if "/1.0/" in rule.rule else ""  # one view for two versions of a protocol
    operation: dict[str, Any] = {
        "operationId": f"{rule.endpoint}.{method.lower()}{root}",
        "summary": (view.__doc__ or "").strip().partition("\n\n")[0].replace("\n", " "),
        "parameters": _parameters(site, rule, method),
        "responses": _responses(rule.endpoint),
    }
    if method in ("POST", "QUERY"):
        operation["requestBody"] = {"required": True, "content": _BODIES.get(rule.endpoint, _QUERY_BODY)}
    return operation


def _parameters(site: Site, rule: Rule, method: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for converter, name in _CONVERTER.findall(rule.rule):
        schema = {"type": "integer", "minimum": 1} if converter == "int" else {"type": "string", "minLength": 1}
        row = {"name": name, "in": "path", "required": True, "schema": schema}
        if example := _example(site, rule, name):
            row["example"] = example
        found.append(row)
    queries = QUERIES.get(rule.endpoint, {}) if method == "GET" else {}
    for name, more in queries.items():
        row = {"name": name, "in": "query", "required": False, **more}
        if name in ("iri", "id") and rule.endpoint != "coreference.coreference" and (iri := _thing(site)):
            row["example"] = iri
        found.append(row)
    return found


def _example(site: Site, rule: Rule, name: str) -> Any:
    iri = _thing(site) or ""
    known: dict[tuple[str, str], Any] = {
        ("resource.thing", "path"): site.urls.relative(iri) if iri else None,
        ("resource.document", "path"): site.urls.relative(iri) if iri else None,
        ("downloads.current", "name"): "all.nt",
        ("downloads.file", "name"): "all.nt",
        ("discovery.sitemap", "number"): 1,
        ("problems.describe", "kind"): "not-found",
        ("reconcile.suggestions", "kind"): "entity",
    }
    return site.manifest.id if name == "release" else known.get((rule.endpoint, name))


def _thing(site: Site) -> str | None:
    """A thing with a plain name of its own."""
    for kind, _ in site.index.classes()[::-1]:
        for iri in site.index.instances(kind, 10):
            path = site.urls.relative(iri) or ""
            if (
                "#" not in iri
                and re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", path)
                and site.urls.dereferences(iri)
            ):
                return iri
    return None


def _responses(endpoint: str) -> dict[str, Any]:
    types = ["*/*"] if endpoint in _FILES else [f.media_type for f in _CONTENT.get(endpoint, (HTML,))]
    problem = {"$ref": "#/components/schemas/Problem"}
    failure = {PROBLEM.media_type: {"schema": problem}, HTML.media_type: {}}
    return {
        "200": {"description": "What was asked for.", "content": {name: {} for name in types}},
        "304": {"description": "What the client has is current."},
        "3XX": {"description": "It is at another address.", "headers": {"Location": {"schema": {"type": "string"}}}},
        "4XX": {"description": "The request can't be served.", "content": failure},
        "503": {"description": "Not now; Retry-After says when.", "content": failure},
    }
