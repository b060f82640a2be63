"""Sorted canonical N-Quads files as streams of lines: merged, cut into their terms, grouped by subject.

The lines were written by our own reader, so cutting them at spaces is sound: in canonical N-Quads (RDFC-1.0 §5) one
space stands between terms, and only an object may contain further ones. It is ten times faster than parsing, which
matters because every stage after reading passes over all lines.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

from parley.vocab import RDF, XSD

_SCHEME: Final = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*):")


class Line(NamedTuple):
    """One quad: its terms in N-Quads syntax, and the whole line with its end."""

    subject: str
    predicate: str
    object: str
    graph: str
    text: str


class Literal(NamedTuple):
    """Parts of a literal: `language` and `direction` are empty where there are none."""

    value: str
    datatype: str
    language: str = ""
    direction: str = ""


def split(text: str) -> Line:
    """The terms of one canonical line, which must name a graph.

    >>> split('<s:> <p:> "a b"@en <g:> .').object
    '"a b"@en'
    """
    subject, predicate, rest = text.split(" ", 2)
    object_, graph, _end = rest.rsplit(" ", 2)
    return Line(subject, predicate, object_, graph, text)


def merged(paths: Iterable[Path]) -> Iterator[bytes]:
    """The lines of several sorted files, sorted; each file is read as a stream."""
    with ExitStack() as stack:
        yield from heapq.merge(*(stack.enter_context(path.open("rb")) for path in paths))


def by_subject(paths: Iterable[Path]) -> Iterator[tuple[str, list[Line]]]:
    """Each subject with all its lines, from several sorted files."""
    lines = (split(line.decode("utf-8")) for line in merged(paths))
    for subject, group in groupby(lines, key=lambda line: line.subject):
        yield subject, list(group)


def iri(term: str) -> str:
    """The IRI of a term `<…>`, or a blank node as it is.

    >>> iri("<http://example.org/a>"), iri("_:b0")
    ('http://example.org/a', '_:b0')
    """
    return term[1:-1] if term.startswith("<") else term


def named(name: str) -> str:
    """The term of an IRI, or of a blank node; undoes `iri`.

    >>> named("http://example.org/a"), named("_:b0")
    ('<http://example.org/a>', '_:b0')
    """
    return name if name.startswith("_:") else f"<{name}>"


def is_iri(term: str) -> bool:
    """Whether the term is an IRI; a triple term starts with `<<`, which no IRI does."""
    return term.startswith("<") and not term.startswith("<<")


def line(subject: str, predicate: str, object_: str, graph: str = "") -> Line:
    """The line of these terms; without a graph it is one of N-Triples."""
    terms = f"{subject} {predicate} {object_} {graph}" if graph else f"{subject} {predicate} {object_}"
    return Line(subject, predicate, object_, graph, f"{terms} .\n")


def schemes(text: str) -> set[str]:
    """What stands before a colon after `<`: the schemes of all IRIs, and perhaps words of texts that look like one.

    >>> sorted(schemes('<http://example.org/a> <urn:b> "<i:>" .'))
    ['http', 'i', 'urn']
    """
    return {scheme.lower() for scheme in set(_SCHEME.findall(text))}


def term(value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """The term in N-Quads syntax. (The text of an Oxigraph triple lacks the marks of a triple term.)"""
    if isinstance(value, ox.Triple):
        return f"<<( {term(value.subject)} {value.predicate} {term(value.object)} )>>"
    return str(value)


def literal(text: str) -> Literal:
    """The parts of a literal in canonical N-Triples syntax.

    >>> literal('"7"^^<urn:t>').datatype, literal('"a"@en--ltr')[2:]
    ('urn:t', ('en', 'ltr'))
    """
    quoted, _quote, mark = text.rpartition('"')
    value = quoted[1:]
    if "\\" in value:
        parsed = next(iter(ox.parse(f'<s:> <p:> "{value}" .', format=ox.RdfFormat.N_TRIPLES))).object
        value = parsed.value if isinstance(parsed, ox.Literal) else value
    if mark.startswith("@"):
        language, _dashes, direction = mark[1:].partition("--")
        return Literal(value, RDF + ("dirLangString" if direction else "langString"), language, direction)
    return Literal(value, mark[3:-1] if mark else XSD + "string")
