"""HTTP itself over a real server: targets, Host, methods, limits, HEAD, OPTIONS (RFC 9110, RFC 9112)."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def problem_of(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    assert b"cache-control: no-store" in head.lower()
    problem: dict[str, Any] = json.loads(body)
    assert problem["type"].startswith("/problems/")
    assert problem["status"] == status_of(answer)
    assert len(problem["request_id"]) == 16
    return problem


@pytest.mark.parametrize(
    "fields",
    [b"", b"Host:\r\n", b"Host: a\r\nHost: b\r\n", b"Host: a\r\nHost: a\r\n", b"Host: a b\r\n", b"Host: <x>\r\n"],
    ids=["missing", "empty", "two", "twice-the-same", "space", "no-host"],
)
def test_wrong_host_is_400(live: Any, fields: bytes) -> None:
    answer = live.raw(b"GET /sparql HTTP/1.1\r\n" + fields + b"Connection: close\r\n\r\n")
    assert status_of(answer) == 400
    assert problem_of(answer)["title"] == "Bad request"


@pytest.mark.parametrize("host", [b"a.example", b"127.0.0.1:8000", b"[::1]:8000"])
def test_right_host_is_served_and_never_echoed(live: Any, host: bytes) -> None:
    answer = live.raw(b"GET /nothing HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert status_of(answer) == 404
    assert host not in answer


def test_http_1_0_needs_no_host(live: Any) -> None:
    assert status_of(live.raw(b"GET /sparql HTTP/1.0\r\n\r\n")) == 200


@pytest.mark.parametrize(
    "field", ["X-Forwarded-Host: evil", "Forwarded: host=evil", "X-Original-URL: /evil", "X-Forwarded-Prefix: /evil"]
)
def test_forwarding_fields_change_nothing(live: Any, field: str) -> None:
    reply = live.curl("/sparql", "-H", field, "-H", "Accept: text/turtle")
    assert reply.status == 200
    assert b"evil" not in reply.body
    assert "evil" not in str(reply.headers)


def test_absolute_form_is_served_by_its_path(live: Any) -> None:
    answer = live.raw(b"GET http://evil.example/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert status_of(answer) == 404
    assert b"evil" not in answer


@pytest.mark.parametrize(("method", "status"), [("DELETE", 405), ("PUT", 405), ("TRACE", 405), ("FOO", 501)])
def test_other_methods(live: Any, method: str, status: int) -> None:
    reply = live.curl("/sparql", "-X", method)
    assert reply.status == status
    assert reply.json["status"] == status
    if status == 405:
        assert set(reply.header("allow").split(", ")) == {"GET", "HEAD", "OPTIONS", "POST", "QUERY"}


@pytest.mark.parametrize("chunk", [b"zz\r\nASK", b"ffffffffffffffffff\r\nASK", b"3\r\nASKxx{}"])
def test_chunks_that_make_no_sense_are_400(live: Any, chunk: bytes) -> None:
    answer = live.raw(
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/sparql-query\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n" + chunk + b"\r\n"
    )
    assert status_of(answer) == 400
    assert "malformed" in problem_of(answer)["detail"]


def test_compressed_body_is_415_with_what_is_taken(live: Any) -> None:
    reply = live.curl(
        "/sparql", "-H", "Content-Encoding: gzip", "-H", "Content-Type: application/sparql-query", "-d", "x"
    )
    assert (reply.status, reply.header("accept-encoding")) == (415, "identity")
    assert "Send it as it is" in reply.json["cure"]


def test_long_address_is_414_and_says_use_post(live: Any) -> None:
    query = "SELECT%20*%20{}%20%23" + "x" * 8000
    assert live.curl(f"/sparql?query={query}").status == 200
    reply = live.curl(f"/sparql?query={query}{'x' * 9000}")
    assert reply.status == 414
    assert "POST" in reply.json["cure"]
    assert status_of(live.raw(b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")) == 414


def test_large_header_fields_are_431(live: Any) -> None:
    reply = live.curl("/sparql", "-H", f"X-Large: {'x' * 40_000}")
    assert reply.status == 431
    assert reply.json["type"] == "/problems/fields-too-large"
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(500))
    assert status_of(live.raw(b"GET / HTTP/1.1\r\nHost: a\r\n" + many + b"\r\n")) == 431


def test_large_body_is_413_declared_or_not(live: Any) -> None:
    declared = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"
    assert status_of(live.raw(declared)) == 413
    chunked = live.curl(
        "/sparql", "-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/sparql-query",
        "--data-binary", f"@{_large(live)}",
    )  # fmt: skip
    assert chunked.status == 413


def test_who_sends_all_before_looking_reads_why_it_is_too_large(live: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=10)
    connection.request("POST", "/validate", b"#" + b"x" * (6 * 1024 * 1024), {"Content-Type": "text/turtle"})
    answer = connection.getresponse()
    assert answer.status == 413
    assert "request_body" in json.loads(answer.read())["detail"]
    connection.close()


def test_options_of_the_whole_server(live: Any) -> None:
    answer = live.raw(b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").lower()
    assert status_of(answer) == 204
    assert b"allow: get, head, post, query, options\r\n" in answer


@pytest.mark.parametrize("path", ["//x", "/%zz"])
def test_what_is_refused_at_the_door_is_as_safe_as_the_rest(live: Any, path: str) -> None:
    reply = live.curl(path, "--path-as-is")
    assert reply.status in (400, 404)
    sound = live.curl("/nothing", "-H", "Accept: application/json").headers
    for name in ("x-content-type-options", "content-security-policy", "access-control-expose-headers"):
        assert reply.headers[name] == sound[name]


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/html"])
def test_a_result_is_had_only_if_it_is_the_one_that_is_named(live: Any, accept: str) -> None:
    def status(*fields: str) -> int:
        more = [part for field in (f"Accept: {accept}", *fields) for part in ("-H", field)]
        return int(live.curl(path, *more).status)

    path = "/sparql?query=ASK%7B%3Fa%20%3Fb%20%3Fc%7D"
    tag = live.curl(path, "-H", f"Accept: {accept}").headers["etag"][0]
    assert tag.startswith('"')
    assert status(f"If-Match: {tag}") == status("If-Match: *") == status(f'If-Match: "a", {tag}') == 200
    assert status('If-Match: "a"') == status(f"If-Match: W/{tag}") == 412
    coded = live.curl(path, "-H", f"Accept: {accept}", "-H", "Accept-Encoding: gzip").headers["etag"][0]
    assert status(f"If-Match: {coded}", "Accept-Encoding: gzip") == 200


def test_a_stream_has_no_tag_to_be_named_by(live: Any) -> None:
    values = "VALUES ?a { " + " ".join(f"{n}" for n in range(100)) + " }"
    query = f"SELECT * {{ {values} {values.replace('?a', '?b')} {values.replace('?a', '?c')} }} LIMIT 20000"
    assert live.sparql(query, "-H", 'If-Match: "a"').status == 412
    assert live.sparql(query, "-H", "If-Match: *").status == 200


def _large(live: Any) -> str:
    path = live.folder / "large"
    path.write_bytes(b"#" + b"x" * (6 * 1024 * 1024))
    return str(path)


@pytest.mark.parametrize("target", [b"/%zz", b"/a%", b"/%00", b"*x"])
def test_broken_targets_are_400(live: Any, target: bytes) -> None:
    answer = live.raw(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert status_of(answer) in (400, 404)
    assert status_of(answer) == 400


@pytest.mark.parametrize("path", ["/sparql%2F", "/%2Fsparql", "//sparql", "/SPARQL", "/sparql%2f..%2fsparql"])
def test_an_encoded_slash_is_no_separator(live: Any, path: str) -> None:
    assert live.curl(path).status == 404


@pytest.mark.parametrize(
    "path",
    ["/sparql", "/sparql?query=ASK%7B%7D", "/sparql?query=nonsense", "/nothing", "/problems/not-found"],
)
@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/turtle"])
def test_head_is_get_without_a_body(live: Any, path: str, accept: str) -> None:
    get = live.curl(path, "-H", f"Accept: {accept}")
    head = live.curl(path, "-I", "-H", f"Accept: {accept}", "-o", "/dev/null")
    assert head.exit_status == 0
    assert (head.status, _steady(head)) == (get.status, _steady(get))
    request = f"HEAD {path} HTTP/1.1\r\nHost: a\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
    assert live.raw(request.encode()).endswith(b"\r\n\r\n"), "no body"


def _steady(reply: Any) -> dict[str, list[str]]:
    """The header fields without those of each single answer."""
    return {name: value for name, value in reply.headers.items() if name not in ("date", "x-request-id")}


def test_options_allows_and_preflight_lets_any_origin_in(live: Any) -> None:
    plain = live.curl("/sparql", "-X", "OPTIONS")
    assert plain.status in (200, 204)
    assert "POST" in plain.header("allow")
    preflight = live.curl(
        "/sparql", "-X", "OPTIONS", "-H", "Origin: https://a.example", "-H", "Access-Control-Request-Method: POST",
        "-H", "Access-Control-Request-Headers: content-type",
    )  # fmt: skip
    assert preflight.status in (200, 204)
    assert preflight.header("access-control-allow-origin") == "*"
    assert "POST" in preflight.header("access-control-allow-methods")
    assert "content-type" in preflight.header("access-control-allow-headers").lower()
    assert preflight.header("access-control-allow-credentials") == ""


def test_every_problem_type_dereferences(live: Any) -> None:
    kinds = {live.curl(path).json["type"] for path in ("/nothing", "/sparql?query=x", "/sparql?update=x")}
    assert len(kinds) == 3
    for address in kinds:
        assert live.curl(address).status == 200


def test_problem_is_a_page_for_browsers(live: Any) -> None:
    reply = live.curl("/nothing%3Cscript%3E", "-H", "Accept: text/html,application/xhtml+xml,*/*;q=0.8")
    assert reply.status == 404
    assert reply.header("content-type").startswith("text/html")
    assert b"<script>" not in reply.body
    assert "Accept" in reply.header("vary")


def test_nothing_sets_cookies(live: Any) -> None:
    for path in ("/sparql", "/nothing", "/sparql?query=ASK%7B%7D"):
        assert "set-cookie" not in live.curl(path, "-H", "Accept: text/html").headers


def test_health(live: Any) -> None:
    assert live.curl("/livez").body == b"ok\n"
    ready = live.curl("/readyz")
    assert (ready.status, ready.header("cache-control")) == (200, "no-store")


def test_repeated_page_is_the_same_whichever_variant_came_between(live: Any) -> None:
    turtle = ("-H", "Accept: text/turtle")
    french = ("-H", "Accept-Language: fr")
    asked: list[tuple[str, ...]] = [(), turtle, french, (), turtle, french, ("-H", "Accept: text/html")]
    replies = [live.curl("/sparql", *options) for options in asked]
    assert [reply.status for reply in replies] == [200] * 7
    assert replies[0].body == replies[3].body == replies[6].body
    assert replies[1].body == replies[4].body
    assert replies[2].body == replies[5].body
    assert len({replies[0].body, replies[1].body, replies[2].body}) == 3
    assert len({reply.header("etag") for reply in replies[:3]}) == 3
