"""The way from ASGI to Flask and back: paths as received, nothing of the client's Host, bodies in pieces."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask, Response, redirect, request, send_file

from parley.web.edge.adapter import RAW_PATH, call, environment
from parley.web.edge.head import raw_path
from parley.web.http.answer import Chunks


def scope(path: bytes, method: str = "GET", *fields: tuple[bytes, bytes], query: bytes = b"") -> dict[str, Any]:
    headers = [(b"host", b"evil.example"), *fields]
    return {"raw_path": path, "method": method, "query_string": query, "headers": headers, "http_version": "1.1"}


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.get("/doc/<path:rest>")
    def doc(rest: str) -> str:
        return rest

    @app.get("/one/<segment>")
    def one(segment: str) -> str:
        return segment

    @app.get("/fields")
    def fields() -> dict[str, str]:
        return {"host": request.host, "a": request.headers.get("A", ""), "q": request.args.get("q", "")}

    @app.get("/slash/")
    def slash() -> str:
        return "slash"

    @app.get("/away")
    def away() -> Any:
        return redirect("/doc/%C3%A9%2Fx", 303)

    @app.get("/file")
    def file() -> Response:
        return send_file(io.BytesIO(b"x" * 1_000_000), mimetype="text/plain", max_age=0)

    return app


def answer(app: Flask, given: dict[str, Any], prefix: str = "") -> Any:
    return call(app, environment(given, raw_path(given), b"", prefix=prefix, request_id="1"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (b"/doc/a%2Fb", b"a%2Fb"),
        (b"/doc/a/b", b"a/b"),
        (b"/doc/a%2fb%25", b"a%2fb%25"),
        (b"/doc/%C3%A9", b"%C3%A9"),
        (b"/doc/\xc3\xa9", b"%C3%A9"),
        (b"/doc/%FF", b"%FF"),
        (b"/doc/a//b", b"a//b"),
        (b"/doc/a%3Fb", b"a%3Fb"),
        (b"/doc/..%2F..%2Fetc", b"..%2F..%2Fetc"),
        (b"/one/a%2Fb", b"a%2Fb"),
    ],
)
def test_views_get_the_path_as_received(app: Flask, path: bytes, expected: bytes) -> None:
    found = answer(app, scope(path))
    assert (found.status, found.body) == (200, expected)


def test_one_segment_is_not_two(app: Flask) -> None:
    assert answer(app, scope(b"/one/a/b")).status == 404


def test_host_and_underscores_do_not_get_in(app: Flask) -> None:
    found = answer(app, scope(b"/fields", "GET", (b"a", b"1"), (b"a", b"2"), query=b"q=%20+"))
    assert b"evil" not in found.body
    assert b'"1, 2"' in found.body
    assert b'"q":"  "' in found.body
    given = environment(scope(b"/", "GET", (b"x_forwarded_host", b"evil")), "/", b"", prefix="", request_id="1")
    assert not [name for name in given if "FORWARDED" in name]


@pytest.mark.parametrize(("path", "target"), [(b"/slash", "/slash/"), (b"/away", "/doc/%C3%A9%2Fx")])
def test_redirects_are_relative(app: Flask, path: bytes, target: str) -> None:
    found = answer(app, scope(path))
    assert found.status in (303, 308)
    assert dict(found.headers)["Location"] == target


def test_prefix_is_taken_off_the_path_and_kept_in_redirects(app: Flask) -> None:
    assert answer(app, scope(b"/data/doc/x"), "/data").body == b"x"
    assert dict(answer(app, scope(b"/data/slash"), "/data").headers)["Location"] == "/data/slash/"


def test_raw_path_is_at_hand() -> None:
    given = environment(scope(b"/data/x"), "/data/x", b"", prefix="/data", request_id="1")
    assert (given[RAW_PATH], given["SCRIPT_NAME"], given["PATH_INFO"]) == ("/data/x", "/data", "/x")


def test_head_reaches_views_as_get() -> None:
    assert environment(scope(b"/", "HEAD"), "/", b"", prefix="", request_id="1")["REQUEST_METHOD"] == "GET"


def test_files_come_in_pieces(app: Flask) -> None:
    found = answer(app, scope(b"/file"))
    assert isinstance(found.body, Chunks)
    pieces = []
    while piece := found.body.read():
        pieces.append(piece)
    found.body.close()
    assert sum(map(len, pieces)) == 1_000_000
    assert 2 <= len(pieces) <= 8
