"""DESCRIBE (SPARQL 1.1 §16.4): which resources, found by a SELECT made of the query; what of each, from the index.

The description of a resource is that of its document: a symmetric concise bounded description, its own statements with
the blank nodes they lead to, and all statements that point at it. The engine's own DESCRIBE gives the former only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from parley.engine.tokens import PROLOGUE, Token, tokens
from parley.errors import ResultTooLarge
from parley.release.describe import statements_about
from parley.release.index import Index

_TARGETS = frozenset(("variable", "iri", "name"))


@dataclass(frozen=True, slots=True)
class DescribeClause:
    """A DESCRIBE query taken apart.

    `names` selects the resources that are named, in one solution, or is empty; `graphs` does so for the graphs of FROM
    and FROM NAMED; `solutions` selects the values of the variables, or is empty. All are SELECT queries: the engine
    resolves prefixes and relative IRIs.
    """

    names: str
    graphs: str
    solutions: str


def take_apart(text: str) -> DescribeClause | None:
    """The parts of `text`, which must be legal SPARQL; None if it is of another form than DESCRIBE."""
    if "describe" not in text.lower():
        return None
    stream = tokens(text)
    form = next((t for t in stream if t.kind == "keyword" and t.text.upper() not in PROLOGUE), None)
    if form is None or form.text.upper() != "DESCRIBE":
        return None
    targets, token = _run(stream, lambda t: t.kind in _TARGETS or t.text == "*")
    end_of_targets = targets[-1].end if targets else form.end
    end_of_dataset, graphs = end_of_targets, []
    while token is not None and token.text.upper() == "FROM":
        token = next(stream)
        if token.text.upper() == "NAMED":
            token = next(stream)
        graphs.append(token)
        end_of_dataset, token = token.end, next(stream, None)
    prologue, dataset, rest = text[: form.start], text[end_of_targets:end_of_dataset], text[end_of_dataset:]
    if token is None or not (token.text == "{" or token.text.upper() == "WHERE"):
        rest = "\n{}" + rest
    variables = [t.text for t in targets if t.kind == "variable" or t.text == "*"]
    return DescribeClause(
        names=_values(prologue, [t for t in targets if t.kind in ("iri", "name")]),
        graphs=_values(prologue, graphs),
        solutions=f"{prologue}SELECT {' '.join(variables)} {dataset}{rest}" if variables else "",
    )


def _run(stream: Iterator[Token], condition: Callable[[Token], bool]) -> tuple[list[Token], Token | None]:
    """The tokens that fulfil `condition`, and the first that does not."""
    taken: list[Token] = []
    for token in stream:
        if not condition(token):
            return taken, token
        taken.append(token)
    return taken, None


def _values(prologue: str, names: Iterable[Token]) -> str:
    columns = " ".join(f"({token.text} AS ?name{number})" for number, token in enumerate(names))
    return f"{prologue}SELECT {columns} {{}}" if columns else ""


class Describer:
    """Answers DESCRIBE queries from the index at `path`, with at most `limit` distinct triples an answer."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._index: Index | None = None
        self._empty = ox.Store()

    def describe(
        self, store: ox.Store, text: str, clause: DescribeClause, base_iri: str | None, dataset: Mapping[str, Any]
    ) -> list[ox.Triple]:
        """The triples of all resources that the query names or finds, each once.

        Raises SyntaxError as the engine does, ResultTooLarge above the limit.
        """
        self._empty.query(text, base_iri=base_iri)  # errors in the text as it was sent, not as it was rewritten
        found = dict.fromkeys(_terms(self._empty, clause.names, base_iri))
        if clause.solutions:
            found |= dict.fromkeys(_terms(store, clause.solutions, base_iri, dataset))
        if dataset:
            graphs = {node.value for node in (*dataset["default_graph"], *dataset["named_graphs"])}
        else:
            graphs = {node.value for node in _terms(self._empty, clause.graphs, base_iri)}
        return self._triples(found, graphs)

    def _triples(self, resources: Iterable[ox.NamedNode | ox.BlankNode], graphs: Collection[str]) -> list[ox.Triple]:
        if self._index is None:  # opened by the first DESCRIBE: most executors never see one
            self._index = Index.open(self._path)
        triples: dict[ox.Triple, None] = {}
        for resource in resources:
            for statement in statements_about(self._index, resource):
                if graphs and statement.graph not in graphs:
                    continue
                triples[ox.Triple(statement.subject, statement.predicate, statement.object)] = None
                if len(triples) > self._limit:
                    raise ResultTooLarge(
                        f"The descriptions are longer than the limit (describe_triples) of {self._limit} triples.",
                        cure="Describe fewer things at once.",
                        limit=("describe_triples", self._limit),
                    )
        return list(triples)


def _terms(
    store: ox.Store, query: str, base_iri: str | None, dataset: Mapping[str, Any] | None = None
) -> Iterator[ox.NamedNode | ox.BlankNode]:
    if not query:
        return
    solutions = store.query(query, base_iri=base_iri, **(dataset or {}))
    assert isinstance(solutions, ox.QuerySolutions)
    for solution in solutions:
        for term in solution:
            if isinstance(term, (ox.NamedNode, ox.BlankNode)):
                yield term
