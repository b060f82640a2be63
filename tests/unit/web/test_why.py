"""The page that explains a statement, in each language and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.serving import Serving
from parley.vocab import RDF_TYPE
from parley.web.app import create_app
from parley.web.site import Site

E = "http://lichen.example/garden/"
ONTOLOGY = E + "ontology#"
INFERRED = {"s": f"<{E}findling>", "p": f"<{ONTOLOGY}bears>", "o": f"<{E}becher>"}
Ask = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def ask(tiny: tuple[Publication, StateDirectory, Built]) -> Iterator[Ask]:
    publication, _, built = tiny
    site = Site.open(Serving(built.path, Path("no-engine"), publication.settings))
    client = create_app(site).test_client()

    def get(path: str, accept: str = "text/html", **query: str) -> TestResponse:
        raw = {"PATH_INFO": path, "QUERY_STRING": urlencode(query)}
        return client.open("/", headers={"Accept": accept}, environ_overrides=raw, buffered=True)

    yield get
    site.close()


def test_an_inferred_statement_is_explained_by_rule_and_premises(ask: Ask) -> None:
    told = ask("/why", "application/json", **INFERRED).get_json()
    assert told["asserted_in"] == []
    assert told["rule"]["name"] == "prp-inv1" and "owl:inverseOf" in told["rule"]["axiom"]
    (premise,) = told["follows_from"]
    assert (premise["subject"], premise["object"]) == (INFERRED["o"], INFERRED["s"])
    assert [one["role"] for one in premise["asserted_in"]] == ["data"]


def test_an_asserted_statement_names_its_graphs(ask: Ask) -> None:
    told = ask("/why", "application/json", s=E + "becher", p=ONTOLOGY + "growsOn", o=E + "findling").get_json()
    assert "rule" not in told
    assert [one["role"] for one in told["asserted_in"]] == ["data"]


def test_the_page_says_it_in_the_language_of_its_path(ask: Ask) -> None:
    pages = {language: ask(f"/{language}/why", **INFERRED) for language in ("de", "es")}
    for language, page in pages.items():
        assert page.status_code == 200
        assert page.headers["Content-Language"] == language
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert "prp-inv1" in page.text and "owl:inverseOf" in page.text
    assert pages["de"].text != pages["es"].text


def test_the_negotiated_address_says_what_it_varies_by(ask: Ask) -> None:
    assert {"Accept", "Accept-Language"} <= set(ask("/why", **INFERRED).headers["Vary"].split(", "))
    assert ask("/why", "text/turtle", **INFERRED).status_code == 406
    assert ask("/why", "text/html", **INFERRED, format="json").mimetype == "application/json"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"s": E, "p": RDF_TYPE}, 400),
        ({"s": '"a literal"', "p": RDF_TYPE, "o": E}, 400),
        ({"s": E + "x> <y", "p": RDF_TYPE, "o": E}, 400),
        ({"s": f"{E}a> <{E}b> <{E}c> .\n<{E}d", "p": RDF_TYPE, "o": E}, 400),
        ({**INFERRED, "o": f"<{E}nothing>"}, 404),
        ({**INFERRED, "o": '"<script>alert(1)</script>"@en'}, 404),
    ],
)
def test_what_is_no_statement_of_the_release_is_refused(ask: Ask, query: dict[str, str], status: int) -> None:
    response = ask("/why", **query)
    assert response.status_code == status
    assert "<script>alert" not in response.text


def test_the_mark_on_a_page_leads_to_the_explanation(ask: Ask) -> None:
    statement = {"s": f"<{E}becher>", "p": f"<{RDF_TYPE}>", "o": f"<{ONTOLOGY}CrustSpecimen>"}
    assert f"/why?{urlencode(statement)}".replace("&", "&amp;") in ask("/doc/becher").text
    assert ask("/why", **statement).status_code == 200
