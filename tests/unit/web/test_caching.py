"""Validators: what they depend on, and when an answer is 304."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, Response

from parley.settings import Settings
from parley.web.http import caching

SETTINGS = Settings()
TAG = caching.etag("r1", SETTINGS, "/doc/x", "turtle")


def test_tag_depends_on_release_path_variant_and_visible_settings_only() -> None:
    tags = {
        TAG,
        caching.etag("r2", SETTINGS, "/doc/x", "turtle"),
        caching.etag("r1", SETTINGS, "/doc/y", "turtle"),
        caching.etag("r1", SETTINGS, "/doc/x", "html"),
        caching.etag("r1", SETTINGS, "/doc/x", "html", "fr"),
        caching.etag("r1", SETTINGS, "/doc/x", "htmlfr"),
        caching.etag("r1", replace(SETTINGS, prefix="/p"), "/doc/x", "turtle"),
    }
    assert len(tags) == 7
    assert caching.etag("r1", replace(SETTINGS, port=1, workers=9), "/doc/x", "turtle") == TAG


def answer(*fields: tuple[str, str], weak: bool = False, status: int = 200, method: str = "GET") -> Response:
    app = Flask(__name__)
    with app.test_request_context("/doc/x", method=method, headers=list(fields)):
        response = Response("body", status=status, content_type="text/turtle")
        response.headers["Content-Location"] = "/doc/x.ttl"
        response.headers["X-Other"] = "1"
        response.vary.add("Accept")
        return caching.conditional(response, TAG, weak=weak)


def test_200_carries_a_strong_tag_and_freshness() -> None:
    response = answer()
    assert response.status_code == 200
    assert response.headers["ETag"] == f'"{TAG}"'
    assert "max-age" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "field", [f'"{TAG}"', f'W/"{TAG}"', f'"other", "{TAG}"', f'"other",W/"{TAG}" , "more"', "*", f'"a,b", "{TAG}"']
)
def test_matching_tag_is_304_with_the_headers_it_must_have(field: str) -> None:
    response = answer(("If-None-Match", field))
    assert response.status_code == 304
    assert response.get_data() == b""
    for name in ("ETag", "Vary", "Cache-Control", "Content-Location"):
        assert response.headers.get(name), name
    assert "X-Other" not in response.headers
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("field", ['"other"', "", '""', TAG[:-1], f'"{TAG}x"', "\\"])
def test_other_tag_is_200_even_if_not_modified_since(field: str) -> None:
    since = ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")
    assert answer(("If-None-Match", field), since).status_code == 200


def test_if_modified_since_alone_is_200() -> None:
    assert answer(("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")).status_code == 200


def test_star_does_not_match_an_answer_that_is_not_known_to_exist() -> None:
    assert answer(("If-None-Match", "*"), weak=True).status_code == 200
    assert answer(("If-None-Match", f'"{TAG}"'), weak=True).status_code == 304


def test_errors_and_posts_are_never_304() -> None:
    match = ("If-None-Match", "*")
    assert answer(match, status=404).status_code == 404
    assert answer(match, method="POST").status_code == 200
