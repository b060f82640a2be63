"""How an executor writes an answer: in the syntax chosen, cut into frames; and what a syntax can't hold."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from functools import lru_cache
from typing import IO, Any, cast

import pyoxigraph as ox

from parley.engine.failures import result_too_large
from parley.engine.frames import CHUNK, Frame, encode_end, encode_frame, encode_object
from parley.engine.protocol import ContentKind
from parley.errors import EngineError, QueryFault
from parley.formats import JSON_LD, RDF_FORMATS, RDF_XML, RESULT_FORMATS, RESULTS_XML, Format, by_name

#: A local name that XML allows ends the IRI; RDF/XML can't write a predicate without one.
_XML_NAME_AT_END = re.compile(r"[^\W\d][\w.\-·]*\Z")
#: Bytes of UTF-8 that may occur in XML, and the two characters of several bytes that may not.
_OF_XML = bytes(code for code in range(256) if code >= 0x20 or code in b"\t\n\r")
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_KINDS: Mapping[str, ContentKind] = {"QuerySolutions": "bindings", "QueryBoolean": "boolean"}
_XML = (RESULTS_XML, RDF_XML)
_NOT_XML = [f for f in (*RESULT_FORMATS, *RDF_FORMATS) if f not in _XML]


class Refused(Exception):
    """An answer that is an error frame: kind and message."""

    def __init__(self, kind: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.payload: dict[str, Any] = {"kind": kind, "message": message, **details}


def refused(error: EngineError) -> Refused:
    """The error frame for an error of ours."""
    place = {"line": error.line, "column": error.column} if isinstance(error, QueryFault) else {}
    return Refused(error.kind, error.message, cure=error.cure, limit=error.limit, **place)


class ResultWriter:
    """A file object for the engine's serialisers: cuts what they write into frames, the first one with the head.

    In XML it refuses characters that XML lacks (XML 1.0 §2.2): the engine writes them as they are, and no parser takes
    them.
    """

    def __init__(self, connection: socket.socket, head: bytes, chosen: Format, limit: int) -> None:
        self._connection = connection
        self._pending = bytearray(head)
        self._data = bytearray()
        self._limit = limit
        self._xml = chosen in _XML
        self._tail = b""
        self.size = 0

    def write(self, data: bytes) -> int:
        """Take bytes of the result; raises Refused above the limit."""
        self.size += len(data)
        if self.size > self._limit:
            raise refused(result_too_large(self._limit))
        if self._xml:
            self._check_characters(data)
        self._data += data
        while len(self._data) >= CHUNK:
            self._send(bytes(self._data[:CHUNK]))
            del self._data[:CHUNK]
        return len(data)

    def _check_characters(self, data: bytes) -> None:
        whole = self._tail + data
        self._tail = whole[-2:]  # a write may end within a character
        foreign = data.translate(None, _OF_XML)[:1] or next((c for c in _NONCHARACTERS if c in whole), b"")
        if foreign:
            raise Refused(
                "not-acceptable",
                f"The answer holds the character U+{ord(foreign.decode()):04X}, which XML lacks.",
                available=[f.media_type for f in _NOT_XML],
            )

    def flush(self) -> None:
        """Nothing: frames go out when they are full."""

    def rest(self) -> bytes:
        """What is left to send: the last data and the END frame."""
        if self._data:
            self._pending += encode_frame(Frame.DATA, bytes(self._data))
        self._pending += encode_end(self.size)
        return bytes(self._pending)

    def _send(self, data: bytes) -> None:
        self._pending += encode_frame(Frame.DATA, data)
        self._connection.sendall(self._pending)
        self._pending.clear()


def choose(results: Any, request: Mapping[str, Any]) -> tuple[bytes, Format]:
    """The HEAD frame of the answer, and the format that the client prefers for this class of result."""
    return _chosen(type(results).__name__, request.get("results"), request.get("graph"))


@lru_cache(maxsize=64)  # there is one for each kind and formats
def _chosen(type_of_results: str, syntax: str | None, graph_syntax: str | None) -> tuple[bytes, Format]:
    kind = _KINDS.get(type_of_results, "triples")
    name, table = (graph_syntax, RDF_FORMATS) if kind == "triples" else (syntax, RESULT_FORMATS)
    chosen = by_name(str(name), table)
    if chosen is None:
        raise Refused(
            "not-acceptable",
            f"The query answers with {kind}, and no accepted format can hold that.",
            available=[f.media_type for f in table],
        )
    return encode_object(Frame.HEAD, {"kind": kind, "format": chosen.name}), chosen


def _checked_for_xml(triple: ox.Triple) -> ox.Triple:
    """The triple; raises Refused if RDF/XML can't hold it (the engine would write XML that is not well-formed)."""
    if not _XML_NAME_AT_END.search(triple.predicate.value):
        raise Refused(
            "not-acceptable",
            f"RDF/XML can't write the predicate <{triple.predicate.value}>.",
            available=[f.media_type for f in RDF_FORMATS if f is not RDF_XML],
        )
    return triple


def serialise(results: Any, chosen: Format, writer: ResultWriter, prefixes: Mapping[str, str]) -> None:
    """Write `results` of the engine. Raises Refused where the syntax can't hold them."""
    if chosen.results is not None:
        results.serialize(writer, format=chosen.results)
        return
    triples = map(_checked_for_xml, results) if chosen is RDF_XML else results
    try:
        ox.serialize(triples, cast(IO[bytes], writer), format=chosen.oxigraph, prefixes=dict(prefixes))
    except OSError as error:
        if chosen is not JSON_LD or "RDF 1.2" not in str(error):
            raise
        raise Refused(
            "not-acceptable",
            "JSON-LD can't write triple terms, and the answer has some.",
            available=[f.media_type for f in RDF_FORMATS if f is not JSON_LD],
        ) from None
