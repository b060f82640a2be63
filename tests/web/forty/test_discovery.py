"""Checks 14 to 16: what the site says of itself is so, conforms, and is found by every way that machines look."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from parley.formats import RDF_FORMATS
from parley.vocab import DCAT, PREFIXES, RDF_TYPE, VOID

SPDX = PREFIXES["spdx"]
SUITES = Path(os.environ.get("PARLEY_SUITES") or Path(__file__).resolve().parents[4] / "shared" / "suites")


def described(place: Any) -> ox.Store:
    reply = place.ask("/.well-known/void", Accept="application/n-triples")
    assert (reply.status, reply.media_type) == (200, "application/n-triples")
    store = ox.Store()
    store.load(reply.body, format=ox.RdfFormat.N_TRIPLES)
    return store


def values(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(f"PREFIX void: <{VOID}> PREFIX dcat: <{DCAT}> PREFIX spdx: <{SPDX}> {query}")
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(term.value for term in row) for row in found]


def test_14_counts_are_live_counts(place: Any) -> None:
    store = described(place)
    (row,) = values(
        store, "SELECT ?t ?e ?c ?p { ?d void:triples ?t ; void:entities ?e ; void:classes ?c ; void:properties ?p }"
    )
    live = place.sparql(
        "SELECT (COUNT(*) AS ?t) (COUNT(DISTINCT ?i) AS ?e) (COUNT(DISTINCT ?p) AS ?n) "
        "{ ?s ?p ?o BIND(IF(isIRI(?s), ?s, 1/0) AS ?i) }"
    )[0]
    kinds = place.sparql("SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }")[0]
    assert row == (live["t"], live["e"], kinds["n"], live["n"])
    parts = values(store, "SELECT ?c ?n { ?d void:classPartition [ void:class ?c ; void:entities ?n ] }")
    count = "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER(isIRI(?s) && isIRI(?c)) } GROUP BY ?c"
    assert sorted(parts) == sorted((row["c"], row["n"]) for row in place.sparql(count))
    parts = values(store, "SELECT ?p ?n { ?d void:propertyPartition [ void:property ?p ; void:triples ?n ] }")
    assert sorted(parts) == sorted(
        (row["p"], row["n"]) for row in place.sparql("SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p")
    )
    assert len(parts) > 10


def test_14_service_description_counts_and_formats(place: Any) -> None:
    reply = place.ask("/sparql", Accept="application/n-triples")
    store = ox.Store()
    store.load(reply.body, format=ox.RdfFormat.N_TRIPLES)
    query = (
        f"PREFIX sd: <{PREFIXES['sd']}> SELECT ?g ?n {{ ?d sd:namedGraph [ sd:name ?g ; "
        f"sd:graph [ <{VOID}triples> ?n ] ] }}"
    )
    told = sorted(values(store, query))
    live = place.sparql("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert told == sorted((row["g"], row["n"]) for row in live)
    assert len(told) > 3


def test_14_examples_and_dumps_are_there(place: Any) -> None:
    store = described(place)
    examples = values(store, "SELECT ?e { ?d void:exampleResource ?e }")
    assert len(examples) >= 3
    for (iri,) in examples:
        assert place.follow(place.urls.thing(iri), Accept="text/turtle").status == 200
    rows = values(
        store,
        "SELECT ?u ?c ?n { ?d dcat:distribution [ dcat:downloadURL ?u ; dcat:byteSize ?n ; "
        "spdx:checksum [ spdx:checksumValue ?c ] ] }",
    )
    assert len(rows) >= 10
    for url, checksum, size in rows:
        path = "/" + url.removeprefix(place.publication.base)
        reply = place.ask(path)
        assert reply.status == 200, path
        assert (hashlib.sha256(reply.body).hexdigest(), len(reply.body)) == (checksum, int(size))
        assert place.manifest.files[path.split("/", 3)[3]].sha256 == checksum


def test_14_linksets_are_the_links_there_are(place: Any) -> None:
    told = values(
        described(place),
        "SELECT ?p ?t ?n { ?d void:subset ?l . ?l a void:Linkset ; void:linkPredicate ?p ; void:triples ?n ; "
        "void:subjectsTarget ?d ; void:objectsTarget [ void:uriSpace ?t ] }",
    )
    for predicate, target, number in told:
        links = f"GRAPH ?g {{ ?s <{predicate}> ?o }}"
        ours = f"STRSTARTS(STR(?s), '{place.publication.base}') && STRSTARTS(STR(?o), '{target}')"
        live = place.sparql(f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s ?o {{ {links} FILTER({ours}) }} }}")
        assert live[0]["n"] == number, (predicate, target)
    assert len(set(told)) == len(told) >= (10 if "osce" in place.publication.base else 0)


def test_14_each_dump_is_the_whole_in_rdf_and_each_download_is_described(place: Any) -> None:
    store = described(place)
    dumps = values(store, "SELECT ?u { ?d void:dataDump ?u }")
    assert len(dumps) >= 8
    (total,) = values(store, "SELECT ?t { ?d void:triples ?t ; void:entities ?e }")
    for (url,) in dumps:
        name = url.rpartition("/")[2].removesuffix(".gz")
        syntax = next(f for f in RDF_FORMATS if name.endswith(f".{f.extension}"))
        body = place.ask("/" + url.removeprefix(place.publication.base)).body
        quads = ox.parse(gzip.decompress(body) if url.endswith(".gz") else body, format=syntax.oxigraph)
        assert len({q.triple for q in quads}) >= int(total[0]), name
    silent = "SELECT ?d { ?d a dcat:Distribution FILTER NOT EXISTS { ?d <http://purl.org/dc/terms/description> ?t } }"
    assert values(store, silent) == []


def shapes(name: str) -> rdflib.Graph:
    path = SUITES / "dcat-ap-3.0.1" / name
    if not path.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{path} is missing; set PARLEY_SUITES")
        pytest.skip(f"{path} is missing; set PARLEY_SUITES")
    return rdflib.Graph().parse(path)


def test_15_dcat_ap_shapes_conform(place: Any) -> None:
    data = rdflib.Graph().parse(data=place.ask("/.well-known/void?format=turtle").body, format="turtle")
    official = shapes("shapes.ttl")
    conforms, _, text = pyshacl.validate(data, shacl_graph=official, inference="none")
    assert conforms, text
    targets = set(official.objects(None, rdflib.SH.targetClass))
    assert len([1 for _ in data.triples((None, rdflib.RDF.type, None)) if _[2] in targets]) >= 10
    for _, _, title in data.triples((None, rdflib.DCTERMS.title, None)):
        data.remove((None, rdflib.DCTERMS.title, title))
    assert not pyshacl.validate(data, shacl_graph=official, inference="none")[0], "and notice a missing title"


class Head(HTMLParser):
    """The links in an HTML head, and its JSON-LD."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[tuple[str, str, str]] = set()
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "link" and "hreflang" not in known and known["rel"] not in ("stylesheet", "icon"):
            self.links |= {(known["href"], rel, known.get("type", "")) for rel in known["rel"].split()}
        self._in_script = tag == "script" and known.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)
            self._in_script = False


def test_15_schema_org_dataset(place: Any) -> None:
    for language in place.publication.languages:
        (script,) = Head(place.ask(f"/{language}/", Accept="text/html").body.decode()).scripts
        found = json.loads(script)
        assert found["@type"] == "Dataset"
        assert found["name"]
        assert 50 <= len(found["description"]) <= 5000
        assert found["license"] == place.publication.licence
        assert len(found["distribution"]) >= 6
        for row in found["distribution"]:
            path = "/" + row["contentUrl"].removeprefix(place.publication.base)
            assert place.ask(path, "HEAD").status == 200


def linkset(place: Any, reply: Any) -> set[tuple[str, str, str]]:
    """The links of the linkset that a page names, the same in both formats."""
    sets = []
    for target, rel, media_type in reply.links:
        if rel != "linkset":
            continue
        answer = place.ask(target)
        assert (answer.status, answer.media_type) == (200, media_type)
        if media_type == "application/linkset+json":
            (row,) = answer.json["linkset"]
            found = {
                (link["href"], name, link.get("type", ""))
                for name, links in row.items()
                if name != "anchor"
                for link in links
            }
        else:
            text = answer.body.decode()
            found = {
                (m[1], m[2], m[3] or "")
                for m in re.finditer(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?; anchor="', text)
            }
        sets.append(found)
    assert len(sets) == 2
    assert sets[0] == sets[1]
    return sets[0]


def test_16_links_are_the_same_everywhere(place: Any) -> None:
    iri = next(i for i in place.subjects() if i.startswith(place.publication.base) and "#" not in i)
    tongue = place.publication.languages[-1]
    for path in ("/", f"/{tongue}/", place.urls.document(iri), place.urls.document(iri, language=tongue)):
        reply = place.ask(path, Accept="text/html")
        relations = {rel for _, rel, _ in reply.links}
        wanted = {"cite-as", "describedby", "type", "license", "linkset"} | (
            {"item"} if path in ("/", f"/{tongue}/") else {"describes"}
        )
        assert wanted <= relations
        assert len([1 for _, rel, _ in reply.links if rel == "cite-as"]) == 1
        base = place.publication.base
        assert [target for target, rel, _ in reply.links if rel == "canonical"] == [base.rstrip("/#") + path]
        assert reply.header("Link").isascii()
        in_head = Head(reply.body.decode()).links
        assert len([1 for _, rel, _ in in_head if rel == "search"]) == 1, "every page says how to search here, in words"
        sets = [{link for link in found if link[1] != "search"} for found in (in_head, reply.links)]
        assert sets[0] == sets[1] == {link for link in linkset(place, reply) if link[1] != "search"}
        for target, rel, media_type in reply.links:
            if target.startswith("/") and media_type:
                answer = place.ask(target, Accept=media_type)
                assert (answer.status, answer.media_type) == (200, media_type), (rel, target)


def test_16_well_known_places(place: Any) -> None:
    catalogue = place.ask("/.well-known/api-catalog", Accept="*/*")
    assert catalogue.media_type == "application/linkset+json"
    assert 'profile="https://www.rfc-editor.org/info/rfc9727"' in catalogue.header("Content-Type")
    assert ("https://www.rfc-editor.org/info/rfc9727", "profile", "") in catalogue.links
    head = place.ask("/.well-known/api-catalog", "HEAD")
    assert 'rel="api-catalog"' in head.header("Link")
    targets = [
        link["href"]
        for row in catalogue.json["linkset"]
        for name, links in row.items()
        if name != "anchor"
        for link in links
    ]
    assert len(targets) > 6
    for target in targets:
        assert place.ask(target).status == 200, target
    security = place.ask("/.well-known/security.txt")
    if "osce" in place.publication.base:
        fields = dict(line.split(": ", 1) for line in security.body.decode().splitlines())
        assert fields["Contact"].startswith(("https:", "mailto:"))
        assert datetime.fromisoformat(fields["Expires"]) > datetime.now(UTC)
    else:
        assert security.status == 404, "no contact is known"
    for syntax in RDF_FORMATS:
        assert place.ask("/.well-known/void", Accept=syntax.media_type).media_type == syntax.media_type
    store = described(place)
    assert values(store, f"SELECT ?d {{ ?d <{RDF_TYPE}> dcat:Dataset, void:Dataset }}")


def test_16_robots_and_sitemaps(place: Any) -> None:
    robots = place.ask("/robots.txt").body.decode()
    assert "Disallow: /sparql?" in robots
    assert f"Sitemap: {place.publication.base}sitemap.xml" in robots
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    index = ElementTree.fromstring(place.ask("/sitemap.xml").body)
    addresses: list[str] = []
    for part in index.iter(f"{name}loc"):
        body = place.ask("/" + str(part.text).removeprefix(place.publication.base)).body
        assert len(body) < 50_000_000
        tree = ElementTree.fromstring(body)
        addresses += [str(loc.text) for loc in tree.iter(f"{name}loc")]
        for url in tree:
            tongues = {link.get("hreflang") for link in url if link.tag.endswith("}link")}
            assert tongues == {*place.publication.languages, "x-default"}
    assert len(addresses) > 20
    assert len(addresses) == len(set(addresses))
    for address in addresses[::7]:
        reply = place.ask("/" + address.removeprefix(place.publication.base), Accept="text/html")
        assert (reply.status, reply.media_type) == (200, "text/html"), address


def test_16_search_description(place: Any) -> None:
    tree = ElementTree.fromstring(place.ask("/opensearch.xml").body)
    template = next(url.get("template") for url in tree if url.tag.endswith("Url"))
    assert template
    path = urljoin("/", template.replace(place.publication.base, "/", 1).replace("{searchTerms}", "%C3%A9%26%22"))
    assert place.ask(path, Accept="text/html").status == 200
