"""Check 12: what an earlier release described is there, or its tombstone is; each release stays addressable."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from parley.formats import RDF_FORMATS
from parley.pipeline.build import build
from parley.publication import load
from parley.release.changes import Changes
from parley.release.directory import StateDirectory
from parley.release.sums import SIGNATURE, SIGNERS
from parley.vocab import DCAT, DCTERMS, OWL, RDF_TYPE, RDFS

BASE = "http://past.example/"
HEAD = f"@prefix : <{BASE}> . @prefix rdfs: <{RDFS}> . @prefix dcterms: <{DCTERMS}> .\n"
#: In every release: things whose paths begin with words that mean something else here.
RESERVED = f"<{BASE}doc/z> a :T . <{BASE}fr/z> a :T .\n"
#: Three releases: b is renamed to c, d goes without a word, e goes and says where; f goes and comes back.
PAST = [
    ':a a :T ; rdfs:label "a"@en . :b a :T ; rdfs:label "b"@en . :d a :T ; rdfs:label "d"@en, "dé"@fr .'
    ':e a :T ; rdfs:label "e"@en . :f a :T ; rdfs:label "f"@en .',
    ':a a :T ; rdfs:label "a"@en . :c a :T ; rdfs:label "c"@en ; dcterms:replaces :b .'
    ':e dcterms:isReplacedBy :a ; rdfs:label "e"@en .',
    ':a a :T ; rdfs:label "A"@en . :c a :T ; rdfs:label "c"@en ; dcterms:replaces :b .'
    ':e dcterms:isReplacedBy :a ; rdfs:label "e"@en . :f a :T ; rdfs:label "f"@en .',
]


def released(folder: Path, text: str) -> str:
    """The id of the release that is made of a publication in `folder` with these data."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "publication.toml").write_text(
        f'base = "{BASE}"\nlanguages = ["en", "fr"]\ntitle = "Past"\ndescription = "What was."\n'
        '[inference]\nprofile = "none"\n'
    )
    (folder / "data" / "things.ttl").write_text(text)
    publication = load(folder, {})
    return build(publication, StateDirectory.locate(publication, {})).id


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., Any]) -> Iterator[tuple[Any, list[str], Path]]:
    folder = tmp_path_factory.mktemp("past")
    releases = [released(folder, HEAD + RESERVED + text) for text in PAST]
    with serve(folder) as live:
        yield live, releases, folder


def test_12_every_iri_of_the_past_is_there_or_gone_with_a_tombstone(past: Any) -> None:
    live, _releases, _folder = past
    statuses = {name: live.curl(f"/{name}").status for name in "abcdef"}
    assert statuses == {"a": 303, "b": 410, "c": 303, "d": 410, "e": 410, "f": 303}
    assert {live.curl(f"/doc/{name}").status for name in "bde"} == {410}
    assert live.curl("/never").status == 404


def test_12_a_tombstone_names_what_replaces_it(past: Any) -> None:
    live, _releases, _folder = past
    for name, successor in (("b", "c"), ("e", "a"), ("d", None)):
        problem = live.curl(f"/{name}")
        assert problem.header("content-type") == "application/problem+json"
        assert problem.json.get("successor") == (BASE + successor if successor else None)
        page = live.curl(f"/{name}", "-H", "Accept: text/html")
        assert (page.status, page.header("content-type")) == (410, "text/html; charset=utf-8")
        for syntax in RDF_FORMATS:
            reply = live.curl(f"/{name}", "-H", f"Accept: {syntax.media_type}")
            assert (reply.status, reply.header("content-type")) == (410, syntax.content_type)
            quads = list(ox.parse(reply.body, format=syntax.oxigraph))
            found = {q.object for q in quads if q.predicate.value == f"{DCTERMS}isReplacedBy"}
            assert found == ({ox.NamedNode(BASE + successor)} if successor else set())
            assert ox.Literal(name, language="en") in {q.object for q in quads}
        assert (f'<{BASE}{successor}>; rel="successor-version"' in reply.header("link")) is bool(successor)


def test_12_a_tombstone_leads_readers_to_what_replaces_it_and_to_how_it_was(past: Any) -> None:
    live, releases, _folder = past
    page = live.curl("/fr/doc/b", "-H", "Accept: text/html").body.decode()
    assert "<h1>Retiré: " in page.replace("\u00a0", "") and 'href="/fr/doc/c"' in page
    last = f"/release/{releases[0]}/fr/doc/b"
    assert f'href="{last}"' in page and live.curl(last, "-H", "Accept: text/html").status == 200
    assert "Remplacé par" not in live.curl("/fr/doc/d", "-H", "Accept: text/html").body.decode()


def test_12_a_tombstone_in_the_syntax_that_the_address_names(past: Any) -> None:
    live, _releases, _folder = past
    for path in ("/doc/b.ttl", "/b?format=ttl", "/b.ttl"):
        reply = live.curl(path, "-L")
        assert (reply.status, reply.header("content-type")) == (410, "text/turtle; charset=utf-8"), path
        assert b"isReplacedBy" in reply.body


@pytest.mark.parametrize("path", ["doc/z", "fr/z"])
def test_a_thing_at_a_reserved_path_is_found_where_there_is_nothing_else(past: Any, path: str) -> None:
    live, _releases, _folder = past
    reply = live.curl(f"/{path}")
    assert (reply.status, reply.header("location")) == (303, f"/doc/{path}")
    assert f"<{BASE}{path}> <{RDF_TYPE}> " in live.curl(f"/doc/{path}.nt").body.decode()
    assert live.curl("/doc/nothing").status == live.curl("/fr/nothing").status == 404


def test_12_counts_of_what_came_and_went(past: Any) -> None:
    live, releases, _folder = past
    rows = live.curl("/releases", "-H", "Accept: application/json").json
    assert [row["id"] for row in rows] == releases[::-1]
    assert [row["current"] for row in rows] == [True, False, False]
    assert rows[1]["changes"] == {"since": releases[0], "added": 4, "removed": 8, "came": 1, "went": 4}
    assert rows[0]["changes"] == {"since": releases[1], "added": 3, "removed": 1, "came": 1, "went": 0}
    assert rows[2]["changes"] is None
    page = live.curl("/fr/releases")
    assert page.status == 200
    assert releases[0][:12].encode() in page.body


def test_12_releases_are_versions_of_the_data_set(past: Any) -> None:
    live, releases, _folder = past
    store = ox.Store()
    store.load(live.curl("/releases", "-H", "Accept: text/turtle").body, format=ox.RdfFormat.TURTLE)
    before = "OPTIONAL { ?v dcat:previousVersion ?before }"
    ask = f"PREFIX dcat: <{DCAT}> SELECT ?v ?before {{ ?d dcat:hasVersion ?v {before} }}"
    found = {row[0].value: row[1] and row[1].value for row in store.query(ask)}  # type: ignore[union-attr]
    names = [f"{BASE}release/{release}/" for release in releases]
    assert found == dict(zip(names, [None, *names[:-1]], strict=True))
    current = f"PREFIX dcat: <{DCAT}> ASK {{ ?d dcat:hasCurrentVersion <{names[-1]}> . <{names[-1]}> a dcat:Dataset }}"
    assert store.query(current)
    assert live.curl("/releases", "-H", "Accept: application/json").header("content-type") == "application/json"


def test_12_the_description_of_the_data_set_names_the_release_before(past: Any) -> None:
    live, releases, _folder = past
    quads = list(ox.parse(live.curl("/.well-known/void").body, format=ox.RdfFormat.TURTLE))
    found = {(q.subject, q.object) for q in quads if q.predicate.value == f"{DCAT}previousVersion"}
    datasets = {q.subject for q in quads if q.predicate.value == RDF_TYPE and q.object.value == f"{DCAT}Dataset"}
    assert found == {(dataset, ox.NamedNode(f"{BASE}release/{releases[1]}/")) for dataset in datasets}
    assert len(found) == 1


def test_12_each_release_stays_addressable(past: Any) -> None:
    live, releases, _folder = past
    for release, label in zip(releases, ("a", "a", "A"), strict=True):
        reply = live.curl(f"/release/{release}/doc/a.ttl")
        assert reply.status == 200
        assert f'rdfs:label "{label}"@en'.encode() in reply.body
        assert reply.header("x-robots-tag") == "noindex"
        home = live.curl(f"/release/{release}/", "-H", "Accept: text/html")
        assert home.status == 200
        assert f"/release/{release}/downloads".encode() in home.body
        thing = live.curl(f"/release/{release}/a")
        assert (thing.status, thing.header("location")) == (303, f"/release/{release}/doc/a")
        dump = live.curl(f"/release/{release}/dumps/all.nt")
        assert dump.status == 200
        assert f'"{label}"@en'.encode() in dump.body
    assert live.curl(f"/release/{releases[0]}/doc/b", "-H", "Accept: text/turtle").status == 200
    assert live.curl(f"/release/{releases[0]}/sparql?query=ASK%7B%7D").status == 404
    assert live.curl(f"/release/{releases[0]}/release/{releases[0]}/doc/a").status == 404
    assert live.curl(f"/release/{'0' * 64}/doc/a").status == 404
    assert live.curl(f"/release/{releases[0]}").status == 308
    for path in ("..", "%2e%2e", ".", "current"):
        assert live.curl(f"/release/{path}/dumps/all.nt").status in (400, 404)


def test_12_what_operators_change_is_not_told_from_a_cache(
    past: Any, serve: Callable[..., Any], tmp_path: Path
) -> None:
    _live, releases, folder = past
    shutil.copytree(folder, tmp_path / "own", symlinks=True)
    gone = releases[0]
    paths = ("doc/a.ttl", "downloads", "dumps/all.nt", ".well-known/void")
    with serve(tmp_path / "own") as live:
        assert [row["id"] for row in live.curl("/releases", "-H", "Accept: application/json").json] == releases[::-1]
        for path in paths:
            assert live.curl(f"/release/{gone}/{path}").status == 200, path
        state = StateDirectory(tmp_path / "own" / ".parley")
        kept = f"/release/{releases[1]}/downloads"
        assert b"ssh-keygen" not in live.curl(kept).body
        signed = state.path(releases[1]) / "dumps"
        (signed / SIGNERS).write_text(f'{BASE} namespaces="file" ssh-ed25519 AAAA')
        (signed / SIGNATURE).write_text("as `parley sign` would")
        assert b"ssh-keygen -Y verify" in live.curl(kept).body
        state.gc(2)
        assert [row["id"] for row in live.curl("/releases", "-H", "Accept: application/json").json] == releases[:0:-1]
        for path in paths:
            assert live.curl(f"/release/{gone}/{path}").status == 404, path
        assert gone[:12].encode() not in live.curl("/fr/releases").body


def test_12_a_version_of_an_ontology_is_the_ontology_as_it_was(tmp_path: Path, serve: Callable[..., Any]) -> None:
    head = f"@prefix : <{BASE}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> .\n"
    told = ':onto a owl:Ontology ; owl:versionIRI :onto\\/{0} {1}. <onto#T{0}> a owl:Class ; rdfs:label "T"@en .'
    releases = []
    for number, before in ((1, ""), (2, "; owl:priorVersion :onto\\/1, :onto\\/0 ")):
        text = head + f"@base <{BASE}> ." + told.format(number, before)
        releases.append(released(tmp_path, text))
    with serve(tmp_path) as live:
        for path, location in (
            ("/onto/2", "/onto"),
            ("/onto/1", f"/release/{releases[0]}/onto"),
            ("/onto/1?format=ttl", f"/release/{releases[0]}/onto?format=ttl"),
            ("/onto/1.ttl", f"/release/{releases[0]}/doc/onto.ttl"),
            ("/doc/onto/1", f"/release/{releases[0]}/onto"),
            ("/fr/doc/onto/2", "/fr/doc/onto"),
            ("/onto/0", "/doc/onto/0"),  # nobody has it any more: what is said of it
        ):
            reply = live.curl(path)
            assert (reply.status, reply.header("location")) == (303, location), path
        for number in (1, 2):
            found = ox.Store()
            reply = live.curl(f"/onto/{number}", "-L", "-H", "Accept: text/turtle")
            found.load(reply.body, format=ox.RdfFormat.TURTLE)
            said = f"<{BASE}onto> owl:versionIRI <{BASE}onto/{number}> . <{BASE}onto#T{number}> a owl:Class"
            assert found.query(f"PREFIX owl: <{OWL}> ASK {{ {said} }}")


def test_terms_that_go_unannounced_are_named(tmp_path: Path) -> None:
    owl = f"@prefix : <{BASE}> . @prefix owl: <{OWL}> .\n:kept a owl:Class .\n"
    announced = ":old a owl:Class ; owl:deprecated true . "
    released(tmp_path, owl + announced + ":used a owl:ObjectProperty . :thing a :kept .")
    (tmp_path / "data" / "things.ttl").write_text(owl)
    publication = load(tmp_path, {})
    (remark,) = build(publication, StateDirectory.locate(publication, {})).warnings
    assert f"not deprecated: {BASE}used. They answer 410" in remark, remark


def test_a_damaged_release_is_not_compared_with(past: Any) -> None:
    _live, releases, folder = past
    current = folder / ".parley" / "releases" / releases[-1]
    assert Changes.open(current) is not None
    (current / "index.sqlite").write_bytes(b"no database" * 1000)
    (folder / "data" / "things.ttl").write_text(HEAD + ':g a :T ; rdfs:label "g"@en .')
    publication = load(folder, {})
    made = build(publication, StateDirectory.locate(publication, {}))
    assert Changes.open(made.path) is None
