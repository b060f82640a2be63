"""Whether this worker lives, and whether the site can answer: for load balancers and service managers."""

from __future__ import annotations

from flask import Blueprint, Response

from parley.engine.protocol import QueryRequest
from parley.web.stream import Stream

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """The worker answers; says nothing of the engine."""
    response = Response("ok\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/readyz")
def readyz() -> Response:
    """The engine answers the simplest of queries: 200, else 503."""
    stream = Stream(QueryRequest("ASK {}"))
    stream.headers["Cache-Control"] = "no-store"
    return stream
