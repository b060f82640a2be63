"""Addresses of documents, of their variants and pages: exact, bounded, without anything that means nothing."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urljoin

import pyoxigraph as ox
import pytest

from parley.web.routes.search import PAGE_SIZE

EXPANDED = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"'
#: What nginx and others hold of an answer's head, unless told otherwise.
PROXY_BUFFER = 4096


@pytest.fixture(scope="module")
def odd(live_odd: Any) -> Any:
    return live_odd[0]


@pytest.mark.parametrize(
    ("path", "accept", "location"),
    [
        ("/doc/hub", "text/turtle", "/doc/hub.ttl"),
        ("/doc/hub?page=2", "text/turtle", "/doc/hub.ttl?page=2"),
        ("/doc/hub?page=2", "text/html", "/en/doc/hub.html?page=2"),
        ("/doc/hub?page=2", EXPANDED, "/doc/hub.jsonld?page=2&profile=expanded"),
        ("/describe?iri=http%3A%2F%2Ffar.example%2Fvocabulary%23unsaid", EXPANDED,
         "/describe?iri=http%3A%2F%2Ffar.example%2Fvocabulary%23unsaid&format=jsonld&profile=expanded"),
        ("/sparql?query=ASK+%7B%7D", "text/csv", "/sparql?query=ASK+%7B%7D&format=csv"),
        ("/sparql?query=DESCRIBE+%3Ca%3E", "text/csv, text/turtle", "/sparql?query=DESCRIBE+%3Ca%3E&format=turtle"),
        ("/fr/", "text/html", "/fr/"),
    ],
)  # fmt: skip
def test_the_address_of_a_variant_answers_with_that_variant(odd: Any, path: str, accept: str, location: str) -> None:
    reply = odd.ask(path, Accept=accept)
    assert (reply.status, reply.header("Content-Location")) == (200, location)
    again = odd.ask(location, Accept=accept if "/sparql" not in path else "*/*")
    assert (again.status, again.media_type) == (200, reply.media_type)
    # links on a page in a language lead to pages in that language, those on a negotiated one do not
    assert again.body == reply.body or reply.media_type == "text/html"


def test_pages_follow_each_other_and_end(odd: Any) -> None:
    seen: set[ox.Triple] = set()
    path, pages = "/doc/hub?junk=%3Cx%3E", 0
    while path:
        reply = odd.ask(path, Accept="application/n-triples")
        assert reply.status == 200
        assert b"junk" not in reply.body
        seen |= {q.triple for q in ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES)}
        path = next((target for target, relation, _ in reply.links if relation == "next"), "")
        assert "junk" not in path
        pages += 1
    assert pages == 3
    assert sum(t.predicate.value == "http://odd.example/near" for t in seen) == 250
    for beyond in ("4", "0", "-1", "x", "9" * 30, "0" * 5000 + "4", "%D9%A3"):
        for accept in ("text/turtle", "text/html"):
            assert odd.follow(f"/doc/hub?page={beyond}", Accept=accept).status in (400, 404), beyond


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/doc/hub?page=02&format=ttl", "/doc/hub?page=2&format=ttl"),
        ("/doc/hub.ttl?page=0002", "/doc/hub.ttl?page=2"),
        ("/fr/doc/hub?page=1", "/fr/doc/hub"),
        ("/doc/hub?page=01&format=ttl", "/doc/hub?format=ttl"),
        ("/search?q=0&page=01", "/search?q=0"),
        ("/search?page=1&q=%C3%A9+0&page=7", "/search?q=%C3%A9+0"),
    ],
)
def test_a_page_has_one_address(odd: Any, path: str, own: str) -> None:
    reply = odd.ask(path, Accept="text/html")
    assert (reply.status, reply.header("Location")) == (308, own)
    assert odd.ask(own, Accept="text/html").status == 200


def test_pages_link_to_each_others_own_addresses(odd: Any) -> None:
    path, seen = "/doc/hub", ["/doc/hub"]
    while True:
        body = odd.ask(path, Accept="text/html").body.decode()
        found = dict(re.findall(r'<a rel="(prev|next)" href="([^"]*)#incoming"', body))
        assert len(seen) == 1 or urljoin(path, found["prev"]) == seen[-2]
        if "next" not in found:
            break
        path = urljoin(path, found["next"])
        seen.append(path)
    assert seen == ["/doc/hub", "/doc/hub?page=2", "/doc/hub?page=3"]
    for path in seen:  # none of them is a copy of the first, nor a translation of the other
        for tongue in ("", "/fr"):
            links = odd.ask(tongue + path, Accept="text/html").links
            own = next(target for target, rel, kind in links if (rel, kind) == ("alternate", "text/turtle"))
            assert own.partition("?")[2] == path.partition("?")[2] and odd.ask(own).media_type == "text/turtle"
            assert [target for target, rel, _ in links if rel == "canonical"] == [f"http://odd.example{tongue}{path}"]


def test_a_search_ends_with_its_last_page(place: Any) -> None:
    kind = max(place.index.classes(), key=lambda row: row[1])[0]
    asked = f"/search?kind={quote(kind, safe='')}"
    assert place.ask(asked).status == 200
    last = -(-dict(place.index.classes())[kind] // PAGE_SIZE)
    if last > 1:
        assert place.ask(f"{asked}&page={last}").status == 200
    for page in (last + 1, 201, "9" * 30):
        reply = place.ask(f"{asked}&page={page}")
        assert (reply.status, reply.json["type"]) == (404, "/problems/not-found"), page
    assert place.ask("/search?page=2").status == place.ask("/search?q=zzzzqqq&page=2").status == 404
    assert place.ask(f"{asked}&page=0").status == 400


def test_what_means_nothing_is_not_repeated(odd: Any) -> None:
    page, same = (odd.ask(f"/doc/hub?page=2{more}", Accept="text/html") for more in ("", "&junk=1"))
    assert same.header("ETag") == page.header("ETag")
    assert same.body == page.body, "one ETag, one body"


@pytest.mark.parametrize(
    "page", ["downloads", "search?q=a", "queries", "releases", "about", "sparql", "validate", "why"]
)
def test_what_means_nothing_is_on_no_page(place: Any, page: str) -> None:
    more = f"{'&' if '?' in page else '?'}junk=7evil&next=//evil.test/"
    for path in (f"/{page}", f"/fr/{page}" if "fr" in place.publication.languages else f"/en/{page}"):
        one, same = (place.ask(path + tail, Accept="text/html") for tail in ("", more))
        assert (same.status, same.header("ETag")) == (one.status, one.header("ETag"))
        assert "evil" not in str(same.fields) + same.body.decode()
        assert one.body == same.body or one.status != 200


def test_a_page_in_another_language_keeps_what_was_asked(place: Any) -> None:
    other = place.publication.languages[-1]
    for path in ("search?q=a&page=2", "sparql?query=ASK%20%7B%7D&view=table", "queries?q=a"):
        page = place.follow(f"/{path}", Accept="text/html").body.decode()
        assert f'href="/{other}/{path.replace("&page=2", "").replace("&", "&amp;")}' in page, path


def test_an_extension_leaves_nothing_to_negotiate(odd: Any) -> None:
    one, two = (odd.ask("/doc/hub.jsonld", Accept=accept) for accept in (EXPANDED, "*/*"))
    assert "Accept," not in f"{one.header('Vary')},"
    assert (one.body, one.header("Content-Type")) == (two.body, two.header("Content-Type"))
    assert odd.ask("/doc/hub.jsonld?profile=expanded").body.startswith(b"[")


def test_if_match_is_heeded(odd: Any) -> None:
    for path in ("/doc/hub.ttl", "/en/search"):
        for coding in ("identity", "gzip"):
            tag = odd.ask(path, Accept_Encoding=coding).header("ETag")
            assert odd.ask(path, Accept_Encoding=coding, If_Match=f'"other", {tag}').status == 200
            refused = odd.ask(path, Accept_Encoding=coding, If_Match='"other"')
            assert (refused.status, refused.json["type"]) == (412, "/problems/precondition-failed")
            assert odd.ask(path, Accept_Encoding=coding, If_Match="*").status == 200


def test_a_property_that_is_only_used_has_a_document(odd: Any) -> None:
    iri = "http://far.example/vocabulary#unsaid"
    reply = odd.ask(f"/describe?iri={quote(iri, safe='')}", Accept="application/n-triples")
    triples = [q.triple for q in ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES)]
    part = next(t.subject for t in triples if t.object == ox.NamedNode(iri) and t.predicate.value.endswith("#property"))
    told = [t.object for t in triples if t.subject == part and t.predicate.value.endswith("#triples")]
    assert told == [ox.Literal("250", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))]
    page = odd.ask(f"/fr/describe?iri={quote(iri, safe='')}", Accept="text/html")
    assert "250 énoncés l’emploient" in page.body.decode()


def test_labels_of_blank_nodes_are_no_addresses(place: Any) -> None:
    blank = str(next(s.subject for s in _blank_statements(place)))
    for path in ("/describe?iri=", "/api/linkset?iri="):
        assert place.ask(path + quote(blank, safe=""), Accept="text/turtle").status == 404


def _blank_statements(place: Any) -> Any:
    for kind, _ in place.index.classes():
        found = place.index.describe(kind, page_size=1000)
        yield from (s for s in (found.incoming if found else ()) if isinstance(s.subject, ox.BlankNode))


def test_redirects_stay_here(odd: Any) -> None:
    for path in ("/doc", "/fr/doc", "/en", "/release/%41"):
        reply = odd.ask(path)
        assert (reply.status, reply.header("Location")) == (308, path + "/")
        assert b"parley.invalid" not in reply.body
        assert reply.header("Cache-Control")
    own = quote("http://odd.example/hub", safe="")
    moved = odd.ask(f"/fr/describe?iri={own}&format=ttl&junk=1")
    assert (moved.status, moved.header("Location")) == (308, "/fr/doc/hub?format=ttl")


def test_heads_fit_into_the_buffers_of_proxies(odd: Any) -> None:
    looked_at = 0
    for host in ("odd", "far"):
        for letter in ("a", "%C3%A9"):
            for size in (300, 1200):
                path = f"/doc/{letter * size}"
                if host == "far":
                    path = f"/describe?iri=http%3A%2F%2Ffar.example%2F{letter * size}"
                for accept in ("text/html", "text/turtle"):
                    reply = odd.ask(path, Accept=accept)
                    assert reply.status == 200
                    assert sum(len(n) + len(v) + 4 for n, v in reply.fields.items()) < PROXY_BUFFER, path[:40]
                    assert "linkset" in {relation for _, relation, _ in reply.links} or size * len(letter) > 1200
                    looked_at += 1
    assert looked_at == 16
    query = odd.ask("/sparql?query=ASK%7B%7D%23" + "x" * 7000, Accept="text/csv")
    assert query.status == 200
    assert sum(len(n) + len(v) + 4 for n, v in query.fields.items()) < PROXY_BUFFER


@pytest.mark.parametrize(
    "path",
    [
        "/doc/hub?format=nonsense", "/fr/doc/hub?page=2&format=nonsense", "/sparql?query=ASK%7B%7D&format=nonsense",
        "/.well-known/void?format=nonsense", "/releases?format=nonsense", "/api/suggest?q=a&format=nonsense",
        "/api/linkset?format=nonsense", "/sparql?query=DESCRIBE+%3Ca%3A%3E&format=nonsense",
        "/doc/hub.jsonld?profile=nonsense", "/?format=nonsense", "/graph-store?default&format=nonsense",
        "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D&format=turtle",
    ],
)  # fmt: skip
def test_what_is_not_available_leads_to_what_is(odd: Any, path: str) -> None:
    """RFC 9110 §15.5.7: what there is, and where; each of these addresses answers with what it says."""
    problem = odd.ask(path).json
    assert (problem["status"], len(problem["alternates"])) == (406, len(problem["available"]))
    page = odd.ask(path, Accept="text/html").body.decode()
    for other in problem["alternates"]:
        assert f'<a href="{other["href"].replace("&", "&amp;")}" type="{other["type"]}">' in page
        reply = odd.follow(other["href"])
        wanted = other["type"] if "profile" not in path else "application/ld+json"
        assert (reply.status, reply.media_type) == (200, wanted), other
    assert "alternates" not in odd.ask("/sparql", "POST", b"ASK {}", Content_Type="application/sparql-query",
                                       Accept="image/png").json  # fmt: skip


def test_the_home_page_in_rdf_is_what_describes_it(place: Any) -> None:
    for name, media_type in (
        ("ttl", "text/turtle"),
        ("jsonld", "application/ld+json"),
        ("rdfxml", "application/rdf+xml"),
    ):
        first = place.ask(f"/?format={name}")
        assert (first.status, first.header("Location").partition("?")[0]) == (303, "/.well-known/void")
        reply = place.ask(first.header("Location"))
        assert (reply.status, reply.media_type) == (200, media_type), first.header("Location")
    assert place.ask("/?format=html").media_type == "text/html"
    assert place.ask("/?format=nonsense").status == 406


@pytest.mark.parametrize(
    ("path", "own", "media_type"),
    [
        ("/%73parql?timeout=5", "/sparql?timeout=5", "application/sparql-query"),
        ("/validat%65", "/validate", "text/turtle"),
        ("/validate/", "/validate", "text/turtle"),
        ("/reconcile/", "/reconcile", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_sent_to_another_spelling_goes_on(odd: Any, path: str, own: str, media_type: str) -> None:
    reply = odd.ask(path, "POST", b"ASK {}", Content_Type=media_type)
    assert (reply.status, reply.header("Location")) == (308, own)


def test_a_body_of_another_type_is_refused_by_type(place: Any) -> None:
    for path in ("/sparql", "/validate", "/reconcile", "/reconcile/1.0/match"):
        reply = place.ask(path, "POST", b"x", Content_Type="application/x-unknown")
        assert (reply.status, reply.json["type"]) == (415, "/problems/unsupported-media-type"), path
        assert reply.header("Accept") == ", ".join(reply.json["accepted"])


def test_the_methods_that_are_allowed_are_told_in_order(place: Any) -> None:
    for path in ("/", "/sparql", "/validate", "/downloads"):
        allowed = place.ask(path, "OPTIONS").header("Allow").split(", ")
        assert allowed == sorted(allowed)
