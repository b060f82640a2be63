"""What the folder of added data says of itself: `source.ttl`, written when it is added, read when it is listed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from parley.errors import SourceError
from parley.publication import Publication
from parley.vocab import DCTERMS, PREFIXES, RDF_TYPE, VOID, XSD

FOLDER: Final = "data/external"
DATA: Final = "data.nt"
ABOUT: Final = "source.ttl"
_SPDX: Final = PREFIXES["spdx"]


@dataclass(frozen=True, slots=True)
class Added:
    """What the folder of added data says of itself; `sha256` is of the source as it was added.

    `left_out` names the files of an archive or folder that were not read.
    """

    name: str
    title: str
    licence: str
    date: str
    origin: str
    sha256: str
    triples: int
    left_out: tuple[str, ...] = ()


def graph_of(publication: Publication, name: str) -> ox.NamedNode:
    """The graph that holds what was added under `name`."""
    return ox.NamedNode(publication.graph(f"{FOLDER}/{name}/{DATA}"))


def described(publication: Publication, about: Added) -> bytes:
    """The content of `source.ttl`."""
    graph, checksum = graph_of(publication, about.name), ox.BlankNode("checksum")
    language = publication.languages[0]

    def literal(value: object, kind: str) -> ox.Literal:
        return ox.Literal(str(value), datatype=ox.NamedNode(XSD + kind))

    rows: list[tuple[ox.NamedNode | ox.BlankNode, str, ox.NamedNode | ox.BlankNode | ox.Literal]] = [
        (graph, RDF_TYPE, ox.NamedNode(PREFIXES["prov"] + "Entity")),
        (graph, PREFIXES["rdfs"] + "label", ox.Literal(about.title, language=language)),
        (graph, DCTERMS + "license", ox.NamedNode(about.licence)),
        (graph, DCTERMS + "source", _origin(about.origin)),
        (graph, DCTERMS + "date", literal(about.date, "date")),
        (graph, VOID + "triples", literal(about.triples, "integer")),
        (graph, _SPDX + "checksum", checksum),
        (checksum, RDF_TYPE, ox.NamedNode(_SPDX + "Checksum")),
        (checksum, _SPDX + "algorithm", ox.NamedNode(_SPDX + "checksumAlgorithm_sha256")),
        (checksum, _SPDX + "checksumValue", literal(about.sha256, "hexBinary")),
    ]
    triples = [ox.Triple(subject, ox.NamedNode(predicate), value) for subject, predicate, value in rows]
    prefixes = {name: PREFIXES[name] for name in ("dcterms", "prov", "rdfs", "spdx", "void", "xsd")}
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b""


def _origin(text: str) -> ox.NamedNode | ox.Literal:
    return ox.NamedNode(text) if is_iri(text) else ox.Literal(text)


def is_iri(text: str) -> bool:
    """Whether `text` is an address, or a name, that others can look up."""
    try:
        return re.match(r"(https?|urn|ftp):\S", text) is not None and bool(ox.NamedNode(text).value)
    except ValueError:
        return False


def recorded(publication: Publication, path: Path) -> Added:
    """What the `source.ttl` at `path` says. Raises SourceError if it does not describe the data beside it."""
    name = path.parent.name
    graph, found = graph_of(publication, name), dict[str, str]()
    try:
        for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
            if quad.subject == graph or quad.predicate.value == _SPDX + "checksumValue":
                found[quad.predicate.value] = getattr(quad.object, "value", "")
        return Added(
            name, found[PREFIXES["rdfs"] + "label"], found[DCTERMS + "license"], found[DCTERMS + "date"],
            found[DCTERMS + "source"], found[_SPDX + "checksumValue"], int(found[VOID + "triples"]),
        )  # fmt: skip
    except (SyntaxError, ValueError, KeyError) as error:
        raise SourceError(
            f"It does not describe the data beside it ({error}).", file=f"{FOLDER}/{name}/{ABOUT}",
            cure="Restore it, or remove the folder and add the data again.",
        ) from None  # fmt: skip
