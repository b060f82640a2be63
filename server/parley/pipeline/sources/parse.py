"""One source file as a stream of quads, and every fault in it as a SourceError with its line.

pyoxigraph's parser keeps lexical forms and checks IRIs and language tags; it lower-cases the tags, which RDF allows
(RDF 1.1 Concepts §3.3). No base IRI is given: a relative IRI without a base of the file's own is an error, since the
address of the file means nothing to its readers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, cast

import pyoxigraph as ox

from parley.errors import SourceError
from parley.formats import JSON_LD, N3, RDF_XML, Format
from parley.pipeline.sources import decode
from parley.pipeline.sources.contexts import Contexts
from parley.pipeline.sources.decode import Stream
from parley.pipeline.sources.discover import SourceFile
from parley.pipeline.sources.entities import without_entities
from parley.pipeline.sources.nesting import check_json, check_xml
from parley.publication import Publication
from parley.settings import Settings

_DEFAULT_GRAPH = ox.DefaultGraph()
#: What an error says of a relative IRI.
NO_BASE = "the file declares no base"
_LOG_IMPLIES = ox.NamedNode("http://www.w3.org/2000/10/swap/log#implies")
#: Stands for the missing base of JSON-LD, which the parser would otherwise drop relative IRIs for.
_NO_BASE = "relative://parley.invalid/"
#: Nested triple terms overflow the parser's stack long before this.
_MAX_DEPTH = 5000
_PLACE = re.compile(r"^Parser error at line \d+ (between columns \d+ and \d+|column \d+): ")
_QUOTED = re.compile(r"(?:IRI|tag) '(.*)': ")
_NO_TRIPLE_TERMS = "Triples about triples (RDF 1.2) are not supported"
_NO_DIRECTIONS = "Texts with a base direction (RDF 1.2) are not supported"


@dataclass(slots=True)
class Parser:
    """Parses the files of one publication.

    `base` is what relative IRIs are relative to in files that declare no base; without it they are errors. `prefixes`
    collects the namespaces that the files declare, the first one for each prefix; `passed_over` the files that turned
    out to hold no RDF, with the reason.
    """

    settings: Settings
    contexts: Contexts
    prefixes: dict[str, str] = field(default_factory=dict)
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    base: str | None = None

    @classmethod
    def of(cls, publication: Publication) -> Parser:
        """A parser with the limits and the contexts of `publication`."""
        return cls(publication.settings, Contexts(publication.root))

    def quads(self, source: SourceFile) -> Iterator[ox.Quad]:
        """The quads of a file, in its order; those without a graph name are in the default graph.

        Raises SourceError, possibly after the first quads.
        """
        with decode.opened(source, self.settings.file_bytes) as stream:
            form = decode.true_format(source, stream.peek(1))
            if isinstance(form, str):
                self.passed_over.append((source.name, form))
                return
            try:
                yield from self._parsed(form, self._prepared(source, form, stream))
            except (SyntaxError, ValueError, OSError) as error:
                raise self._explained(source, form, error) from None
            except MemoryError as error:
                if "buffer" not in str(error):  # Python's own says nothing
                    raise
                raise SourceError(
                    f"A name, literal or line is too long to be read ({error}).", file=source.name,
                    cure="Shorten it, or keep long content elsewhere and name its address.",
                ) from None  # fmt: skip

    def _prepared(self, source: SourceFile, form: Format, stream: Stream) -> Stream:
        if form is RDF_XML:
            xml = without_entities(stream, source.name, self.settings.xml_expansion)
            check_xml(xml, source.name)
            return io.BytesIO(xml)
        if form is JSON_LD:
            text = stream.read().decode("utf-8", "surrogateescape")
            check_json(text, source.name)
            return io.BytesIO(self.contexts.inlined(text, source.name).encode("utf-8", "surrogateescape"))
        return stream

    def _parsed(self, form: Format, stream: Stream) -> Iterator[ox.Quad]:
        if form is JSON_LD:
            return _checked_json(stream, self.base)
        return _checked(stream, form, self.prefixes, self.base)

    def _explained(self, source: SourceFile, form: Format, error: Exception) -> SourceError:
        """The parser's message in our words, with a line found for it where the parser has none."""
        message = _PLACE.sub("", getattr(error, "msg", str(error)))
        line = getattr(error, "lineno", None)
        if line is None:
            line = self._line(source, form, message)
        if "No scheme found" in message:
            named = _QUOTED.search(message)
            message = f"The IRI {f'<{named[1]}> ' if named else ''}is relative, and {NO_BASE}"
            cure = "Write the IRI in full, or declare the base (@base in Turtle and JSON-LD, xml:base in RDF/XML)."
        elif "UTF-8" in message:
            cure = "Save the file as UTF-8."
        elif "RDF 1.2" in message:
            cure = "State it with reification or with a node of its own."
        else:
            cure = "Correct the line." if line else "Correct the file."
        return SourceError(message.rstrip(".") + ".", file=source.name, line=line, cure=cure)

    def _line(self, source: SourceFile, form: Format, message: str) -> int | None:
        """The line of a fault that the parser gives no line for: where it stops, or where the text it quotes stands."""
        with decode.opened(source, self.settings.file_bytes) as stream:
            prepared = self._prepared(source, form, stream)
            if form is not JSON_LD:
                return _line_reached(prepared, form)
            text = prepared.read().decode("utf-8", "replace")
        quoted = _QUOTED.search(message)
        place = text.find(quoted[1]) if quoted else -1
        return text.count("\n", 0, place) + 1 if place >= 0 else None


class _Shallow:
    """A stream of Turtle that stops at triple terms nested so deep that they would end the process.

    `open` counts what may be their beginnings since the last whole triple.
    """

    def __init__(self, inner: Stream) -> None:
        self._inner, self.open = inner, 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`."""
        data = self._inner.read(size)
        self.open += data.count(b"<<")
        if self.open > _MAX_DEPTH:
            raise ValueError(_NO_TRIPLE_TERMS)
        return data


class _LineByLine:
    """A stream that gives out one line a time and counts them: the parser stops near the fault."""

    def __init__(self, inner: Stream) -> None:
        self._inner, self.lines = inner, 0

    def read(self, _size: int = -1, /) -> bytes:
        """The next line, however long."""
        line = self._inner.readline()
        self.lines += bool(line)
        return line

    readline = read


def _line_reached(stream: Stream, form: Format) -> int | None:
    counted = _LineByLine(stream)
    try:
        for _quad in _checked(counted, form, {}):
            pass
    except (SyntaxError, ValueError) as error:
        return getattr(error, "lineno", None) or counted.lines or None
    return None


def _checked(stream: Stream, form: Format, prefixes: dict[str, str], base: str | None = None) -> Iterator[ox.Quad]:
    """The quads of any syntax but JSON-LD; adds its declarations to `prefixes`. Raises SyntaxError, ValueError."""
    shallow = _Shallow(stream)
    parser = ox.parse(cast(IO[bytes], shallow), form.oxigraph, base_iri=base)
    for quad in parser:
        shallow.open = 0
        if type(quad.object) is ox.Triple:
            raise ValueError(_NO_TRIPLE_TERMS)
        if type(quad.object) is ox.Literal and quad.object.direction is not None:
            raise ValueError(_NO_DIRECTIONS)
        if form is N3 and (quad.graph_name != _DEFAULT_GRAPH or quad.predicate == _LOG_IMPLIES):
            raise ValueError("Rules and formulae of N3 are no data, so they are not read")
        yield quad
    for prefix, namespace in parser.prefixes.items():
        prefixes.setdefault(prefix, namespace)


def _checked_json(stream: Stream, base: str | None = None) -> Iterator[ox.Quad]:
    """The quads of JSON-LD, parsed leniently and checked here: strict parsing drops what is wrong in silence."""
    known: set[str] = set()
    for quad in ox.parse(cast(IO[bytes], stream), JSON_LD.oxigraph, base_iri=base or _NO_BASE, lenient=True):
        if ":" not in quad.predicate.value:
            continue  # a key that the context does not define means nothing in JSON-LD (§3.1)
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, ox.NamedNode) and term.value not in known:
                _check_iri(term.value)
                known.add(term.value)
        if isinstance(quad.object, ox.Literal):
            quad = ox.Quad(quad.subject, quad.predicate, _checked_literal(quad.object, known), quad.graph_name)
        yield quad


def _check_iri(iri: str) -> None:
    if iri.startswith(_NO_BASE) or ":" not in iri:
        raise ValueError(f"error while parsing IRI '{iri.removeprefix(_NO_BASE)}': No scheme found in an absolute IRI")
    try:
        ox.NamedNode(iri)
    except ValueError as error:
        raise ValueError(f"error while parsing IRI '{iri}': {error}") from None


def _checked_literal(literal: ox.Literal, known: set[str]) -> ox.Literal:
    if literal.direction is not None:
        raise ValueError(_NO_DIRECTIONS)
    if literal.language is not None:
        try:
            return ox.Literal(literal.value, language=literal.language)
        except ValueError as error:
            raise ValueError(f"error while parsing language tag '{literal.language}': {error}") from None
    if literal.datatype.value not in known:
        _check_iri(literal.datatype.value)
        known.add(literal.datatype.value)
    return literal
