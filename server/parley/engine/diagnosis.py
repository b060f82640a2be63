"""What is wrong with a query's text, in words: the engine's parser lists every character that it would have taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from parley.engine.tokens import Token, tokens

_PLACE: Final = re.compile(r"^error at (\d+):(\d+):")
#: What the parser reports in words of its own where it expected something.
_FAULTS: Final = {
    "IRI parsing failed": "an IRI is not valid, or relative without BASE",
    "Duplicated variable name in SELECT": "a variable is named twice before WHERE",
    "The SELECT contains a variable that is unbound": "a selected variable is neither bound in WHERE nor in GROUP BY",
}
_CURE: Final = "Correct the query there or shortly before."
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What to tell the author: the fault, what to do (or ""), line and column from 1 where they are known."""

    message: str
    cure: str = ""
    line: int | None = None
    column: int | None = None


def diagnose(error: str, text: str, prefixes: Mapping[str, str]) -> Diagnosis:
    """The parser's `error` about `text` in words; `prefixes` are those whose declaration can be proposed.

    >>> diagnose("error at 1:15: expected one of Prefix not found, ['.']", "ASK { ?a dc:date ?b }", {"dc": "urn:dc:"})
    Diagnosis(message='Prefix dc: is not declared.', cure='Add PREFIX dc: <urn:dc:> in front.', line=1, column=10)
    """
    place = _PLACE.match(error)
    if place is None:
        return Diagnosis(f"Syntax error: {error[:200]}", _CURE)
    line, column = int(place[1]), int(place[2])
    before = "\n".join([*text.split("\n")[: line - 1], text.split("\n")[line - 1 : line][0][: column - 1]])
    if (found := next(undeclared(text), None)) is not None and found.start <= len(before):
        return _undeclared(found, text, prefixes)
    fault = next((f": {words}" for known, words in _FAULTS.items() if known in error), "")
    return Diagnosis(f"Syntax error {_shown(text, len(before))}{fault}.", _CURE, line, column)


def undeclared(text: str) -> Iterator[Token]:
    """The first prefixed name with each prefix that `text` uses and does not declare."""
    declared: set[str] = {"_"}
    declaring = False
    for token in tokens(text):
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if not declaring and prefix not in declared:
                yield token
            declared.add(prefix)
        declaring = token.kind == "keyword" and token.text.upper() == "PREFIX"


def _undeclared(found: Token, text: str, prefixes: Mapping[str, str]) -> Diagnosis:
    prefix = found.text.partition(":")[0]
    namespace = prefixes.get(prefix)
    line, column = text.count("\n", 0, found.start) + 1, found.start - text.rfind("\n", 0, found.start)
    cure = f"Add PREFIX {prefix}: <{namespace or '…'}> in front."
    return Diagnosis(f"Prefix {prefix}: is not declared.", cure, line, column)


def _shown(text: str, offset: int) -> str:
    """What stands where the parser gave up, or before, where nothing is left."""
    last = None
    for token in tokens(text):
        if token.end > offset:
            return f"at “{token.text[:_SHOWN]}”"
        last = token
    return f"after “{last.text[-_SHOWN:]}”" if last else "at the start"
