"""The graphs that a query is to be asked of: FROM and FROM NAMED (SPARQL 1.1 Query §13.2), and those of the protocol.

A graph of the text that is not there is refused, not taken for an empty one, which would make a slip of the pen an
answer without rows. One of the protocol's parameters is empty, as the W3C's tests have it, except for an engine
elsewhere: that might fetch it. Names are resolved here, among the tokens: no text of a client is parsed outside of an
executor. What can't be resolved is left to the engine, which says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from parley.engine.guard import position
from parley.engine.tokens import PROLOGUE, Token, tokens
from parley.errors import QueryRefused

_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LARGEST: Final = 0x10FFFF
_CURE: Final = "The description of this service (ask for it as text/turtle) lists the graphs."


@dataclass(frozen=True, slots=True)
class GraphName:
    """A graph that a query's text names: its IRI, and where the name stands."""

    iri: str
    offset: int


def graphs_of(text: str, base_iri: str | None) -> Iterator[GraphName]:
    """The graphs of FROM and FROM NAMED in their order, without those whose name can't be resolved."""
    if "from" not in text.lower():
        return
    base, prefixes = base_iri or "", dict[str, str]()
    found = list(tokens(text))
    in_prologue = True
    for index, token in enumerate(found):
        word = token.text.upper() if token.kind == "keyword" else ""
        in_prologue = in_prologue and (not word or word in PROLOGUE)
        after = found[index + 1 : index + 3]
        if in_prologue and word == "BASE" and after:
            base = _resolved(after[0], base, prefixes)
        elif in_prologue and word == "PREFIX" and len(after) == 2:
            prefixes[after[0].text.removesuffix(":")] = _resolved(after[1], base, prefixes)
        elif word == "FROM" and after:
            name = after[-1] if after[0].text.upper() == "NAMED" else after[0]
            iri = _resolved(name, base, prefixes)
            if _ABSOLUTE.fullmatch(iri):
                yield GraphName(iri, name.start)


def _resolved(token: Token, base: str, prefixes: dict[str, str]) -> str:
    """The IRI that `token` stands for; "" if it stands for none."""
    if token.kind == "iri":
        return _absolute(_ESCAPE.sub(_character, token.text[1:-1]), base)
    if token.kind != "name":
        return ""
    prefix, _, local = token.text.partition(":")
    namespace = prefixes.get(prefix)
    return "" if namespace is None else namespace + local.replace("\\", "")


def _absolute(reference: str, base: str) -> str:
    if _ABSOLUTE.fullmatch(reference):
        return reference
    joined = urljoin(base, reference)
    # a prefix such as <#> is of use for its "#" only, which urljoin takes for an empty fragment and leaves out
    return f"{joined}#" if reference.endswith("#") else joined


def _character(escape: re.Match[str]) -> str:
    number = int(escape[1] or escape[2], 16)
    return chr(number) if number <= _LARGEST else "\ufffd"


def check_dataset(
    text: str, base_iri: str | None, given: Collection[str], has_graph: Callable[[str], bool], *, strict: bool = False
) -> None:
    """Raise QueryRefused at the first graph that is not there.

    `given` are the graphs of the protocol's parameters, which take the place of those in the text (SPARQL 1.1 Protocol
    §2.1.4): they must be IRIs, and there only if `strict`. A refusal of one in the text has line and column.
    """
    for iri in given:
        if not _ABSOLUTE.fullmatch(iri):
            message = f"“{iri[:200]}” (default-graph-uri or named-graph-uri) is no absolute IRI."
            raise QueryRefused(message, cure="Percent-encode the graph's IRI, all of it.")
        if strict and not has_graph(iri):
            raise QueryRefused(_missing(iri), cure=_CURE)
    for graph in () if given else graphs_of(text, base_iri):
        if not has_graph(graph.iri):
            line, column = position(text, graph.offset)
            raise QueryRefused(_missing(graph.iri), line=line, column=column, cure=_CURE)


def _missing(iri: str) -> str:
    return f"There is no graph <{iri[:200]}> here, and none is fetched."
