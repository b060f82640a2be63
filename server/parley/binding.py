"""Values for the variables of a query, and a part of its rows.

A value is bound by the SPARQL that is made for it, a `VALUES` block at the start of each group that names the
variable: text is added between tokens, none is replaced, so that what a value says can never end what surrounds it,
and every engine understands the result. The values are written by the RDF library from terms, not from what was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from parley.engine.tokens import PROLOGUE, Token, tokens
from parley.parameters import Parameter, Term

_FORMS: Final = frozenset(["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"])


@dataclass(slots=True)
class _Group:
    """A pair of braces: where its content begins, the variables it names outside of further braces."""

    start: int
    kind: str  # "group", "select" (holds a subquery), "data" (VALUES), "template" (CONSTRUCT)
    names: set[str] = field(default_factory=set)
    where: _Group | None = None  # of a subquery: its outermost group


def form(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE; "" if `text` is none of them.

    >>> form("PREFIX ask: <urn:x> select ?x { }")
    'SELECT'
    """
    words = (t.text.upper() for t in tokens(text) if t.kind == "keyword")
    first = next((word for word in words if word not in PROLOGUE), "")
    return first if first in _FORMS else ""


def bound(text: str, values: Mapping[str, Term]) -> str:
    """The query `text`, which must be legal, in which each variable of `values` has that value everywhere.

    >>> import pyoxigraph as ox
    >>> bound("SELECT * { ?s ?p ?x }", {"x": ox.Literal("a } b")})
    'SELECT * { VALUES ?x { "a } b" } ?s ?p ?x }'
    """
    if not values:
        return text
    pieces, last = [], 0
    for group, names in _groups(text, frozenset(values)):
        block = "".join(f" VALUES ?{name} {{ {values[name]} }}" for name in sorted(names))
        pieces += [text[last : group.start], block]
        last = group.start
    return "".join([*pieces, text[last:]])


def terms(parameters: Iterable[Parameter], given: Mapping[str, str], prefixes: Mapping[str, str]) -> dict[str, Term]:
    """The terms of the parameters that have a value, in `given` or by default; an empty value is none.

    Raises BadRequest for a value that is not of its parameter's type.
    """
    values = ((one, given.get(one.name) or one.default) for one in parameters)
    return {one.name: one.term(value, prefixes) for one, value in values if value}


def unbindable(text: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that are no variable of the query `text`, or all if it has no group, sorted."""
    there = {token.text[1:] for token in tokens(text) if token.kind == "variable"}
    return sorted(set(names) - there if _walked(text).outermost else names)


def part(text: str, limit: int | None, offset: int) -> str:
    r"""The query `text` with at most `limit` rows after the first `offset` of those that it selects.

    >>> part("SELECT * {} LIMIT 10", 3, 8)
    'SELECT * {}\nLIMIT 2 OFFSET 8'
    """
    if limit is None and not offset:
        return text
    own: dict[str, int | None] = {"LIMIT": None, "OFFSET": None}
    cut, end = _modifiers(text, own)
    most = None if own["LIMIT"] is None else max(own["LIMIT"] - offset, 0)
    kept = min((n for n in (limit, most) if n is not None), default=None)
    words = ([] if kept is None else [f"LIMIT {kept}"]) + [f"OFFSET {(own['OFFSET'] or 0) + offset}"]
    rest = f"\n{text[end:].strip()}" if text[end:].strip() else ""
    return f"{text[:cut].rstrip()}\n{' '.join(words)}{rest}"


def _modifiers(text: str, own: dict[str, int | None]) -> tuple[int, int]:
    """Where the query's LIMIT and OFFSET begin and end (at a trailing VALUES if there are none); their numbers."""
    depth, cut, end, word = 0, None, len(text), ""
    for token in tokens(text):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth or token.kind == "close":
            continue
        upper = token.text.upper()
        if token.kind == "keyword" and upper in own:
            cut, word = token.start if cut is None else cut, upper
        elif token.kind == "number" and word:
            own[word], end, word = int(token.text), token.end, ""
        elif token.kind == "keyword" and upper == "VALUES":
            cut, end = (token.start, token.start) if cut is None else (cut, end)
            return cut, end
    if cut is None:  # behind the last token: a comment may follow without a line's end
        cut = end = max((token.end for token in tokens(text)), default=0)
    return cut, end


def _groups(text: str, wanted: frozenset[str]) -> list[tuple[_Group, frozenset[str]]]:
    """The groups that need values, in the text's order: the outermost for all of `wanted`, others for what they name.

    A variable that a subquery's head or end names counts as named by its outermost group.
    """
    walk = _walked(text)
    ordered = sorted(walk.groups, key=lambda group: group.start)
    named = ((group, wanted if group is walk.outermost else wanted & group.names) for group in ordered)
    return [(group, names) for group, names in named if names]


def _walked(text: str) -> _Walk:
    walk = _Walk()
    for token in tokens(text):
        walk.take(token)
    return walk


class _Walk:
    """Goes over the tokens once and finds the groups."""

    def __init__(self) -> None:
        self.groups: list[_Group] = []
        self.outermost: _Group | None = None
        self._open: list[_Group] = []
        self._waiting: _Group | None = None  # an opened brace whose first token decides what it is
        self._keyword = ""  # the last keyword: VALUES and CONSTRUCT say what a brace holds
        self._parentheses = 0  # open ones in the head: what is in them is an expression

    def take(self, token: Token) -> None:
        """Look at the next token."""
        if self._waiting is not None:
            self._decide(self._waiting, token)
        if token.text == "{":
            self._waiting = _Group(token.end, "group")
            self._open.append(self._waiting)
        elif token.text == "}" and self._open:
            self._open.pop()
            self._keyword = ""
        elif token.kind == "variable" and self._open:
            self._open[-1].names.add(token.text[1:])
        elif token.kind == "keyword" and token.text.upper() != "UNDEF":
            self._keyword = token.text.upper()
        elif not self._open and token.text in "()":
            self._parentheses += 1 if token.text == "(" else -1

    def _decide(self, group: _Group, token: Token) -> None:
        self._waiting = None
        parent = self._open[-2] if len(self._open) > 1 else None
        if self._keyword == "VALUES":
            group.kind = "data"
        elif self._keyword == "CONSTRUCT" and parent is None:
            group.kind = "template"
        elif token.kind == "keyword" and token.text.upper() == "SELECT":
            group.kind = "select"
        self._keyword = ""
        if group.kind != "group":
            return
        self.groups.append(group)
        if parent is None and not self._parentheses:
            self.outermost = self.outermost or group
        elif parent is not None and parent.kind == "select" and parent.where is None:
            parent.where, group.names = group, parent.names  # shared: what follows the braces counts too
