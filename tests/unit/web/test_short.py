"""The short way to the engine prepares what the view does, and leaves to Flask what it can't decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from parley.errors import BadRequest
from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.serving import Serving
from parley.settings import Settings
from parley.web.app import create_app
from parley.web.edge import adapter
from parley.web.edge.head import RequestHead
from parley.web.edge.short import prepared
from parley.web.rdf.operation import _fields
from parley.web.site import Site

ASK = b"query=ASK%7B%7D"
JSON = (b"accept", b"application/sparql-results+json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
DIRECT = (b"content-type", b"application/sparql-query; charset=UTF-8")


@pytest.fixture(scope="module")
def site(tiny: tuple[Publication, StateDirectory, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    release = tiny[1].current()
    assert release is not None
    settings = Settings(prefix="/data")
    site = Site.open(Serving(release, tmp_path_factory.mktemp("engine"), settings))
    yield site
    site.close()


@pytest.fixture(scope="module")
def app(site: Site) -> Flask:
    return create_app(site)


def scope(method: str, path: str, query: bytes, *fields: tuple[bytes, bytes]) -> dict[str, Any]:
    return {
        "method": method,
        "raw_path": path.encode(),
        "query_string": query,
        "http_version": "1.1",
        "headers": [(b"host", b"a"), *fields],
    }


@pytest.mark.parametrize(
    ("method", "query", "fields", "body"),
    [
        ("GET", ASK, (), b""),
        ("HEAD", ASK, (JSON,), b""),
        ("GET", ASK, (JSON, (b"accept", b"text/turtle;q=0.5")), b""),
        ("GET", ASK, ((b"accept", b"text/csv"),), b""),
        ("GET", ASK + b"&format=xml", ((b"accept", b"text/html"),), b""),
        ("GET", ASK + b"&timeout=2&default-graph-uri=urn:a&named-graph-uri=urn:b&named-graph-uri=urn:c", (JSON,), b""),
        ("GET", b"query=SELECT(RAND()AS%20?a)%7B%7D", (JSON,), b""),
        ("GET", b"query=", (JSON,), b""),
        ("POST", b"", (JSON, FORM), ASK + b"&default-graph-uri=urn:a"),
        ("POST", b"default-graph-uri=urn:a", (JSON, DIRECT), b"ASK {}"),
        ("QUERY", b"timeout=1.50", ((b"accept", b"text/csv, text/turtle"), DIRECT), b"CONSTRUCT WHERE { ?a ?b ?c }"),
        ("GET", b"query=%5Cu0041SK%7B%7D", (JSON,), b""),
        ("GET", b"query=ASK%7B%7D%23" + b"a" * 2000, (JSON,), b""),
    ],
)
def test_it_prepares_what_the_view_does(
    site: Site, app: Flask, method: str, query: bytes, fields: tuple[tuple[bytes, bytes], ...], body: bytes
) -> None:
    given = scope(method, "/data/sparql", query, *fields)
    short = prepared(site, RequestHead.of(given), body)
    whole = adapter.call(app, adapter.environment(given, "/data/sparql", body, prefix="/data", request_id="1"))
    assert short is not None and short.work is not None and whole.work is not None
    assert short.work.query == whole.work.query
    assert not short.work.paged and not whole.work.paged
    assert (short.status, short.route) == (whole.status, whole.route)
    left_out = {"Content-Length"}  # which the edge does too
    assert sorted(short.headers) == sorted((n, v) for n, v in whole.headers if n not in left_out)


@pytest.mark.parametrize(
    ("method", "path", "query", "fields", "body"),
    [
        ("GET", "/data/sparql", ASK, ((b"accept", b"text/html"),), b""),
        ("GET", "/data/sparql", ASK, ((b"accept", b"text/html, application/json;q=0.9"),), b""),
        ("GET", "/data/sparql", b"", (JSON,), b""),
        ("GET", "/data/sparql", ASK + b"&query=b", (JSON,), b""),
        ("GET", "/data/sparql", b"update=CLEAR%20ALL", (JSON,), b""),
        ("GET", "/data/sparql", ASK + b"&timeout=never", (JSON,), b""),
        ("GET", "/data/sparql", b"query=%FF", (JSON,), b""),
        ("GET", "/data/sparql", ASK, ((b"accept", b"image/png"),), b""),
        ("GET", "/data/sparql", ASK, (JSON, (b"if-none-match", b'"a"')), b""),
        ("GET", "/data/sparql", ASK, (JSON, (b"if-match", b'"a"')), b""),
        ("GET", "/data/sparql", ASK + b"&view=none", (JSON,), b""),
        ("GET", "/data/sparql/", ASK, (JSON,), b""),
        ("GET", "/sparql", ASK, (JSON,), b""),
        ("GET", "/data/en/sparql", ASK, (JSON,), b""),
        ("OPTIONS", "/data/sparql", ASK, (JSON,), b""),
        ("DELETE", "/data/sparql", ASK, (JSON,), b""),
        ("POST", "/data/sparql", b"", (JSON, (b"content-type", b"application/sparql-update")), b"CLEAR ALL"),
        ("POST", "/data/sparql", b"", (JSON, (b"content-type", b"text/plain")), b"ASK {}"),
    ],
)
def test_flask_decides_on_everything_else(
    site: Site, method: str, path: str, query: bytes, fields: tuple[tuple[bytes, bytes], ...], body: bytes
) -> None:
    assert prepared(site, RequestHead.of(scope(method, path, query, *fields)), body) is None


@pytest.mark.parametrize("form", [b"a=%C3", b"a=%ed%a0%80", b"\xff=a", b"%ff", b'a="%C3', b"&" * 1000])
def test_a_form_that_is_no_text_or_has_no_end_is_refused(form: bytes) -> None:
    with pytest.raises(BadRequest, match=r"UTF-8|1000 parameters"):
        _fields(form, "form")
