"""Pages of ours under an address that is spelt otherwise: a slash too many, or escapes for plain letters."""

from __future__ import annotations

import re
from typing import Final

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from parley.web.http.redirects import redirect_to
from parley.web.site import current_site

#: Escapes that mean the same as the character (RFC 3986 §2.3), but not the dot: that may be a step of a path.
_NEEDLESS: Final = re.compile(r"%(?:2[Dd]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])")
#: What answers for any path, and so tells nothing about it.
_ANYTHING: Final = frozenset(["resource.thing", "resource.thing_in"])


def unescaped() -> Response | None:
    """A redirect from an address with needless escapes to the page that it means (RFC 3986 §6.2.2.2)."""
    sent = request.environ["PATH_INFO"]
    return _moved(_NEEDLESS.sub(lambda match: chr(int(match[0][1:], 16)), sent)) if "%" in sent else None


def without_slash() -> Response | None:
    """A redirect from the address of a page with a slash after it."""
    return _moved(request.environ["PATH_INFO"].rstrip("/"))


def misspelt() -> Response | None:
    """A redirect from an address that is only a thing's, if any, to the page that is meant."""
    return None if _is_ours(request.environ["PATH_INFO"]) else unescaped() or without_slash()


def _moved(path: str) -> Response | None:
    """A redirect to `path`, with the query, if that is another address than the one sent, and a page of ours."""
    if path in ("", request.environ["PATH_INFO"]) or not _is_ours(path):
        return None
    query = request.query_string.decode("ascii", "replace")
    return redirect_to(current_site().settings.prefix + path + (f"?{query}" if query else ""), 308)


def _is_ours(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and adapter.match(path, method="GET")[0] not in _ANYTHING
    except HTTPException:
        return False
