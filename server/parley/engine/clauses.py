"""The parts of a query's text that federation needs, found among its tokens; nothing is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parley.engine.tokens import PROLOGUE, Token, tokens

_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Clause:
    """A SERVICE clause: its place in the text, the endpoint's IRI, the group that it sends.

    `before` is the text whose solutions it is joined with, as the content of a group, or empty where that is unknown.
    """

    start: int
    end: int
    endpoint: str
    silent: bool
    body: str
    before: str


@dataclass(slots=True)
class _Group:
    """An open brace: the index of its token, and whether it or one around it says which graph is meant."""

    index: int
    in_graph: bool


def first_service(text: str) -> Clause | None:
    """The first SERVICE clause of `text` that names an IRI and is not inside another; None if there is none."""
    if "service" not in text.lower():
        return None
    found = list(tokens(text))
    groups: list[_Group] = []
    for index, token in enumerate(found):
        if token.text == "{":
            named = index >= 2 and found[index - 2].text.upper() == "GRAPH"
            groups.append(_Group(index, named or (bool(groups) and groups[-1].in_graph)))
        elif token.text == "}" and groups:
            groups.pop()
        elif token.kind == "keyword" and token.text.upper() == "SERVICE":
            clause = _clause(text, found, index, groups)
            if clause is not None:
                return clause
    return None


def _clause(text: str, found: Sequence[Token], index: int, groups: Sequence[_Group]) -> Clause | None:
    place = index + 1
    silent = place < len(found) and found[place].text.upper() == "SILENT"
    place += silent
    if place + 1 >= len(found) or found[place].kind != "iri" or found[place + 1].text != "{":
        return None
    last = _closing(found, place + 1)
    if last is None:
        return None
    body = text[found[place + 1].start : found[last].end]
    end = found[last].end
    before = _before(text, found, index, groups, last)
    return Clause(found[index].start, end, found[place].text[1:-1], silent, body, before)


def _closing(found: Sequence[Token], opening: int) -> int | None:
    """The index of the bracket that closes the one at `opening`."""
    depth = 0
    for index in range(opening, len(found)):
        text = found[index].text
        depth += (text in _OPEN) - (text in _CLOSE)
        if depth == 0:
            return index
    return None


def _before(text: str, found: Sequence[Token], service: int, groups: Sequence[_Group], last: int) -> str:
    """What stands before the clause in its group; before its OPTIONAL, if the clause is all that this holds."""
    if not groups or groups[-1].in_graph:
        return ""
    opening = groups[-1].index
    alone = opening + 1 == service and last + 1 < len(found) and found[last + 1].text == "}"
    if alone and opening >= 1 and found[opening - 1].text.upper() == "OPTIONAL" and len(groups) > 1:
        return _without_filters(text, found, groups[-2].index + 1, opening - 1)
    return _without_filters(text, found, opening + 1, service)


def _without_filters(text: str, found: Sequence[Token], first: int, end: int) -> str:
    """The tokens from `first` to before `end`, as text, without the filters: these hold for all of the group."""
    parts: list[str] = []
    index, start = first, found[first].start
    while index < end:
        token = found[index]
        if token.kind == "keyword" and token.text.upper() == "FILTER":
            parts.append(text[start : token.start])
            while index < end and found[index].text not in ("(", "{"):
                index += 1
        if index < end and found[index].text in _OPEN:
            last = _closing(found, index)
            if last is None or last >= end:
                return ""
            index = last
        if token.text.upper() == "FILTER" and index + 1 < len(found):
            start = found[index + 1].start
        index += 1
    return " ".join([*parts, text[start : found[end - 1].end] if start < found[end].start else ""])


def prologue_of(text: str) -> str:
    """The declarations of prefixes and base at the start of `text`."""
    form = next((t for t in tokens(text) if t.kind == "keyword" and t.text.upper() not in PROLOGUE), None)
    return text[: form.start] if form else ""


def from_clauses(text: str) -> str:
    """The dataset that `text` names (§13.2), as text; the word stands nowhere else in a query."""
    found = list(tokens(text))
    parts: list[str] = []
    for index, token in enumerate(found):
        if token.kind == "keyword" and token.text.upper() == "FROM":
            named = index + 1 < len(found) and found[index + 1].text.upper() == "NAMED"
            parts.append(" ".join(t.text for t in found[index : index + 2 + named]))
    return " ".join(parts)
