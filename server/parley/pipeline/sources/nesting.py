"""How deep a file nests, before the parser sees it: pyoxigraph's JSON-LD parser overflows its stack, its RDF/XML parser
takes time that grows with the square of the depth.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from parley.errors import SourceError

#: Levels of elements, objects or arrays. Real files have a dozen.
MAX_DEPTH = 500

_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_BRACKETS = re.compile(r"[^\[\]{}]+")


def check_json(text: str, file: str) -> None:
    """Raise SourceError if the JSON in `text` nests too deep."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _NOT_BRACKETS.sub("", _JSON_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise _too_deep(file)


def check_xml(text: bytes, file: str) -> None:
    """Raise SourceError if the XML in `text` (UTF-8, without entities) nests too deep."""
    if text.count(b"<") <= MAX_DEPTH:
        return
    parser, depth = expat.ParserCreate("utf-8"), 0

    def down(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep(file, parser.CurrentLineNumber)

    def up(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = down, up
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        message = f"The file is not well-formed XML: {expat.ErrorString(error.code)}."
        raise SourceError(message, file=file, line=error.lineno, cure="Correct it.") from None


def _too_deep(file: str, line: int | None = None) -> SourceError:
    return SourceError(
        f"The file nests more than {MAX_DEPTH:,} levels deep.", file=file, line=line, cure="Give inner nodes IRIs."
    )
