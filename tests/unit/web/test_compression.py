"""Codings: which is chosen, what the answer says of it, and that it can be undone."""

from __future__ import annotations

import zlib

import brotli
import pytest
import zstandard

from parley.web.http.answer import Answer
from parley.web.http.compression import SMALLEST, choose_coding, encoded, encoder, finished, known_to

DECODE = {
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
    "gzip": lambda body: zlib.decompress(body, 31),
}


@pytest.mark.parametrize(
    ("field", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0", ""),
        ("*", "br"),
        ("*;q=0, gzip", "gzip"),
        ("br;q=0, *", "zstd"),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip", "gzip"),
        ("gzip;q=2", ""),
        (",,;q=,GZIP ; Q=0.3", "gzip"),
        ("deflate", ""),
    ],
)
def test_choice(field: str, coding: str) -> None:
    assert choose_coding(field) == coding


def answer(
    body: bytes = b"abc " * 1000, content_type: str = "text/turtle; charset=utf-8", *more: tuple[str, str]
) -> Answer:
    return Answer(200, [("Content-Type", content_type), ("ETag", '"t"'), *more], body)


@pytest.mark.parametrize("coding", DECODE)
def test_body_tag_and_length_are_those_of_the_coding(coding: str) -> None:
    found = encoded(answer(), coding)
    fields = dict(found.headers)
    assert isinstance(found.body, bytes)
    assert DECODE[coding](found.body) == b"abc " * 1000
    assert fields["Content-Encoding"] == coding
    assert fields["ETag"] == f'"t-{coding}"'
    assert fields["Vary"] == "Accept-Encoding"
    assert int(fields["Content-Length"]) == len(found.body) < 1000


@pytest.mark.parametrize(
    "given",
    [
        answer(b"x" * (SMALLEST - 1)),
        answer(content_type="image/png"),
        answer(b"x" * 2000, "text/plain", ("Content-Encoding", "gzip")),
        Answer(206, [("Content-Type", "text/plain"), ("Content-Range", "bytes 0-1999/4000")], b"x" * 2000),
    ],
)
def test_what_is_left_alone(given: Answer) -> None:
    assert encoded(given, "gzip") is given


@pytest.mark.parametrize("coding", DECODE)
def test_pieces_make_the_same_body(coding: str) -> None:
    work = encoder(coding)
    body = b"".join(work.compress(b"%d " % number) for number in range(10_000)) + work.flush()
    assert DECODE[coding](body) == b"".join(b"%d " % number for number in range(10_000))


def test_validators_of_a_coding_match_in_that_coding_only() -> None:
    environ = {"HTTP_IF_NONE_MATCH": '"t-br", "u-gzip"'}
    assert known_to(environ, "br")["HTTP_IF_NONE_MATCH"] == '"t", "u-gzip"'
    assert known_to(environ, "")["HTTP_IF_NONE_MATCH"] == '"t-br", "u-gzip"'
    same = Answer(304, [("ETag", '"t"')], b"")
    assert finished(same, "br", '"t-br"').headers == [("ETag", '"t-br"')]
    assert finished(same, "br", '"t"').headers == [("ETag", '"t"')]
