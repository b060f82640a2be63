"""A column of a table matched with things: what is certain is filled in, the rest is left to a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from parley.reconcile.table import Table

#: Answers a query batch of version 0.2.
Ask = Callable[[dict[str, Any]], dict[str, Any]]

COLUMNS: Final = ("iri", "label", "score", "status", "candidates")
#: What `status` says: one thing is meant; several may be; nothing is called so; the cell is empty; it was refused.
MATCHED, AMBIGUOUS, UNMATCHED, EMPTY, REFUSED = "matched", "ambiguous", "unmatched", "empty", "refused"


@dataclass(frozen=True, slots=True)
class Task:
    """What to match: column number, kind of thing, columns whose cells are values of properties, candidates listed."""

    column: int
    kind: str | None = None
    properties: tuple[tuple[int, str], ...] = ()
    limit: int = 5


def enriched(table: Table, task: Task, ask: Ask, batch: int) -> tuple[Table, Counter[str]]:
    """The table with `COLUMNS`, and how many rows have each status; equal rows are asked for once."""
    keys = [_key(row, task) for row in table.rows]
    distinct = [key for key in dict.fromkeys(keys) if key[0].strip()]
    answers = dict(_answers(distinct, task, ask, batch))
    cells = [_cells(answers.get(key)) for key in keys]
    statuses = Counter(row[COLUMNS.index("status")] for row in cells)
    return table.with_columns(COLUMNS, cells), statuses


def _key(row: list[str], task: Task) -> tuple[str, ...]:
    return (row[task.column], *(row[number] for number, _ in task.properties))


def _answers(keys: list[tuple[str, ...]], task: Task, ask: Ask, batch: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    for start in range(0, len(keys), batch):
        part = keys[start : start + batch]
        found = ask({f"q{number}": _query(key, task) for number, key in enumerate(part)})
        yield from ((key, found.get(f"q{number}", {})) for number, key in enumerate(part))


def _query(key: tuple[str, ...], task: Task) -> dict[str, Any]:
    query: dict[str, Any] = {"query": key[0].strip(), "limit": task.limit}
    if task.kind:
        query["type"] = task.kind
    given = zip(task.properties, key[1:], strict=True)
    properties = [{"pid": iri, "v": value.strip()} for (_, iri), value in given if value.strip()]
    return query | {"properties": properties} if properties else query


def _cells(answer: dict[str, Any] | None) -> list[str]:
    if answer is None:
        return ["", "", "", EMPTY, ""]
    if answer.get("error"):
        return ["", "", "", REFUSED, str(answer["error"])]
    candidates = answer.get("result", [])
    certain = [candidate for candidate in candidates if candidate.get("match")]
    if len(certain) == 1:
        found = certain[0]
        return [found["id"], found["name"], f"{found['score']:g}", MATCHED, ""]
    return ["", "", "", AMBIGUOUS if candidates else UNMATCHED, _listed(candidates)]


def _listed(candidates: Iterable[dict[str, Any]]) -> str:
    return " | ".join(f"{c['id']} ({c['name']}, {c['score']:g})" for c in candidates)
