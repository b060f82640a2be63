"""`/coreference`: from anybody's IRI to ours and back, as a page, a linkset and RDF."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pyoxigraph as ox
import pytest

from parley.formats import RDF_FORMATS

BASE = "https://w3id.org/nato-osce/"
SAME, EXACT = "http://www.w3.org/2002/07/owl#sameAs", "http://www.w3.org/2004/02/skos/core#exactMatch"
WIKIDATA, EUROVOC = "http://www.wikidata.org/entity/Q7184", "http://eurovoc.europa.eu/2199"
LINKSET = "application/linkset+json"


def ask(site: str, iri: str, accept: str = LINKSET, **more: str) -> tuple[int, Any, bytes]:
    address = f"{site}/coreference?{urllib.parse.urlencode({'iri': iri, **more})}"
    request = urllib.request.Request(address, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def links(site: str, iri: str) -> dict[str, dict[str, list[str]]]:
    status, headers, body = ask(site, iri)
    assert (status, headers["Content-Type"]) == (200, LINKSET), body
    assert headers["Access-Control-Allow-Origin"] == "*"
    return {
        row["anchor"]: {
            relation: [link["href"] for link in targets] for relation, targets in row.items() if relation != "anchor"
        }
        for row in json.loads(body)["linkset"]
    }


@pytest.mark.parametrize(
    "iri",
    [
        WIKIDATA, "Q7184", "https://www.wikidata.org/wiki/Q7184", "http://m.wikidata.org/wiki/Q7184", EUROVOC,
        "https://eurovoc.europa.eu/c_2199", BASE + "organisation/nato", BASE + "doc/organisation/nato",
        BASE + "fr/doc/organisation/nato?x#y", BASE + "doc/organisation/nato.ttl", BASE + "concept/nato",
        "organisation:nato",
    ],
)  # fmt: skip
def test_every_name_of_a_thing_leads_to_the_same_cluster(real_site: str, iri: str) -> None:
    found = links(real_site, iri)
    assert BASE + "organisation/nato" in found[WIKIDATA][SAME]
    assert WIKIDATA in found[BASE + "organisation/nato"][SAME]
    assert found[EUROVOC][EXACT] == [BASE + "concept/nato"]
    assert found[BASE + "organisation/nato"]["describedby"] == ["/doc/organisation/nato"]


def test_a_spelling_that_nobody_uses_is_told_its_usual_one(real_site: str) -> None:
    asked = "https://www.wikidata.org/wiki/Q7184"
    assert links(real_site, asked)[asked] == {"canonical": [WIKIDATA]}


def test_the_statements_come_in_every_syntax(real_site: str) -> None:
    graphs = []
    for syntax in RDF_FORMATS:
        status, headers, body = ask(real_site, EUROVOC, syntax.media_type)
        assert status == 200 and headers["Content-Type"].startswith(syntax.media_type)
        graphs.append({quad.triple for quad in ox.parse(body, format=syntax.oxigraph)})
    expected = ox.Triple(ox.NamedNode(BASE + "organisation/nato"), ox.NamedNode(SAME), ox.NamedNode(WIKIDATA))
    assert len(graphs) == 6 and all(graph == graphs[0] for graph in graphs) and expected in graphs[0]
    assert ask(real_site, EUROVOC, "*/*", format="turtle")[1]["Content-Type"].startswith("text/turtle")


def test_what_must_not_be_linked_is_not(real_site: str) -> None:
    for iri in ("Q155723", "http://eurovoc.europa.eu/6212", "urn:nobody", "x", "_:b0", "http://["):
        status, _headers, body = ask(real_site, iri)
        assert status == 404 and json.loads(body)["cure"]


def test_pages_in_both_languages(real_site: str) -> None:
    for language, word in (("en", b"The same elsewhere"), ("fr", "La même chose ailleurs".encode())):
        status, headers, body = ask(f"{real_site}/{language}", WIKIDATA, "text/html")
        assert status == 200 and word in body and b"EuroVoc" in body and headers["X-Robots-Tag"] == "noindex, follow"
        form = ask(f"{real_site}/{language}", "", "text/html")
        assert form[0] == 200 and b"<form" in form[2]


def test_limits_and_faults(real_site: str) -> None:
    assert ask(real_site, "")[0] == 400
    assert ask(real_site, "http://x.example/" + "y" * 2000)[0] == 400
    assert ask(real_site, WIKIDATA, "image/png")[0] == 406


def test_a_foreign_publication(tiny_site: str) -> None:
    garden, sheet = "http://lichen.example/garden/becher", "http://herbarium.example/sheet#12"
    assert links(tiny_site, garden)[sheet]["http://www.w3.org/2000/01/rdf-schema#seeAlso"] == [garden]
    assert ask(tiny_site, WIKIDATA)[0] == 404
