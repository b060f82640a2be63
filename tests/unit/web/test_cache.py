"""The response cache: what it keeps, what tells requests apart, and that it stays small."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from parley.web.edge.cache import LARGEST_BODY, Kept, Key, ResponseCache, key_of, revalidated, sealed
from parley.web.edge.head import RequestHead
from parley.web.http.answer import Answer

HEADERS = [("ETag", '"x"'), ("Cache-Control", "public, max-age=1"), ("Vary", "Accept, Accept-Language")]


def head(*fields: tuple[bytes, bytes], method: str = "GET", path: bytes = b"/x", query: bytes = b"") -> RequestHead:
    scope: dict[str, Any] = {"method": method, "raw_path": path, "query_string": query, "http_version": "1.1"}
    return RequestHead.of(scope | {"headers": [(b"host", b"h"), *fields]})


def key(text: str) -> Key:
    found = key_of(head(path=text.encode()))
    assert found is not None
    return found


def test_key_holds_path_query_and_what_the_answer_varies_by() -> None:
    heads = [
        head(),
        head(path=b"/y"),
        head(query=b"a=1"),
        head((b"accept", b"text/turtle")),
        head((b"accept-language", b"fr")),
        head((b"accept", b"text/turtle"), (b"accept", b"text/html")),
    ]
    assert len({key_of(h) for h in heads}) == len(heads)
    assert key_of(head((b"user-agent", b"a"), method="HEAD")) == key_of(head())


@pytest.mark.parametrize("name", [b"if-match", b"range", b"if-range", b"authorization", b"content-length"])
def test_special_requests_are_not_answered_from_the_cache(name: bytes) -> None:
    assert key_of(head((name, b"x"))) is None


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "DELETE"])
def test_other_methods_neither(method: str) -> None:
    assert key_of(head(method=method)) is None


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (404, HEADERS, b""),
        (303, HEADERS, b""),
        (200, HEADERS[1:], b""),
        (200, [("ETag", 'W/"x"'), *HEADERS[1:]], b""),
        (200, [HEADERS[0], ("Cache-Control", "no-store")], b""),
        (200, [*HEADERS[:2], ("Vary", "Accept, Origin")], b""),
        (200, [*HEADERS[:2], ("Vary", "*")], b""),
        (200, [*HEADERS, ("Set-Cookie", "a=b")], b""),
        (200, HEADERS, b"x" * (LARGEST_BODY + 1)),
    ],
)
def test_what_may_not_be_kept(status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    cache = ResponseCache()
    cache.put(key("k"), Answer(status, headers, body))
    assert cache.get(key("k")) is None


def test_least_recently_used_go_first() -> None:
    cache = ResponseCache(total_bytes=28_000)
    for number in range(3):
        cache.put(key(str(number)), Answer(200, HEADERS, b"x" * 7000))
    assert cache.get(key("0")) is not None
    cache.put(key("3"), Answer(200, HEADERS, b"x" * 7000))
    assert cache.get(key("1")) is None
    assert cache.get(key("0")) is not None
    for number in range(10_000):
        cache.put(key(f"junk{number}"), Answer(200, HEADERS, b"x"))
    assert cache._used <= 28_000
    assert len(cache._answers) <= 15


def test_a_result_is_sealed_by_its_bytes_unless_it_has_no_tag() -> None:
    weak = [("Content-Type", "text/csv"), ("ETag", 'W/"q"'), ("Vary", "Accept")]
    one, other = sealed(Answer(200, weak, b"a")), sealed(Answer(200, weak, b"b"))
    tags = [dict(answer.headers)["ETag"] for answer in (one, other, sealed(Answer(200, weak, b"a")))]
    assert tags[0] == tags[2] != tags[1]
    assert all(tag.startswith('"') for tag in tags)
    assert dict(one.headers)["Content-Length"] == "1"
    plain = sealed(Answer(200, [("Content-Type", "text/csv"), ("Cache-Control", "no-store")], b"a"))
    assert "ETag" not in dict(plain.headers) and dict(plain.headers)["Content-Length"] == "1"


def test_what_many_answers_have_in_common_is_kept_once() -> None:
    """Of some 20 header fields all but the tag and the address are the same, and as long as a short answer."""
    common = [
        ("Content-Type", "application/sparql-results+json"),
        ("Link", "<https://example.org/>; rel=" * 5),
        *HEADERS,
    ]
    kept = [Kept(Answer(200, [*common, ("Content-Location", f"/{n}")], b"a")) for n in range(3)]
    fields = [dict.fromkeys(map(id, one.start["headers"])) for one in kept]
    assert len(set.intersection(*map(set, fields))) == len(common)
    tracemalloc.start()
    try:
        cache = ResponseCache()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(1000):
            cache.put(key(f"k{number}"), Answer(200, [*common, ("Content-Location", f"/{number}")], b"%d" % number))
        used = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert used < cache._used, "no answer takes more than is counted for it"


@pytest.mark.parametrize(
    ("field", "status"), [(b'"x"', 304), (b'W/"x"', 304), (b'"a", "x"', 304), (b"*", 304), (b'"y"', 200), (b"", 200)]
)
def test_a_kept_answer_is_revalidated(field: bytes, status: int) -> None:
    kept = Answer(200, [*HEADERS, ("Content-Length", "1"), ("Content-Type", "text/csv")], b"a")
    asked = head((b"if-none-match", field))
    assert Kept(kept).is_known_to(asked) is (status == 304)
    answer = revalidated(kept, asked)
    assert answer.status == status
    if status == 304:
        assert answer.body == b"" and {name for name, _ in answer.headers} == {"ETag", "Cache-Control", "Vary"}
    assert revalidated(kept, head()) is kept
