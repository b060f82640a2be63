"""DESCRIBE: a table of what can be written, and the description itself, the same as that of the document."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from parley.engine.client import EngineClient
from parley.engine.describe import take_apart
from parley.engine.diagnosis import diagnose
from parley.engine.embedded import EmbeddedEngine
from parley.engine.protocol import Limits, QueryRequest
from parley.errors import QueryRefused, QuerySyntaxError, ResultTooLarge
from parley.formats import N_TRIPLES
from parley.release import describe as descriptions
from parley.release.document import canonical_document, document_lines
from parley.release.index import Index
from parley.urls import Urls
from parley.vocab import LABEL_PROPERTIES

BASE = "http://lichen.example/garden/"
PREFIXES = f"PREFIX garten: <{BASE}> PREFIX : <{BASE}ontology#> "
STONE, OTHER, CUP = BASE + "findling", BASE + "mauer", BASE + "becher"
GROWS = "{ ?s :growsOn garten:mauer }"
ON_THE_WALL = {BASE + name for name in ("exemplar/o'hara", "exemplar/nabel(flechte)", "exemplar/mit%20rand")}

#: Query → IRIs of the resources that it describes.
CASES: dict[str, set[str]] = {
    f"DESCRIBE <{STONE}>": {STONE},
    f"describe<{STONE}><{OTHER}>": {STONE, OTHER},
    f"# DESCRIBE ?x\nDESCRIBE # <urn:x>\n <{STONE}> # {{": {STONE},
    f"BASE <{BASE}> DESCRIBE <findling>": {STONE},
    "DESCRIBE <findling>": {STONE},  # against the base of the request
    PREFIXES + "DESCRIBE garten:findling garten:mauer": {STONE, OTHER},
    PREFIXES + "DESCRIBE garten:findling {}": {STONE},
    PREFIXES + "DESCRIBE garten:findling WHERE { FILTER(false) }": {STONE},
    PREFIXES + "DESCRIBE ?s " + GROWS: ON_THE_WALL,
    PREFIXES + "DESCRIBE $s WHERE" + GROWS: ON_THE_WALL,
    PREFIXES + "DESCRIBE ?s garten:findling ?absent " + GROWS: ON_THE_WALL | {STONE},
    PREFIXES + "DESCRIBE * { ?s :growsOn ?stone FILTER(?stone = garten:mauer) }": ON_THE_WALL | {OTHER},
    PREFIXES + "DESCRIBE*{ ?s :growsOn garten:mauer }": ON_THE_WALL,
    PREFIXES + "DESCRIBE ?s " + GROWS + " ORDER BY ?s LIMIT 1": {BASE + "exemplar/mit%20rand"},
    PREFIXES + "DESCRIBE ?s " + GROWS + " ORDER BY ?s LIMIT 1 OFFSET 1": {BASE + "exemplar/nabel(flechte)"},
    PREFIXES + "DESCRIBE ?o { ?s :growsOn ?o } GROUP BY ?o HAVING (?o != garten:findling)": {OTHER},
    f"DESCRIBE ?x VALUES ?x {{ <{STONE}> <{OTHER}> }}": {STONE, OTHER},
    f"DESCRIBE ?x {{ VALUES ?x {{ <{STONE}> 1 'a' UNDEF }} }}": {STONE},
    "DESCRIBE ?x": set(),
    "DESCRIBE ?x {}": set(),
    "DESCRIBE <urn:nobody>": set(),
    PREFIXES
    + "DESCRIBE ?describe { ?describe :growsOn garten:mauer . FILTER('DESCRIBE ?x' != ?describe) }": ON_THE_WALL,
    PREFIXES + "DESCRIBE ?s·1 { ?s·1 :growsOn garten:mauer }": ON_THE_WALL,
    f"VERSION '1.2' BASE <{BASE}x/y> DESCRIBE <../findling>": {STONE},
    f"BASE <{BASE}x/y> BASE <../> DESCRIBE <findling>": {STONE},
    "PREFIX p: <exemplar/> DESCRIBE p:nabel\\(flechte\\)": {BASE + "exemplar/nabel(flechte)"},
    "PREFIX p: <exemplar/> DESCRIBE p:mit%20rand <findling>": {BASE + "exemplar/mit%20rand", STONE},
    f"DESCRIBE <{BASE}f\\u0069ndling>": {STONE},
    PREFIXES + "DESCRIBE ?s { { ?s :growsOn garten:mauer } UNION { ?s :growsOn garten:mauer } }": ON_THE_WALL,
    PREFIXES + "DESCRIBE ?s { GRAPH ?g { ?s :growsOn garten:mauer } } LIMIT 100": ON_THE_WALL,
    PREFIXES + "DESCRIBE * { garten:findling ^:growsOn/:growsOn ?stone }": {STONE},
    PREFIXES + "DESCRIBE ?s { SELECT ?s " + GROWS + " }": ON_THE_WALL,
}
OTHER_FORMS = [
    "SELECT * {}",
    "ASK { ?s ?p 'DESCRIBE' }",
    "PREFIX describe: <urn:> SELECT (1 AS ?describe) {}",
    "# DESCRIBE\nCONSTRUCT WHERE { ?DESCRIBE ?p ?o }",
]
ILLEGAL = [
    "DESCRIBE",
    "DESCRIBE {}",
    "DESCRIBE 'a'",
    "DESCRIBE * ?x {}",
    "DESCRIBE ?x ?x { ?x ?y ?z }",
    "DESCRIBE (1 AS ?x) {}",
    "DESCRIBE a:b",
]


@pytest.fixture(scope="module")
def release(tiny: Any) -> Path:
    return Path(tiny[1].best_release()[0].path)


@pytest.fixture(scope="module")
def engine(release: Path) -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(release / "store", index=release / "index.sqlite") as running:
        yield running


@pytest.fixture(scope="module")
def statements(release: Path) -> list[ox.Quad]:
    files = [release / name for name in ("quads.nq", "inferred.nq")]
    found = [quad for file in files for quad in ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS)]
    assert len(found) > 100
    return found


def describe(engine: EmbeddedEngine, text: str, **parameters: Any) -> set[ox.Triple]:
    async def ask() -> bytes:
        request = QueryRequest(text, graph=N_TRIPLES, base_iri=BASE, **parameters)
        async with EngineClient(engine.directory, engine.limits).query(request) as answer:
            assert answer.head.kind == "triples"
            return b"".join([chunk async for chunk in answer])

    body = asyncio.run(ask())
    triples = [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)]
    assert len(triples) == len(set(triples)), "each triple once"
    # blank nodes keep their labels through N-Triples, so sets can be compared
    return set(triples)


def symmetric_description(statements: list[ox.Quad], resource: Any) -> set[ox.Triple]:
    """The definition, written as plainly as it can be."""
    found = {quad.triple for quad in statements if quad.subject == resource or quad.object == resource}
    while True:
        blanks = {t.object for t in found if isinstance(t.object, ox.BlankNode)}
        blanks |= {t.subject for t in found if isinstance(t.subject, ox.BlankNode)}
        more = found | {quad.triple for quad in statements if quad.subject in blanks}
        if more == found:
            return found
        found = more


@pytest.mark.parametrize("text", CASES)
def test_every_way_to_write_it(engine: EmbeddedEngine, statements: list[ox.Quad], text: str) -> None:
    expected = [symmetric_description(statements, ox.NamedNode(iri)) for iri in CASES[text]]
    assert all(expected)
    assert describe(engine, text) == set().union(*expected)


@pytest.mark.parametrize("text", OTHER_FORMS)
def test_other_forms_are_left_alone(text: str) -> None:
    ox.Store().query(text)
    assert take_apart(text) is None


@pytest.mark.parametrize("text", ILLEGAL)
def test_illegal_ones_are_refused_with_the_place_in_the_text_sent(engine: EmbeddedEngine, text: str) -> None:
    with pytest.raises(QuerySyntaxError) as ours:
        describe(engine, text)
    with pytest.raises(SyntaxError) as theirs:
        ox.Store().query(text)
    found = diagnose(str(theirs.value), text, {}, ox.Store().query)
    assert found.line is not None
    assert (ours.value.message, ours.value.line, ours.value.column) == (found.message, found.line, found.column)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 24 and len(OTHER_FORMS) >= 4 and len(ILLEGAL) >= 6


def test_every_thing_is_described_as_in_its_document(
    engine: EmbeddedEngine, release: Path, statements: list[ox.Quad]
) -> None:
    labels = {ox.NamedNode(iri) for iri in LABEL_PROPERTIES}
    things = sorted({quad.subject.value for quad in statements if isinstance(quad.subject, ox.NamedNode)})
    things = [iri for iri in things if "#" not in iri]  # a document of hash IRIs is about all of them
    assert len(things) > 10
    with Index.open(release / "index.sqlite") as index:
        urls = Urls(BASE, ("de", "es"), "", index.has_fragments)
        for iri in things:
            if index.has_fragments(iri):
                continue
            lines = document_lines(index, urls, iri, page_size=10_000) or []
            text = "".join(line.text for line in lines)
            ours = describe(engine, f"DESCRIBE <{iri}>")
            document = {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS)}
            assert ours <= document
            header = ox.NamedNode(canonical_document(urls, iri))
            assert all(t.subject == header or t.predicate in labels for t in document - ours)


def test_the_dataset_bounds_what_is_said(engine: EmbeddedEngine, statements: list[ox.Quad]) -> None:
    graphs = {str(quad.graph_name)[1:-1] for quad in statements if quad.subject == ox.NamedNode(CUP)}
    assert len(graphs) >= 2
    whole = describe(engine, f"DESCRIBE <{CUP}>")
    for graph in graphs:
        expected = {quad.triple for quad in statements if quad.graph_name == ox.NamedNode(graph)} & whole
        assert expected and expected < whole
        assert describe(engine, f"DESCRIBE <{CUP}> FROM <{graph}>") == expected
        assert describe(engine, f"DESCRIBE <{CUP}> FROM NAMED <{graph}> {{}}") == expected
        assert describe(engine, f"DESCRIBE <{CUP}> FROM <urn:none>", default_graphs=(graph,)) == expected
    with pytest.raises(QueryRefused, match="no graph <urn:none>"):
        describe(engine, f"DESCRIBE <{CUP}> FROM <urn:none>")


def test_a_blank_node_in_a_solution_is_described(engine: EmbeddedEngine) -> None:
    found = describe(engine, "DESCRIBE ?x { ?c <http://www.w3.org/ns/dcat#contactPoint> ?x }")
    found |= describe(
        engine, "DESCRIBE ?x { GRAPH ?g { ?c <http://www.w3.org/ns/dcat#contactPoint> ?x FILTER(isBlank(?x)) } }"
    )
    assert ox.Literal("Ada Moos") in {triple.object for triple in found}


def test_a_description_above_the_limit_is_an_error(release: Path, statements: list[ox.Quad]) -> None:
    size = len(symmetric_description(statements, ox.NamedNode(STONE)))

    def start(limit: int) -> Any:
        limits = replace(Limits(), describe_triples=limit, executors=1)
        return EmbeddedEngine(release / "store", limits, index=release / "index.sqlite")

    with start(size) as engine:
        assert len(describe(engine, f"DESCRIBE <{STONE}>")) == size
    with start(size - 1) as engine, pytest.raises(ResultTooLarge, match=rf"describe_triples\) of {size - 1}"):
        describe(engine, f"DESCRIBE <{STONE}>")


def test_many_links_to_a_thing_come_in_several_pages(
    statements: list[ox.Quad], monkeypatch: pytest.MonkeyPatch, release: Path
) -> None:
    def collect(index: Index) -> set[ox.Triple]:
        about = descriptions.statements_about(index, ox.NamedNode(STONE))
        return {ox.Triple(s.subject, s.predicate, s.object) for s in about}

    with Index.open(release / "index.sqlite") as index:
        whole = collect(index)
        monkeypatch.setattr(descriptions, "_PAGE", 2)
        assert collect(index) == whole == symmetric_description(statements, ox.NamedNode(STONE))
