"""A look at a query's text before the engine sees it: polite refusals of what would end badly.

The guard protects nobody: the sandbox does. It turns what would be a dead executor into an error that names the place
and the limit. One pass over tokens, linear in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parley.engine.tokens import IRI, PROLOGUE, TOKEN
from parley.errors import QueryRefused, QuerySyntaxError

_BLANK = r"(?:[ \t\r\n]++|\#[^\r\n]*+)*+"
_SERVICE = re.compile(rf"SERVICE{_BLANK}(?:SILENT{_BLANK})?+({IRI})", re.IGNORECASE)
_UPDATES = frozenset(["INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"])
#: Keywords after which parentheses hold expressions until the next brace.
_CLAUSES = frozenset(["SELECT", "DISTINCT", "REDUCED", "BY", "HAVING"])
#: Keywords after which a brace opens an operand that planning does not permute.
_BLOCKS = frozenset(["WHERE", "UNION", "OPTIONAL", "EXISTS", "MINUS"])
#: Tokens after which `(` opens a list of RDF terms or a path, and `<` compares if an expression surrounds it.
_TERMS = frozenset(("string", "iri", "variable", "number", "name", "close"))


#: Endpoints named in an error.
_LISTED = 10


@dataclass(frozen=True, slots=True)
class GuardRules:
    """What the guard lets pass. The limits are those of `Limits`; `services` are the IRIs that SERVICE may name."""

    length: int = 65536
    depth: int = 100
    joins: int = 128
    operators: int = 2000
    services: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Group:
    """An open bracket; `joins` counts what a brace has to join, `plain` holds no patterns (expressions, VALUES).

    A `template` is written out for each solution, not joined.
    """

    bracket: str
    plain: bool
    template: bool = False
    joins: int = 0


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def check(text: str, rules: GuardRules) -> None:
    """Raise QueryRefused (a limit or a policy) or QuerySyntaxError (an open string) with line and column, or return."""
    length = len(text.encode("utf-8", "surrogatepass"))
    if length > rules.length:
        raise QueryRefused(
            f"The query is {length} bytes long; the limit (query_length) is {rules.length}.",
            line=1,
            column=1,
            cure="Shorten it, or send several queries.",
            limit=("query_length", rules.length),
        )
    _Pass(text, rules).run()


class _Pass:
    """One pass over one text; a method for each kind of token that counts."""

    def __init__(self, text: str, rules: GuardRules) -> None:
        self.text = text
        self.rules = rules
        self.groups: list[_Group] = []
        self.operators = 0
        self.form = ""
        self.clause = ""  # the last keyword outside of parentheses since the last brace
        self.values = False  # the next brace opens a data block
        self.previous = ""
        self.last = ""

    def run(self) -> None:
        """Look at every token."""
        start: int | None = 0
        while start is not None:
            start = self._run_from(start)

    def _run_from(self, start: int) -> int | None:
        """Look at the tokens from `start`; where to go on after one that is shorter than it looks, None at the end."""
        groups = self.groups
        for found in TOKEN.finditer(self.text, start):  # leaves nothing out: "other" takes any character
            kind = found.lastgroup
            assert kind is not None
            value = found[kind]
            if kind == "end":
                return None
            if kind == "word":
                kind = "name" if ":" in value or value in ("a", "true", "false") else "keyword"
            elif kind == "iri" and self.plain and self.previous in _TERMS:
                # `?a<(1)&&(2)>?b` looks like an IRI to a tokeniser, but the engine compares here
                offset = found.end() - len(value)
                self._operator("<", offset)
                self.previous, self.last = "operator", "<"
                return offset + 1
            if kind not in _TERMS or kind == "close" or (groups and groups[-1].bracket == "("):
                self._look(kind, value, found.end() - len(value))
            self.previous, self.last = kind, value
        return None

    @property
    def plain(self) -> bool:
        return bool(self.groups) and self.groups[-1].plain

    def _look(self, kind: str, value: str, offset: int) -> None:
        if kind in ("open", "keyword", "operator"):
            getattr(self, f"_{kind}")(value, offset)
        elif kind == "close":
            self._close()
        elif kind == "stop":
            self._join(offset)
        elif kind in _TERMS:  # in parentheses
            self._join(offset, weight=2)  # a member of a list is two triple patterns: rdf:first and rdf:rest
        elif kind == "broken":
            line, column = position(self.text, offset)
            raise QuerySyntaxError("A string is not closed.", line=line, column=column)
        elif kind == "escape":
            raise self._refusal(offset, "There is a \\u escape outside of strings and IRIs.", "Write the character.")

    def _refusal(self, offset: int, message: str, cure: str, limit: tuple[str, float] | None = None) -> QueryRefused:
        line, column = position(self.text, offset)
        return QueryRefused(message, line=line, column=column, cure=cure, limit=limit)

    def _open(self, value: str, offset: int) -> None:
        if value == "(":
            # after a keyword or an operator: an expression or arguments; after a term: a list, a path, a row of VALUES
            plain = self.plain or self.previous in ("keyword", "operator") or self.clause in _CLAUSES
        else:
            plain = value == "{" and self.values
            if not (value == "{" and self.last.upper() in _BLOCKS):
                self._join(offset)
        if value == "{":
            self.values, self.clause = False, ""
        template = value == "{" and self.last.upper() == "CONSTRUCT"
        self.groups.append(_Group(value, plain or (not self.groups and value == "("), template))
        if len(self.groups) > self.rules.depth:
            raise self._refusal(
                offset,
                f"Brackets are nested deeper than the limit (query_depth) of {self.rules.depth}.",
                "Flatten the query.",
                ("query_depth", self.rules.depth),
            )

    def _close(self) -> None:
        if self.groups and self.groups.pop().bracket == "{":
            self.clause = ""

    def _join(self, offset: int, weight: int = 1) -> None:
        if self.plain:
            return
        group = next((g for g in reversed(self.groups) if g.bracket == "{"), None)
        if group is None or group.template:
            return
        group.joins += weight
        if group.joins > self.rules.joins:
            raise self._refusal(
                offset,
                "A group joins more parts (triple patterns, path steps, list members) than the limit (query_joins) of "
                f"{self.rules.joins}.",
                "Split it into subqueries or several queries.",
                ("query_joins", self.rules.joins),
            )

    def _keyword(self, value: str, offset: int) -> None:
        word = value.upper()
        if not self.form and word not in PROLOGUE:
            self.form = word
            if word in _UPDATES:
                cure = "Send a SELECT, ASK, CONSTRUCT or DESCRIBE query."
                raise self._refusal(offset, f"{word} is SPARQL Update, and this endpoint only reads.", cure)
        if not self.groups or self.groups[-1].bracket != "(":
            self.clause = word
            self.values = word == "VALUES" or (self.values and word == "UNDEF")
        if word == "SERVICE":
            self._service(offset)
        elif word == "UNION":
            self._operator(word, offset)

    def _service(self, offset: int) -> None:
        found = _SERVICE.match(self.text, offset)
        # only an IRI that is written out can be compared with the list; a name or a variable never passes
        if found is None or found[1][1:-1] not in self.rules.services:
            listed = "which is empty" if not self.rules.services else "and this one is not, or is not written as <IRI>"
            allowed = ", ".join(f"<{iri}>" for iri in sorted(self.rules.services)[:_LISTED])
            raise self._refusal(
                offset,
                f"SERVICE is refused by policy: other endpoints are asked only if they are on the list, {listed}.",
                (f"Ask one of {allowed}; or query" if allowed else "Query")
                + " the other endpoint yourself and join the results.",
            )

    def _operator(self, value: str, offset: int) -> None:
        self.operators += 1
        if self.operators > self.rules.operators:
            raise self._refusal(
                offset,
                f"The query has more operators than the limit (query_operators) of {self.rules.operators}.",
                "Use IN or VALUES instead of long chains.",
                ("query_operators", self.rules.operators),
            )
        if value == "/":
            self._join(offset)
