"""Entities of XML, resolved before the parser sees the text.

Ontologies do abbreviate namespaces with plain internal entities (`<!ENTITY owl "http://www.w3.org/2002/07/owl#">`).
Those are replaced, up to a limit. What makes XML dangerous, entities within entities, parameter entities and external
ones, is refused (https://owasp.org/www-community/vulnerabilities/XML_External_Entity_(XXE)_Processing).
"""

from __future__ import annotations

import re
from xml.parsers import expat
from xml.sax.saxutils import escape

from parley.errors import SourceError
from parley.pipeline.sources.decode import Stream

_CHUNK = 65536
_CURE = "Replace the entities by what they stand for, or save the file as Turtle."
#: What may hold `&name;` without meaning an entity, then the references themselves.
_REFERENCE = re.compile(r"<!\[CDATA\[(?P<text>.*?)\]\]>|<!--.*?-->|<\?.*?\?>|&(?P<name>[A-Za-z_][\w.-]*);", re.DOTALL)
_PREDEFINED = frozenset(["amp", "lt", "gt", "apos", "quot"])


class _Done(Exception):
    """The prolog is over."""


def without_entities(stream: Stream, file: str, limit: int) -> bytes:
    """The XML of `stream` (UTF-8) without encoding declaration, document type and entities, with its lines in place.

    Sections of CDATA become plain text, since pyoxigraph takes none beside other text. `limit` is how many characters
    the entities may add. Raises SourceError for a forbidden entity, or one that is not declared, or past the limit.
    """
    prolog = _Prolog(file)
    text = prolog.feed(stream) + stream.read()
    if prolog.end is not None:
        text = _blank(text, text.rfind(b"<!DOCTYPE", 0, prolog.start), prolog.end)
    if prolog.declared_encoding:
        text = _blank(text, 0, text.index(b"?>") + 2)
    if prolog.end is None and b"<![CDATA[" not in text:
        return text
    return _expanded(text.decode("utf-8", "surrogateescape"), prolog.entities, file, limit)


class _Prolog:
    """What stands before the root element, by expat: the declared encoding, the document type and its entities."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.entities: dict[str, str] = {}
        self.declared_encoding = False
        self.start = 0
        self.end: int | None = None
        # the stream is UTF-8 by now, whatever the declaration says
        self.parser = expat.ParserCreate("utf-8")
        self.parser.XmlDeclHandler = self._declaration
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartDoctypeDeclHandler = self._start
        self.parser.EndDoctypeDeclHandler = self._end
        self.parser.StartElementHandler = self._root
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def feed(self, stream: Stream) -> bytes:
        """Read up to the root element; return the bytes read."""
        read = bytearray()
        try:
            while chunk := stream.read(_CHUNK):
                read += chunk
                self.parser.Parse(chunk, False)
            self.parser.Parse(b"", True)
        except _Done:
            pass
        except expat.ExpatError as error:
            message = f"The file is not well-formed XML: {expat.ErrorString(error.code)}."
            raise self.refused(message, "Correct it.") from None
        return bytes(read)

    def refused(self, message: str, cure: str = _CURE) -> SourceError:
        """An error at the present line."""
        return SourceError(message, file=self.file, line=self.parser.CurrentLineNumber, cure=cure)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.declared_encoding = encoding is not None and encoding.lower() != "utf-8"

    def _start(self, _name: str, _system: str | None, _public: str | None, _internal: int) -> None:
        self.start = self.parser.CurrentByteIndex + 1
        # an external subset is never fetched: what it would declare shows as an undeclared entity

    def _end(self) -> None:
        self.end = self.parser.CurrentByteIndex + 1

    def _root(self, _name: str, _attributes: dict[str, str]) -> None:
        raise _Done

    def _entity(
        self, name: str, is_parameter: int, value: str | None, _base: str | None,
        system: str | None, _public: str | None, _notation: str | None,
    ) -> None:  # fmt: skip
        if system is not None or value is None:
            raise self.refused(f"The entity “{name}” stands for another file ({system}); nothing outside is read.")
        if is_parameter:
            raise self.refused(f"The parameter entity “{name}” is not allowed.")
        if name in _PREDEFINED:
            return
        if "&" in value or "<" in value:
            raise self.refused(f"The entity “{name}” holds markup or another entity; only plain text is allowed.")
        self.entities.setdefault(name, value)  # the first declaration binds (XML 1.0 §4.2)


def _blank(text: bytes, start: int, end: int) -> bytes:
    """`text` without the bytes from `start` to `end`, whose line ends stay."""
    start = max(start, 0)
    return text[:start] + b"\n" * text.count(b"\n", start, end) + text[end:]


def _expanded(text: str, entities: dict[str, str], file: str, limit: int) -> bytes:
    escaped = {name: escape(value, {'"': "&quot;", "'": "&apos;"}) for name, value in entities.items()}
    added = sum(text.count(f"&{name};") * len(value) for name, value in escaped.items())
    if added > limit:
        raise SourceError(
            f"The entities of the file expand to {added:,} characters.", file=file,
            cure=f"{_CURE} The limit is xml_expansion under [limits].",
        )  # fmt: skip

    def replace(match: re.Match[str]) -> str:
        name = match["name"]
        if match["text"] is not None:
            return escape(match["text"])
        if name is None or name in _PREDEFINED:
            return match[0]
        if name not in escaped:
            line = text.count("\n", 0, match.start()) + 1
            raise SourceError(f"The entity “{name}” is not declared in the file.", file=file, line=line, cure=_CURE)
        return escaped[name]

    return _REFERENCE.sub(replace, text).encode("utf-8", "surrogateescape")
