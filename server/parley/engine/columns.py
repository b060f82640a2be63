"""The columns of `SELECT *`: in the order in which the query mentions them, where the engine sorts them by name.

SPARQL leaves the order open. But who writes `SELECT * { ?s ?p ?o }` reads `s,p,o` in a table, not `o,p,s`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from parley.engine.tokens import PROLOGUE, Token, tokens

#: Keywords of queries in which every variable that is mentioned is in scope at the end (§18.2.1).
_PLAIN: Final = PROLOGUE | {
    *("SELECT", "DISTINCT", "REDUCED", "FROM", "NAMED", "WHERE", "GRAPH", "OPTIONAL", "UNION", "VALUES", "UNDEF"),
    *("LIMIT", "OFFSET", "A", "TRUE", "FALSE"),
}


def with_columns(text: str, original: str, variables_of: Callable[[str], Iterable[str]]) -> str:
    """`text` with its columns named where it is a `SELECT *`; their order is that of `original`.

    `variables_of` tells which a text has: where it is not plain what is in scope is for the engine to say.
    """
    if "*" not in text:
        return text
    found = list(tokens(text))
    star = _star_of(found)
    if star is None:
        return text
    mentioned = dict.fromkeys(
        token.text[1:] for token in (found if text == original else tokens(original)) if token.kind == "variable"
    )
    names = mentioned.keys() if text == original and _is_plain(found) else set(variables_of(text))
    columns = [name for name in mentioned if name in names]
    if len(columns) < len(names) or columns == sorted(columns):  # hidden behind escapes, or as it is anyway
        return text
    return f"{text[: star.start]} {' '.join(f'?{name}' for name in columns)} {text[star.end :]}"


def _is_plain(found: Iterable[Token]) -> bool:
    """Whether a query has one SELECT and nothing that keeps a variable to itself."""
    keywords = [token.text.upper() for token in found if token.kind == "keyword"]
    return keywords.count("SELECT") == 1 and _PLAIN.issuperset(keywords)


def _star_of(found: Iterable[Token]) -> Token | None:
    """The `*` of the outermost SELECT; None in any other query."""
    form = ""
    for token in found:
        word = token.text.upper() if token.kind == "keyword" else ""
        if form:
            if word not in ("DISTINCT", "REDUCED"):
                return token if token.text == "*" else None
        elif word and word not in PROLOGUE:
            if word != "SELECT":
                return None
            form = word
    return None
