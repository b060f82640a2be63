"""The Flask application of one release: its blueprints, error handlers and the headers that every response carries.

One application is made per release and dropped with it, so nothing in it ever changes.
"""

from __future__ import annotations

import re
from functools import partial

from flask import Flask, Response, request
from werkzeug.routing import BaseConverter, Map

from parley.engine.checking import Checker
from parley.errors import Gone
from parley.web.http import redirects
from parley.web.http.headers import COMMON, complete
from parley.web.page import pages
from parley.web.routes import (
    about,
    assets,
    completion,
    context,
    coreference,
    discovery,
    downloads,
    graph_store,
    health,
    history,
    home,
    links,
    llms,
    openapi,
    operations,
    problems,
    queries,
    reconcile,
    resource,
    search,
    sparql,
    validation,
    why,
)
from parley.web.site import EXTENSION, Site

_MODULES = (
    about,
    home,
    discovery,
    openapi,
    context,
    resource,
    search,
    why,
    sparql,
    completion,
    graph_store,
    queries,
    operations,
    llms,
    reconcile,
    coreference,
    validation,
    downloads,
    assets,
    health,
)


def create_app(site: Site, *, archived: bool = False) -> Flask:
    """The application that serves `site`; with `archived` as a release that is no longer current.

    Paths reach it percent-encoded as the client sent them (see `adapter`); `<language:language>` in a rule matches
    the languages of the publication only.
    """
    app = Flask("parley.web", static_folder=None)
    app.extensions[EXTENSION] = site
    app.extensions[validation.CHECKER] = Checker(site.release, site.settings)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # members keep the order of the specification
    app.url_map = Map(merge_slashes=False, host_matching=False)
    app.url_map.converters["language"] = _language_converter(site.publication.languages)
    app.after_request(_common_headers)
    pages.register(app)
    problems.register(app)
    links.register(app)
    app.register_error_handler(Gone, history.respond_gone)
    app.register_error_handler(redirects.Elsewhere, redirects.moved)
    if not archived:
        history.register(app, partial(create_app, archived=True))
    for module in _MODULES:
        app.register_blueprint(module.blueprint)
    app.after_request(redirects.relative)  # the last to be registered is the first to be called
    return app


def make_ready(app: Flask) -> None:
    """Compile all templates, for which the first who comes would otherwise wait."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


def _language_converter(languages: tuple[str, ...]) -> type[BaseConverter]:
    class LanguageConverter(BaseConverter):
        regex = "|".join(map(re.escape, languages))
        part_isolating = True

    return LanguageConverter


def _common_headers(response: Response) -> Response:
    complete(response, COMMON)
    if response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    if request.method == "OPTIONS":
        response.headers.remove("Content-Type")  # there is no content
        response.headers["Allow"] = ", ".join(sorted(response.allow))
        _answer_preflight(response)
    return response


def _answer_preflight(response: Response) -> None:
    """Let scripts of any origin ask what anybody may ask (Fetch standard, CORS preflight); no credentials."""
    if request.headers.get("Access-Control-Request-Method"):
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Content-Type, If-None-Match, Range"
        response.headers["Access-Control-Max-Age"] = "86400"
