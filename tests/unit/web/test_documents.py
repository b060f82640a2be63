"""Things, documents and downloads of the tiny foreign publication, asked of the Flask application itself."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from parley.errors import ReleaseError
from parley.formats import DOCUMENT_FORMATS, HTML, N_TRIPLES, RDF_FORMATS
from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.serving import Serving
from parley.web.app import create_app
from parley.web.page import pages
from parley.web.page.pages import licence_name
from parley.web.rdf import documents
from parley.web.site import Site

BASE = "http://lichen.example/garden/"
FINDLING = ox.NamedNode(BASE + "findling")
Get = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def site(tiny: tuple[Publication, StateDirectory, Built]) -> Iterator[Site]:
    publication, _, built = tiny
    site = Site.open(Serving(built.path, Path("no-engine"), publication.settings))
    yield site
    site.close()


@pytest.fixture(scope="module")
def get(site: Site) -> Get:
    client: FlaskClient = create_app(site).test_client()

    def ask(address: str, accept: str = "*/*", method: str = "GET", **headers: str) -> TestResponse:
        path, _, query = address.partition("?")
        fields = {"Accept": accept} | {name.replace("_", "-"): value for name, value in headers.items()}
        # As the adapter does: the path stays as it was sent, percent-encoded.
        raw = {"PATH_INFO": path, "QUERY_STRING": query}
        return client.open("/", method=method, headers=fields, environ_overrides=raw, buffered=True)

    return ask


def test_a_thing_redirects_to_its_document(get: Get) -> None:
    for accept in ("text/html", "text/turtle", "image/png", ""):
        response = get("/becher", accept)
        assert (response.status_code, response.headers["Location"]) == (303, "/doc/becher")
        assert "max-age" in response.headers["Cache-Control"]
        assert response.headers["Link"] == '</doc/becher>; rel="describedby"'
        assert 'href="/doc/becher"' in response.text


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("/becher/", "/becher"),
        ("/doc/becher/", "/doc/becher"),
        ("/doc/exemplar/%c3%a9", "/doc/exemplar/%C3%A9"),
        ("/doc/ontology", "/ontology"),
        ("//doc/becher", "/doc/becher"),
        (f"/describe?iri={BASE}becher", "/doc/becher"),
    ],
)
def test_one_address_for_a_document(get: Get, address: str, location: str) -> None:
    response = get(address)
    assert (response.status_code, response.headers["Location"].partition("?")[0]) == (308, location)


@pytest.mark.parametrize(
    "address",
    ["/nowhere", "/doc/nowhere", "/doc/nowhere.ttl", "/doc/becher.png", "/de/doc/nowhere", "/de/nowhere",
     "/describe?iri=http://elsewhere.example/", "/download/nothing.ttl", "/download/../manifest.json",
     "/release/0/dumps/all.ttl", "/static/build/nothing.css", "/static/build/manifest.json"],
)  # fmt: skip
def test_what_is_not_there_is_404(get: Get, address: str) -> None:
    for accept in ("text/html", "text/turtle"):
        response = get(address, accept)
        assert response.status_code == 404
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.name)
def test_every_syntax_by_every_way_of_asking(get: Get, form: object) -> None:
    assert form in RDF_FORMATS
    wanted = next(f for f in RDF_FORMATS if f is form)
    answers = [
        get("/doc/becher", wanted.media_type),
        get(f"/doc/becher.{wanted.extension}", "text/html"),
        get(f"/doc/becher?format={wanted.name}", "text/html"),
    ]
    for response in answers:
        assert response.status_code == 200
        assert response.headers["Content-Type"] == wanted.content_type
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.data == answers[0].data
    assert answers[0].headers["Vary"] == "Accept, Accept-Encoding"
    assert answers[0].headers["Content-Location"] == f"/doc/becher.{wanted.extension}"
    assert answers[1].headers["Vary"] == "Accept-Encoding"
    quads = list(ox.parse(answers[0].data, format=wanted.oxigraph, base_iri=BASE))
    assert any(q.subject == ox.NamedNode(BASE + "becher") for q in quads)


def test_all_syntaxes_hold_the_same_triples(get: Get) -> None:
    found = set()
    for form in RDF_FORMATS:
        data = get(f"/doc/exemplar/%C3%A9.{form.extension}").data
        triples = ox.Dataset(ox.Quad(*q.triple) for q in ox.parse(data, format=form.oxigraph))
        triples.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        found.add(frozenset(str(q) for q in triples))
    assert len(found) == 1
    (triples_of_all,) = found
    assert len(triples_of_all) > 10


def test_links_of_a_document(get: Get) -> None:
    response = get("/doc/exemplar/%C3%A9", "text/turtle")
    header = response.headers["Link"]
    assert header.isascii()
    for form in DOCUMENT_FORMATS:
        if form.media_type != "text/turtle":
            link = f'</doc/exemplar/%C3%A9.{form.extension}>; rel="alternate"; type="{form.media_type}"'
            assert link in header
    assert f'<{BASE}exemplar/%C3%A9>; rel="describes"' in header
    assert f'<{BASE}doc/exemplar/%C3%A9>; rel="canonical"' in header
    assert 'publicdomain/zero/1.0/>; rel="license"' in header


def test_html_varies_by_language_and_says_which(get: Get) -> None:
    german, spanish = (get("/doc/becher", "text/html", Accept_Language=tag) for tag in ("de", "es-MX"))
    assert (german.headers["Content-Language"], spanish.headers["Content-Language"]) == ("de", "es")
    assert (german.headers["Content-Location"], spanish.headers["Content-Location"]) == (
        "/de/doc/becher.html", "/es/doc/becher.html")  # fmt: skip
    assert set(german.headers["Vary"].split(", ")) == {"Accept", "Accept-Language", "Accept-Encoding"}
    assert german.headers["ETag"] != spanish.headers["ETag"]
    assert "Becherflechte</h1>" in german.text
    assert "Liquen copa</h1>" in spanish.text
    pinned = get("/es/doc/becher", "text/html", Accept_Language="de")
    assert pinned.headers["Content-Language"] == "es"
    assert "Accept-Language" not in pinned.headers["Vary"]


def test_not_acceptable_lists_what_there_is(get: Get) -> None:
    response = get("/doc/becher", "image/png")
    assert response.status_code == 406
    assert response.get_json(force=True)["available"] == [f.media_type for f in DOCUMENT_FORMATS]


def test_validators(get: Get) -> None:
    tags = {get("/doc/becher", f.media_type).headers["ETag"] for f in DOCUMENT_FORMATS}
    assert len(tags) == len(DOCUMENT_FORMATS)
    first = get("/doc/becher", "text/turtle")
    again = get("/doc/becher", "text/turtle", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert get("/doc/becher", "text/html", If_None_Match=first.headers["ETag"]).status_code == 200


def test_head_is_get_without_body(get: Get) -> None:
    for address in ("/", "/becher", "/doc/becher", "/ontology", "/downloads", "/search?q=flechte"):
        head, full = get(address, "text/html", "HEAD"), get(address, "text/html")
        assert head.data == b""
        assert (head.status_code, head.headers.get("ETag")) == (full.status_code, full.headers.get("ETag"))


def test_no_text_of_the_data_becomes_markup(get: Get) -> None:
    page = get("/de/doc/exemplar/o'hara", "text/html").text
    scripts = re.findall("<script.*?>", page)
    assert [re.sub(r"site-\w+", "site", one) for one in scripts] == [
        '<script type="module" src="/static/build/site.js">',
        '<script type="application/ld+json">',
    ]
    assert '<h1 lang="de">&lt;script&gt;' in page
    assert 'onmouseover="' not in get("/es/doc/exemplar/o'hara", "text/html").text


def test_the_page_of_a_graph_tells_its_statements_in_words(get: Get) -> None:
    page = get("/es/doc/heft/1", "text/html").text
    told = page.partition('class="section content"')[2].partition("</section>")[0]
    assert re.findall(r"<h3>(.*?)</h3>", told) and "hallado por" in told.lower()
    assert "<sup" not in told, "all of it is from the graph whose page this is"
    whole = get("/de/doc/graph/inferred", "text/html").text
    assert "graph=2" not in whole
    assert get("/de/doc/graph/inferred?graph=2", "text/html").status_code == 404


def test_the_embedded_json_ld_cannot_end_its_element(get: Get) -> None:
    page = get("/de/doc/exemplar/o'hara", "text/html").text
    scripts = re.findall(r'<script type="application/ld.json">(.*?)</script>', page, re.DOTALL)
    assert len(scripts) == 1
    assert "\\u003cscript>" in scripts[0]
    assert json.loads(scripts[0])
    assert '<h1 lang="de">&lt;script&gt;' in page


def test_a_hash_document_holds_all_its_terms(get: Get) -> None:
    turtle = get("/ontology", "text/turtle")
    assert turtle.status_code == 200
    subjects = {q.subject for q in ox.parse(turtle.data, format=ox.RdfFormat.TURTLE)}
    assert {ox.NamedNode(f"{BASE}ontology#{name}") for name in ("Specimen", "growsOn", "crustose")} <= subjects
    page = get("/es/doc/ontology", "text/html").text
    assert page.count('class="term"') == len(re.findall(r'class="term" id="[\w-]+"', page)) == 16


def test_things_elsewhere_are_described(get: Get) -> None:
    response = get("/de/describe?iri=http%3A%2F%2Fherbarium.example%2Fsheet%2312", "text/html")
    assert response.status_code == 200
    assert "Bogen 12</h1>" in response.text
    assert get("/describe").status_code == 400


def test_links_to_a_thing_are_paged(tiny: tuple[Publication, StateDirectory, Built]) -> None:
    publication, _, built = tiny
    site = Site.open(Serving(built.path, Path("no-engine"), replace(publication.settings, incoming_page=2)))
    client = create_app(site).test_client()
    found, address = [], "/doc/findling.nt"
    for _ in range(20):
        path, _, query = address.partition("?")
        response = client.get(path, query_string=query)
        found += [q for q in ox.parse(response.data, format=ox.RdfFormat.N_TRIPLES) if q.object == FINDLING]
        following = re.search(r'<([^>]+)>; rel="next"', response.headers["Link"])
        if following is None:
            break
        address = following[1]
    assert following is None
    whole = [q for q in ox.parse(_whole(site), format=ox.RdfFormat.N_TRIPLES) if q.object == FINDLING]
    assert len(set(found)) == len(set(whole)) > 2
    site.close()


def _whole(site: Site) -> bytes:
    return documents.serialised(
        replace(site, settings=replace(site.settings, incoming_page=1000)), FINDLING.value, N_TRIPLES
    )


def test_the_page_of_a_thing_elsewhere_leads_there_and_promises_nothing(get: Get) -> None:
    elsewhere = "http://herbarium.example/missing"
    theirs = get("/de/describe?iri=" + quote(elsewhere, safe=""), "text/html").text
    assert f'href="{elsewhere}" rel="noopener nofollow"' in theirs
    promise = "Cite this address: it stays."
    assert promise not in theirs and promise in get("/de/doc/becher", "text/html").text


def test_where_nothing_is_there_is_a_search_field(get: Get) -> None:
    page = get("/de/doc/nothing", "text/html")
    assert page.status_code == 404 and 'role="search"' in page.text


def test_the_data_set_is_described_where_void_says(get: Get) -> None:
    response = get("/.well-known/void")
    assert response.status_code == 200
    subjects = {q.subject for q in ox.parse(response.data, format=ox.RdfFormat.TURTLE)}
    assert ox.NamedNode(f"{BASE}dataset") in subjects


def test_the_format_goes_along_from_thing_to_document(get: Get) -> None:
    assert get("/becher?format=ttl").headers["Location"] == "/doc/becher?format=ttl"


@pytest.mark.parametrize(
    ("page", "status"), [("0", 400), ("-1", 400), ("x", 400), ("%D9%A3", 400), ("99999999999999999999", 404)]
)
def test_a_page_that_is_none_is_refused(get: Get, page: str, status: int) -> None:
    assert get(f"/doc/becher?page={page}", "text/html").status_code == status
    assert get(f"/search?kind=x&page={page}", "text/html").status_code == status


def test_pages_say_their_policy(get: Get) -> None:
    for address in ("/", "/de/doc/becher", "/downloads", "/nowhere"):
        headers = get(address, "text/html").headers
        for directive in (
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ):
            assert directive in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"]
        assert "Set-Cookie" not in headers


def test_search_finds_by_word_and_by_kind(get: Get) -> None:
    found = get("/de/search?q=becher", "text/html").text
    assert '<a href="/de/doc/becher"' in found
    kind = get(f"/de/search?kind={BASE}ontology%23Stone", "text/html").text
    assert "Findling" in kind
    assert "Mauer" in kind
    assert "Nothing found" in get("/de/search?q=zzzz", "text/html").text


def test_downloads_are_what_the_page_says(get: Get, site: Site) -> None:
    page = get("/de/downloads", "text/html").text
    files = [name for name in site.manifest.files if name.startswith("dumps/") and name != "dumps/dumps.json"]
    assert len(files) > 6
    for name in files:
        entry = site.manifest.files[name]
        assert entry.sha256 in page or name.endswith(".gz"), "a packed file is told by the one that it holds"
        response = get(f"/release/{site.manifest.id}/{name}")
        assert hashlib.sha256(response.data).hexdigest() == entry.sha256
        digest = base64.b64encode(bytes.fromhex(entry.sha256)).decode()
        assert response.headers["Repr-Digest"] == f"sha-256=:{digest}:"
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        if name.endswith(".csv"):
            assert response.headers["Content-Disposition"].startswith("attachment")


def test_ranges_of_a_download(get: Get, site: Site) -> None:
    redirect = get("/download/all.ttl")
    assert redirect.status_code == 302
    address = redirect.headers["Location"]
    whole = get(address)
    size = len(whole.data)
    first = get(address, Range="bytes=0-99")
    assert (first.status_code, first.data) == (206, whole.data[:100])
    assert first.headers["Content-Range"] == f"bytes 0-99/{size}"
    assert get(address, Range="bytes=-5").data == whole.data[-5:]
    beyond = get(address, Range="bytes=9999999999-")
    assert beyond.status_code == 416
    stale = get(address, Range="bytes=0-99", If_Range='"another"')
    assert (stale.status_code, len(stale.data)) == (200, size)
    assert get(address, If_None_Match=whole.headers["ETag"]).status_code == 304


def test_assets_never_change_under_their_name(get: Get) -> None:
    page = get("/", "text/html").text
    found = set(re.findall(r'"(/static/build/[^"]+)"', page))
    assert {address.rpartition(".")[2] for address in found} == {"css", "js", "svg"}
    for address in found:
        response = get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("https://opendatacommons.org/licenses/by/1-0/", "opendatacommons.org/licenses/by/1-0"),
        ("urn:x:licence", "urn:x:licence"),
    ],
)
def test_names_of_licences(iri: str, name: str) -> None:
    assert licence_name(iri) == name


def test_html_is_the_default(get: Get) -> None:
    assert get("/doc/becher", "").headers["Content-Type"] == HTML.content_type


def test_without_assets_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "files", lambda _package: tmp_path)
    with pytest.raises(ReleaseError, match="pip install"):
        pages.bundled_assets()


def test_the_document_of_a_graph_holds_what_stands_in_it(get: Get, site: Site) -> None:
    graph = ox.NamedNode(BASE + "heft/1")
    corpus = ox.parse((site.release / "quads.nq").read_bytes(), format=ox.RdfFormat.N_QUADS)
    content = {quad for quad in corpus if quad.graph_name == graph}
    assert len(content) >= 2
    for syntax in RDF_FORMATS:
        assert syntax.oxigraph is not None
        found = list(ox.parse(get(f"/doc/heft/1.{syntax.extension}").data, format=syntax.oxigraph))
        triples = {(quad.subject, quad.predicate) for quad in found}
        assert {(quad.subject, quad.predicate) for quad in content} <= triples
        if syntax.name in ("trig", "nquads"):
            assert {q.predicate for q in found if q.graph_name == graph} == {q.predicate for q in content}


def test_an_extension_at_a_things_own_address_leads_to_its_document(get: Get) -> None:
    for syntax in DOCUMENT_FORMATS:
        response = get(f"/becher.{syntax.extension}")
        assert (response.status_code, response.headers["Location"]) == (303, f"/doc/becher.{syntax.extension}")
    assert get("/ontology.ttl").headers["Location"] == "/doc/ontology.ttl"
    assert get("/nothing.ttl").status_code == get("/becher.docx").status_code == 404


def test_a_search_for_too_many_words_shows_what_has_some(get: Get) -> None:
    page = get("/de/search?q=becherflechte+niemals", "text/html").text
    assert "becherflechte niemals" in page and "/de/doc/becher" in page
    assert "These have some of them" in page
    assert "These have some of them" not in get("/de/search?q=becherflechte", "text/html").text


def test_themes_stand_in_a_tree(get: Get) -> None:
    page = get("/es/search", "text/html").text
    assert page.count('class="themes"') == 1
    assert "<ul><li><a" in page.partition('class="themes"')[2]


def test_the_home_page_asks_questions(get: Get) -> None:
    page = get("/es/", "text/html").text
    assert "¿Qué liquen crece en qué piedra?" in page and "/es/queries/auf-welchem-stein" in page
