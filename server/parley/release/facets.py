"""How many things are as wanted, and how many of them every further choice would leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from parley.release.wanted import Wanted

Rows = Callable[..., list[tuple[Any, ...]]]
Counted = tuple[tuple[str, int], ...]

#: Things found up to which choices are counted: above, every count would read most of the index.
COUNTED: Final = 100_000
#: Lengths of periods to choose from, in years, and how many periods there are at most.
_STEPS: Final = (1, 10, 100, 1000, 10_000)
_PERIODS: Final = 12

_FOUND: Final = "WITH found AS MATERIALIZED (SELECT n.id AS node FROM node n WHERE {}) "
_TOTAL: Final = "SELECT count(*) FROM node n WHERE {}"
# Broader classes that nothing found is of in the first place would only repeat the narrower ones.
_KINDS: Final = """SELECT k.name, count(*) FROM found f JOIN instance i ON i.node = f.node JOIN node k ON k.id = i.class
WHERE i.class IN (SELECT o.kind FROM found g JOIN node o ON o.id = g.node) GROUP BY k.id ORDER BY 2 DESC, 1"""
_ALSO: Final = """SELECT k.name, count(*) FROM found f JOIN instance i ON i.node = f.node JOIN node k ON k.id = i.class
GROUP BY k.id HAVING count(*) < (SELECT count(*) FROM found) ORDER BY 2 DESC, 1"""
_LINKED: Final = """SELECT v.name, count(*) FROM found f JOIN facet c ON c.node = f.node AND c.facet = ?
JOIN node v ON v.id = c.value GROUP BY v.id ORDER BY 2 DESC, 1"""
_PERIODS_OF: Final = "SELECT p.first, p.last, f.node FROM found f JOIN period p ON p.node = f.node"


@dataclass(frozen=True, slots=True)
class Choices:
    """The number of things, and by facet the choices with what each would leave, most first.

    `also` are, of things of one kind, the further classes that some of them have. `years` are the first years of
    periods, in their order; each period is `step` years long. `counted` is False where there are too many things to
    count choices.
    """

    total: int
    kinds: Counted = ()
    also: Counted = ()
    themes: Counted = ()
    places: Counted = ()
    years: tuple[tuple[int, int], ...] = ()
    step: int = 1
    counted: bool = True


def choices(rows: Rows, wanted: Wanted) -> Choices:
    """Count what is as `wanted`.

    A facet is counted as if nothing were chosen of it, so that a reader can change the choice.
    """
    wider = {wanted.without(facet) for facet in ("kind", "also", "theme", "place", "years")}  # often the same
    totals = {one: _total(rows, one) for one in wider | {wanted}}
    total = totals[wanted]
    if max(totals.values()) > COUNTED:
        return Choices(total, counted=False)
    years, step = _years(_among(rows, wanted.without("years"), _PERIODS_OF))
    return Choices(
        total,
        kinds=_pairs(_among(rows, wanted.without("kind"), _KINDS)),
        also=_pairs(_among(rows, wanted.without("also"), _ALSO)) if wanted.kind else (),
        themes=_pairs(_among(rows, wanted.without("theme"), _LINKED, "theme")),
        places=_pairs(_among(rows, wanted.without("place"), _LINKED, "place")),
        years=years,
        step=step,
    )


def _total(rows: Rows, wanted: Wanted) -> int:
    condition, values = wanted.condition()
    return int(rows(_TOTAL.format(condition), *values)[0][0])


def _among(rows: Rows, wanted: Wanted, sql: str, *more: Any) -> list[tuple[Any, ...]]:
    condition, values = wanted.condition()
    return rows(_FOUND.format(condition) + sql, *values, *more)


def _pairs(rows: list[tuple[Any, ...]]) -> Counted:
    return tuple((row[0], row[1]) for row in rows)


def _years(rows: list[tuple[Any, ...]]) -> tuple[tuple[tuple[int, int], ...], int]:
    """Periods of one length that cover all of `rows`, with the number of things that each overlaps."""
    if not rows:
        return (), 1
    first, last = min(row[0] for row in rows), max(row[1] for row in rows)
    step = next((step for step in _STEPS if last // step - first // step < _PERIODS), _STEPS[-1])
    within: dict[int, set[int]] = {}
    for start, end, node in rows:
        for begin in range(start - start % step, end + 1, step):
            within.setdefault(begin, set()).add(node)
    return tuple((begin, len(within[begin])) for begin in sorted(within)), step
