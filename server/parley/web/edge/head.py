"""A request's head, read in one pass over its fields: all that the edge, before Flask, wants to know of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_from_bytes

from parley.web.http.compression import FOR_BODIES, choose_coding

#: Fields that ask for something else than the whole current answer, or may.
_SPECIAL: Final = frozenset(
    [b"if-match", b"if-modified-since", b"if-unmodified-since", b"if-range", b"range",
     b"authorization", b"accept-datetime"]
)  # fmt: skip
#: The fields that the edge looks at; the rest is for Flask.
_WANTED: Final = _SPECIAL | {
    b"host",
    b"accept",
    b"accept-encoding",
    b"accept-language",
    b"if-none-match",
    b"content-encoding",
    b"content-type",
    b"content-length",
    b"transfer-encoding",
}
#: All ASCII that may be in a request target; other bytes are percent-encoded, which means the same (RFC 3986 §2.1).
_PRINTABLE: Final = "".join(chr(code) for code in range(0x21, 0x7F))
_PLAIN = re.compile(rb"[\x21-\x7e]*+")


@dataclass(slots=True)
class RequestHead:
    """Request line and fields; `path` is as received, in ASCII, `size` the bytes of all fields together.

    `fields` holds what the edge looks at, by lower-case name; the values of a repeated field are joined by commas.
    `hosts` are all Host fields.
    """

    method: str
    path: str
    query: bytes
    version: str
    fields: Mapping[bytes, bytes]
    hosts: list[bytes]
    size: int

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> RequestHead:
        """The head of an ASGI scope."""
        fields: dict[bytes, bytes] = {}
        hosts: list[bytes] = []
        size = 0
        for name, value in scope["headers"]:
            size += len(name) + len(value) + 4
            if name in _WANTED:
                if name == b"host":
                    hosts.append(value)
                else:
                    fields[name] = fields[name] + b"," + value if name in fields else value
        path = raw_path(scope)
        return cls(scope["method"], path, scope["query_string"], scope["http_version"], fields, hosts, size)

    def field(self, name: bytes) -> str | None:
        """The value of a field that the edge looks at, as text."""
        value = self.fields.get(name)
        return None if value is None else value.decode("latin-1")

    def coding(self, preferred: tuple[str, ...] = FOR_BODIES) -> str:
        """The content coding to answer in; "" is none, also where nothing is said."""
        return choose_coding(self.fields.get(b"accept-encoding", b"").decode("latin-1"), preferred)

    @property
    def is_plain(self) -> bool:
        """Whether it asks to read the whole current answer, and nothing else."""
        return self.method in ("GET", "HEAD", "QUERY") and _SPECIAL.isdisjoint(self.fields)

    @property
    def is_for_the_server(self) -> bool:
        """Whether it asks what the server as a whole can do (RFC 9110 §9.3.7)."""
        return self.method == "OPTIONS" and self.path == "*"

    @property
    def is_old(self) -> bool:
        """Whether it is HTTP/1.0; Granian leaves the minor version out."""
        return self.version in ("1", "1.0")

    @property
    def has_conditions(self) -> bool:
        """Whether it depends on what the client has."""
        return b"if-none-match" in self.fields or b"if-match" in self.fields

    @property
    def has_body(self) -> bool:
        """Whether a body follows."""
        return b"content-length" in self.fields or b"transfer-encoding" in self.fields


def raw_path(scope: Mapping[str, Any]) -> str:
    """The path as received, in ASCII."""
    raw: bytes = scope["raw_path"]
    return raw.decode("ascii") if _PLAIN.fullmatch(raw) else quote_from_bytes(raw, safe=_PRINTABLE)
