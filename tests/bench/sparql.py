"""Our endpoint against others on the same data, interleaved in one run: `python tests/bench/sparql.py`.

The peers are `oxigraph serve-read-only` (PyPI: oxigraph) and `rdflib-endpoint serve` (PyPI: rdflib-endpoint[cli]),
found in PARLEY_PEERS (a folder), beside Python, or on PATH. One that does not start fails the run. Six kinds of query,
one repeated and many distinct ones, over 1 and 16 connections; req/s, p50, p99 and processor time a request, as ratios
to ours (above 1: ours is better). Absolute figures hold for one machine at one moment: only ratios
within a row mean much.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from urllib.parse import quote

from load import request_of
from sample import BASE, make_release, write_data
from servers import Measure, Server, best, measure, oxigraph, parley, ratios, rdflib_endpoint

PREFIXES = f"PREFIX : <{BASE}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
#: Kind → a query about thing %(n)d of %(size)d.
KINDS: dict[str, str] = {
    "point": "SELECT * { :t%(n)d ?p ?o }",
    "join": "SELECT ?a ?b ?label { :t%(n)d :knows ?a . ?a :knows ?b . ?b rdfs:label ?label }",
    "aggregate": "SELECT ?g (COUNT(*) AS ?n) { ?s :group ?g . ?s :age ?a FILTER(?a != %(n)d) } GROUP BY ?g",
    "order": "SELECT ?s ?a { ?s :age ?a FILTER(?a != %(n)d) } ORDER BY DESC(?a) ?s LIMIT 10",
    "path": "SELECT ?x { :t%(n)d :next/:next* ?x } LIMIT 20",
    "construct": "CONSTRUCT { ?s ?p ?o } { VALUES ?s { :t%(n)d } ?s ?p ?o }",
}
#: The endpoint's path on each server.
PATHS = {"parley": "/sparql", "oxigraph": "/query", "rdflib": "/"}
ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9"


def queries_of(kind: str, size: int, repeated: bool, numbers: Iterator[int]) -> Iterator[str]:
    """Queries of one kind; distinct ones differ in their text too when things run out."""
    while True:
        n = 0 if repeated else next(numbers)
        yield PREFIXES + KINDS[kind] % {"n": n % size} + ("" if repeated else f" #{n}")


def requests_of(server: Server, queries: Iterator[str]) -> Iterator[bytes]:
    """The queries as requests to `server`."""
    for query in queries:
        yield request_of(f"{PATHS[server.name]}?query={quote(query, safe='')}", ACCEPT)


def rows(servers: list[Server], options: argparse.Namespace) -> Iterator[str]:
    """A row a kind, mode and number of connections: ours, and how it compares with each peer."""
    numbers = count()
    for kind in options.kinds:
        for repeated in (True, False):
            for connections in options.connections:
                found: dict[str, list[Measure]] = {server.name: [] for server in servers}
                for _ in range(options.rounds):
                    for server in servers:
                        requests = requests_of(server, queries_of(kind, options.things, repeated, numbers))
                        found[server.name].append(measure(server, requests, connections, options.seconds))
                ours, *others = map(best, found.values())
                mode = "repeated" if repeated else "distinct"
                row = f"{kind:<10} {mode:<9} {connections:>4}  {ours.rate:7.0f} {ours.p50:7.2f} {ours.p99:7.2f}"
                yield row + f" {ours.processor:7.3f}" + "".join(f" | {ratios(ours, its)}" for its in others)


def main() -> None:
    """Measure and print a table; --seconds a slice, --rounds of interleaved slices, of which the best counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=0.7)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="*", default=[1, 16])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="web workers of ours")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--peers", nargs="*", default=["oxigraph", "rdflib"], choices=["oxigraph", "rdflib"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        data = write_data(folder / "publication", options.things)
        make_release(folder / "publication")
        starts = {"oxigraph": oxigraph, "rdflib": rdflib_endpoint}
        # where others use the machine, a query of some 20 ms of work may take longer than the usual 250 ms: not refused
        settings = {"workers": options.workers, "quick_milliseconds": 5000}
        servers = [stack.enter_context(parley(folder / "publication", folder, **settings))]
        servers += [stack.enter_context(starts[peer](data, folder)) for peer in options.peers]
        print(f"{'kind':<10} {'mode':<9} {'conn':>4}  {'req/s':>7} {'p50':>7} {'p99':>7} {'CPU ms':>7}", end="")
        print("".join(f" | {peer}: ours/its rate, p50, p99, CPU" for peer in options.peers))
        for row in rows(servers, options):
            print(row, flush=True)


if __name__ == "__main__":
    main()
