"""Redirects to relative references, so that clients stay on the host that serves."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from flask import Response, request
from markupsafe import Markup

from parley.formats import HTML
from parley.web.http import caching


class Elsewhere(Exception):
    """What was asked for has another address, `target`: raised where no response can be returned."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


def moved(elsewhere: Elsewhere) -> Response:
    """The redirect that `elsewhere` asks for, which keeps method and body (RFC 9110 §15.4.9)."""
    return redirect_to(elsewhere.target, HTTPStatus.PERMANENT_REDIRECT)


def same_but(parameter: str, value: str, path: str = "") -> str:
    """The address of this request with another `value` of a parameter of its query; without it if that is empty.

    `path` is that of the address, if it is another.
    """
    kept = []
    for field in request.query_string.decode("ascii", "replace").split("&"):
        if unquote_plus(field.partition("=")[0]) != parameter:
            kept.append(field)
        elif value:
            kept.append(f"{parameter}={value}")
            value = ""  # of several, the first is meant
    kept = [field for field in kept if field] + ([f"{parameter}={value}"] if value else [])
    path = path or own_path()
    return f"{path}?{'&'.join(kept)}" if kept else path


def own_path() -> str:
    """The path of this request as it was sent, with the mount prefix."""
    return str(request.environ["SCRIPT_NAME"]) + str(request.environ["PATH_INFO"])


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
