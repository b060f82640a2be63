"""A reconciliation service elsewhere, of version 0.2, asked over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Final

from parley.errors import Misuse, ReleaseError

#: Seconds for one request, and bytes of one answer.
_TIMEOUT: Final = 60
_LARGEST: Final = 64 * 1024 * 1024
#: Queries in one batch where the service does not say how many.
_USUAL_BATCH: Final = 10


class RemoteService:
    """The service at `url`; raises Misuse for what is no address of one, ReleaseError where it does not answer."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise Misuse(f"“{url}” is no web address.", cure="Give the address of a reconciliation service.")
        self._url = url
        manifest = self._json(urllib.request.Request(url, headers={"Accept": "application/json"}))
        if "name" not in manifest:
            raise Misuse(f"{url} is no reconciliation service.", cure="Give the address that its manifest is at.")
        size = manifest.get("batchSize")
        self.batch = size if isinstance(size, int) and size > 0 else _USUAL_BATCH

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """The result batch for a query batch."""
        body = urllib.parse.urlencode({"queries": json.dumps(batch)}).encode()
        return self._json(urllib.request.Request(self._url, body, {"Accept": "application/json"}))

    def _json(self, request: urllib.request.Request) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as reply:
                value = json.loads(reply.read(_LARGEST))
        except (OSError, ValueError) as error:
            raise ReleaseError(f"{self._url} does not answer: {error}.", cure="Look whether it is up.") from None
        if not isinstance(value, dict):
            raise ReleaseError(f"{self._url} answers with something else.", cure="Look at it in a browser.")
        return value
