"""SPARQL 1.1 query evaluation: each case's data in a store of its own, its query through a real executor.

The default graph holds what the manifest says it does: no union, no flag. Numbers are compared by datatype and value,
all other terms exactly.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from parley.engine.client import EngineClient
from parley.engine.embedded import EmbeddedEngine
from parley.engine.protocol import QueryRequest
from parley.formats import N_TRIPLES, RESULTS_CSV, RESULTS_JSON, RESULTS_TSV, RESULTS_XML

from .conftest import passes_unless_exempt

#: Approved cases, and how many of them must pass (the rest are exempt): never to be lowered.
APPROVED, FLOOR = 178, 175
#: Cases that were proposed or added after the working group closed.
PROPOSED, PROPOSED_FLOOR = 57, 42
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS: dict[str, Callable[[str], Any]] = {
    XSD + "integer": Decimal, XSD + "decimal": Decimal, XSD + "double": float, XSD + "float": float
}  # fmt: skip
SYNTAXES = {".srx": RESULTS_XML, ".srj": RESULTS_JSON, ".tsv": RESULTS_TSV, ".csv": RESULTS_CSV}
Ask = Callable[[Any, Any], tuple[str, bytes]]


@pytest.fixture(scope="module")
def ask(suites: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Kind and bytes of the answer to a case's query; cases with the same data share an engine."""
    engines: dict[Any, EmbeddedEngine] = {}
    with ExitStack() as stack:

        def evaluate(case: Any, syntax: Any) -> tuple[str, bytes]:
            key = case.folder, case.data, case.named
            if key not in engines:
                path = tmp_path_factory.mktemp("case") / "store"
                fill(path, case)
                engines[key] = stack.enter_context(EmbeddedEngine(path))
            return asyncio.run(_ask(engines[key], case, syntax))

        yield evaluate


async def _ask(engine: EmbeddedEngine, case: Any, syntax: Any) -> tuple[str, bytes]:
    request = QueryRequest(case.text, syntax, N_TRIPLES, base_iri=case.address(case.query))
    async with EngineClient(engine.directory, engine.limits).query(request) as answer:
        return answer.head.kind, b"".join([chunk async for chunk in answer])


def fill(path: Path, case: Any) -> None:
    store = ox.Store(str(path))
    for file in case.data:
        store.load(file.read_bytes(), format=_format(file), base_iri=case.address(file))
    for graph, file in case.named:
        store.load(file.read_bytes(), format=_format(file), base_iri=graph, to_graph=ox.NamedNode(graph))
    store.flush()


def _format(file: Path) -> ox.RdfFormat:
    found = ox.RdfFormat.from_extension(file.suffix[1:])
    assert found is not None, file
    return found


def solutions_as_graph(rows: list[dict[str, Any]], ordered: bool) -> ox.Dataset:
    """A graph that two lists of solutions share when they are equal up to the labels of blank nodes."""
    graph = ox.Dataset()
    for number, row in enumerate(rows):
        node = ox.BlankNode()
        graph.add(ox.Quad(node, ox.NamedNode("urn:row"), ox.Literal(number if ordered else 0)))
        for name, value in row.items():
            graph.add(ox.Quad(node, ox.NamedNode(f"urn:variable:{name}"), by_value(value)))
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return graph


def by_value(term: Any) -> Any:
    """A number in one spelling: the suites allow computed ones any (`2`, `2.0`, `2.0E0`)."""
    if not isinstance(term, ox.Literal) or term.datatype.value not in NUMBERS:
        return term
    try:
        value = NUMBERS[term.datatype.value](term.value)
    except (ValueError, ArithmeticError):
        return term
    return ox.Literal(f"{value.normalize():f}" if isinstance(value, Decimal) else repr(value), datatype=term.datatype)


def triples_as_graph(data: bytes, syntax: ox.RdfFormat, base: str) -> ox.Dataset:
    graph = ox.Dataset(ox.parse(data, format=syntax, base_iri=base))
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return graph


def rows_of(results: Any) -> list[dict[str, Any]]:
    names = [variable.value for variable in results.variables]
    return [{name: row[name] for name in names if row[name] is not None} for row in results]


def rows_in_turtle(data: bytes, base: str) -> list[dict[str, Any]]:
    """Solutions in the result set vocabulary, which some old cases use."""
    store = ox.Store()
    store.load(data, format=ox.RdfFormat.TURTLE, base_iri=base)
    bindings = store.query(
        f"PREFIX rs: <{RS}> SELECT ?row ?name ?value {{ ?set rs:solution ?row OPTIONAL {{"
        " ?row rs:binding [ rs:variable ?name ; rs:value ?value ] } }"
    )
    rows: dict[Any, dict[str, Any]] = {}
    assert isinstance(bindings, ox.QuerySolutions)
    for binding in bindings:
        row = rows.setdefault(binding["row"], {})
        if binding["name"] is not None:
            row[str(binding["name"].value)] = binding["value"]
    return list(rows.values())


def csv_rows(data: bytes) -> tuple[list[str], list[tuple[str, ...]]]:
    """Header and sorted rows; blank nodes are all written alike, since CSV may label them as it likes."""
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    order = sorted(range(len(header)), key=header.__getitem__)
    plain = (tuple(re.sub(r"^_:.+", "_:b", row[place]) for place in order) for row in rows)
    return sorted(header), sorted(plain)


def is_right(case: Any, ask: Ask) -> bool:
    """Whether the answer is the one that the suite expects."""
    expected, base = case.result.read_bytes(), case.address(case.result)
    syntax = SYNTAXES.get(case.result.suffix)
    kind, body = ask(case, syntax or RESULTS_JSON)
    if syntax is RESULTS_CSV:
        return csv_rows(body) == csv_rows(expected)
    if kind == "triples":
        return triples_as_graph(body, ox.RdfFormat.N_TRIPLES, base) == triples_as_graph(
            expected, _format(case.result), base
        )
    ours = ox.parse_query_results(body, format=(syntax or RESULTS_JSON).results)
    if isinstance(ours, ox.QueryBoolean):
        theirs = ox.parse_query_results(expected, format=syntax.results if syntax else None)
        return isinstance(theirs, ox.QueryBoolean) and bool(ours) is bool(theirs)
    if syntax is None:
        return solutions_as_graph(rows_of(ours), False) == solutions_as_graph(rows_in_turtle(expected, base), False)
    theirs = ox.parse_query_results(expected, format=syntax.results)
    if not isinstance(theirs, ox.QuerySolutions) or set(map(str, theirs.variables)) != set(map(str, ours.variables)):
        return False  # in any order: the suites' own differs from that of `SELECT *` in the text
    ordered = bool(re.search(r"\bORDER\s+BY\b", case.text, re.IGNORECASE))
    return solutions_as_graph(rows_of(ours), ordered) == solutions_as_graph(rows_of(theirs), ordered)


def check(case: Any, ask: Ask, exemptions: Any, record_property: Any, suite: str) -> None:
    record_property("suite", suite)
    passes_unless_exempt(is_right(case, ask), case.id, exemptions, record_property)


def test_approved(evaluation: Any, ask: Ask, exemptions: Any, record_property: Any) -> None:
    check(evaluation, ask, exemptions, record_property, "SPARQL 1.1 evaluation, approved")


def test_proposed(proposed: Any, ask: Ask, exemptions: Any, record_property: Any) -> None:
    check(proposed, ask, exemptions, record_property, "SPARQL 1.1 evaluation, not approved")


def test_counts(suites: Path, read_cases: Any, exemptions: Any) -> None:
    assert len(read_cases("evaluation")) == APPROVED
    assert len(read_cases("proposed")) == PROPOSED
    exempt = {kind: sum(case.id in exemptions for case in read_cases(kind)) for kind in ("evaluation", "proposed")}
    assert APPROVED - exempt["evaluation"] >= FLOOR
    assert PROPOSED - exempt["proposed"] >= PROPOSED_FLOOR
    assert len(exemptions) == sum(exempt.values()), "an exemption names a case that does not exist"


def test_reproductions_of_exemptions(exemptions: Any) -> None:
    entries = {entry["query"]: entry for entry in exemptions.values()}
    assert len(entries) >= 1
    for query, entry in entries.items():
        store = ox.Store()
        store.load(entry["data"].encode(), format=ox.RdfFormat.TURTLE)
        answer = store.query(query)
        assert isinstance(answer, ox.QuerySolutions) and entry["reason"] and entry["expected"] != entry["actual"]
        assert answer.serialize(format=ox.QueryResultsFormat.TSV) == entry["actual"].encode(), query


def test_a_wrong_answer_is_told_from_a_right_one() -> None:
    one, two, blank = ox.Literal("1"), ox.Literal("01"), ox.BlankNode()
    rows = [{"a": one, "b": blank}, {"a": two, "b": blank}]
    renamed = [{"a": two, "b": (other := ox.BlankNode())}, {"a": one, "b": other}]
    apart = [{"a": one, "b": ox.BlankNode()}, {"a": two, "b": ox.BlankNode()}]
    assert solutions_as_graph(rows, False) == solutions_as_graph(renamed, False)
    assert solutions_as_graph(rows, True) != solutions_as_graph(renamed, True)
    assert solutions_as_graph(rows, False) != solutions_as_graph(apart, False)
    assert solutions_as_graph(rows, False) != solutions_as_graph([rows[0], rows[0]], False)
    assert csv_rows(b"a\r\n1\r\n_:x\r\n") == csv_rows(b"a\r\n_:y\r\n1\r\n") != csv_rows(b"a\r\n1\r\n")
