"""Entity documents against others on the same data, interleaved in one run: `python tests/bench/delivery.py`.

Turtle, JSON-LD and HTML of ours against DESCRIBE of `oxigraph serve-read-only` and of `rdflib-endpoint`, and against
nginx with our own bytes in a static file, over 1 and 32 connections; with `--peers granian` also against the HTTP
server that ours runs on, with an application of two lines: no code of ours can outrun that. Oxigraph has no HTML: there
it sends Turtle; and rdflib-endpoint sends RDF/XML whatever it is asked for. Modes: `one` document over and over, `many`
in turn, `new` ones that nobody has asked for before, `304` for a client that has the document, and the `dump` in
N-Triples. Ratios above 1: ours is better. With --sizes, the cost of a new document is compared between publications of
different sizes.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from urllib.parse import quote

from load import request_of
from sample import BASE, make_release, write_data
from servers import Measure, Server, bare, best, measure, nginx, oxigraph, parley, ratios, rdflib_endpoint

FORMATS = {"turtle": "text/turtle", "json-ld": "application/ld+json", "html": "text/html"}
MODES = ("one", "many", "new", "304")
#: Documents that are asked for in turn.
MANY = 200
DUMP = "all.nt"


@dataclass(frozen=True)
class Target:
    """What one server is asked for: the path of thing n, the Accept field, what `If-None-Match` says."""

    path: str
    accept: str
    tag: str = ""

    def requests(self, numbers: Iterator[int]) -> Iterator[bytes]:
        more = (("If-None-Match", self.tag),) if self.tag else ()
        for n in numbers:
            yield request_of(self.path.replace("{n}", str(n)), self.accept, more=more)


def fetch(server: Server, path: str, accept: str) -> tuple[bytes, dict[str, str]]:
    """A body and its header fields, names in lower case."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path, headers={"Accept": accept})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200:
        raise SystemExit(f"{server.name} answers {response.status} to {path}")
    return body, {name.lower(): value for name, value in response.getheaders()}


def targets(mode: str, form: str, ours: Server) -> dict[str, Target]:
    """What each server is asked for in a row."""
    accept = FORMATS[form]
    describe = quote(f"DESCRIBE <{BASE}t", safe="") + "{n}" + quote(">", safe="")
    turtle = FORMATS["turtle"] if form == "html" else accept
    found = {
        "parley": Target("/doc/t{n}", accept),
        "nginx": Target(f"/{form}", "*/*"),
        "granian": Target(f"/{form}", "*/*"),
        "oxigraph": Target(f"/query?query={describe}", turtle),
        "rdflib": Target(f"/?query={describe}", turtle),
    }
    if mode == "304":
        found["parley"] = Target("/doc/t{n}", accept, fetch(ours, "/doc/t0", accept)[1]["etag"])
    return found


def numbers_of(mode: str, things: int, unasked: Iterator[int]) -> Iterator[int]:
    """Which things are asked for."""
    if mode == "many":
        return cycle(range(min(MANY, things)))
    return (next(unasked) % things for _ in count()) if mode == "new" else cycle([0])


def rows(servers: list[Server], options: argparse.Namespace, root: Path) -> Iterator[str]:
    """A row a format, mode and number of connections."""
    ours = servers[0]
    for form in options.formats:
        unasked = count(MANY)
        body, fields = fetch(ours, "/doc/t0", FORMATS[form])
        (root / form).write_bytes(body)
        ours_alone = [field for field in fields.items() if field[0] not in ("date", "server")]
        (root / f"{form}.fields").write_text(json.dumps(ours_alone), encoding="utf-8")
        for mode in options.modes:
            for connections in options.connections:
                asked = targets(mode, form, ours)
                if mode == "304" and any(server.name == "nginx" for server in servers):
                    static = next(server for server in servers if server.name == "nginx")
                    asked["nginx"] = Target(f"/{form}", "*/*", fetch(static, f"/{form}", "*/*")[1]["etag"])
                label = f"{form:<9} {mode:<5} {connections:>4}"
                yield label + compared(servers, asked, mode, connections, options, unasked)


def compared(
    servers: list[Server],
    asked: dict[str, Target],
    mode: str,
    connections: int,
    options: argparse.Namespace,
    unasked: Iterator[int],
) -> str:
    """Ours in figures, and how it compares with each peer; one without conditional requests sends the whole."""
    found: dict[str, list[Measure]] = {server.name: [] for server in servers}
    for _ in range(options.rounds):
        for server in servers:
            target = asked[server.name]
            requests = target.requests(numbers_of(mode, options.things, unasked))
            status = 304 if target.tag else 200
            found[server.name].append(measure(server, requests, connections, options.seconds, status=status))
    first, *others = map(best, found.values())
    row = f"  {first.rate:7.0f} {first.p50:7.2f} {first.p99:7.2f} {first.processor:7.3f}"
    return row + "".join(f" | {ratios(first, its)}" for its in others)


def dump_rows(servers: list[Server], options: argparse.Namespace, release: Path, root: Path) -> Iterator[str]:
    """A row a number of connections for the dump; Oxigraph's server dumps its store, rdflib-endpoint has none."""
    (root / DUMP).write_bytes((release / "dumps" / DUMP).read_bytes())
    accept = "application/n-triples"
    asked = {
        "parley": Target(f"/release/{release.name}/dumps/{DUMP}", accept),
        "nginx": Target(f"/{DUMP}", "*/*"),
        "oxigraph": Target("/store?default", accept),
    }
    taking = [server for server in servers if server.name in asked]
    for connections in options.connections:
        yield f"{'dump':<9} {'one':<5} {connections:>4}" + compared(taking, asked, "one", connections, options, count())


def unasked_of(size: int, turns: Iterator[int], accept: str) -> Iterator[bytes]:
    """Requests for documents from all over the data, each with an address that nobody has asked for before.

    Without that, those of the small publication would soon come from what is kept.
    """
    step = max(1, size // 997 * 2 + 1)
    for turn in turns:
        yield request_of(f"/doc/t{turn * step % size}?turn={turn}", accept)


def size_rows(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """A row a size: what a document that was not asked for before costs, in each format, and its share of the first."""
    with ExitStack() as stack:
        served = []
        for size in options.sizes:
            place = folder / f"things-{size}"
            write_data(place / "publication", size)
            release = make_release(place / "publication")
            with sqlite3.connect(release / "index.sqlite") as index:  # warm, as a server that has run for a while
                index.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
            served.append((size, stack.enter_context(parley(place / "publication", place, workers=options.workers))))
        for form in options.formats:
            found: dict[int, list[Measure]] = {size: [] for size, _ in served}
            turns = {size: count() for size, _ in served}
            for _ in range(options.rounds):
                for size, server in served:
                    asked = unasked_of(size, turns[size], FORMATS[form])
                    found[size].append(measure(server, asked, 1, options.seconds))
            first = best(found[options.sizes[0]])
            for size, _ in served:
                this = best(found[size])
                yield (
                    f"{form:<9} new      1  {this.rate:7.0f} {this.p50:7.2f} {this.p99:7.2f} {this.processor:7.3f}"
                    f" | {size} things: {this.processor / first.processor:.2f} of the cost, "
                    f"{this.p50 / first.p50:.2f} of the time with {options.sizes[0]}"
                )


def main() -> None:
    """Measure and print a table; --seconds a slice, --rounds of interleaved slices, of which the best counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=0.7)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="*", default=[1, 32])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="web workers of ours")
    parser.add_argument("--formats", nargs="*", default=list(FORMATS), choices=list(FORMATS))
    parser.add_argument("--modes", nargs="*", default=[*MODES, "dump"], choices=[*MODES, "dump"])
    parser.add_argument("--sizes", type=int, nargs="*", default=[], help="compare only publications of these sizes")
    peers = ["nginx", "oxigraph", "rdflib"]
    parser.add_argument("--peers", nargs="*", default=peers, choices=[*peers, "granian"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's workers may run as another user
        root = folder / "static"
        root.mkdir()
        head = f"{'format':<9} {'mode':<5} {'conn':>4}  {'req/s':>7} {'p50':>7} {'p99':>7} {'CPU ms':>7}"
        if options.sizes:
            print(head)
            for row in size_rows(folder, options):
                print(row, flush=True)
            return
        data = write_data(folder / "publication", options.things)
        release = make_release(folder / "publication", dumps=True)
        servers = [stack.enter_context(parley(folder / "publication", folder, workers=options.workers))]
        starts = {
            "nginx": lambda: nginx(root, folder),
            "granian": lambda: bare(root, folder, options.workers),
            "oxigraph": lambda: oxigraph(data, folder),
            "rdflib": lambda: rdflib_endpoint(data, folder),
        }
        servers += [stack.enter_context(starts[peer]()) for peer in options.peers]
        print(head + "".join(f" | {peer}: ours/its rate, p50, p99, CPU" for peer in options.peers))
        modes = options.modes
        options.modes = [mode for mode in modes if mode != "dump"]
        for row in rows(servers, options, root):
            print(row, flush=True)
        for row in dump_rows(servers, options, release, root) if "dump" in modes else ():
            print(row, flush=True)


if __name__ == "__main__":
    main()
