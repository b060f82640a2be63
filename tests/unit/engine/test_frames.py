from __future__ import annotations

import socket

import pytest

from parley.engine.client import _payload
from parley.engine.frames import (
    FRAME_HEADER,
    MAX_REQUEST,
    Frame,
    Malformed,
    decode_end,
    decode_header,
    encode_end,
    encode_frame,
    encode_request,
    receive_request,
)
from parley.engine.protocol import Limits, QueryRequest
from parley.formats import RESULTS_XML


def receive(data: bytes) -> object:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(data)
        ours.shutdown(socket.SHUT_WR)
        return receive_request(theirs)


def test_a_request_survives_the_wire() -> None:
    request = QueryRequest("ASK {} # é \ud800", results=RESULTS_XML, graph=None, named_graphs=("urn:a",))
    assert receive(_payload(request, heavy=False)) == {
        "text": "ASK {} # é \ud800", "results": "xml", "named_graphs": ["urn:a"],
    }  # fmt: skip
    long = QueryRequest("ASK {} #" + "é" * 100_000, base_iri="", graph=None, seconds=0.5)
    assert receive(_payload(long, heavy=True)) == {
        "text": long.text, "results": "json", "base_iri": "", "seconds": 0.5, "heavy": True,
    }  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"\0\0", b"\0\0\0\x02\0\0\0\x09{}ASK"])
def test_a_client_that_leaves_is_no_request(data: bytes) -> None:
    assert receive(data) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff\0\0\0\0",
        *(b"\0\0\0\x02\0\0\0\x01" + rest for rest in (b"[]A", b"{]A", b"\xff\xffA", b"{}\xff")),
    ],
)
def test_nonsense_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        receive(data)


def test_a_request_too_long_is_not_sent() -> None:
    with pytest.raises(Malformed, match=str(MAX_REQUEST)):
        encode_request(b"{}", "x" * MAX_REQUEST)


def test_headers_are_read_as_written() -> None:
    assert decode_end(encode_end(2**40)[FRAME_HEADER.size :]) == 2**40
    frame = encode_frame(Frame.DATA, b"abc")
    assert decode_header(frame[: FRAME_HEADER.size]) == (Frame.DATA, 3)
    with pytest.raises(Malformed, match="99"):
        decode_header(b"\x63\0\0\0\0")


def test_limits_survive_the_wire() -> None:
    limits = Limits(query_seconds=1.5)
    assert Limits.from_json(limits.to_json()) == limits
    with pytest.raises(TypeError):
        Limits.from_json({"nonsense": 1})
