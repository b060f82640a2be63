"""An HTTP client that sends what it is told, follows nothing by itself, and is bounded in all it does."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, urljoin, urlsplit

from parley.errors import Finding

_SECONDS = 20.0
#: Bytes of a body that are taken, packed or not.
LARGEST_BODY = 4 * 1024 * 1024


class BudgetSpent(Finding):
    """The number of requests allowed is used up."""

    kind = "budget-spent"


@dataclass(frozen=True, slots=True)
class Reply:
    """A response; `fields` has lower-case names, repeated fields joined by commas. `status` 0: none came."""

    url: str
    status: int
    fields: Mapping[str, str]
    body: bytes
    failure: str = ""

    def field(self, name: str) -> str:
        """The value of a header field, empty if there is none."""
        return self.fields.get(name.lower(), "")

    @property
    def media_type(self) -> str:
        """The type of the content without parameters, in lower case."""
        return self.field("Content-Type").partition(";")[0].strip().lower()


class Client:
    """Sends at most `limit` requests, at least `pause` seconds apart.

    `base` and `server`: IRIs that begin with `base` are asked for at `server` instead, for sites whose IRIs lead
    elsewhere or nowhere yet.
    """

    def __init__(self, limit: int, pause: float = 0.0, base: str = "", server: str = "") -> None:
        self.limit, self.pause = limit, pause
        self.base, self.server = base, server
        self.sent = 0

    def located(self, iri: str) -> str:
        """The URL to ask for `iri` at, in ASCII."""
        if self.base and iri.startswith(self.base):
            iri = self.server.rstrip("/") + "/" + iri[len(self.base) :]
        return quote(iri.partition("#")[0], safe="%/:?#[]@!$&'()*+,;=-._~")

    def ask(self, iri: str, method: str = "GET", **fields: str) -> Reply:
        """One request; header fields with `_` for `-`. A failure of the network is a reply with status 0.

        Raises BudgetSpent.
        """
        if self.sent >= self.limit:
            raise BudgetSpent(f"{self.limit} requests were sent.", cure="Allow more with --requests.")
        self.sent += 1
        time.sleep(self.pause)
        url = self.located(iri)
        try:
            return self._send(url, method, {name.replace("_", "-"): value for name, value in fields.items()})
        except (OSError, HTTPException, ValueError) as error:
            return Reply(url, 0, {}, b"", f"{type(error).__name__}: {error}")

    def follow(self, iri: str, **fields: str) -> tuple[Reply, list[Reply]]:
        """The answer behind up to five redirects, and the redirects."""
        steps: list[Reply] = []
        reply = self.ask(iri, **fields)
        while reply.status in (301, 302, 303, 307, 308) and reply.field("Location") and len(steps) < 5:
            steps.append(reply)
            reply = self.ask(urljoin(reply.url, reply.field("Location")), **fields)
        return reply, steps

    def _send(self, url: str, method: str, fields: Mapping[str, str]) -> Reply:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no web address")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname, parts.port, timeout=_SECONDS)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in {"User-Agent": "parley-verify", **fields}.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            body = response.read(LARGEST_BODY + 1)
            if len(body) > LARGEST_BODY:
                raise ValueError(f"the body is larger than {LARGEST_BODY} bytes")
            found: dict[str, str] = {}
            for name, value in response.getheaders():
                key = name.lower()
                found[key] = f"{found[key]}, {value}" if key in found else value
            return Reply(url, response.status, found, body)
        finally:
            connection.close()
