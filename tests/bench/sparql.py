"""Our endpoint against others on the same data, interleaved in one run: `python tests/bench/sparql.py`.

The peers are `oxigraph serve-read-only` (PyPI: oxigraph) and `rdflib-endpoint serve` (PyPI: rdflib-endpoint[cli]),
found in PARLEY_PEERS (a folder), beside Python, or on PATH. One that does not start fails the run. Six kinds of query,
one repeated and many distinct ones, over 1 and 16 connections; req/s, p50, p99 and processor time a request, as ratios
to ours (above 1: ours is better). Absolute figures hold for one machine at one moment: only ratios
within a row mean much.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

from parley.pipeline.index import build_index
from parley.pipeline.read import read
from parley.pipeline.store import build_store
from parley.publication import FILE_NAME, load
from parley.release.directory import StateDirectory
from parley.release.manifest import Manifest, release_id

BASE = "http://bench.example/"
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
SERVE = """
import sys
from pathlib import Path
from parley.publication import load
from parley.release.directory import StateDirectory
from parley.supervisor import serve
publication = load(Path(sys.argv[1]), {}, port=int(sys.argv[2]))
sys.exit(serve(publication, StateDirectory.locate(publication, {}), announce=lambda line: None))
"""


@dataclass(frozen=True)
class Server:
    """A running server: its name, port, path of the endpoint, process."""

    name: str
    port: int
    path: str
    process: subprocess.Popen[bytes]

    def processor_seconds(self) -> float:
        """Processor time of the process and its living descendants."""
        return sum(_times(pid) for pid in _family(self.process.pid)) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measure:
    """What one server did in one slice."""

    rate: float
    p50: float
    p99: float
    processor: float


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _times(pid: int) -> int:
    with contextlib.suppress(OSError):
        return sum(map(int, _stat(pid)[11:15]))  # its own, and its dead children's
    return 0


def _family(pid: int) -> list[int]:
    children: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (task / "children").read_text(encoding="utf-8").split())
    return [pid, *(descendant for child in children for descendant in _family(child))]


def write_data(folder: Path, size: int) -> Path:
    """A publication of five triples a thing."""
    (folder / "data").mkdir(parents=True)
    text = f'base = "{BASE}"\n[title]\nen = "Bench"\n[inference]\nprofile = "none"\n'
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    data = folder / "data" / "things.nt"
    with data.open("w", encoding="utf-8") as out:
        for n in range(size):
            thing = f"<{BASE}t{n}>"
            out.write(f'{thing} <http://www.w3.org/2000/01/rdf-schema#label> "thing {n}" .\n')
            out.write(f"{thing} <{BASE}group> <{BASE}g{n % 20}> .\n")
            out.write(f"{thing} <{BASE}knows> <{BASE}t{(n * 7 + 1) % size}> .\n")
            out.write(f"{thing} <{BASE}next> <{BASE}t{(n + 1) % size}> .\n")
            out.write(f'{thing} <{BASE}age> "{n % 90}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n')
    return data


def make_release(folder: Path) -> None:
    publication = load(folder, {})
    state = StateDirectory.locate(publication, {})
    with state.lock(), state.workspace() as work:
        corpus = read(publication, work)
        (work / FILE_NAME).write_text(publication.source, encoding="utf-8")
        (work / "inferred.nq").write_bytes(b"")
        build_index(publication, corpus, None, work / "index.sqlite")
        build_store(publication, corpus, None, work / "store")
        identity = release_id(corpus.digest, publication.source)
        Manifest.make(work, identity, corpus.graphs, 0, {}).write(work)
        state.publish(work, identity)


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _peer(name: str) -> str:
    places = [os.environ.get("PARLEY_PEERS", ""), str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        sys.exit(f"{name} is missing: install it from PyPI and name its folder in PARLEY_PEERS")
    return found


@contextmanager
def running(name: str, path: str, command: Callable[[int], list[str]], log: Path) -> Iterator[Server]:
    """Start a server and wait until it answers; ends the run if it does not."""
    port = _port()
    with log.open("wb") as output:
        process = subprocess.Popen(command(port), stdout=output, stderr=output)
    server = Server(name, port, path, process)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                if _ask_once(server, "ASK {}").startswith(b"HTTP/1.1 200"):
                    break
            if process.poll() is not None:
                sys.exit(f"{name} did not start:\n{log.read_text(encoding='utf-8')}")
            time.sleep(0.1)
        else:
            sys.exit(f"{name} did not answer within 30 s:\n{log.read_text(encoding='utf-8')}")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def request_of(server: Server, query: str) -> bytes:
    accept = "application/sparql-results+json, application/n-triples;q=0.9"
    target = f"{server.path}?query={quote(query, safe='')}"
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n\r\n".encode()


def _ask_once(server: Server, query: str) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(request_of(server, query))
        return connection.recv(65536)


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    """Send a request and read all of its answer; returns the bytes of the body."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"{head.decode('latin-1')}\n{request.decode()[:300]}")
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    if length:
        return len(await reader.readexactly(int(length)))
    size = 0
    while part := int((await reader.readline()).split(b";")[0], 16):
        size += len(await reader.readexactly(part + 2)) - 2
    await reader.readexactly(2)
    return size


async def _load(server: Server, queries: Iterator[str], connections: int, seconds: float) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while (began := time.perf_counter()) < end:
            if await _one(reader, writer, request_of(server, next(queries))) < 10:
                raise RuntimeError(f"{server.name} sent no result")
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    return sorted(times)


def measure(server: Server, queries: Iterator[str], connections: int, seconds: float) -> Measure:
    """Load `server` for `seconds`."""
    before, began = server.processor_seconds(), time.perf_counter()
    times = asyncio.run(_load(server, queries, connections, seconds))
    took, spent = time.perf_counter() - began, server.processor_seconds() - before
    middle, late = times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]
    return Measure(len(times) / took, middle * 1000, late * 1000, spent / len(times) * 1000)


def queries_of(kind: str, size: int, repeated: bool, numbers: Iterator[int]) -> Iterator[str]:
    """Queries of one kind; distinct ones differ in their text too when things run out."""
    while True:
        n = 0 if repeated else next(numbers)
        yield PREFIXES + KINDS[kind] % {"n": n % size} + ("" if repeated else f" #{n}")


def main() -> None:
    """Measure and print a table; --seconds a slice, --rounds of interleaved slices."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=0.7)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        data = write_data(folder / "publication", options.things)
        make_release(folder / "publication")
        oxigraph, rdflib = _peer("oxigraph"), _peer("rdflib-endpoint")
        location = str(folder / "oxigraph")
        subprocess.run([oxigraph, "load", "-l", location, "-f", str(data)], check=True, capture_output=True)
        commands: dict[str, tuple[str, Callable[[int], list[str]]]] = {
            "parley": ("/sparql", lambda port: [sys.executable, "-c", SERVE, str(folder / "publication"), str(port)]),
            "oxigraph": (
                "/query",
                lambda port: [oxigraph, "serve-read-only", "-l", location, "-b", f"127.0.0.1:{port}"],
            ),
            "rdflib": ("/", lambda port: [rdflib, "serve", "--host", "127.0.0.1", "--port", str(port), str(data)]),
        }
        servers = [
            stack.enter_context(running(name, path, command, folder / f"{name}.log"))
            for name, (path, command) in commands.items()
        ]
        report(servers, options)


def report(servers: list[Server], options: argparse.Namespace) -> None:
    """Print a row a kind, mode and number of connections: ours, and each peer's rate as a share of it."""
    names = [server.name for server in servers[1:]]
    print(f"{'kind':<10} {'mode':<9} {'conn':>4}  {'req/s':>7} {'p50':>7} {'p99':>7} {'CPU ms':>7}", end="")
    print("".join(f" | {name}: ours/its rate, p50, p99, CPU" for name in names))
    numbers = count()
    for kind in options.kinds:
        for repeated in (True, False):
            for connections in (1, 16):
                best: dict[str, Measure] = {}
                for _ in range(options.rounds):
                    for server in servers:
                        queries = queries_of(kind, options.things, repeated, numbers)
                        found = measure(server, queries, connections, options.seconds)
                        if server.name not in best or found.rate > best[server.name].rate:
                            best[server.name] = found
                ours = best["parley"]
                mode = "repeated" if repeated else "distinct"
                row = f"{kind:<10} {mode:<9} {connections:>4}  {ours.rate:7.0f} {ours.p50:7.2f} {ours.p99:7.2f}"
                row += f" {ours.processor:7.3f}"
                for name in names:
                    its = best[name]
                    ratios = (ours.rate / its.rate, its.p50 / ours.p50, its.p99 / ours.p99)
                    row += " | " + " ".join(f"{ratio:7.2f}" for ratio in ratios)
                    row += f" {its.processor / max(ours.processor, 1e-9):7.2f}"
                print(row, flush=True)


if __name__ == "__main__":
    main()
