"""RDF terms as bytes, the same bytes for the same terms, in every syntax of the table of formats.

The writers for Turtle, TriG and JSON-LD are our own: Oxigraph's neither sort, nest nor compact, and rdflib's rewrite
numbers ("1.50E0" → "1.5e+00") and take a hundred times as long. RDF/XML is Oxigraph's, behind our checks.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import IO, Final

import pyoxigraph as ox

from parley import nquads
from parley.errors import NotAcceptable
from parley.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_FORMATS, RDF_XML, TRIG, TURTLE, Format
from parley.nquads import Line
from parley.serialise.blank import Blanks
from parley.serialise.jsonld import JsonLdWriter
from parley.serialise.rdfxml import write_rdf_xml
from parley.serialise.turtle import TurtleWriter

#: Formats in which named graphs are kept; the others merge them. JSON-LD could keep them, but a document of a thing
#: is to hold the same triples as its Turtle.
KEEP_GRAPHS: Final = (TRIG, N_QUADS)
_BY_GRAPH: Final = attrgetter("graph", "subject", "predicate", "object")


def serialise(
    quads: Iterable[ox.Quad | ox.Triple],
    format: Format,  # noqa: A002 - the word everywhere else
    prefixes: Mapping[str, str] | None = None,
) -> bytes:
    """`quads` in `format`, sorted and without repetitions; `prefixes` are abbreviations, of which those used appear.

    Raises NotAcceptable if the format can't express a term.
    """
    out = io.BytesIO()
    write(quads, format, out, prefixes)
    return out.getvalue()


def write(
    quads: Iterable[ox.Quad | ox.Triple],
    format: Format,  # noqa: A002
    out: IO[bytes],
    prefixes: Mapping[str, str] | None = None,
) -> None:
    """As `serialise`, into a binary file."""
    _write(_lines(quads), format, out, prefixes or {})


def serialise_lines(
    lines: Iterable[Line],
    format: Format,  # noqa: A002
    prefixes: Mapping[str, str] | None = None,
) -> bytes:
    """As `serialise`, of quads that are lines."""
    out = io.BytesIO()
    _write(lines, format, out, prefixes or {})
    return out.getvalue()


def _write(lines: Iterable[Line], syntax: Format, out: IO[bytes], prefixes: Mapping[str, str]) -> None:
    if syntax not in _WRITERS:
        raise NotAcceptable(f"{syntax.label} is not written.", available=tuple(f.media_type for f in RDF_FORMATS))
    _WRITERS[syntax](_sorted(lines, keep_graphs=syntax in KEEP_GRAPHS), out, prefixes)


def _lines(quads: Iterable[ox.Quad | ox.Triple]) -> Iterator[Line]:
    for quad in quads:
        graph = quad.graph_name if isinstance(quad, ox.Quad) else None
        name = "" if graph is None or isinstance(graph, ox.DefaultGraph) else str(graph)
        yield nquads.line(str(quad.subject), str(quad.predicate), nquads.term(quad.object), name)


def _sorted(lines: Iterable[Line], *, keep_graphs: bool) -> list[Line]:
    """`lines`, each once: by graph, or as triples without their graphs."""
    if keep_graphs:
        return sorted(set(lines), key=_BY_GRAPH)
    return [nquads.line(*triple) for triple in sorted({line[:3] for line in lines})]


def _write_lines(lines: list[Line], out: IO[bytes], _prefixes: Mapping[str, str]) -> None:
    out.write("".join(sorted(line.text for line in lines)).encode("utf-8"))


def _write_turtle(lines: list[Line], out: IO[bytes], prefixes: Mapping[str, str]) -> None:
    writer = TurtleWriter(prefixes, Blanks(lines))
    body = "".join(writer.graphs(lines))
    out.write((writer.header() + body).encode("utf-8"))


def _write_json_ld(lines: list[Line], out: IO[bytes], prefixes: Mapping[str, str]) -> None:
    writer = JsonLdWriter(prefixes, Blanks(lines), nquads.schemes("".join(line.text for line in lines)))
    body = "".join(writer.nodes(lines))
    out.write((writer.header() + body + writer.footer()).encode("utf-8"))


def _write_rdf_xml(lines: list[Line], out: IO[bytes], prefixes: Mapping[str, str]) -> None:
    text = "".join(line.text for line in lines).encode("utf-8")
    write_rdf_xml(ox.parse(text, format=ox.RdfFormat.N_TRIPLES), out, prefixes)


_WRITERS: Final[Mapping[Format, Callable[[list[Line], IO[bytes], Mapping[str, str]], None]]] = {
    TURTLE: _write_turtle,
    TRIG: _write_turtle,
    N_TRIPLES: _write_lines,
    N_QUADS: _write_lines,
    JSON_LD: _write_json_ld,
    RDF_XML: _write_rdf_xml,
}
