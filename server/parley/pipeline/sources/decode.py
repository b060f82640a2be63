"""From a file's bytes to a stream that a parser takes: compression, byte order mark, encoding, true format.

RDF is UTF-8. Other encodings are taken where the file itself declares them: UTF-16 by its byte order mark, any other by
an XML declaration. Nothing is guessed: a stray byte of ISO-8859-1 in Turtle is an error with its line.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Protocol, cast

from parley.errors import SourceError
from parley.formats import JSON_LD, RDF_XML, TURTLE, Format
from parley.pipeline.sources.discover import SourceFile
from parley.vocab import OWL, RDF

_DAMAGE = (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError)
_HEAD = 65536  # bytes looked at to tell formats apart
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']""")
_SAVE_AS_UTF8 = "Save the file as UTF-8."


class Stream(Protocol):
    """What a parser needs of a file."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`; none at the end."""

    def readline(self, /) -> bytes:
        """The next line with its end; nothing at the end."""


def _decompressed(file: IO[bytes], compression: str | None) -> IO[bytes]:
    match compression:
        case "gz":
            return cast(IO[bytes], gzip.GzipFile(fileobj=file))
        case "bz2":
            return cast(IO[bytes], bz2.BZ2File(file))
        case "xz":
            return cast(IO[bytes], lzma.LZMAFile(file))
        case _:
            return file


class Limited(io.RawIOBase):
    """A stream that raises SourceError once more than `limit` bytes came out of it: no decompression bomb gets by."""

    def __init__(self, inner: IO[bytes], file: str, limit: int) -> None:
        super().__init__()
        self._inner, self._file, self._limit, self._read = inner, file, limit, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer`; raises SourceError past the limit and for damaged compression."""
        try:
            data = self._inner.read(len(buffer))
        except (*_DAMAGE, OSError) as error:
            raise SourceError(
                f"The file can't be read to its end: {error}.", file=self._file, cure="Restore or re-pack it."
            ) from None
        self._read += len(data)
        if self._read > self._limit:
            raise SourceError(
                f"The file holds more than {self._limit:,} bytes.", file=self._file,
                cure="Split it, or raise file_bytes under [limits].",
            )  # fmt: skip
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def opened(source: SourceFile, limit: int) -> Iterator[io.BufferedReader[Any]]:
    """The file's bytes as UTF-8 without a byte order mark, decompressed, at most `limit` of them.

    Raises SourceError if the file can't be opened or read, or is too large.
    """
    try:
        raw = source.path.open("rb")
    except OSError as error:
        raise SourceError(
            f"The file can't be opened: {error.strerror}.", file=source.name, cure="Check its permissions."
        ) from None
    with raw:
        stream = io.BufferedReader(Limited(_decompressed(raw, source.compression), source.name, limit), _HEAD)
        yield _as_utf8(stream, source.name)


def _as_utf8(stream: io.BufferedReader[Any], file: str) -> io.BufferedReader[Any]:
    head = stream.peek(_HEAD)
    if head.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
        return stream
    encoding = _declared_encoding(head, file)
    if encoding is None:
        return stream
    try:
        text = stream.read().decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SourceError(
            f"The file is not {encoding}, which it declares.", file=file, line=line, cure=_SAVE_AS_UTF8
        ) from None
    return io.BufferedReader(cast(Any, io.BytesIO(text.encode("utf-8"))))


def _declared_encoding(head: bytes, file: str) -> str | None:
    """The encoding other than UTF-8 that the file declares, if it does."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith((b"<\0?\0", b"\0<\0?")):
        return "utf-16-le" if head[0] else "utf-16-be"
    declared = _XML_ENCODING.match(head)
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name in ("utf-8", "utf8", "us-ascii", "ascii"):
        return None
    if re.fullmatch(r"(iso-?8859-?|latin-?|windows-?|cp)\d+", name):
        try:
            return codecs.lookup(name).name
        except LookupError:
            pass
    message = f"The XML declaration names the encoding {name}, which is not read."
    raise SourceError(message, file=file, line=1, cure=_SAVE_AS_UTF8)


def true_format(source: SourceFile, head: bytes) -> Format | str:
    """The format of a file that begins with `head`, or, as text, why it is no RDF and can be passed over.

    `.owl`, `.rdf` and `.xml` hold RDF/XML or Turtle; any XML else in `.xml` is passed over. A `.json` file counts as
    JSON-LD if a keyword of JSON-LD stands in its first 64 kB, else it is passed over. Raises SourceError for OWL's own
    syntaxes, which are ontologies that would be missed.
    """
    text = head.decode("utf-8", "replace").lstrip()
    ending = source.name.removesuffix(f".{source.compression}").rpartition(".")[2].lower()
    if source.format is RDF_XML:
        return _xml_or_turtle(source.name, ending, text)
    if ending == "json" and not re.search(r'"@(context|id|graph|type|value|set|list)"\s*:', text):
        return "it is JSON, but has no keyword of JSON-LD"
    return source.format


def _xml_or_turtle(file: str, ending: str, text: str) -> Format | str:
    if not text.startswith("<") or re.match(r"<(?:[A-Za-z][\w+.-]*://|urn:|#|>)", text):
        return _not_xml(file, text)
    root = _root_element(text)
    namespace = root[0] if root else None
    if namespace == OWL and root and root[1] in ("Ontology", "Axiom"):
        raise _owl_syntax(file, "OWL/XML")
    if ending == "xml" and namespace != RDF:
        return "its root element is not rdf:RDF"
    return RDF_XML


def _not_xml(file: str, text: str) -> Format:
    start = re.sub(r"^(\s*#[^\n]*\n)+\s*", "", text)
    if re.match(r"(Prefix|Ontology)\s*\(", start):
        raise _owl_syntax(file, "OWL functional syntax")
    if re.match(r"(Prefix|Ontology):\s", start):
        raise _owl_syntax(file, "Manchester syntax")
    return JSON_LD if start.startswith(("{", "[")) else TURTLE


def _owl_syntax(file: str, name: str) -> SourceError:
    return SourceError(
        f"The file is in {name}, which is no RDF.", file=file, line=1,
        cure="Save it as Turtle: in Protégé, “Save as…”; or `robot convert --input FILE --output FILE.ttl`.",
    )  # fmt: skip


def _root_element(text: str) -> tuple[str | None, str] | None:
    """The namespace (of its prefix's or default declaration) and local name of the first element."""
    plain = re.sub(r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(\[.*?\]\s*)?>", "", text, flags=re.DOTALL)
    found = re.search(r"<(?:([\w.-]+):)?([\w.-]+)([^>]*)", plain)
    if found is None:
        return None
    prefix, local, attributes = found.groups()
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    declared = re.search(rf"""(?:^|\s){re.escape(name)}\s*=\s*["']([^"']*)["']""", attributes)
    value = declared[1] if declared else None
    entity = re.fullmatch(r"&(\w+);", value or "")
    if entity and (definition := re.search(rf"""<!ENTITY\s+{entity[1]}\s+["']([^"']*)["']""", text)):
        value = definition[1]
    return value, local
