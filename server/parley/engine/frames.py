"""The wire format between client and executor, over a UNIX stream socket.

Request: length (4 bytes, big-endian), JSON object. Answer: frames of type (1 byte), length (4 bytes), payload.
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
from enum import IntEnum
from typing import Any

REQUEST_HEADER = struct.Struct(">I")
FRAME_HEADER = struct.Struct(">BI")
#: Room for a text at its limit written in JSON escapes, and some thousand graph names.
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
    END = 4  # {"bytes": length of the result}
    ERROR = 5  # {"kind": ..., "message": ..., "line": ..., "column": ...}


class Malformed(Exception):
    """The other side does not speak this protocol."""


#: What the wire's objects are written with: `json.dumps` with arguments makes an encoder each time.
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode_request(request: dict[str, Any]) -> bytes:
    """A request as bytes; raises Malformed when it is longer than any executor would take."""
    body = _to_json(request).encode("utf-8", "surrogatepass")
    if len(body) > MAX_REQUEST:
        raise Malformed(f"a request of {len(body)} bytes; the limit is {MAX_REQUEST}")
    return REQUEST_HEADER.pack(len(body)) + body


def encode_frame(kind: Frame, payload: bytes) -> bytes:
    """One frame."""
    return FRAME_HEADER.pack(kind, len(payload)) + payload


def encode_object(kind: Frame, payload: dict[str, Any]) -> bytes:
    """One frame that carries a JSON object."""
    return encode_frame(kind, _to_json(payload).encode("utf-8", "surrogatepass"))


def receive_request(connection: socket.socket) -> dict[str, Any] | None:
    """Read a request from a blocking socket; None if the client left. Raises Malformed."""
    received, wanted = bytearray(), REQUEST_HEADER.size
    while len(received) < wanted:
        part = connection.recv(_REQUEST_CHUNK)
        if not part:
            return None
        received += part
        if wanted == REQUEST_HEADER.size and len(received) >= wanted:
            (length,) = REQUEST_HEADER.unpack_from(received)
            if length > MAX_REQUEST:
                raise Malformed(f"a request of {length} bytes; the limit is {MAX_REQUEST}")
            wanted += length
    try:
        request = json.loads(received[REQUEST_HEADER.size : wanted].decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise Malformed(f"the request is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise Malformed("the request is not a JSON object")
    return request


_FRAMES = {frame.value: frame for frame in Frame}


def decode_header(data: bytes | bytearray, start: int = 0) -> tuple[Frame, int]:
    """Type and length of the frame that begins at `start`; raises Malformed."""
    kind, length = FRAME_HEADER.unpack_from(data, start)
    frame = _FRAMES.get(kind)
    if frame is None:
        raise Malformed(f"unknown frame type {kind}")
    return frame, length
