"""The base map under maps: land and borders in longitude and latitude, bundled with the package, drawn by the window.

Natural Earth's data (public domain). Mercator's projection: familiar, keeps angles, and what it does to each axis does
not depend on the other, so a window is a rectangle in degrees as in the drawing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from parley.errors import ReleaseError

Point = tuple[float, float]
#: Windows wider than this, in degrees, are drawn from the coarse map.
_COARSE = 100
#: Latitudes beyond are not drawn: the projection has no end.
LAST_LATITUDE = 82.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line or ring, and its extent: west, south, east, north."""

    points: tuple[Point, ...]
    extent: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """Land as rings (those inside others are lakes) and borders as lines."""

    land: tuple[Line, ...]
    borders: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the world in degrees (`east` may be beyond 180), drawn `width` by `height` units."""

    west: float
    south: float
    east: float
    north: float
    width: float
    height: float

    def x(self, longitude: float) -> float:
        """Where a longitude is drawn."""
        return (longitude - self.west) / (self.east - self.west) * self.width

    def y(self, latitude: float) -> float:
        """Where a latitude is drawn."""
        top = mercator(self.north)
        return (top - mercator(latitude)) / (top - mercator(self.south)) * self.height


def mercator(latitude: float) -> float:
    """Mercator's ordinate in degrees of longitude at the equator."""
    return math.degrees(math.asinh(math.tan(math.radians(latitude))))


def latitude_of(ordinate: float) -> float:
    """The latitude of Mercator's ordinate."""
    return math.degrees(math.atan(math.sinh(math.radians(ordinate))))


def paths(window: Window) -> tuple[str, str]:
    """Land and borders in `window`, as data of SVG paths. Raises ReleaseError if the package lacks its bundle."""
    scale = _load("coarse" if window.east - window.west > _COARSE else "fine")
    land = (ring for line in scale.land for ring in _pieces(line, window, closed=True))
    borders = (piece for line in scale.borders for piece in _pieces(line, window, closed=False))
    return _path(land, "z"), _path(borders, "")


@lru_cache(maxsize=2)
def _load(name: str) -> Scale:
    folder = files("parley.web") / "static" / "build"
    try:
        file = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]["basemap.json"]
        found = json.loads((folder / file).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError) as error:
        raise ReleaseError(
            f"The base map is missing ({error}).", cure="Install the package again (pip install .), which bundles it."
        ) from error
    unpacked = {part: tuple(_unpacked(line, found["unit"]) for line in found[name][part]) for part in found[name]}
    return Scale(**unpacked)


def _unpacked(steps: Sequence[int], unit: int) -> Line:
    points: list[Point] = []
    x = y = 0
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x / unit, y / unit))
    columns, rows = [p[0] for p in points], [p[1] for p in points]
    return Line(tuple(points), (min(columns), min(rows), max(columns), max(rows)))


def _pieces(line: Line, window: Window, *, closed: bool) -> Iterator[list[tuple[int, int]]]:
    """The parts of `line` in `window`, in drawing units, where it is once around the world too."""
    west, south, east, north = line.extent
    if north < window.south or south > window.north:
        return
    for shift in (-360.0, 0.0, 360.0):
        if east + shift < window.west or west + shift > window.east:
            continue
        points: Iterable[Point] = [(x + shift, y) for x, y in line.points] if shift else line.points
        for piece in [_clipped(list(points), window)] if closed else _runs(points, window):
            drawn = _thinned([(window.x(x), window.y(y)) for x, y in piece])
            if len(drawn) > (2 if closed else 1):
                yield drawn


def _clipped(ring: list[Point], window: Window) -> list[Point]:
    """The part of a ring in `window` (Sutherland and Hodgman's algorithm)."""
    for axis, edge, sign in ((0, window.west, 1), (0, window.east, -1), (1, window.south, 1), (1, window.north, -1)):
        kept: list[Point] = []
        for before, here in zip([ring[-1], *ring[:-1]] if ring else [], ring, strict=True):
            was, is_in = (before[axis] - edge) * sign >= 0, (here[axis] - edge) * sign >= 0
            if was != is_in:
                part = (edge - before[axis]) / (here[axis] - before[axis])
                crossing = before[1 - axis] + part * (here[1 - axis] - before[1 - axis])
                kept.append((edge, crossing) if axis == 0 else (crossing, edge))
            if is_in:
                kept.append(here)
        ring = kept
    return ring


def _runs(points: Iterable[Point], window: Window) -> Iterator[list[Point]]:
    """The stretches of a line in `window`, each with the point before and after it, which the drawing cuts off."""
    run: list[Point] = []
    before: Point | None = None
    for point in points:
        inside = window.west <= point[0] <= window.east and window.south <= point[1] <= window.north
        if inside:
            run += [before, point] if not run and before is not None else [point]
        elif run:
            yield [*run, point]
            run = []
        before = point
    if run:
        yield run


def _thinned(points: list[Point]) -> list[tuple[int, int]]:
    """`points` to the unit, without those next to the one before."""
    kept: list[tuple[int, int]] = []
    for x, y in points:
        point = round(x), round(y)
        if not kept or abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) > 1:
            kept.append(point)
    return kept


def _path(lines: Iterable[list[tuple[int, int]]], end: str) -> str:
    """Path data: each line as its first point and the steps from there."""
    return "".join(
        f"M{line[0][0]} {line[0][1]}l" + " ".join(f"{x - u} {y - v}" for (u, v), (x, y) in pairwise(line)) + end
        for line in lines
    )
