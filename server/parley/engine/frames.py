"""The wire format between client and executor, over a UNIX stream socket.

Request: length of the options and of the text (4 bytes each, big-endian), options (a JSON object), text.
Answer: frames of type (1 byte), length (4 bytes), payload.
An answer is complete when, and only when, its END frame has come. A client must not half-close: the executor takes the
end of the client's stream for its departure.

When an answer is complete, or is an ERROR, the client may send another request. The executor answers it, without a
further ACCEPTED, or has closed the connection by then; if it did so before it read the request, the client's end is
reset (ECONNRESET or EPIPE), and the request is for another executor.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Any

REQUEST_HEADER = struct.Struct(">II")
FRAME_HEADER = struct.Struct(">BI")
#: Room for a text at its limit and some thousand graph names.
MAX_REQUEST = 4 * 1024 * 1024
#: One frame of data: also what is held back so that an early failure is a clean error.
CHUNK = 64 * 1024
#: Most requests come whole in one piece of this size.
_REQUEST_CHUNK = 8 * 1024


class Frame(IntEnum):
    """Types of frames, in the order in which they come."""

    ACCEPTED = 1  # {"executor": serial, "pid": pid}
    HEAD = 2  # {"kind": ..., "format": ...}
    DATA = 3  # bytes of the result
    END = 4  # length of the result (8 bytes, big-endian)
    ERROR = 5  # {"kind": ..., "message": ..., "line": ..., "column": ...}


class Malformed(Exception):
    """The other side does not speak this protocol."""


#: What the wire's objects are written with: `json.dumps` with arguments makes an encoder each time.
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode_options(options: Mapping[str, Any]) -> bytes:
    """What a request says besides its text."""
    return _to_json(options).encode("utf-8", "surrogatepass")


def encode_request(options: bytes, text: str) -> bytes:
    """A request as bytes; raises Malformed when it is longer than any executor would take."""
    body = text.encode("utf-8", "surrogatepass")
    if (length := len(options) + len(body)) > MAX_REQUEST:
        raise Malformed(f"a request of {length} bytes; the limit is {MAX_REQUEST}")
    return REQUEST_HEADER.pack(len(options), len(body)) + options + body


def encode_frame(kind: Frame, payload: bytes) -> bytes:
    """One frame."""
    return FRAME_HEADER.pack(kind, len(payload)) + payload


def encode_object(kind: Frame, payload: dict[str, Any]) -> bytes:
    """One frame that carries a JSON object."""
    return encode_frame(kind, _to_json(payload).encode("utf-8", "surrogatepass"))


def encode_end(size: int) -> bytes:
    """The frame that ends a result of `size` bytes."""
    return encode_frame(Frame.END, size.to_bytes(8, "big"))


def decode_end(payload: bytes) -> int:
    """The size of the result."""
    return int.from_bytes(payload, "big")


def receive_request(connection: socket.socket) -> dict[str, Any] | None:
    """Read a request from a blocking socket, its options with its `text`; None if the client left. Raises Malformed."""
    received = connection.recv(_REQUEST_CHUNK)
    while len(received) < (wanted := _length_of_request(received)):
        if not (part := connection.recv(wanted - len(received))):
            return None
        received += part
    begin = REQUEST_HEADER.size + REQUEST_HEADER.unpack_from(received)[0]
    try:
        text = received[begin:wanted].decode("utf-8", "surrogatepass")
        return {**_options(received[REQUEST_HEADER.size : begin]), "text": text}
    except ValueError as error:
        raise Malformed(f"the request is not JSON and text: {error}") from error


def _length_of_request(received: bytes) -> int:
    """How long the request that begins so is, its header included, as far as this is known."""
    if len(received) < REQUEST_HEADER.size:
        return REQUEST_HEADER.size
    length: int = sum(REQUEST_HEADER.unpack_from(received))
    if length > MAX_REQUEST:
        raise Malformed(f"a request of {length} bytes; the limit is {MAX_REQUEST}")
    return REQUEST_HEADER.size + length


@lru_cache(maxsize=64)  # most requests of one site say the same
def _options(encoded: bytes) -> dict[str, Any]:
    options = json.loads(encoded.decode("utf-8", "surrogatepass"))
    if not isinstance(options, dict):
        raise Malformed("the request's options are no JSON object")
    return options


_FRAMES = {frame.value: frame for frame in Frame}


def decode_header(data: bytes | bytearray, start: int = 0) -> tuple[Frame, int]:
    """Type and length of the frame that begins at `start`; raises Malformed."""
    kind, length = FRAME_HEADER.unpack_from(data, start)
    frame = _FRAMES.get(kind)
    if frame is None:
        raise Malformed(f"unknown frame type {kind}")
    return frame, length
