"""Triples as the rows of an answer, so that they are shown and drawn like any other."""

from __future__ import annotations

import re
from typing import Any, Final

from parley import nquads

#: What the terms of a triple are called, in order.
TERMS: Final = ("subject", "predicate", "object")
#: The same as variables of the network view.
ENDS: Final = ("source", "label", "target")
_LINE: Final = re.compile(r"(<[^<>]*+>|_:\S++)[ \t]++(<[^<>]*+>)[ \t]++(.*\S)[ \t]*+\.[ \t]*+", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def rows(body: bytes, names: tuple[str, str, str] = TERMS) -> list[dict[str, Any]]:
    """The triples of an engine's N-Triples as solutions in SPARQL's JSON, under `names`, each once and in their order.

    >>> rows(b'<a:> <b:> "c"@en .')[0]["object"]
    {'type': 'literal', 'value': 'c', 'xml:lang': 'en'}
    """
    found = {}
    # Not splitlines: a literal may hold further characters that Python takes for ends of lines.
    for line in body.decode("utf-8").split("\n"):
        text = line.strip(" \t\r")
        if text and not text.startswith("#"):
            cut = _LINE.fullmatch(text)
            found[text] = tuple(map(_term, cut.groups())) if cut else ({"type": "triple", "value": text},) * 3
    return [dict(zip(names, terms, strict=True)) for terms in found.values()]


def _term(text: str) -> dict[str, Any]:
    if nquads.is_iri(text):
        return {"type": "uri", "value": _ESCAPED.sub(lambda code: chr(int(code[1] or code[2], 16)), nquads.iri(text))}
    if text.startswith("_:"):
        return {"type": "bnode", "value": text[2:]}
    if not text.startswith('"'):
        return {"type": "triple", "value": text}
    parts = nquads.literal(text)
    found = {"type": "literal", "value": parts.value}
    return found | ({"xml:lang": parts.language} if parts.language else {"datatype": parts.datatype})


def links(body: bytes) -> list[dict[str, Any]]:
    """The triples for the network view: those whose object is a thing have both ends, the others lack the second."""
    things = ("uri", "bnode")
    return [
        {name: term for name, term in row.items() if name != "target" or term["type"] in things}
        for row in rows(body, ENDS)
    ]
