"""Checks 3, 8, 10, 28, 29 and 30: dumps and ranges, problems, policies, poisoned and injected fields."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from typing import Any
from urllib.parse import quote, urlsplit

import pytest


def dumps(place: Any) -> list[str]:
    found = [name.removeprefix("dumps/") for name in place.manifest.files if re.match(r"dumps/\w+\.\w+(\.gz)?$", name)]
    return [name for name in found if name != "dumps.json"]


def test_08_ranges_and_digests_of_every_dump(place: Any) -> None:
    names = dumps(place)
    assert len(names) >= 8
    for name in names:
        path = f"/release/{place.manifest.id}/dumps/{name}"
        whole = place.ask(path)
        size, tag = len(whole.body), whole.header("ETag")
        digest = hashlib.sha256(whole.body)
        assert digest.hexdigest() == place.manifest.files[f"dumps/{name}"].sha256
        assert whole.header("Repr-Digest") == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
        assert "immutable" in whole.header("Cache-Control")
        for given, part in (("0-99", whole.body[:100]), ("-5", whole.body[-5:]), (f"{size - 3}-", whole.body[-3:])):
            reply = place.ask(path, Range=f"bytes={given}", Accept_Encoding="gzip")
            assert (reply.status, reply.body) == (206, part), (name, given)
            assert re.fullmatch(rf"bytes \d+-\d+/{size}", reply.header("Content-Range"))
            assert not reply.header("Content-Encoding")
        beyond = place.ask(path, Range="bytes=9999999999-")
        assert (beyond.status, beyond.header("Content-Range")) == (416, f"bytes */{size}")
        many = place.ask(path, Range="bytes=" + ",".join(f"{n}-{n}" for n in range(200)))
        assert many.status in (200, 416)
        assert place.ask(path, Range="bytes=0-9", If_Range=tag).status == 206
        assert place.ask(path, Range="bytes=0-9", If_Range='"stale"').body == whole.body
        assert place.ask(path, Range="nonsense=0-9").body == whole.body


LATER = "Fri, 01 Jan 2100 00:00:00 GMT"


def test_08_conditions_come_before_ranges(place: Any) -> None:
    path = f"/release/{place.manifest.id}/dumps/all.nt"
    whole = place.ask(path)
    tag = whole.header("ETag")
    assert place.ask(path, Range="bytes=0-9", If_None_Match=tag).status == 304
    for given in (f"W/{tag}", LATER, tag.strip('"')):  # not a strong tag: the whole (RFC 9110 §13.1.5)
        reply = place.ask(path, Range="bytes=0-9", If_Range=given)
        assert (reply.status, reply.body) == (200, whole.body), given
    assert place.ask(path, If_Modified_Since=LATER).status == 200
    for ranged in ({}, {"Range": "bytes=0-9"}):
        refused = place.ask(path, If_Match='"other"', **ranged)
        assert (refused.status, refused.media_type) == (412, "application/problem+json")
        assert len(refused.body) < 1000


BROWSER = "gzip, deflate, br, zstd"


def test_08_compressed_dumps(place: Any) -> None:
    names = [name for name in dumps(place) if f"dumps/{name}.gz" in place.manifest.files]
    assert len(names) >= 4
    for name in names:
        path = f"/release/{place.manifest.id}/dumps/{name}"
        plain, packed = place.ask(path), place.ask(f"{path}.gz", Accept_Encoding=BROWSER)
        assert gzip.decompress(packed.body) == plain.body
        assert (packed.media_type, packed.header("Content-Encoding")) == ("application/gzip", "")
        assert plain.header("Vary") == "Accept-Encoding"
        for coding in ("gzip", BROWSER):
            coded = place.ask(path, Accept_Encoding=coding)
            assert (coded.status, coded.header("Content-Encoding"), coded.body) == (200, "gzip", packed.body)
            assert coded.header("Content-Type") == plain.header("Content-Type")
            assert coded.header("Repr-Digest") == packed.header("Repr-Digest") != plain.header("Repr-Digest")
            tags = coded.header("ETag"), plain.header("ETag")
            assert tags[0] != tags[1]
            for tag in tags:
                again = place.ask(path, Accept_Encoding=coding, If_None_Match=tag)
                assert (again.status, again.header("ETag"), again.body) == (304, tag, b"")
                assert not again.header("Content-Encoding")
            assert place.ask(path, Accept_Encoding=coding, If_None_Match='"other"').body == packed.body
            part = place.ask(path, Accept_Encoding=coding, Range="bytes=0-9", If_Range=tags[0])
            assert (part.status, part.body, part.header("Content-Encoding")) == (200, plain.body, "")
            head = place.ask(path, "HEAD", Accept_Encoding=coding)
            assert head.header("Content-Length") == str(len(packed.body))


FAILURES = [
    ("/nothing-here", "GET", None, {}, 404),
    ("/%FF", "GET", None, {}, 400),
    ("/sparql?query=nonsense", "GET", None, {}, 400),
    ("/sparql?update=x", "GET", None, {}, 403),
    ("/sparql", "DELETE", None, {}, 405),
    ("/doc/?format=nonsense", "GET", None, {}, (404, 406)),
    ("/sparql?query=ASK%7B%7D", "GET", None, {"Accept": "image/png"}, 406),
    ("/sparql", "POST", b"x", {"Content_Type": "text/plain"}, 415),
    ("/sparql?query=" + "x" * 17_000, "GET", None, {}, 414),
    ("/", "GET", None, {"X_Large": "x" * 40_000}, 431),
    ("/", "BREW", None, {}, 501),
    ("/validate", "POST", b"<", {"Content_Type": "text/turtle"}, 400),
    ("/sparql", "POST", b"x", {"Content_Type": "application/sparql-query", "Content_Encoding": "gzip"}, 415),
    ("/en/search?page=2", "GET", None, {}, 404),
    ("/download/all.ttl", "POST", b"", {}, 405),
    ("/api/openapi.json", "GET", None, {"If_Match": '"other"'}, 412),
    ("/search?page=x", "GET", None, {}, 400),
    ("/describe?iri=http://nowhere.example/", "GET", None, {}, 404),
    ("/release/x/dumps/../../etc/passwd", "GET", None, {}, 404),
]


@pytest.mark.parametrize(("path", "method", "body", "fields", "status"), FAILURES)
def test_10_every_failure_is_a_problem(
    place: Any, path: str, method: str, body: bytes | None, fields: dict[str, str], status: Any
) -> None:
    reply = place.ask(path, method, body, **fields)
    assert reply.status in (status if isinstance(status, tuple) else (status,))
    assert reply.media_type == "application/problem+json"
    problem = reply.json
    assert problem["status"] == reply.status
    assert re.fullmatch(r"[0-9a-f]{16}", problem["request_id"])
    assert problem["request_id"] == reply.header("X-Request-Id")
    assert problem["title"]
    assert problem["detail"]
    assert reply.header("Cache-Control") == "no-store"
    assert place.ask(problem["type"], Accept="text/html").status == 200
    assert b"Traceback" not in reply.body
    assert str(place.publication.root).encode() not in reply.body
    page = place.ask(path, method, body, **{**fields, "Accept": fields.get("Accept", "text/html")})
    assert page.status == reply.status


PAGES = ("/", "/downloads", "/search", "/sparql", "/releases", "/queries", "/nothing-here")


def test_28_policy_without_exceptions_and_nothing_of_others(place: Any) -> None:
    documents = [place.urls.document(iri).partition("#")[0] for iri in place.subjects()[:5]]
    for path in (*PAGES, *documents):
        reply = place.ask(path, Accept="text/html")
        policy = reply.header("Content-Security-Policy")
        assert "default-src 'self'" in policy
        assert "unsafe-" not in policy
        assert not reply.header("Set-Cookie")
        loaded = re.findall(rb'<(?:script|img|link|iframe|source)[^>]*?(?:src|href)="([^"]*)"[^>]*>', reply.body)
        assert loaded
        fetched = [u for u in loaded if re.search(rb'rel="(?:stylesheet|icon)"|<script|<img', _tag(reply.body, u))]
        assert fetched
        assert not [u for u in fetched if urlsplit(u.decode()).netloc]


def test_28_links_that_lead_away_vouch_for_nothing(place: Any) -> None:
    documents = {place.urls.document(iri).partition("#")[0] for iri in place.subjects()[::40]}
    licence, away = place.publication.licence or "", 0
    for path in (*PAGES, *documents):
        for link in re.findall(r'<a [^>]*href="https?://[^>]*>', place.follow(path, Accept="text/html").body.decode()):
            assert 'rel="noopener nofollow"' in link or f'href="{licence}"' in link, (path, link)
            away += 1
    assert away > 10


def _tag(body: bytes, address: bytes) -> bytes:
    end = body.index(b'"' + address + b'"')
    return body[body.rindex(b"<", 0, end) : body.index(b">", end) + 1]


POISON = [
    {"X_Forwarded_Host": "evil.test"}, {"Forwarded": "host=evil.test;proto=evil"}, {"X_Original_URL": "/evil.test"},
    {"X_Forwarded_Prefix": "/evil.test"}, {"X_Rewrite_URL": "/evil.test"}, {"X_Host": "evil.test"},
    {"Cookie": "a=evil.test"}, {"Referer": "https://evil.test/"}, {"Origin": "https://evil.test"},
]  # fmt: skip
STEERING = (
    "/", "/downloads", "/.well-known/void", "/sitemap.xml", "/sitemap/1.xml", "/robots.txt", "/opensearch.xml",
    "/sparql", "/api/openapi.json", "/.well-known/api-catalog", "/api/linkset", "/nothing-here", "/releases",
)  # fmt: skip


def test_29_redirects_pass_on_what_documents_understand(place: Any) -> None:
    base = place.publication.base
    iri = next(i for i in place.subjects() if i.startswith(base) and i != base and "#" not in i)
    path = "/" + iri.removeprefix(base)
    reply = place.ask(f"{path}?format=ttl&next=https://evil.test/&x=%0d%0aX-Evil:1")
    assert (reply.status, reply.header("Location")) == (303, f"{place.urls.document(iri)}?format=ttl")
    assert "evil" not in reply.header("Link") + reply.body.decode()


def test_29_no_poison_then_or_later(place: Any) -> None:
    thing = place.urls.thing(place.subjects()[0]).partition("#")[0]
    for path in (*STEERING, thing):
        for fields in POISON:
            for accept in ("text/html", "*/*"):
                reply = place.ask(path, Accept=accept, **fields)
                assert b"evil" not in reply.body, (path, fields)
                assert "evil" not in str(reply.fields), (path, fields)
        for host in (b"evil.test", b"evil.test:80"):
            assert b"evil" not in place.raw(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: " + host)
        assert b"evil" not in place.raw(b"GET http://evil.test" + path.encode() + b" HTTP/1.1\r\nHost: a")
        assert b"evil" not in place.ask(path, Accept="text/html").body, "and the cache is clean"


HOSTILE = [
    "a\r\nX-Injected: 1",
    "a\nX-Injected: 1",
    'a">;rel="x',
    "中文",
    "é\u2028",
    "<script>",
    "a\x00b",
    "\x7f\x1b[31m",
    "a;b,c",
]
PARAMETERS = (
    "/describe?iri={}", "/search?q={}", "/search?kind={}", "/search?page={}", "/sparql?query={}", "/sparql?format={}",
    "/sparql?query=ASK%7B%7D&default-graph-uri={}", "/sparql?query=ASK%7B%7D&timeout={}", "/api/linkset?iri={}",
    "/api/linkset?format={}", "/{}", "/doc/{}", "/download/{}", "/release/{}/doc/a", "/release/{}", "/problems/{}",
    "/doc/{}/", "/queries/{}",
    "/context/{}.jsonld", "/opensearch.xml?language={}", "/.well-known/void?format={}", "/?x={}",
)  # fmt: skip


def test_30_nothing_is_injected_and_nothing_breaks(place: Any) -> None:
    asked = 0
    for template in PARAMETERS:
        for text in HOSTILE:
            for accept in ("*/*", "text/html"):
                reply = place.ask(template.format(quote(text, safe="")), Accept=accept)
                assert reply.status < 500, (template, text)
                assert not reply.header("X-Injected"), (template, text)
                assert all(value.isascii() for value in reply.fields.values()), (template, text)
                assert b"<script>alert" not in reply.body
                asked += 1
    assert asked > 300


def test_30_problem_documents_stay_json(place: Any) -> None:
    for text in HOSTILE:
        body = place.ask("/describe?iri=" + quote(f"http://x.example/{text}", safe=""), Accept="*/*").body
        assert json.loads(body)["status"] in (400, 404)


def test_03_httplint_finds_no_error(place: Any) -> None:
    httplint = pytest.importorskip("httplint")
    document = place.urls.document(next(i for i in place.subjects() if "#" not in i))
    paths = ("/", "/.well-known/void", document, f"{document}.ttl", "/robots.txt", "/sparql", "/nothing-here")
    for path in paths:
        answer = place.raw(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip")
        head, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        linter = httplint.HttpResponseLinter()
        version, status, phrase = [*first.split(b" ", 2), b""][:3]
        linter.process_response_topline(version.removeprefix(b"HTTP/"), status, phrase)
        fields = [tuple(line.split(b": ", 1)) for line in lines]
        linter.process_headers(fields)
        linter.feed_content(body)
        linter.finish_content(True)
        bad = [note for note in linter.notes if note.level is httplint.note.levels.BAD]
        assert not bad, (path, [str(note.summary) for note in bad])
