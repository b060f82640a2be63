"""What is checked of a request before anything looks into it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from parley.errors import (
    BadRequest,
    ContentTooLarge,
    FieldsTooLarge,
    MethodUnknown,
    NotFound,
    RequestError,
    UriTooLong,
)
from parley.settings import Settings
from parley.web.edge import intake
from parley.web.edge.head import RequestHead

SETTINGS = Settings(request_line=256)


def head(**changes: Any) -> RequestHead:
    whole = {
        "method": "GET",
        "raw_path": b"/",
        "query_string": b"",
        "http_version": "1.1",
        "headers": [(b"host", b"a")],
    }
    return RequestHead.of(whole | changes)


@pytest.mark.parametrize("path", ["/", "/a%2Fb", "/doc/%C3%A9", "/a//b", "/a;b=1,2:@"])
@pytest.mark.parametrize("host", [b"a", b"a.example:80", b"127.0.0.1", b"[::1]:8000", b"xn--4ca.example:"])
def test_sound_requests_pass(path: str, host: bytes) -> None:
    intake.check_head(head(headers=[(b"host", host)], raw_path=path.encode()), SETTINGS)


@pytest.mark.parametrize(
    ("path", "changes", "error"),
    [
        ("/", {"method": "BREW"}, MethodUnknown),
        ("/", {"method": "CONNECT"}, MethodUnknown),
        ("/" + "a" * 256, {}, UriTooLong),
        ("/a", {"query_string": b"a" * 254}, UriTooLong),
        ("/", {"headers": [(b"host", b"a"), (b"x", b"y" * 33_000)]}, FieldsTooLarge),
        ("/", {"headers": []}, BadRequest),
        ("/", {"headers": [(b"host", b"")]}, BadRequest),
        ("/", {"headers": [(b"host", b"a"), (b"host", b"a")]}, BadRequest),
        ("/", {"headers": [(b"host", b"a/b")]}, BadRequest),
        ("/", {"headers": [(b"host", b"user@a")]}, BadRequest),
        ("/", {"headers": [(b"host", b"a:8x")]}, BadRequest),
        ("*", {"method": "GET"}, BadRequest),
        ("", {}, BadRequest),
        ("/%", {}, BadRequest),
        ("/%2", {}, BadRequest),
        ("/%zz", {}, BadRequest),
        ("/a%00b", {}, BadRequest),
        ("//evil.example/", {}, NotFound),
    ],
)
def test_unsound_requests_do_not(path: str, changes: dict[str, Any], error: type[RequestError]) -> None:
    with pytest.raises(error) as caught:
        intake.check_head(head(raw_path=path.encode(), **changes), SETTINGS)
    assert caught.value.cure


def test_the_server_as_a_whole_can_be_asked_what_it_does() -> None:
    intake.check_head(head(raw_path=b"*", method="OPTIONS"), SETTINGS)
    with pytest.raises(BadRequest):
        intake.check_head(head(raw_path=b"*", method="OPTIONS", headers=[]), SETTINGS)


@pytest.mark.parametrize("headers", [[], [(b"host", b"")]])
def test_http_1_0_may_lack_the_host(headers: list[tuple[bytes, bytes]]) -> None:
    intake.check_head(head(http_version="1.0", headers=headers), SETTINGS)


def body(messages: list[dict[str, Any]], *fields: tuple[bytes, bytes], limit: int = 10) -> bytes:
    async def receive() -> dict[str, Any]:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    return asyncio.run(intake.read_body(head(headers=fields), receive, limit))


CHUNKED = (b"transfer-encoding", b"chunked")


def part(data: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


def test_body_is_collected() -> None:
    assert body([part(b"ab"), part(b"cd"), part(b"", False)], CHUNKED) == b"abcd"
    assert body([]) == b"", "without a length there is none, and nothing is waited for"


@pytest.mark.parametrize("size", [(b"content-length", b"18"), CHUNKED])
def test_body_that_is_too_large_is_dropped_for_its_client_to_read_why(size: tuple[bytes, bytes]) -> None:
    messages = [part(b"x" * 6), part(b"x" * 6), part(b"x" * 6, False)]
    with pytest.raises(ContentTooLarge):
        body(messages, size)
    assert not messages


def test_body_that_has_no_end_is_dropped_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "DROPPING_SECONDS", 0.05)

    async def endless() -> dict[str, Any]:
        await asyncio.sleep(0.001)
        return part(b"x" * 20)

    with pytest.raises(ContentTooLarge):
        asyncio.run(intake.read_body(head(headers=[(b"host", b"a"), CHUNKED]), endless, 10))


def test_body_that_breaks_off_is_no_body() -> None:
    with pytest.raises(BadRequest, match="breaks off"):
        body([part(b"x"), {"type": "http.disconnect"}], CHUNKED)


def test_body_that_is_compressed_is_not_read() -> None:
    messages = [part(b"x", False)]
    with pytest.raises(intake.UnsupportedCoding, match="compressed \\(gzip\\)") as caught:
        body(messages, CHUNKED, (b"content-encoding", b"GZIP"))
    assert (caught.value.field, caught.value.accepted) == ("Accept-Encoding", ("identity",))
    assert messages
    assert body(messages, CHUNKED, (b"content-encoding", b"identity")) == b"x"


def test_body_that_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BODY_SECONDS", 0.05)
    with pytest.raises(BadRequest, match="did not arrive"):
        body([part(b"x")], CHUNKED)
