"""How long a reconciliation batch takes: `python tests/bench/reconcile.py [FOLDER]`.

Serves the publication in FOLDER (default: this repository) and sends batches of 100 queries over HTTP, one after the
other: names of things as they are, with a letter lost, without accents, cut short, and texts that nothing is called.
Prints median and 95th percentile a batch, which must stay below a second.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parley.pipeline.build import build
from parley.publication import load
from parley.release.directory import StateDirectory
from parley.release.index import Index

ROOT = Path(__file__).resolve().parents[2]
BATCH = 100
#: The limit that a batch of 100 must keep, in seconds.
LIMIT = 1.0


@contextmanager
def serving(folder: Path, state: Path) -> Iterator[str]:
    """The address of the publication, served as a user does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "parley", "serve", str(folder), "--port", str(port)]
    process = subprocess.Popen(
        command, env={"PARLEY_STATE": str(state), "PATH": "/usr/bin:/bin"}, stdout=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/readyz", timeout=1).read()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def texts(index: Path, amount: int, seed: int) -> list[str]:
    """What people may write: names of things of the release, changed in five ways."""
    with Index.open(index) as opened:
        iris = [iri for _, iri in opened.subjects(0, opened.last_subject())]
        names = sorted({text for texts_ in opened.labels(iris).values() for text in texts_.values()})
    chance = random.Random(seed)
    found = []
    for number in range(amount):
        name = chance.choice(names)
        cut = chance.randrange(len(name))
        plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
        shuffled = "".join(chance.sample(name, len(name)))
        found.append([name, name[:cut] + name[cut + 1 :], plain.upper(), name[: max(4, cut)], shuffled][number % 5])
    return found


def main() -> int:
    """Print the figures; 1 if the 95th percentile passes the limit."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT)
    parser.add_argument("--batches", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        publication = load(options.folder, {}, state=place)
        built = build(publication, StateDirectory.locate(publication))
        asked = texts(built.path / "index.sqlite", BATCH * options.batches, seed=7)
        seconds = []
        matched = 0
        with serving(options.folder, Path(place)) as address:
            for start in range(0, len(asked), BATCH):
                queries = {f"q{n}": {"query": text} for n, text in enumerate(asked[start : start + BATCH])}
                body = urllib.parse.urlencode({"queries": json.dumps(queries)}).encode()
                begun = time.perf_counter()
                with urllib.request.urlopen(f"{address}/reconcile", body, timeout=60) as reply:
                    answer = json.load(reply)
                seconds.append(time.perf_counter() - begun)
                matched += sum(any(c["match"] for c in row["result"]) for row in answer.values())
    last = statistics.quantiles(seconds, n=20)[-1]
    middle = statistics.median(seconds)
    print(f"{len(seconds)} batches of {BATCH}: median {middle * 1000:.0f} ms, p95 {last * 1000:.0f} ms")
    print(f"{matched} of {len(asked)} texts matched without a person")
    return int(last > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
