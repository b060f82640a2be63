"""Data to measure with: a publication of things that know each other, five triples a thing, and its release."""

from __future__ import annotations

from pathlib import Path

from parley.pipeline.output.dump import write_dumps
from parley.pipeline.output.index import build_index
from parley.pipeline.output.store import build_store
from parley.pipeline.sources.read import read
from parley.publication import FILE_NAME, load
from parley.release.directory import StateDirectory
from parley.release.manifest import Manifest, release_id

BASE = "http://bench.example/"
TRIPLES_A_THING = 5


def write_data(folder: Path, things: int) -> Path:
    """Write a publication of `things`; the path of its data."""
    (folder / "data").mkdir(parents=True)
    text = f'base = "{BASE}"\n[title]\nen = "Bench"\n[inference]\nprofile = "none"\n'
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    data = folder / "data" / "things.nt"
    with data.open("w", encoding="utf-8") as out:
        for n in range(things):
            thing = f"<{BASE}t{n}>"
            out.write(f'{thing} <http://www.w3.org/2000/01/rdf-schema#label> "thing {n} of {n % 997}" .\n')
            out.write(f"{thing} <{BASE}group> <{BASE}g{n % 20}> .\n")
            out.write(f"{thing} <{BASE}knows> <{BASE}t{(n * 7 + 1) % things}> .\n")
            out.write(f"{thing} <{BASE}next> <{BASE}t{(n + 1) % things}> .\n")
            out.write(f'{thing} <{BASE}age> "{n % 90}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n')
    return data


def make_release(folder: Path, *, dumps: bool = False) -> Path:
    """Read, index, store and publish: a release without validation and inference; its directory."""
    publication = load(folder, {})
    state = StateDirectory.locate(publication, {})
    with state.lock(), state.workspace() as work:
        corpus = read(publication, work)
        (work / FILE_NAME).write_text(publication.source, encoding="utf-8")
        (work / "inferred.nq").write_bytes(b"")
        build_index(publication, corpus, None, work / "index.sqlite")
        build_store(publication, corpus, None, work / "store")
        if dumps:
            write_dumps(publication, corpus, None, work / "dumps")
        identity = release_id(corpus.digest, publication.source)
        Manifest.make(work, identity, corpus.graphs, 0, {}).write(work)
        return state.publish(work, identity)
