"""Search by words in the full-text index: things that have all of them, or, where there are none, most of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from parley.release.names import Form
from parley.release.schema import SEARCH_WEIGHTS
from parley.release.wanted import Wanted
from parley.release.words import fold, match_expression, word_expressions
from parley.vocab import OWL, PREFIXES, RDF, RDFS, SH, VOID

Rows = Callable[..., list[tuple[Any, ...]]]

_SCORE: Final = f"bm25(search, {', '.join(map(str, SEARCH_WEIGHTS))})"
#: What is read first: things, then the terms that describe them, then what machines need: shapes, positions, checksums.
_MACHINERY: Final = (
    (1, (RDF, RDFS, OWL)),
    (2, (SH, VOID, *(PREFIXES[name] for name in ("sd", "spdx", "oa")))),
)
_STANDING: Final = (
    "CASE "
    + " ".join(
        f"WHEN substr(k.name, 1, {len(namespace)}) = '{namespace}' THEN {standing}"
        for standing, namespaces in _MACHINERY
        for namespace in namespaces
    )
    + " ELSE 0 END"
)
#: Whether a thing is called by just these words: its label, another name or an acronym, whatever case and accents.
_CALLED: Final = f"EXISTS (SELECT 1 FROM name x WHERE x.node = n.id AND x.key = ? AND x.form <= {Form.ACRONYM.value})"
#: Texts in which a word is ranked, at most: a word that more have tells little of any, and each costs time.
RANKED: Final = 50_000
#: Things of one word each, told apart by the number of the word.
_ONE_WORD: Final = f"""SELECT * FROM (
  SELECT ? AS word, t.node AS node, {_SCORE} * CASE WHEN t.language = ? THEN 1.1 ELSE 1 END AS score
  FROM search JOIN text t ON t.id = search.rowid JOIN node n ON n.id = t.node
  WHERE search MATCH ? AND {{condition}} LIMIT ?)"""
_NAMED: Final = "SELECT 0 AS word, m.node AS node, -1.0 AS score FROM name m WHERE m.key = ?"
_RANKED: Final = f"""WITH hit AS MATERIALIZED ({{hits}}),
  best AS (SELECT node, word, min(score) AS score FROM hit GROUP BY node, word)
SELECT n.name, k.name FROM best b JOIN node n ON n.id = b.node LEFT JOIN node k ON k.id = n.kind
WHERE {{condition}} GROUP BY n.id
ORDER BY count(*) DESC, {_STANDING}, {_CALLED} DESC,
  sum(b.score) * (1 + 1.0 * n.incoming / (n.incoming + 50)), n.id LIMIT ? OFFSET ?"""
_LISTED: Final = """SELECT n.name, k.name FROM node n LEFT JOIN node k ON k.id = n.kind
WHERE {condition} ORDER BY n.incoming DESC, n.id LIMIT ? OFFSET ?"""
#: Texts of which names are scored for suggestions, and looked at, best first: a letter or two may match them all.
_SCORED: Final = 20_000
_LOOKED_AT: Final = 2000
_LAST_LETTER: Final = re.compile(r"(?<=\w)[\W_]+\w$")
_NAMES: Final = "{{label alternative}} : ({})"
_SUGGESTED: Final = f"""WITH found AS MATERIALIZED (
  SELECT rowid AS id, bm25(search, 10.0, 9.0, 0.0) AS score FROM search WHERE search MATCH ? LIMIT ?),
hit AS MATERIALIZED (SELECT id, score FROM found ORDER BY score LIMIT {_LOOKED_AT})
SELECT n.name, k.name FROM hit h JOIN text t ON t.id = h.id JOIN node n ON n.id = t.node
LEFT JOIN node k ON k.id = n.kind WHERE n.kind IS NOT NULL
GROUP BY n.id
ORDER BY {_STANDING}, {_CALLED} DESC, min(h.score) * (1 + 2.0 * n.incoming / (n.incoming + 20)), n.id LIMIT ?"""


def find(rows: Rows, wanted: Wanted, language: str, limit: int, offset: int) -> list[tuple[str, str | None]]:
    """IRI and kind of the things that are as `wanted`, best first; with words of which some will do, most words first.

    Things come before terms, terms before shapes; what is called by just these words comes first among them; texts in
    `language` before equal ones, much linked things before others. Of things with a word that is in more than `RANKED`
    texts, only so many are among them.
    """
    if not wanted.words:
        condition, values = wanted.condition()
        return [(row[0], row[1]) for row in rows(_LISTED.format(condition=condition), *values, limit, offset)]
    every = match_expression(wanted.words)
    expressions = word_expressions(wanted.words) if wanted.some else [every] if every else []
    if not expressions:
        return []
    condition, values = wanted.condition(words=False)
    hits = [_ONE_WORD.format(condition=condition)] * len(expressions)
    words = [
        v for number, expression in enumerate(expressions) for v in (number, language, expression, *values, RANKED)
    ]
    if not wanted.some and _is_common(rows, every):
        hits.append(_NAMED)  # what is called just so may stand behind all those
        words.append(fold(wanted.words))
    sql = _RANKED.format(hits=" UNION ALL ".join(hits), condition=condition)
    return [(row[0], row[1]) for row in rows(sql, *words, *values, fold(wanted.words), limit, offset)]


def _is_common(rows: Rows, expression: str) -> bool:
    """Whether more texts match than are ranked."""
    found = rows("SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)", expression, RANKED + 1)
    return int(found[0][0]) > RANKED


def count(rows: Rows, wanted: Wanted) -> int:
    """How many things `find` finds in all."""
    condition, values = wanted.condition()
    return int(rows(f"SELECT count(*) FROM node n WHERE {condition}", *values)[0][0])


def suggest(rows: Rows, beginning: str, limit: int) -> list[tuple[str, str | None]]:
    """IRI and kind of things one of whose names has all words of `beginning`, the last one perhaps unfinished."""
    # A single letter begins too many words to look them all up; what stands before it says enough.
    expression = match_expression(_LAST_LETTER.sub("", beginning))
    if not expression:
        return []
    return [(row[0], row[1]) for row in rows(_SUGGESTED, _NAMES.format(expression), _SCORED, fold(beginning), limit)]
