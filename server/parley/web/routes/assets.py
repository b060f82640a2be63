"""The bundled assets, under names that hold their hash."""

from __future__ import annotations

import re
from importlib.resources import as_file, files

from flask import Blueprint, Response, send_file

from parley.errors import NotFound
from parley.web.http import caching

blueprint = Blueprint("assets", __name__)

_NAME = re.compile(r"[A-Za-z0-9_-]+\.(css|js|svg|woff2)")


@blueprint.get("/static/build/<name>")
def asset(name: str) -> Response:
    """A bundled file; its name changes with its content, so it never needs to be asked for again."""
    found = files("parley.web") / "static" / "build" / name
    if not _NAME.fullmatch(name) or not found.is_file():
        raise NotFound("There is no such asset.", cure="Load the page again: it names the assets it needs.")
    with as_file(found) as path:
        response = send_file(path, etag=name, last_modified=None, conditional=True)
    if response.status_code == 200:
        response.direct_passthrough = False  # whole, so that it is compressed once and kept
        response.set_data(response.get_data())
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = caching.IMMUTABLE
    response.headers.pop("Last-Modified", None)
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it unasked; pages name their icon themselves."""
    raise NotFound("There is no favicon.ico.", cure="Pages link to their icon.")
