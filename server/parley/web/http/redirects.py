"""Redirects to relative references, so that clients stay on the host that serves."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

from flask import Response
from markupsafe import Markup

from parley.formats import HTML
from parley.web.http import caching


def relative(response: Response) -> Response:
    """Werkzeug's own redirects, of addresses that lack a slash, as ours: without the host that `adapter` makes up."""
    if response.status_code == HTTPStatus.PERMANENT_REDIRECT and (response.location or "").startswith("http:"):
        target = urlsplit(response.location or "")
        return redirect_to(urlunsplit(("", "", target.path, target.query, "")), HTTPStatus.PERMANENT_REDIRECT)
    return response


def redirect_to(target: str, status: int, cache_control: str = caching.REDIRECT) -> Response:
    """A redirect to `target`, a relative reference, with a short body that links to it (RFC 9110 §15.4.4)."""
    body = Markup('<!DOCTYPE html>\n<title>→</title>\n<p><a href="{0}">{0}</a></p>\n').format(target)
    response = Response(body, status=status, content_type=HTML.content_type)
    response.headers["Location"] = target
    response.headers["Cache-Control"] = cache_control
    response.autocorrect_location_header = False
    return response
