"""The messages of ASGI 3.0, as far as the edge sends and receives them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import lru_cache
from typing import Any, Final

#: The extension by which the server sends a file itself.
FILES: Final = "http.response.pathsend"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def start_message(status: int, headers: Iterable[tuple[str, str]]) -> Message:
    """The message that begins a response."""
    return {"type": "http.response.start", "status": status, "headers": [_encoded(*field) for field in headers]}


@lru_cache(maxsize=256)  # most fields are the same in all responses, of which many are kept
def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    return name.lower().encode("latin-1"), value.encode("latin-1")


def body_message(content: bytes, *, last: bool) -> Message:
    """The message that holds a piece of a response's body."""
    return {"type": "http.response.body", "body": content, "more_body": not last}


def file_message(path: str) -> Message:
    """The message that has the server send a whole file as the body."""
    return {"type": FILES, "path": path}
