"""The views of an answer, and the contract of each: which variables a query must select to be shown so.

One table, from which the check at build time, the site's help and docs/reference/views.md derive. Names of variables
decide, never guesses about values, so that a query shows the same whatever the data holds that day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class View:
    """One way to show an answer.

    `needs` are groups of alternatives: of each group, one alternative must be selected whole. `roles` says what each
    variable means. With `names_item`, the marks are named by `?item`, else by the first variable without a role.
    """

    name: str
    purpose: str
    needs: tuple[tuple[tuple[str, ...], ...], ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    names_item: bool = False

    @property
    def others(self) -> list[str]:
        """The variables that have a meaning and are not needed."""
        needed = {name for group in self.needs for alternative in group for name in alternative}
        return [name for name in self.roles if name not in needed]

    def missing(self, columns: Collection[str]) -> str | None:
        """What `columns` lack, in words; None if they are enough."""
        for group in self.needs:
            if not any(set(alternative) <= set(columns) for alternative in group):
                return " or ".join(" and ".join(f"?{name}" for name in names) for names in group)
        if self.names_item and self.item(columns) is None:
            return "?item"
        return None

    def item(self, columns: Collection[str]) -> str | None:
        """The one of `columns` that names the marks."""
        if "item" in columns:
            return "item"
        return next((name for name in columns if name not in self.roles), None)


_ITEM: Final = "what is shown: a thing or a text; without it, the first variable that has no meaning here"
_LABEL: Final = "a text to show in place of the thing's name"
_BOUNDS: Final = ("startEarliest", "startLatest", "endEarliest", "endLatest")

#: Every view by its name; the first is the one of queries that name none.
VIEWS: Final[Mapping[str, View]] = {
    view.name: view
    for view in (
        View("table", "every variable is a column"),
        View(
            "timeline",
            "bars along time: certain solid, possible hatched, open ends fading",
            needs=((("time",), ("start",), ("end",), *((name,) for name in _BOUNDS)),),
            roles={
                "item": _ITEM,
                "label": _LABEL,
                "time": "when: a date, with or without a time, a month, a year, or EDTF: 1998-10/1999-03, 200X, 2003~",
                "start": "the beginning, as precise as it is known",
                "end": "the end; without it the end is open",
                "startEarliest": "the earliest day on which it may have begun",
                "startLatest": "the latest day on which it may have begun",
                "endEarliest": "the earliest day on which it may have ended",
                "endLatest": "the latest day on which it may have ended",
            },
            names_item=True,
        ),
        View(
            "map",
            "places on a map",
            needs=((("lat", "long"), ("wkt",)),),
            roles={
                "item": _ITEM,
                "label": _LABEL,
                "lat": "latitude in degrees, north positive (WGS 84)",
                "long": "longitude in degrees, east positive",
                "wkt": "in place of both, a point as geo:wktLiteral: POINT(longitude latitude)",
            },
            names_item=True,
        ),
        View(
            "graph",
            "a network of things and what links them",
            needs=((("source", "target"),),),
            roles={
                "source": "where a link begins: a thing or a text",
                "target": "where it ends",
                "label": "what the link is: a property or a text",
            },
        ),
        View(
            "chart",
            "bars by category, or values along time",
            needs=((("category", "value"), ("time", "value")),),
            roles={
                "category": "what is counted or measured: a thing or a text, one bar each",
                "time": "in place of a category, when: values along time",
                "value": "a number",
            },
        ),
    )
}
