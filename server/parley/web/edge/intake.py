"""What a request must satisfy before any code of ours looks into it (RFC 9110, RFC 9112 §3)."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import Final

from parley.errors import (
    BadRequest,
    ContentTooLarge,
    FieldsTooLarge,
    MethodUnknown,
    NotFound,
    UnsupportedMediaType,
    UriTooLong,
)
from parley.settings import Settings
from parley.web.edge.asgi import Receive
from parley.web.edge.head import RequestHead

#: Methods that some resource takes.
METHODS: Final = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
#: Methods that some resource knows, or that are refused resource by resource (405); others get 501.
KNOWN_METHODS: Final = frozenset([*METHODS, "PUT", "DELETE", "PATCH", "TRACE"])
#: Seconds in which a body must have arrived.
BODY_SECONDS: Final = 30.0
#: Seconds in which what is too large is read on, and dropped: most clients look for an answer only when all is sent.
DROPPING_SECONDS: Final = 1.0
#: Bytes of all header fields together.
HEADER_LIMIT: Final = 32 * 1024
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._~!$&'()*+,;=%-]++)(?::[0-9]*+)?")
_ESCAPE_FAULT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class UnsupportedCoding(UnsupportedMediaType):
    """The body is in a content coding that this resource does not take (RFC 9110 §15.5.16)."""

    field = "Accept-Encoding"


def check_head(head: RequestHead, settings: Settings) -> None:
    """Raise the RequestError that the request line or the header fields deserve.

    Nothing of the Host's value is ever used.
    """
    if head.method not in KNOWN_METHODS:
        raise MethodUnknown("No resource of this server knows the method.", cure="Use GET, HEAD, POST or OPTIONS.")
    if len(head.path) + 1 + len(head.query) > settings.request_line:
        raise UriTooLong(
            f"The address is longer than the limit (request_line) of {settings.request_line} bytes.",
            cure="Send long queries by POST.",
            limit=("request_line", settings.request_line),
        )
    if head.size > HEADER_LIMIT:
        raise FieldsTooLarge(f"The header fields are larger than {HEADER_LIMIT} bytes.", cure="Send fewer.")
    _check_host(head)
    if not head.is_for_the_server:
        _check_path(head.path, settings.prefix)


def _check_host(head: RequestHead) -> None:
    """Exactly one Host, and one that can be a host (RFC 9112 §3.2); Granian shows a missing one as empty."""
    hosts = head.hosts
    if head.is_old and hosts in ([], [b""]):
        return
    if len(hosts) != 1 or not hosts[0]:
        what = "no Host" if len(hosts) < 2 else "more than one Host"
        raise BadRequest(f"The request has {what}.", cure="Send exactly one Host field.")
    if not _HOST.fullmatch(hosts[0]):
        raise BadRequest("The Host field is not a host.", cure="Send the host and port of the address.")


def _check_path(path: str, prefix: str) -> None:
    if not path.startswith("/"):
        raise BadRequest("The request target is not a path.", cure="Send a path that starts with “/”.")
    if _ESCAPE_FAULT.search(path) or "\x00" in path or "%00" in path:
        raise BadRequest("The path has a percent sign that encodes nothing, or a NUL.", cure="Encode it properly.")
    if path.startswith("//"):  # WSGI applications take it for one slash, and would answer at two addresses
        raise NotFound("There is nothing at this address.", cure="Begin the path with one slash.")
    if path != prefix and not path.startswith(f"{prefix}/"):
        raise NotFound(f"The site is mounted under {prefix}/.", cure=f"Start at {prefix}/.")


async def read_body(head: RequestHead, receive: Receive, limit: int) -> bytes:
    """The request's body.

    Raises ContentTooLarge as soon as it is known to pass `limit`, BadRequest if it takes longer than `BODY_SECONDS` or
    breaks off, UnsupportedMediaType if it is compressed.
    """
    if not head.has_body:
        return b""
    coding = head.fields.get(b"content-encoding", b"identity").lower()
    if coding != b"identity":  # RFC 9110 §8.4: what a body expands to would be for us to limit, and nobody sends it
        message = f"The body is compressed ({coding[:40].decode('latin-1')})."
        raise UnsupportedCoding(message, accepted=("identity",), cure="Send it as it is.")
    declared = head.fields.get(b"content-length", b"0")
    try:
        if not declared.isdigit() or int(declared) > limit:
            raise _too_large(limit)
        async with asyncio.timeout(BODY_SECONDS):
            return await _collected(receive, limit)
    except ContentTooLarge:
        await _drop(receive)
        raise
    except TimeoutError:
        raise BadRequest(f"The body did not arrive within {BODY_SECONDS:g} seconds.", cure="Send it faster.") from None


async def _drop(receive: Receive) -> None:
    """Read the rest of a body for a moment: on a connection that is closed before, its client never reads why."""
    with suppress(TimeoutError):
        async with asyncio.timeout(DROPPING_SECONDS):
            while (await receive()).get("more_body", False):
                pass


async def _collected(receive: Receive, limit: int) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            # or the chunks make no sense: then the client is there, and reads this
            raise BadRequest("The body breaks off, or its chunks are malformed.", cure="Send all of it.")
        body += message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
        more = message.get("more_body", False)
    return bytes(body)


def _too_large(limit: int) -> ContentTooLarge:
    message = f"The body is larger than the limit (request_body) of {limit} bytes."
    return ContentTooLarge(message, cure="Send less.", limit=("request_body", limit))
