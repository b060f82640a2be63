"""`parley check-engine`: whether a remote engine holds the current release and answers as our own does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from parley.cli.common import current_release, publication_option
from parley.errors import Finding, Misuse

#: What both engines are asked; the answers must be equal row by row, in any order.
_QUESTIONS = {
    "default graph": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "named graphs": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "classes": "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c",
    "properties": "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "labels": "SELECT ?o { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o } ORDER BY STR(?o) LANG(?o) LIMIT 500",
    "subjects": "SELECT DISTINCT ?s { ?s ?p ?o FILTER(isIRI(?s)) } ORDER BY ?s LIMIT 500",
    "paths": "SELECT ?c (COUNT(?d) AS ?n) { ?c <http://www.w3.org/2000/01/rdf-schema#subClassOf>+ ?d } GROUP BY ?c",
}


@click.command("check-engine")
@click.argument("endpoint", metavar="[URL]", required=False)
@publication_option
def check_engine(endpoint: str | None, folder: Path | None) -> None:
    """Compare the SPARQL endpoint at URL (default: that of the setting `engine`) with the current release."""
    publication, release = current_release(folder)
    address = endpoint or publication.settings.endpoint
    if not address:
        raise Misuse("No engine is named.", cure="Give its URL, or set `engine` in [server].")
    differences = asyncio.run(_compare(address, release))
    for name in _QUESTIONS:
        click.echo(f"{name}: {differences.get(name, 'equal')}")
    if differences:
        raise Finding(
            f"{address} does not hold this release: {', '.join(differences)} differ.",
            cure="Load all graphs of the release, and passages, data, ontology and inferences into its default graph.",
        )


async def _compare(endpoint: str, release: Path) -> dict[str, str]:
    """Question → what the endpoint answered, for those that it answered otherwise."""
    from parley.engine.client import EngineClient
    from parley.engine.embedded import EmbeddedEngine
    from parley.engine.protocol import Engine, Limits, QueryRequest
    from parley.engine.remote import RemoteEngine
    from parley.formats import RESULTS_TSV

    async def rows(engine: Engine, text: str) -> list[bytes]:
        async with engine.query(QueryRequest(text, RESULTS_TSV)) as answer:
            return sorted(b"".join([chunk async for chunk in answer]).splitlines())

    limits = replace(Limits(), executors=1)
    differences = {}
    with EmbeddedEngine(release / "store", limits) as embedded:
        ours, theirs = EngineClient(embedded.directory, limits), RemoteEngine(endpoint, limits)
        for name, text in _QUESTIONS.items():
            here, there = await rows(ours, text), await rows(theirs, text)
            if here != there:
                differences[name] = (
                    f"{len(set(here) - set(there))} rows missing, {len(set(there) - set(here))} too many"
                )
    return differences
