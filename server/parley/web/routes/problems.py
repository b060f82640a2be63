"""Every failure as RFC 9457 `application/problem+json`, or as a page for those who prefer HTML."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable

from parley import errors
from parley.errors import ParleyError
from parley.formats import FORMATS, HTML, JSON, PROBLEM
from parley.web.http import negotiate
from parley.web.http.redirects import same_but
from parley.web.page import pages
from parley.web.routes import spelling
from parley.web.site import current_site

log = logging.getLogger(__name__)
blueprint = Blueprint("problems", __name__)

#: Key of the WSGI environment that holds the request's id.
REQUEST_ID = "parley.request_id"
#: Seconds after which a client may ask again when the failure is ours.
RETRY_AFTER = 1


def register(app: Flask) -> None:
    """Make `app` answer every failure as a problem, and serve the documents that describe the types."""
    app.register_error_handler(ParleyError, respond)
    app.register_error_handler(HTTPException, _http_exception)
    app.register_error_handler(Exception, _defect)
    app.register_blueprint(blueprint)


def title(kind: str) -> str:
    """The short summary of a type of problem: `query-timeout` → `Query timeout`."""
    return kind.replace("-", " ").capitalize()


def document(error: ParleyError, *, prefix: str = "", request_id: str = "") -> dict[str, Any]:
    """The members of the problem document for `error` (RFC 9457 §3)."""
    members: dict[str, Any] = {
        "type": f"{prefix}/problems/{error.kind}",
        "title": title(error.kind),
        "status": error.http_status,
        "detail": error.message,
    }
    extensions: dict[str, Any] = {"cure": error.cure, "request_id": request_id}
    for name in ("line", "column", "available", "accepted", "allowed", "successor", "retry_after"):
        extensions[name] = getattr(error, name, None)
    if error.limit is not None:
        extensions["limit"] = {"name": error.limit[0], "value": error.limit[1]}
    return members | {name: value for name, value in extensions.items() if value not in (None, "")}


def headers(error: ParleyError) -> dict[str, str]:
    """The headers that go with `error`: never stored, and what RFC 9110 asks for with its status."""
    fields = {"Cache-Control": "no-store"}
    if error.http_status == HTTPStatus.SERVICE_UNAVAILABLE:
        fields["Retry-After"] = str(getattr(error, "retry_after", RETRY_AFTER))
    if isinstance(error, errors.MethodNotAllowed):
        fields["Allow"] = ", ".join(error.allowed)
    if isinstance(error, RangeUnsatisfiable):
        fields["Content-Range"] = f"bytes */{error.length}"
    if isinstance(error, errors.UnsupportedMediaType):
        fields[getattr(error, "field", "Accept")] = ", ".join(error.accepted)
    return fields


def encode(members: Mapping[str, Any]) -> bytes:
    """A problem document's bytes."""
    return json.dumps(members, ensure_ascii=False, indent=2).encode() + b"\n"


def respond(error: ParleyError, **shown: Any) -> Response:
    """The response for `error`, as JSON unless the client prefers HTML; `shown` is what the page tells besides."""
    if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("%s on %s: %s", error.kind, request.path, error)
    members = document(error, prefix=current_site().settings.prefix, request_id=request.environ.get(REQUEST_ID, ""))
    if isinstance(error, errors.NotAcceptable) and (alternates := _alternates(error)):
        members["alternates"] = alternates
    chosen = negotiate.choose(request.headers.get("Accept"), (PROBLEM, HTML))
    if chosen is HTML:
        body: str | bytes = render_template("error.html", problem=members, error=error, start=_start(error), **shown)
    else:
        body = encode(members)
    kind = HTML if chosen is HTML else PROBLEM
    response = Response(body, status=error.http_status, content_type=kind.content_type)
    if chosen is HTML:
        pages.finish(response)
    response.headers.update(headers(error))
    response.vary.add("Accept")
    return response


def _alternates(error: errors.NotAcceptable) -> list[dict[str, str]]:
    """Where each of the formats there are is had, for a request that an address is enough for (RFC 9110 §15.5.7)."""
    if request.method not in ("GET", "HEAD"):
        return []
    found = []
    for kind in error.available:
        known = next((f for f in FORMATS if f.media_type == kind), None)
        value, label = (known.name, known.label) if known else (quote(kind.rpartition("#")[2], safe="/"), kind)
        found.append({"href": same_but(error.parameter, value, error.path), "type": kind, "label": label})
    return found


def _start(error: ParleyError) -> str:
    """Where a reader whose choices are not understood may choose again: the same page, without any."""
    chosen = "/queries/" in request.path or request.path.endswith("/search")
    if error.http_status != HTTPStatus.BAD_REQUEST or not request.query_string or not chosen:
        return ""
    return current_site().urls.local(request.path.lstrip("/"))


def _http_exception(error: HTTPException) -> Response:
    """Flask's and Werkzeug's own exceptions as ours."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return Response(status=error.code or 200)
    if isinstance(error, MethodNotAllowed) and (moved := spelling.misspelt()):
        return moved  # things take GET only, and any address may be a thing's: the page that is meant may take more
    return respond(_translated(error))


def _translated(error: HTTPException) -> ParleyError:
    if isinstance(error, MethodNotAllowed):
        allowed = tuple(sorted(error.valid_methods or ()))
        return errors.MethodNotAllowed(
            f"{request.method} is not a method of this resource.", allowed=allowed, cure=f"Use {' or '.join(allowed)}."
        )
    if error.code == HTTPStatus.NOT_FOUND:
        return errors.NotFound(
            "There is nothing at this address.", cure="Check the spelling, or start from the home page."
        )
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return errors.ContentTooLarge("The request's body is too large.", cure="Send less.")
    if isinstance(error, RequestedRangeNotSatisfiable):
        return RangeUnsatisfiable(
            "The range lies outside of the file.", length=error.length, cure="Ask for a part of what there is."
        )
    return _Other(error.code or 500, error.description or error.name)


class RangeUnsatisfiable(errors.RequestError):
    """The part asked for lies outside of what there is, `length` bytes (RFC 9110 §15.5.17)."""

    http_status = 416
    kind = "range-unsatisfiable"

    def __init__(self, message: str, *, length: int | None, cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.length = length


class _Other(ParleyError):
    """An HTTP error that has no class of its own."""

    kind = "bad-request"

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.http_status = status  # type: ignore[misc]  # the one class whose status is its instance's


def _defect(error: Exception) -> Response:
    """A defect of ours: the log gets the trace, the client the request id under which to find it."""
    log.error("request %s failed", request.environ.get(REQUEST_ID, "?"), exc_info=error)
    return respond(
        ParleyError("The server failed to answer: a defect of its own.", cure="Report it with the request id, please.")
    )


@blueprint.get("/problems/<kind>")
def describe(kind: str) -> Response:
    """What a type of problem means: the address that `type` in a problem document holds."""
    found = _types().get(kind)
    if found is None:
        raise errors.NotFound(f"There is no type of problem called “{kind[:80]}”.")
    about = {"title": title(kind), "status": found.http_status, "description": (found.__doc__ or "").split("\n")[0]}
    chosen = negotiate.choose_format(request.headers.get("Accept"), request.args.get("format"), (HTML, JSON))
    if chosen is HTML:
        response = pages.respond("problem.html", about=about)
    else:
        response = Response(encode(about), content_type=JSON.content_type)
    response.vary.add("Accept")
    return response


@cache
def _types() -> dict[str, type[ParleyError]]:
    """Every type of problem by its kind; of classes that share one, the most general."""
    found: dict[str, type[ParleyError]] = {}
    waiting = [ParleyError]
    for error in waiting:
        found.setdefault(error.kind, error)
        waiting += error.__subclasses__()
    return found
