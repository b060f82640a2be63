"""Whether this worker lives, whether the site can answer, and what it is: for load balancers and service managers."""

from __future__ import annotations

import json
import platform
import shutil
from typing import Any

from flask import Blueprint, Response

from parley import __version__
from parley.engine.protocol import Head, QueryRequest
from parley.formats import JSON, TEXT
from parley.serving import told_state
from parley.web.http.stream import Stream
from parley.web.site import current_site

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """The worker answers; says nothing of the engine."""
    response = Response("ok\n", content_type=TEXT.content_type)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether the site can do its work: the engine answers, the release is sound, the disk has room, it is not ending.

    200, else 503, with the checks one by one.
    """
    checks = _checks()
    if not all(check["ok"] for check in checks.values()):
        return _report(checks)
    # every syntax of the answer is turned into the report; a failure is a problem document with 503
    return Stream(QueryRequest("ASK {}"), page=lambda head, _body: _report(checks, head), paged=["boolean"])


@blueprint.get("/version")
def version() -> Response:
    """The software and the release that answer."""
    site = current_site()
    return _json(
        {
            "software": "Parley",
            "version": __version__,
            "python": platform.python_version(),
            "release": site.manifest.id,
            "created": site.manifest.created,
            "base": site.publication.base,
        }
    )


def _checks() -> dict[str, dict[str, Any]]:
    site = current_site()
    state = told_state(site.run)
    free = shutil.disk_usage(site.release).free
    return {
        "serving": {"ok": not state.get("draining", False), "detail": state.get("notice", "")},
        "release": {
            "ok": state.get("verified", True) is not False,
            "id": site.manifest.id,
            "detail": {True: "verified", None: "its files are being hashed", False: "damaged"}[
                state.get("verified", True)
            ],
        },
        "disk": {"ok": free >= site.settings.disk_floor, "free": free, "floor": site.settings.disk_floor},
    }


def _report(checks: dict[str, dict[str, Any]], head: Head | None = None) -> Response:
    ready = all(check["ok"] for check in checks.values()) and head is not None
    report = {"ready": ready, "checks": checks | {"engine": {"ok": head is not None}}}
    response = _json(report, 200 if ready else 503)
    if not ready:
        response.headers["Retry-After"] = "1"
    return response


def _json(value: dict[str, Any], status: int = 200) -> Response:
    body = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    response = Response(body, status=status, content_type=JSON.content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
