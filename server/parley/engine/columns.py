"""The columns of `SELECT *`: in the order in which the query mentions them, where the engine sorts them by name.

SPARQL leaves the order open. But who writes `SELECT * { ?s ?p ?o }` reads `s,p,o` in a table, not `o,p,s`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from parley.engine.tokens import PROLOGUE, Token, tokens


def with_columns(text: str, original: str, variables_of: Callable[[str], Iterable[str]]) -> str:
    """`text`, legal SPARQL, with its columns named where it is a `SELECT *`; their order is that of `original`.

    `variables_of` tells which a text has: what is in scope (SPARQL 1.1 §18.2.1) is for the engine to say.
    """
    star = _star_of(text)
    if star is None:
        return text
    names = set(variables_of(text))
    mentioned = dict.fromkeys(token.text[1:] for token in tokens(original) if token.kind == "variable")
    columns = [name for name in mentioned if name in names]
    if len(columns) < len(names) or columns == sorted(columns):  # hidden behind escapes, or as it is anyway
        return text
    return f"{text[: star.start]} {' '.join(f'?{name}' for name in columns)} {text[star.end :]}"


def _star_of(text: str) -> Token | None:
    """The `*` of the outermost SELECT; None in any other query."""
    if "*" not in text:
        return None
    form = ""
    for token in tokens(text):
        word = token.text.upper() if token.kind == "keyword" else ""
        if form:
            if word not in ("DISTINCT", "REDUCED"):
                return token if token.text == "*" else None
        elif word and word not in PROLOGUE:
            if word != "SELECT":
                return None
            form = word
    return None
