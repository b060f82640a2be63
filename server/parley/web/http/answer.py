"""An answer of Flask's, as it goes on to be kept, coded and sent."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Response
from werkzeug.wsgi import FileWrapper

from parley.web.http.stream import Work

#: Bytes of a body read from its iterator at once.
_CHUNK = 256 * 1024

Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Answer:
    """What Flask answered. `body` is whole, or, for files, an iterator to be closed; `work` is for an engine.

    `route` is the rule that matched.
    """

    status: int
    headers: Headers
    body: bytes | Chunks
    work: Work | None = None
    route: str = ""


class WholeFile(FileWrapper):
    """The body that Werkzeug makes of an open file; a range of it is wrapped once more, and is another class."""


class Chunks:
    """The body of `response` in chunks of at least 256 kB, except the last; for use from one thread at a time.

    `path` is the file that holds just these bytes, for a server that sends files by itself; "" if there is none.
    """

    def __init__(self, response: Response) -> None:
        self._response = response
        self._parts = response.iter_encoded()
        body = response.response
        self.path = ""
        if isinstance(body, WholeFile) and response.status_code == HTTPStatus.OK:  # a 304 has one, but is sent empty
            self.path = str(getattr(body.file, "name", ""))

    def read(self) -> bytes:
        """The next chunk; empty at the end."""
        chunk = bytearray()
        for part in self._parts:
            chunk += part
            if len(chunk) >= _CHUNK:
                break
        return bytes(chunk)

    def close(self) -> None:
        """Release what the body holds, such as an open file."""
        self._response.close()
