"""Redirects to relative references, so that clients stay on the host that serves."""

from __future__ import annotations

from flask import Response
from markupsafe import Markup

from parley.formats import HTML
from parley.web import caching


def redirect_to(target: str, status: int, cache_control: str = caching.REDIRECT) -> Response:
    """A redirect to `target`, a relative reference, with a short body that links to it (RFC 9110 §15.4.4)."""
    body = Markup('<!DOCTYPE html>\n<title>→</title>\n<p><a href="{0}">{0}</a></p>\n').format(target)
    response = Response(body, status=status, content_type=HTML.content_type)
    response.headers["Location"] = target
    response.headers["Cache-Control"] = cache_control
    response.autocorrect_location_header = False
    return response
