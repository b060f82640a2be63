"""Content codings: which one a client takes (RFC 9110 §12.5.3), and bodies in it.

Each coding of a representation is a representation of its own, so it has its own strong ETag: that of the plain one
with the coding's name appended (§8.8.3.3).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, Protocol

import brotli
import zstandard

from parley.web.http.answer import Answer, Headers

#: Shorter bodies fit in a packet as they are.
SMALLEST: Final = 1024
#: Best first for a body that is compressed once and kept, and for one that is compressed while it is sent.
FOR_BODIES: Final = ("br", "zstd", "gzip")
FOR_STREAMS: Final = ("zstd", "gzip", "br")

_MEMBER = re.compile(r"\s*+([!#$%&'*+.^_`|~0-9A-Za-z-]++)\s*+(?:;\s*+[qQ]=([0-9.]++)\s*+)?")
_WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_TEXTS = ("text/", "application/json", "application/xml", "application/opensearch")
_OTHERS = frozenset(["application/n-triples", "application/n-quads", "application/trig", "application/linkset"])
_TAG = re.compile(r'((?:W/)?")([^"]*)-(?:br|zstd|gzip)"')


class Encoder(Protocol):
    """Compresses a body piece by piece."""

    def compress(self, data: bytes) -> bytes:
        """What can be sent after `data`; may be empty."""

    def flush(self) -> bytes:
        """The rest, after which nothing may follow."""


class _Brotli:
    def __init__(self) -> None:
        self._encoder = brotli.Compressor(quality=5)

    def compress(self, data: bytes) -> bytes:
        return bytes(self._encoder.process(data))

    def flush(self) -> bytes:
        return bytes(self._encoder.finish())


#: Levels at which a page costs about 3 ms for 300 kB and a stream a third of that; the slowest of brotli take 200 ms.
_ENCODERS: Final[dict[str, Callable[[], Encoder]]] = {
    "br": _Brotli,
    "zstd": lambda: zstandard.ZstdCompressor(level=3).compressobj(),
    "gzip": lambda: zlib.compressobj(6, zlib.DEFLATED, 31),
}


# Remembered, for browsers send few different values; bounded, for anybody may send others.
@lru_cache(maxsize=512)
def choose_coding(field: str, preferred: tuple[str, ...] = FOR_BODIES) -> str:
    """The coding that the value of `Accept-Encoding` gives most weight, among equals the first of `preferred`.

    >>> choose_coding("gzip, deflate, br;q=0.5")
    'gzip'
    >>> choose_coding("gzip;q=0")
    ''
    """
    weights: dict[str, float] = {}
    for member in field.split(","):
        match = _MEMBER.fullmatch(member)
        if match and (match[2] is None or _WEIGHT.fullmatch(match[2])):
            weights[match[1].lower().replace("x-gzip", "gzip")] = float(match[2] or 1)
    others = weights.get("*", 0.0)
    ranked = [(weights.get(coding, others), -place, coding) for place, coding in enumerate(preferred)]
    weight, _, best = max(ranked)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else ""


def is_text(content_type: str) -> bool:
    """Whether a body of this type gets smaller."""
    essence = content_type.partition(";")[0].strip().lower()
    return essence.startswith(_TEXTS) or essence.endswith(("+json", "+xml")) or essence in _OTHERS


def encoder(coding: str) -> Encoder:
    """A new encoder for one of the codings."""
    return _ENCODERS[coding]()


def encoded(answer: Answer, coding: str) -> Answer:
    """`answer` in `coding`, with `Vary` and an ETag of its own; as it is if nothing is gained by it."""
    if answer.status != 200 or not isinstance(answer.body, bytes) or len(answer.body) < SMALLEST:
        return answer
    fields = dict(answer.headers)
    if not _worth(fields):
        return answer
    fields["Vary"] = varying(fields.get("Vary", ""))
    if coding:
        work = encoder(coding)
        body = work.compress(answer.body) + work.flush()
        fields |= {"Content-Encoding": coding, "Content-Length": str(len(body))}
        if "ETag" in fields:
            fields["ETag"] = tagged(fields["ETag"], coding)
    else:
        body = answer.body
    return replace(answer, headers=list(fields.items()), body=body)


def _worth(fields: dict[str, str]) -> bool:
    return (
        is_text(fields.get("Content-Type", "")) and "Content-Encoding" not in fields and "Content-Range" not in fields
    )


def varying(field: str) -> str:
    """The value of `Vary` with `Accept-Encoding` in it.

    >>> varying("Accept")
    'Accept, Accept-Encoding'
    """
    names = [name.strip() for name in field.split(",") if name.strip()]
    return ", ".join(names if "accept-encoding" in map(str.lower, names) else [*names, "Accept-Encoding"])


def tagged(tag: str, coding: str) -> str:
    """The ETag of the representation in `coding`. A weak one stands for all codings.

    >>> tagged('"abc"', "br")
    '"abc-br"'
    """
    return tag if tag.startswith("W/") else f'{tag[:-1]}-{coding}"'


def without_coding(field: str, coding: str) -> str:
    """The value of `If-None-Match` as it would be without codings; tags of other codings than `coding` are left out.

    >>> without_coding('"abc-br", "abc-gzip"', "br")
    '"abc", "abc-gzip"'
    """
    return _TAG.sub(lambda match: f'{match[1]}{match[2]}"' if match[0].endswith(f'-{coding}"') else match[0], field)


def fields_of(headers: Headers, coding: str) -> Headers:
    """The header fields of a body that is compressed while it is sent."""
    fields = dict(headers)
    fields["Vary"] = varying(fields.get("Vary", ""))
    if coding:
        fields["Content-Encoding"] = coding
        fields.pop("Content-Length", None)
    return list(fields.items())


def known_to(app_environ: dict[str, Any], coding: str) -> dict[str, Any]:
    """The environment of a request with the ETags in its conditions as the application knows them."""
    given = [name for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH") if app_environ.get(name)]
    if not coding or not given:
        return app_environ
    return app_environ | {name: without_coding(app_environ[name], coding) for name in given}


def finished(answer: Answer, coding: str, given: str) -> Answer:
    """What to send for the application's `answer`: in `coding`, or a 304 with the tag that `given` names."""
    if answer.status != 304 or not coding:
        return encoded(answer, coding)
    headers = [
        (name, tagged(value, coding) if name == "ETag" and tagged(value, coding) in given else value)
        for name, value in answer.headers
    ]
    return replace(answer, headers=headers)
