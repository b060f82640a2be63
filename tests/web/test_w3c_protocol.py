"""The W3C's SPARQL 1.1 Protocol tests: the query half passes, the update half is refused."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, RDFS, Graph, Literal, Namespace
from rdflib.collection import Collection

from parley.publication import FILE_NAME, Publication, load

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
ROOT = Path(__file__).resolve().parents[2]
Serve = Callable[..., AbstractContextManager[Any]]
Maker = Callable[[Publication], Path]

FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {"application/sparql-results+json", "application/sparql-results+xml", "text/csv"},
    "RDF": {"text/turtle", "application/rdf+xml", "application/n-triples"},
}


SUITES = Path(os.environ.get("PARLEY_SUITES", ROOT.parent / "shared" / "suites"))
FOLDER = SUITES / "sparql11" / "protocol"


def manifest() -> Graph:
    path = FOLDER / "manifest.ttl"
    return Graph().parse(path) if path.is_file() else Graph()


GRAPH = manifest()
CASES = sorted(GRAPH.subjects(RDF.type, MF.ProtocolTest), key=str)


@pytest.fixture(scope="module")
def protocol(tmp_path_factory: pytest.TempPathFactory, serve: Serve, release_maker: Maker) -> Iterator[Any]:
    """A server whose named graphs are those that the manifest names."""
    folder = tmp_path_factory.mktemp("protocol") / "publication"
    (folder / "data").mkdir(parents=True)
    (folder / FILE_NAME).write_text('base = "http://www.example/sparql/"\n[title]\nen = "x"\n', encoding="utf-8")
    graphs = {str(label): FOLDER / f"data{number}.nt" for number in (1, 2, 3) if (label := _label(number))}
    assert len(graphs) == 3
    text = "".join(f"<{iri}> {{ {path.read_text()} }}\n" for iri, path in graphs.items())
    (folder / "data" / "graphs.trig").write_text(text, encoding="utf-8")
    release_maker(load(folder, {}))
    with serve(folder) as live:
        yield live


def _label(number: int) -> Any:
    found = (GRAPH.value(node, RDFS.label) for node in GRAPH.objects(None, UT.graphData))
    return next((label for label in found if str(label).endswith(f"data{number}.rdf")), None)


def test_suite_is_there() -> None:
    if not CASES and os.environ.get("CI") != "true":
        pytest.skip("The W3C's protocol tests are missing; name the folder of suites in PARLEY_SUITES.")
    assert len(CASES) == 34
    assert sum(is_update(case) for case in CASES) == 14


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case).rpartition("#")[2])
def test_case(case: Any, protocol: Any) -> None:
    if is_update(case):
        reply = send(protocol, requests_of(case)[0])
        assert 400 <= reply.status < 500
        assert reply.header("content-type") == "application/problem+json"
        return
    for request in requests_of(case):
        check(request, send(protocol, request))


def requests_of(case: Any) -> list[Any]:
    connection = GRAPH.value(case, MF.action)
    listed = GRAPH.value(connection, HT.requests)
    assert listed is not None
    return list(Collection(GRAPH, listed))


def is_update(case: Any) -> bool:
    """Whether the test begins with an update: by its parameter, its type or its text."""
    request = requests_of(case)[0]
    body = GRAPH.value(request, HT.body)
    text = f"{GRAPH.value(request, HT.absolutePath)} {GRAPH.value(body, CNT.chars) if body is not None else ''}"
    typed = header_fields(request).get("content-type", "").startswith("application/sparql-update")
    return typed or any(word in text for word in ("update=", "INSERT", "CLEAR"))


def header_fields(request: Any) -> dict[str, str]:
    listed = GRAPH.value(request, HT.headers)
    rows: Iterable[Any] = Collection(GRAPH, listed) if listed is not None else []
    return {str(GRAPH.value(row, HT.fieldName)): str(GRAPH.value(row, HT.fieldValue)) for row in rows}


def send(live: Any, request: Any) -> Any:
    options = ["-L", "-X", str(GRAPH.value(request, HT.methodName))]
    fields = header_fields(request)
    if "content-type" not in fields:
        options += ["-H", "Content-Type:"]
    for name, value in fields.items():
        options += ["-H", f"{name}: {value}"]
    body = GRAPH.value(request, HT.body)
    if body is not None:
        encoding = str(GRAPH.value(body, CNT.characterEncoding) or "utf-8")
        (live.folder / "body").write_bytes(str(GRAPH.value(body, CNT.chars)).encode(encoding))
        options += ["--data-binary", f"@{live.folder / 'body'}"]
    return live.curl(str(GRAPH.value(request, HT.absolutePath)), *options)


def check(request: Any, reply: Any) -> None:
    expected = GRAPH.value(request, HT.resp)
    statuses = {str(status)[-3] for status in GRAPH.objects(expected, MF.expectedStatus)}
    assert str(reply.status)[0] in statuses, reply.body
    kind = GRAPH.value(expected, MF.expectedFormat)
    if kind is not None:
        assert reply.header("content-type").split(";")[0] in FORMATS[str(kind)]
    boolean = GRAPH.value(expected, MF.expectedBoolean)
    if boolean is not None:
        assert reply.json["boolean"] is Literal(boolean).toPython()
