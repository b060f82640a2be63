"""An answer on a map: its places as points, with names where there is room, over land and today's borders.

What a row must hold says `parley.views`. Rows with the same coordinates share a point.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from parley.views import VIEWS
from parley.web.view import basemap
from parley.web.view.answer import Cells
from parley.web.view.basemap import LAST_LATITUDE, Window, latitude_of, mercator
from parley.web.view.labels import Label, Room
from parley.web.view.rows import Extent, Row, number, rows_of, steps
from parley.web.view.values import Value

WIDTH, HEIGHT = 960, 560
#: Points that are drawn, at most; the table shows all rows.
POINTS: Final = 500
#: Names of one point that its description lists.
NAMES: Final = 8
#: Degrees of longitude that a map shows at least, and the room around its points, as a part of them.
_LEAST, _ROOM = 12.0, 0.18
_RADIUS: Final = 6
#: A point in WKT, with the reference system that GeoSPARQL allows in front if it is in degrees east and north.
_WKT: Final = re.compile(
    r"\s*+(?:<http://www\.opengis\.net/def/crs/OGC/1\.3/CRS84>\s*+)?+POINT\s*+Z?+\s*+"
    r"\(\s*+(\S{1,40}+)\s++(\S{1,40}?)(?:\s++\S{1,40}?)?\s*+\)\s*+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A point, the things there (the first of them if they are many), and how many those are."""

    x: float
    y: float
    names: tuple[Value, ...]
    count: int
    label: Label | None

    @property
    def title(self) -> str:
        """The names in a row."""
        more = "…" if self.count > len(self.names) else ""
        return ", ".join(name.text.text for name in self.names) + more


@dataclass(frozen=True, slots=True)
class Map:
    """The drawing: land, borders, lines of the grid (position, degrees), and the points."""

    land: str
    borders: str
    meridians: tuple[tuple[float, int], ...]
    parallels: tuple[tuple[float, int], ...]
    spots: tuple[Spot, ...]
    extent: Extent


def map_of(columns: Sequence[str], bindings: Sequence[Mapping[str, Any]], cells: Cells) -> Map:
    """The map of an answer in SPARQL's JSON."""
    places: dict[tuple[float, float], dict[str, Value]] = {}
    unfit = 0
    for row in rows_of(VIEWS["map"], columns, bindings, cells):
        where, name = position(row), row.name()
        if where is None or name is None:
            unfit += 1
        else:
            places.setdefault(where, {}).setdefault(str(name), name)
    kept = dict(list(places.items())[:POINTS])
    window = _window(list(kept))
    land, borders = basemap.paths(window)
    return Map(
        land,
        borders,
        tuple((round(window.x(d), 1), _degrees(d)) for d in steps(window.west, window.east, 8) if d == int(d)),
        tuple((round(window.y(d), 1), int(d)) for d in steps(window.south, window.north, 5) if d == int(d)),
        _labelled(kept, window),
        Extent(len(kept), len(places) - len(kept), unfit),
    )


def position(row: Row) -> tuple[float, float] | None:
    """Longitude and latitude of a row, rounded to a metre; None if they are no place on Earth."""
    found = _WKT.fullmatch(row.text("wkt") or "")
    longitude = number(found[1]) if found else row.number("long")
    latitude = number(found[2]) if found else row.number("lat")
    if longitude is None or latitude is None or not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return None
    return round(longitude, 5), round(latitude, 5)


def _window(points: Sequence[tuple[float, float]]) -> Window:
    """The part of the world that shows `points` with room around them, in the proportions of the drawing."""
    if not points:
        return Window(-180, latitude_of(-105), 180, latitude_of(105), WIDTH, HEIGHT)
    west, east = _shortest([longitude for longitude, _ in points])
    lows = [mercator(max(-LAST_LATITUDE, min(LAST_LATITUDE, latitude))) for _, latitude in points]
    south, north = min(lows), max(lows)
    ratio = WIDTH / HEIGHT
    width = max((east - west) * (1 + 2 * _ROOM), (north - south) * (1 + 2 * _ROOM) * ratio, _LEAST)
    width = min(width, 360.0, 2 * mercator(LAST_LATITUDE) * ratio)
    middle, centre = (west + east) / 2, (south + north) / 2
    edge = mercator(LAST_LATITUDE) - width / ratio / 2
    centre = max(-edge, min(edge, centre))
    half = width / ratio / 2
    return Window(
        middle - width / 2, latitude_of(centre - half), middle + width / 2, latitude_of(centre + half), WIDTH, HEIGHT
    )


def _shortest(longitudes: Sequence[float]) -> tuple[float, float]:
    """West and east end of the shortest stretch that holds all, across the 180th meridian if need be.

    >>> _shortest([170.0, -170.0]), _shortest([8.54, 8.31])
    ((170.0, 190.0), (8.31, 8.54))
    """
    ring = sorted(set(longitudes))
    gaps = [after - before for before, after in zip(ring, [*ring[1:], ring[0] + 360], strict=True)]
    widest = gaps.index(max(gaps))
    # `widest` is the place of the last one before the gap; comparing sums with what they are made of would not do.
    east = ring[widest]
    west = ring[(widest + 1) % len(ring)]
    return west, east if east >= west else east + 360


def _degrees(longitude: float) -> int:
    return int((longitude + 180) % 360 - 180)


def _labelled(places: Mapping[tuple[float, float], Mapping[str, Value]], window: Window) -> tuple[Spot, ...]:
    """The points of a map, with a name beside each that has room for it: right, left, above or below."""
    at = {place: _drawn(place, window) for place in places}
    room = Room(WIDTH, HEIGHT, ((x, y, _RADIUS) for x, y in at.values()))
    spots = []
    for place, found in places.items():
        x, y = at[place]
        names = tuple(found.values())
        label = room.label(x, y, _RADIUS, names[0].text.text + (f" +{len(names) - 1}" if len(names) > 1 else ""))
        spots.append(Spot(x, y, names[:NAMES], len(names), label))
    return tuple(spots)


def _drawn(place: tuple[float, float], window: Window) -> tuple[float, float]:
    longitude, latitude = place
    longitude += 360 if longitude < window.west else 0
    return round(window.x(longitude), 1), round(window.y(max(-LAST_LATITUDE, min(LAST_LATITUDE, latitude))), 1)
