"""A million triples: memory, a stream of 100 MB, text search; against Oxigraph: `python tests/bench/large.py`.

Memory is what two web workers and four executors hold after the same queries that Oxigraph's server has answered, as
proportional set size, in which what several processes share is counted once. The stream is all that a query for every
triple brings, up to --megabytes. Search compares /api/suggest, which asks the full-text index, with
FILTER(CONTAINS(…)), which reads every label, on both servers. The peer is found as `sparql.py` says.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count, islice
from pathlib import Path
from urllib.parse import quote

from load import load, request_of
from sample import TRIPLES_A_THING, make_release, write_data
from servers import Server, oxigraph, parley
from sparql import ACCEPT, KINDS, PATHS, PREFIXES

#: Bytes of a row of the streamed result, in SPARQL's JSON, about.
_ROW_BYTES = 185
#: Kinds of query that are asked before memory is read, and over how many connections.
_WARMING = {"point": 8, "join": 8, "construct": 8, "aggregate": 1}
_SCAN = "SELECT ?s { ?s rdfs:label ?label FILTER(CONTAINS(?label, %s)) }"


def ask(server: Server, query: str) -> bytes:
    """A query as a request."""
    return request_of(f"{PATHS[server.name]}?query={quote(PREFIXES + query, safe='')}", ACCEPT)


def warm(server: Server, things: int, seconds: float) -> None:
    """Have every process of `server` answer queries, those of whole scans one at a time."""
    for kind, connections in _WARMING.items():
        queries = (KINDS[kind] % {"n": n * 7919 % things} + f" #{n}" for n in count())
        load(server.port, (ask(server, query) for query in queries), connections, seconds)


def streamed(server: Server, rows: int) -> tuple[int, float]:
    """Bytes and seconds of a result of so many rows; the connection is read as fast as it goes."""
    size = 0
    with socket.create_connection(("127.0.0.1", server.port), 60) as connection:
        began = time.perf_counter()
        connection.sendall(ask(server, f"SELECT * {{ ?s ?p ?o }} LIMIT {rows}"))
        tail = b""
        while not tail.endswith(b"0\r\n\r\n"):
            data = connection.recv(1 << 20)
            if not data:
                raise SystemExit(f"{server.name} broke off after {size} bytes")
            size, tail = size + len(data), (tail + data)[-16:]
    return size, time.perf_counter() - began


def median_ms(server: Server, requests: Iterator[bytes], times: int) -> float:
    """The median of single requests, in ms."""
    return statistics.median(load(server.port, islice(requests, 1), 1, 0, shortest=2)[0] for _ in range(times)) * 1000


def memory_rows(servers: list[Server], things: int, seconds: float) -> Iterator[str]:
    for server in servers:
        warm(server, things, seconds)
    ours, its = (server.proportional_bytes() / 2**20 for server in servers)
    yield f"memory   parley {ours:.0f} MiB, {servers[1].name} {its:.0f} MiB: {ours / its:.2f} times (goal: below 1.5)"


def stream_rows(servers: list[Server], rows: int, rounds: int) -> Iterator[str]:
    rates: dict[str, float] = {}
    for _ in range(rounds):
        for server in servers:
            size, seconds = streamed(server, rows)
            rates[server.name] = max(rates.get(server.name, 0.0), size / seconds / 1e6)
    ours, its = rates.values()
    rate = f"parley {ours:.0f} MB/s, {servers[1].name} {its:.0f} MB/s"
    yield f"stream   {size / 1e6:.0f} MB: {rate}: {ours / its:.2f} of its rate (goal: 0.8)"


def search_rows(servers: list[Server], things: int, rounds: int) -> Iterator[str]:
    def words() -> Iterator[str]:
        return (f"{n * 7919 % things}" for n in count(1))

    indexed = (request_of(f"/api/suggest?q=thing+{word}", "application/json") for word in words())
    ours = median_ms(servers[0], indexed, rounds * 20)
    for server in servers:
        scans = (ask(server, _SCAN % f'"thing {word} "') for word in words())
        its = median_ms(server, scans, rounds * 2)
        yield f"search   index {ours:.2f} ms, scan by {server.name} {its:.0f} ms: {its / ours:.0f} times (goal: 40)"


def main() -> None:
    """Measure and print a line a goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of queries of each kind before memory is read")
    options = parser.parse_args()
    things = options.triples // TRIPLES_A_THING
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        data = write_data(folder / "publication", things)
        make_release(folder / "publication")
        limits = {"workers": 2, "executors": 4, "query_seconds": 60.0, "quick_milliseconds": 60_000}
        servers = [
            stack.enter_context(parley(folder / "publication", folder, **limits)),
            stack.enter_context(oxigraph(data, folder)),
        ]
        for row in memory_rows(servers, things, options.seconds):
            print(row, flush=True)
        for row in stream_rows(servers, options.megabytes * 10**6 // _ROW_BYTES, options.rounds):
            print(row, flush=True)
        for row in search_rows(servers, things, options.rounds):
            print(row, flush=True)


if __name__ == "__main__":
    main()
