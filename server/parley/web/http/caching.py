"""Validators and freshness: ETag, conditional requests (RFC 9110 §13), Cache-Control (RFC 9111, 5861, 8246).

A strong ETag stands for bytes: it hashes the release, the renderer's fingerprint, the path and the variant, so two
replicas of one release agree on it and no two variants share one. Times play no part in it.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from operator import attrgetter

from flask import Response, request
from werkzeug.http import parse_etags

from parley import __version__
from parley.errors import RequestError
from parley.settings import Settings

#: A page or document of the current release: it may be replaced at any time.
DOCUMENT = "public, max-age=300, stale-while-revalidate=60, stale-if-error=86400"
#: What carries its release or its own hash in the path.
IMMUTABLE = "public, max-age=31536000, immutable"
#: A redirect (303) has no freshness of its own (RFC 9110 §15.4.4), so it is given some.
REDIRECT = "public, max-age=300"

#: Settings that show in responses; the rest must not change a validator.
_VISIBLE = ("prefix", "incoming_page", "api_rows", "query_seconds", "result_bytes")
_visible_of = attrgetter(*_VISIBLE)
#: Header fields of the 200 that a 304 repeats (RFC 9110 §15.4.5), and those without which a browser shows neither to a
#: script of another origin that revalidates by itself (Fetch standard, CORS check).
_OF_BROWSERS = ("access-control-allow-origin", "access-control-expose-headers")
KEPT = frozenset(
    ["cache-control", "content-location", "date", "etag", "expires", "last-modified", "link", "vary", *_OF_BROWSERS]
)


@lru_cache(maxsize=1)
def _code_fingerprint() -> str:
    """Hash of the package's version, templates, messages and assets: all that shapes a page besides the release."""
    digest = hashlib.sha256(__version__.encode())
    for folder in ("templates", "messages", "static"):
        _digest_tree(files("parley.web") / folder, digest)
    return digest.hexdigest()


def _digest_tree(node: Traversable, digest: hashlib._Hash) -> None:
    if node.is_file():
        digest.update(node.name.encode() + b"\0" + node.read_bytes())
    elif node.is_dir():
        for child in sorted(node.iterdir(), key=lambda item: item.name):
            _digest_tree(child, digest)


def renderer_fingerprint(settings: Settings) -> str:
    """What the same release may be rendered differently by: code, templates, assets, settings that show."""
    return _fingerprint(_visible_of(settings))


@lru_cache(maxsize=64)
def _fingerprint(visible: tuple[object, ...]) -> str:
    named = dict(zip(_VISIBLE, visible, strict=True))
    return hashlib.sha256((_code_fingerprint() + json.dumps(named)).encode()).hexdigest()


def etag(release: str, settings: Settings, path: str, *variant: str) -> str:
    """The opaque tag, without quotes, of the variant of `path` in `release` (RFC 9110 §8.8.3).

    `variant` is all that the bytes depend on besides the path: media type, language, page number …
    """
    parts = [release, renderer_fingerprint(settings), path, *variant]
    return hashlib.sha256(ascii(parts).encode()).hexdigest()[:32]


def not_modified(tag: str, *, weak: bool = False) -> bool:
    """Whether the request's `If-None-Match` names `tag` (weak comparison, RFC 9110 §13.1.2).

    `If-Modified-Since` is never looked at: releases have no honest modification time to the second, and a client that
    has an ETag must be answered by it (§13.2.2). `*` matches unless the answer is `weak`, that is, not known to exist.
    """
    return names(request.headers.get("If-None-Match"), tag, weak=weak)


def names(field: str | None, tag: str, *, weak: bool = False) -> bool:
    """Whether the value of an `If-None-Match` field names `tag`; see `not_modified`."""
    if not field:
        return False
    given = parse_etags(field)
    return not weak if given.star_tag else given.contains_weak(tag)


class PreconditionFailed(RequestError):
    """The resource is not in the state that the request names."""

    http_status = 412
    kind = "precondition-failed"


def require(given: str | None, tag: str) -> None:
    """Raise PreconditionFailed if the `If-Match` that is `given` names something else than the ETag `tag`.

    Strong comparison (RFC 9110 §13.1.1): a weak tag, or none (""), is never named.
    """
    wanted = parse_etags(given)
    if wanted and not (wanted.star_tag or (tag.startswith('"') and wanted.is_strong(tag.strip('"')))):
        raise PreconditionFailed("What is here is not what “If-Match” names.", cure="Ask again without it.")


def part_is_wanted(tag: str) -> bool:
    """Whether a part may be sent: the client lacks the whole, and `If-Range`, if there is one, names just these bytes.

    `Range` comes after `If-None-Match` (RFC 9110 §13.2.2). `If-Range` compares strongly, and a date in it names
    nothing, for we send none to compare with (§13.1.5).
    """
    given = request.headers.get("If-Range")
    return not not_modified(tag) and (given is None or given.strip() == f'"{tag}"')


def fields(tag: str, *, weak: bool = False, cache_control: str = DOCUMENT) -> list[tuple[str, str]]:
    """The header fields that say which bytes these are, and for how long they may be used."""
    return [("ETag", f'W/"{tag}"' if weak else f'"{tag}"'), ("Cache-Control", cache_control)]


def conditional(response: Response, tag: str, *, weak: bool = False, cache_control: str = DOCUMENT) -> Response:
    """`response` with its ETag and `Cache-Control`, or the 304 that takes its place. Raises PreconditionFailed.

    Negotiate first: the tag must be that of the variant chosen. Call it last: a 304 repeats `Vary` and its like.
    """
    response.headers.update(fields(tag, weak=weak, cache_control=cache_control))
    response.vary.add("Accept-Encoding")  # the edge compresses
    if not weak:  # a weak tag stands for a query: the edge looks when there is the result, and with it the strong one
        require(request.headers.get("If-Match"), f'"{tag}"')
    safe = request.method in ("GET", "HEAD", "QUERY")
    if not safe or response.status_code != 200 or not not_modified(tag, weak=weak):
        return response
    slim = Response(status=304)
    slim.headers.clear()
    for name, value in response.headers:
        if name.lower() in KEPT:
            slim.headers.add(name, value)
    return slim
