"""Header fields as the standards spell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote


def link_header(links: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    """A `Link` field (RFC 8288 §3): targets with their parameters, ASCII only.

    >>> link_header([("/doc/a.ttl", {"rel": "alternate", "type": "text/turtle"})])
    '</doc/a.ttl>; rel="alternate"; type="text/turtle"'
    """
    return ", ".join(
        f"<{uri(target)}>" + "".join(f'; {name}="{value}"' for name, value in parameters.items())
        for target, parameters in links
    )


def uri(iri: str) -> str:
    """The URI of an IRI (RFC 3987 §3.1), fit for a header: percent signs stay, all that is not ASCII is encoded.

    >>> uri("http://example.org/é%2F<x>")
    'http://example.org/%C3%A9%2F%3Cx%3E'
    """
    return quote(iri, safe="%/:?#[]@!$&'()*+,;=-._~")
