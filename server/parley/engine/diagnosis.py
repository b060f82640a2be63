"""What is wrong with a query's text, in words, and where.

The engine's parser lists every character that it would have taken, and places the fault where it gave up last: past the
end of the longest keyword that it tried, or at the end of the text. So it is asked again, with blanks enough between
the tokens for any keyword: then the line tells the token.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from parley.engine.guard import position
from parley.engine.tokens import Token, tokens

_PLACE: Final = re.compile(r"^error at (\d+):(\d+):")
_FUNCTION: Final = re.compile(r"custom (?:aggregate )?function (<[^>]*>)")
#: What the parser reports in words of its own where it expected something.
_FAULTS: Final = {
    "IRI parsing failed": "an IRI is not valid, or relative without BASE",
    "Duplicated variable name in SELECT": "a variable is named twice before WHERE",
    "The SELECT contains a variable that is unbound": "a selected variable is neither bound in WHERE nor in GROUP BY",
    "SELECT * is not authorized with GROUP BY": "SELECT * can't be grouped, name the variables",
    "The VALUES clause rows should have": "a row of VALUES has more or fewer values than there are variables",
    "The query limit should be": "LIMIT takes a whole number below 2^64",
    "The query offset should be": "OFFSET takes a whole number below 2^64",
}
_CURE: Final = "Correct the query there or shortly before."
_FOREIGN: Final = "Replace the character: it may come from a word processor or a web page."
_SHOWN: Final = 40
#: More than any keyword has letters.
_ROOM: Final = " " * 24 + "\n"
#: Reads a query, over no data; raises SyntaxError as the engine does.
Parse = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What to tell the author: the fault, what to do (or ""), line and column from 1 where they are known."""

    message: str
    cure: str = ""
    line: int | None = None
    column: int | None = None


def diagnose(error: str, text: str, prefixes: Mapping[str, str], parse: Parse) -> Diagnosis:
    """The parser's `error` about `text` in words; `prefixes` are those whose declaration can be proposed.

    >>> error = "error at 1:15: expected one of Prefix not found, ['.']"
    >>> diagnose(error, "ASK { ?a dc:date ?b }", {"dc": "urn:dc:"}, ascii)
    Diagnosis(message='Prefix dc: is not declared.', cure='Add PREFIX dc: <urn:dc:> in front.', line=1, column=10)
    """
    if not any(tokens(text)):
        return Diagnosis("The query is empty.", "Send a SELECT, ASK, CONSTRUCT or DESCRIBE query.", 1, 1)
    if _PLACE.match(error) is None:
        return Diagnosis(f"Syntax error: {error[:200]}", _CURE)
    last = _offset(error, text)
    if (name := next(undeclared(text), None)) is not None and name.start <= last:
        return _undeclared(name, text, prefixes)
    found = list(tokens(text))
    error, offset = _closer(text, parse) or (error, last)
    fault = next((f": {words}" for known, words in _FAULTS.items() if known in error), "")
    here = next((token for token in found if token.end > offset), None)
    if here is None:
        message = f"Syntax error after “{found[-1].text[-_SHOWN:]}”{fault}."
        return Diagnosis(message, _CURE, *position(text, found[-1].end))
    if here.kind == "other":
        return Diagnosis(f"SPARQL has no character {_named(here.text)} here.", _FOREIGN, *position(text, here.start))
    return Diagnosis(f"Syntax error at “{here.text[:_SHOWN]}”{fault}.", _CURE, *position(text, here.start))


def explain(error: str, text: str) -> Diagnosis:
    """What the engine says that it can't evaluate in `text`, legal as it is; with the place of a function's IRI."""
    function = _FUNCTION.search(error)
    if function is None:
        return Diagnosis(error)
    place = next((token for token in tokens(text) if token.kind == "iri" and token.text == function[1]), None)
    line, column = position(text, place.start) if place else (None, None)
    return Diagnosis(error, "The description of this service lists the functions there are.", line, column)


def _named(character: str) -> str:
    """A character that may be invisible, or look like another."""
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def _offset(error: str, text: str) -> int:
    """The place in `text` that the parser's error names, as an offset."""
    place = _PLACE.match(error)
    assert place is not None
    lines = text.split("\n")[: int(place[1]) - 1]
    return min(sum(len(line) + 1 for line in lines) + int(place[2]) - 1, len(text))


def _closer(text: str, parse: Parse) -> tuple[str, int] | None:
    """What the parser says of the text with room between its tokens, and the place in `text` that it means.

    None if it takes that text: then the first error is the one to tell.
    """
    spread = _Spread.of(text)
    try:
        parse(spread.text)
    except SyntaxError as error:
        return (str(error), spread.original(_offset(str(error), spread.text))) if _PLACE.match(str(error)) else None
    return None


@dataclass(frozen=True, slots=True)
class _Spread:
    """A text with room between its tokens and without comments; `starts` are places in it and those in the original.

    Tokens that touch stay together, unless one is a bracket or none of SPARQL's: apart they might mean something else.
    """

    text: str
    starts: list[tuple[int, int]]

    @classmethod
    def of(cls, original: str) -> Self:
        """Spread `original` out."""
        parts: list[str] = []
        starts: list[tuple[int, int]] = []
        length, end, after_alone = 0, -1, True
        for token in tokens(original):
            alone = token.kind in ("open", "close", "other")
            if token.start > end or after_alone or alone:
                parts.append(_ROOM)
                length += len(_ROOM)
                starts.append((length, token.start))
            parts.append(token.text)
            length, end, after_alone = length + len(token.text), token.end, alone
        return cls("".join([*parts, _ROOM, _ROOM]), [*starts, (length + len(_ROOM), len(original))])

    def original(self, offset: int) -> int:
        """The place in the original of the tokens at `offset`."""
        return self.starts[max(bisect_right(self.starts, (offset, len(self.text))) - 1, 0)][1]


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
    line, column = position(text, found.start)
    cure = f"Add PREFIX {prefix}: <{namespace or '…'}> in front."
    return Diagnosis(f"Prefix {prefix}: is not declared.", cure, line, column)
