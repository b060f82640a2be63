"""One request to a SPARQL endpoint and its answer, over a connection of its own; blocking, for a thread."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

import parley
from parley.errors import EngineLost

_CHUNK = 64 * 1024
_AWAY = "Try again in a minute; the operator may look at the engine."


class Exchange:
    """The connection to `endpoint`, `made` already or not; a silence longer than `seconds` ends it."""

    def __init__(self, endpoint: str, seconds: float, made: socket.socket | None = None) -> None:
        parts = urlsplit(endpoint)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=seconds + 1)
        if made is not None:
            self._connection.sock = made
            self._connection.auto_open = 0  # never look the name up again
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._response: http.client.HTTPResponse | None = None

    @staticmethod
    def host_of(endpoint: str) -> str:
        """The name that the endpoint's certificate must have."""
        return urlsplit(endpoint).hostname or ""

    def send(self, query: str, accept: str, defaults: Iterable[str], named: Iterable[str]) -> tuple[int, str]:
        """Post a query; the answer's status and media type. Raises EngineLost."""
        fields = [("query", query)]
        fields += [("default-graph-uri", iri) for iri in defaults] + [("named-graph-uri", iri) for iri in named]
        # public endpoints turn away clients that don't say what they are
        agent = f"Parley/{parley.__version__} (linked data publisher)"
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded", "User-Agent": agent}
        try:
            self._connection.request("POST", self._target, urlencode(fields), headers)
            self._response = self._connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise EngineLost("The engine can't be reached.", cure=_AWAY) from error
        return self._response.status, self._response.headers.get("Content-Type", "")

    @property
    def cut(self) -> str:
        """Why the answer is not whole though its status is 200, or "": Virtuoso says so in fields of its own."""
        assert self._response is not None
        if self._response.headers.get("X-SQL-State") == "S1TAT":
            return "it was interrupted, and answers with what it had found by then"
        return ""

    @property
    def most_rows(self) -> int | None:
        """The number of solutions above which the endpoint cuts, if it says so."""
        assert self._response is not None
        text = self._response.headers.get("X-SPARQL-MaxRows", "")
        return int(text) if text.isascii() and text.isdigit() else None

    def read(self) -> bytes:
        """The next bytes of the body, none at its end. Raises EngineLost where it breaks off."""
        assert self._response is not None
        try:
            # read(n) would wait for all n; read1 does not tell a broken end from a good one when the length is known
            data = self._response.read1(_CHUNK)
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
            raise EngineLost("The engine broke off its answer.", cure=_AWAY) from error
        if not data and self._response.length:
            raise EngineLost("The engine broke off its answer.", cure=_AWAY)
        return data

    def close(self) -> None:
        """End the exchange, also from another thread that waits in it."""
        with contextlib.suppress(OSError, AttributeError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._connection.close()
