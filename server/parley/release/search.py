"""Search by words in the full-text index: things that have all of them, or, where there are none, most of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from parley.release.schema import SEARCH_WEIGHTS
from parley.release.words import match_expression, word_expressions

Rows = Callable[..., list[tuple[Any, ...]]]

_SCORE: Final = f"bm25(search, {', '.join(map(str, SEARCH_WEIGHTS))})"
#: Texts of one word each, told apart by the number of the word.
_ONE_WORD: Final = f"SELECT ? AS word, rowid AS id, {_SCORE} AS score FROM search WHERE search MATCH ?"
_RANKED: Final = """WITH hit AS MATERIALIZED ({hits}), best AS (
  SELECT t.node AS node, h.word AS word, min(h.score * CASE WHEN t.language = ? THEN 1.1 ELSE 1 END) AS score
  FROM hit h JOIN text t ON t.id = h.id GROUP BY t.node, h.word)
SELECT n.name, k.name FROM best b JOIN node n ON n.id = b.node LEFT JOIN node k ON k.id = n.kind
GROUP BY n.id
ORDER BY count(*) DESC, sum(b.score) * (1 + 1.0 * n.incoming / (n.incoming + 50)), n.id LIMIT ? OFFSET ?"""


def find(
    rows: Rows, text: str, language: str, limit: int, offset: int, *, some: bool = False
) -> list[tuple[str, str | None]]:
    """IRI and kind of the things whose texts have all words of `text`, best first; with `some`, any, most words first.

    Texts in `language` come before equal ones; much linked things before others.
    """
    expressions = word_expressions(text) if some else [expression] if (expression := match_expression(text)) else []
    if not expressions:
        return []
    hits = " UNION ALL ".join([_ONE_WORD] * len(expressions))
    words = [value for number, expression in enumerate(expressions) for value in (number, expression)]
    return [(row[0], row[1]) for row in rows(_RANKED.format(hits=hits), *words, language, limit, offset)]


def count(rows: Rows, text: str, *, some: bool = False) -> int:
    """How many things `find` finds in all."""
    expression = " OR ".join(word_expressions(text)) if some else match_expression(text)
    sql = "SELECT count(DISTINCT t.node) FROM search s JOIN text t ON t.id = s.rowid WHERE search MATCH ?"
    return int(rows(sql, expression)[0][0]) if expression else 0
