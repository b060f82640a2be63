"""Header fields as the standards spell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from flask import Response

#: What every response carries: scripts of other origins may read it (CORS; the rest of the headers they need are
#: safelisted by the Fetch standard), and browsers take it for nothing else than it is.
COMMON: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, ETag, Location, Content-Location, Retry-After, Vary, X-Request-Id, "
    "Repr-Digest, Accept-Ranges, Accept-Query",
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
#: Bytes of a `Link` field and of a `Content-Location`. Proxies give all the fields of an answer one buffer, often of
#: 4 KiB, and answer 502 when they pass it; some clients refuse fields above 64 KiB.
LONGEST_LINK: Final = 2700
LONGEST_LOCATION: Final = 1000
#: What is sent first where not all fits: the linkset has the rest, and so has the head of the HTML.
_FIRST: Final = ("next", "linkset", "license", "describes", "canonical", "cite-as", "alternate")

Link = tuple[str, Mapping[str, str]]


def link_header(links: Iterable[Link]) -> str:
    """A `Link` field (RFC 8288 §3): targets with their parameters, ASCII only.

    >>> link_header([("/doc/a.ttl", {"rel": "alternate", "type": "text/turtle"})])
    '</doc/a.ttl>; rel="alternate"; type="text/turtle"'
    """
    return ", ".join(
        f"<{uri(target)}>" + "".join(f'; {name}="{value}"' for name, value in parameters.items())
        for target, parameters in links
    )


# The same few addresses stand in the fields of every page, and several times in those of each.
@lru_cache(maxsize=2048)
def uri(iri: str) -> str:
    """The URI of an IRI (RFC 3987 §3.1), fit for a header: percent signs stay, all that is not ASCII is encoded.

    >>> uri("http://example.org/é%2F<x>")
    'http://example.org/%C3%A9%2F%3Cx%3E'
    """
    return quote(iri, safe="%/:?#[]@!$&'()*+,;=-._~")


def fitting(links: Sequence[Link], longest: int = LONGEST_LINK) -> str:
    """A `Link` field of those of `links` that `longest` bytes have room for, all of a relation or none.

    >>> fitting([("/a", {"rel": "item"}), ("/b", {"rel": "linkset"})], longest=25)
    '</b>; rel="linkset"'
    """
    field = link_header(links)
    if len(field) <= longest:
        return field
    relations = dict.fromkeys([*_FIRST, *(more["rel"] for _, more in links)])
    kept: list[Link] = []
    for relation in relations:
        wider = [link for link in links if link in kept or link[1]["rel"] == relation]
        kept = wider if len(link_header(wider)) <= longest else kept
    return link_header(kept)


def complete(response: Response, fields: Mapping[str, str]) -> None:
    """Give `response` those of `fields` that it has not."""
    present = {name.lower() for name, _ in response.headers}
    for name, value in fields.items():
        if name.lower() not in present:
            response.headers.add(name, value)


def locate(response: Response, address: str) -> None:
    """Say where the variant that is sent has an address of its own (RFC 9110 §8.7), unless that is very long."""
    response.headers.update(located(address))


def located(address: str) -> list[tuple[str, str]]:
    """The field for `locate`."""
    return [("Content-Location", address)] if len(address) <= LONGEST_LOCATION else []
