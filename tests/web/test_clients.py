"""The clients that people use find no fault with the endpoint."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML
from SPARQLWrapper import SPARQLWrapper as Wrapper
from SPARQLWrapper.SPARQLExceptions import EndPointInternalError, QueryBadFormed

BASE = "http://bench.example/"
GRAPH = f"{BASE}graph/data/things"
LABEL = rdflib.RDFS.label
T1 = rdflib.URIRef(f"{BASE}t1")
SELECT = f"SELECT ?label {{ <{T1}> <{LABEL}> ?label }}"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{T1}> ?p ?o }}"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
COMUNICA = "@comunica/query-sparql@4"  # the last one for Node 20
QUERY_WITH_COMUNICA = """
import { QueryEngine } from '@comunica/query-sparql';
const [source, query] = process.argv.slice(2);
const rows = await (await new QueryEngine().queryBindings(query, { sources: [{ type: 'sparql', value: source }] }))
  .toArray();
console.log(JSON.stringify(rows.map(row => Object.fromEntries([...row].map(([k, v]) => [k.value, v.value])))));
"""


def wrapper(live: Any, query: str, syntax: str, method: str = GET, sent: str = URLENCODED) -> Any:
    client = Wrapper(f"{live.url}sparql", returnFormat=syntax)
    client.setMethod(method)
    client.setRequestMethod(sent)
    client.setQuery(query)
    return client


@pytest.mark.parametrize(("method", "sent"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_sends_queries_in_every_way(live: Any, method: str, sent: str) -> None:
    answer = wrapper(live, SELECT, JSON, method, sent).queryAndConvert()
    assert answer["results"]["bindings"] == [{"label": {"type": "literal", "value": "thing 1", "xml:lang": "en"}}]


@pytest.mark.parametrize("syntax", [XML, CSV, TSV])
def test_sparqlwrapper_reads_tables(live: Any, syntax: str) -> None:
    converted = wrapper(live, SELECT, syntax).queryAndConvert()
    text = converted.toxml() if syntax == XML else converted.decode()
    assert "thing 1" in text and "label" in text


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # SPARQLWrapper's own use of rdflib
@pytest.mark.parametrize("syntax", [TURTLE, N3, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs(live: Any, syntax: str) -> None:
    converted = wrapper(live, CONSTRUCT, syntax).queryAndConvert()
    if isinstance(converted, bytes):
        converted = rdflib.Graph().parse(data=converted, format="turtle")
    assert (T1, LABEL, rdflib.Literal("thing 1", lang="en")) in converted


def test_sparqlwrapper_names_graphs_and_understands_errors(live: Any) -> None:
    client = wrapper(live, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", JSON)
    client.addDefaultGraph(GRAPH)
    assert client.queryAndConvert()["results"]["bindings"][0]["n"]["value"] == "2000"
    with pytest.raises(QueryBadFormed, match="Syntax error"):
        wrapper(live, "SELECT", JSON).query()
    client = wrapper(live, ENDLESS, JSON)
    client.addParameter("timeout", "0.3")
    with pytest.raises((EndPointInternalError, OSError)):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("returns", ["xml", "json", "csv"])
def test_rdflibs_store_is_a_graph(live: Any, method: Any, returns: str) -> None:
    store = SPARQLStore(f"{live.url}sparql", method=method, returnFormat=returns)
    graph = rdflib.Graph(store)
    assert len(graph) == 2000
    assert [str(o) for o in graph.objects(T1, LABEL)] == ["thing 1"]
    assert (T1, LABEL, None) in graph and (T1, T1, None) not in graph
    rows = list(graph.query("SELECT ?s { ?s ?p ?label }", initBindings={"label": rdflib.Literal("thing 7", lang="en")}))
    assert [str(row["s"]) for row in rows] == [f"{BASE}t7"]  # type: ignore[index,call-overload]
    if returns != "csv":  # which has no booleans
        assert bool(graph.query("ASK { ?s ?p ?o }")) is True
    if returns == "xml":  # with the others, this client asks for nothing that can hold triples
        assert len(graph.query(CONSTRUCT).graph or ()) == 1


def test_rdflibs_store_sees_the_named_graphs(live: Any) -> None:
    store = SPARQLStore(f"{live.url}sparql", context_aware=True)
    names = {str(getattr(context, "identifier", context)) for context in store.contexts()}
    assert GRAPH in names
    graph = rdflib.Graph(store, identifier=rdflib.URIRef(GRAPH))
    assert len(graph) == 2000


def test_rdflibs_store_can_not_write(live: Any) -> None:
    before = live.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body
    graph = rdflib.Graph(SPARQLStore(f"{live.url}sparql"))
    with pytest.raises(TypeError, match="read only"):
        graph.add((T1, LABEL, T1))
    assert live.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body == before


@pytest.fixture(scope="module")
def comunica(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a script that asks Comunica, installed from npm."""
    folder = tmp_path_factory.mktemp("comunica")
    problem = "npm is not there"
    if shutil.which("npm"):
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", COMUNICA]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, check=False)
        problem = done.stderr[-400:] if done.returncode else ""
    if problem:
        message = f"Comunica can't be installed ({problem}); it needs Node 20, npm and a registry."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    (folder / "ask.mjs").write_text(QUERY_WITH_COMUNICA, encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (SELECT, [{"label": "thing 1"}]),
        (f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}", [{"n": "2000"}]),
        (
            f"SELECT ?s {{ ?s <{LABEL}> 'thing 5'@en OPTIONAL {{ ?s <urn:none> ?x }} }} ORDER BY ?s",
            [{"s": f"{BASE}t5"}],
        ),
    ],
)
def test_comunica_takes_it_for_a_source(live: Any, comunica: Path, query: str, expected: list[Any]) -> None:
    command = ["node", "ask.mjs", f"{live.url}sparql", query]
    done = subprocess.run(command, cwd=comunica, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == expected


def jena() -> list[str]:
    """The command for Jena's rsparql: installed, or in the package of owlready2, which carries an old one (2.10)."""
    found = shutil.which("rsparql") or shutil.which("rsparql", path=f"{os.environ.get('JENA_HOME', '')}/bin")
    if found:
        return [found]
    package = importlib.util.find_spec("owlready2")
    if package is None or package.origin is None or not shutil.which("java"):
        message = "Jena's rsparql is not there; install Java and the test extra, or name Jena's folder in JENA_HOME."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    libraries = sorted((Path(package.origin).parent / "pellet").glob("*.jar"))
    return ["java", "-cp", os.pathsep.join(map(str, libraries)), "arq.rsparql"]


def test_jena_reads_the_answers(live: Any) -> None:
    for syntax, wanted in (("json", '"thing 1"'), ("csv", "thing 1"), ("text", '"thing 1"@en')):
        command = [*jena(), "--service", f"{live.url}sparql", f"--results={syntax}", SELECT]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert wanted in done.stdout
    done = subprocess.run(
        [*jena(), "--service", f"{live.url}sparql", f"ASK {{ <{T1}> ?p ?o }}"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "yes" in done.stdout.lower()
