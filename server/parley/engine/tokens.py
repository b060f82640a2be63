"""The tokens of SPARQL, as far as the guard and DESCRIBE must tell them apart.

Matching is linear in the text: every repetition is possessive and every alternative is decided by its first characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

IRI: Final = r"""<(?:[^<>"{}|^`\\\x00-\x20]++|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>"""
BLANK: Final = r"(?:[ \t\r\n]++|\#[^\r\n]*+)"
_STRING: Final = (
    r"""(?:\"\"\"(?:[^"\\]++|\\.|"(?!""))*+\"\"\"|'''(?:[^'\\]++|\\.|'(?!''))*+'''"""
    r"""|"(?!"")(?:[^"\\\r\n]++|\\.)*+"|'(?!'')(?:[^'\\\r\n]++|\\.)*+')"""
)
_IN_WORD: Final = r"(?:[\w:%]++|\\[^uU]|[.-](?=[\w:%.\\-]))"
_WORD: Final = rf"(?:[\w:%]|\\[^uU]){_IN_WORD}*+"
TOKEN: Final = re.compile(
    rf"""{BLANK}*+ (?:
    (?P<string>  {_STRING} )
  | (?P<broken>  ["'] )
  | (?P<open>    <<\(? | \{{\|? | [(\[] )
  | (?P<iri>     {IRI} )
  | (?P<close>   \|\}} | \)?>> | [}})\]] )
  | (?P<variable> [?$][\w·\u0300-\u036F\u203F\u2040]++ )
  | (?P<number>  [0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+ )
  | (?P<tag>     @[\w-]++ | \^\^ )
  | (?P<word>    {_WORD} )
  | (?P<escape>  \\[uU] )
  | (?P<stop>    [.;,] )
  | (?P<operator> \|\| | && | [!<>]=? | [|/^*+?=-] )
  | (?P<end>     \Z )
  | (?P<other>   . ) )
    """,
    re.VERBOSE | re.DOTALL,
)
#: Keywords before the one that says which form a query has.
PROLOGUE: Final = frozenset(("PREFIX", "BASE", "VERSION"))
#: These, with the names, IRIs and strings that stand between them; then the next word.
_FORM: Final = re.compile(
    rf"""(?:{BLANK} | {_STRING} | {IRI} | (?:{"|".join(PROLOGUE)})(?!{_IN_WORD})
    | (?![0-9])(?=(?:[\w%.-]|\\[^uU:])*+\\?:) {_WORD} )*+ (?![0-9])({_WORD})""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


#: The forms whose answers are solutions or a boolean, and triples (SPARQL 1.1 §16).
FORMS_OF_RESULTS: Final = frozenset(("SELECT", "ASK"))
FORMS_OF_GRAPHS: Final = frozenset(("CONSTRUCT", "DESCRIBE"))


class Token(NamedTuple):
    """A token that is neither space nor comment; words are `name` (with a colon) or `keyword`."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """The tokens of `text` from `start`; one at a time, so that a caller may stop early."""
    for found in TOKEN.finditer(text, start):  # leaves nothing out: "other" takes any character
        kind = found.lastgroup
        assert kind is not None
        if kind == "end":
            return
        value = found[kind]
        if kind == "word":
            kind = "name" if ":" in value else "keyword"
        end = found.end()
        yield Token(kind, value, end - len(value), end)


def form_of(text: str) -> str:
    """The form of a query, in capitals, by its first keyword after the prologue; "" if there is none."""
    found = _FORM.match(text)
    return found[1].upper() if found else ""
