"""Every page has one address; others that mean it lead there, and what means nothing is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from parley.formats import JSON, JSON_LD, RDF_FORMATS, TURTLE
from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.serving import Serving
from parley.web.app import create_app
from parley.web.site import Site

Get = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def get(tiny: tuple[Publication, StateDirectory, Built]) -> Iterator[Get]:
    publication, _, built = tiny
    site = Site.open(Serving(built.path, Path("no-engine"), publication.settings))
    client = create_app(site).test_client()

    def ask(address: str, accept: str = "*/*", method: str = "GET") -> TestResponse:
        path, _, query = address.partition("?")
        raw = {"PATH_INFO": path, "QUERY_STRING": query}  # as the adapter does: percent-encoded
        return client.open("/", method=method, headers={"Accept": accept}, environ_overrides=raw, buffered=True)

    yield ask
    site.close()


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("/releases/", "/releases"),
        ("/queries/", "/queries"),
        ("/de/releases/", "/de/releases"),
        ("/search/?q=a&kind=x", "/search?q=a&kind=x"),
        ("/.well-known/void/", "/.well-known/void"),
        ("/%73parql?query=ASK%7B%7D", "/sparql?query=ASK%7B%7D"),
        ("/de/%73parql?query=ASK%7B%7D", "/de/sparql?query=ASK%7B%7D"),
        ("/%64e/sparql", "/de/sparql"),
        ("/api%2Dnone/../%64oc/becher", None),
        ("/%64oc/becher", "/doc/becher"),
        ("/sitemap/01.xml", "/sitemap/1.xml"),
        ("/doc/becher.json", "/doc/becher.jsonld"),
        ("/de/doc/becher.OWL", "/de/doc/becher.rdf"),
        ("/sparql%2F", None),
        ("/nothing/", None),
        ("/problems/", None),
    ],
)
def test_an_address_spelt_otherwise_leads_to_the_page(get: Get, address: str, location: str | None) -> None:
    response = get(address)
    found = (response.status_code, response.headers.get("Location"))
    assert found == ((404, None) if location is None else (308, location))
    if location:
        assert get(location).status_code in (200, 304)


def test_a_needless_escape_in_a_things_own_address_still_finds_it(get: Get) -> None:
    assert get("/%62echer").headers["Location"] == "/doc/becher"
    assert get("/doc/%62echer").headers["Location"] == "/doc/becher"


@pytest.mark.parametrize("path", ["/search", "/de/search", "/api/suggest"])
@pytest.mark.parametrize("words", ["%00", "a%00b", "a%1Bb", "%7F"])
def test_control_characters_are_no_words(get: Get, path: str, words: str) -> None:
    response = get(f"{path}?q={words}")
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert "control characters" in response.json["detail"]  # type: ignore[index]
    assert get(f"{path}?q=%09becher%0A").status_code == 200


@pytest.mark.parametrize("path", ["/sparql", "/doc/becher", "/releases", "/.well-known/void", "/reconcile"])
def test_options_have_no_content_and_no_type(get: Get, path: str) -> None:
    response = get(path, method="OPTIONS")
    assert (response.status_code, response.data) == (200, b"")
    assert "Content-Type" not in response.headers
    assert "GET" in response.headers["Allow"]


def test_the_description_of_the_interface_names_every_type_that_is_sent(get: Get) -> None:
    paths: dict[str, Any] = get("/api/openapi.json").json["paths"]  # type: ignore[index]
    types = [syntax.media_type for syntax in (TURTLE, JSON_LD, JSON)]
    checked = 0
    for path, operations in paths.items():
        if "{" in path or "get" not in operations:
            continue
        declared = set(operations["get"]["responses"]["200"]["content"])
        sent = {media_type for media_type in types if _type_of(get(path, media_type)) == media_type}
        assert sent <= declared, path
        checked += bool(sent)
    assert checked >= 5


def _type_of(response: TestResponse) -> str:
    return response.mimetype or "" if response.status_code == 200 else ""


def test_formats_of_the_releases_are_described(get: Get) -> None:
    operation = get("/api/openapi.json").json["paths"]["/releases"]["get"]  # type: ignore[index]
    assert {f.media_type for f in (JSON, *RDF_FORMATS)} <= set(operation["responses"]["200"]["content"])
    assert "format" in {row["name"] for row in operation["parameters"]}


def test_a_search_that_finds_more_than_is_listed_says_so(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "Only the first 1 are listed"
    kind = quote("http://lichen.example/garden/ontology#Stone", safe="")
    assert said not in get(f"/search?kind={kind}", "text/html").text
    monkeypatch.setattr("parley.web.routes.search.PAGE_SIZE", 1)
    monkeypatch.setattr("parley.web.routes.search.LAST_PAGE", 1)
    assert said in get(f"/search?kind={kind}", "text/html").text
