"""Answers on a map."""

from __future__ import annotations

from typing import Any

import pytest

from parley.web.view.basemap import Window, paths
from parley.web.view.map import HEIGHT, NAMES, POINTS, WIDTH, Map, map_of

from .answers import HOSTILE, cells, number, text, thing


def drawn(columns: str, *rows: dict[str, Any]) -> Map:
    return map_of(columns.split(), rows, cells())


def at(name: str, latitude: float, longitude: float) -> dict[str, Any]:
    return {"item": thing(name), "lat": number(str(latitude)), "long": number(str(longitude))}


def test_places_lie_where_they_are() -> None:
    found = drawn("item lat long", at("oslo", 59.9, 10.7), at("rome", 41.9, 12.5), at("kyiv", 50.4, 30.5))
    oslo, rome, kyiv = found.spots
    assert oslo.y < kyiv.y < rome.y and oslo.x < rome.x < kyiv.x
    assert all(0 < spot.x < WIDTH and 0 < spot.y < HEIGHT for spot in found.spots)
    assert oslo.names[0].href == "/doc/oslo" and oslo.label is not None
    assert found.land.startswith("M") and found.borders.startswith("M")
    assert any(degrees == 50 for _, degrees in found.parallels) and len(found.meridians) >= 3


@pytest.mark.parametrize(
    ("wkt", "place"),
    [
        ("POINT(20.8 41.1)", True),
        ("point z ( 20.8 41.1 700 )", True),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> Point(20.8 41.1)", True),
        ("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(41.1 20.8)", False),
        ("POLYGON((0 0, 1 1, 1 0, 0 0))", False),
        ("POINT(200 41)", False),
        ("POINT(1e400 41)", False),
        ("POINT EMPTY", False),
        (" " * 500_000, False),
        ("POINT(" + "9" * 500_000, False),
    ],
)
def test_points_as_wkt(wkt: str, place: bool) -> None:
    found = drawn("item wkt", {"item": thing("x"), "wkt": text(wkt)})
    assert (len(found.spots), found.extent.unfit) == ((1, 0) if place else (0, 1))


def test_a_map_may_cross_the_180th_meridian() -> None:
    found = drawn("item lat long", at("fiji", -17.8, 178.0), at("samoa", -13.8, -171.8))
    assert found.spots[0].x < found.spots[1].x < found.spots[0].x + 800
    assert {degrees for _, degrees in found.meridians} >= {-180} and found.land


def test_what_is_no_place_on_earth_is_counted() -> None:
    bad = [at("a", 91, 0), at("b", 0, 181), {"item": thing("c")}, {"item": thing("d"), "lat": text("north")}]
    found = drawn("item lat long", *bad, at("pole", 90, 0))
    assert (found.extent.drawn, found.extent.unfit) == (1, 4)
    assert 0 <= found.spots[0].y <= HEIGHT


def test_things_at_one_place_share_a_point_and_points_have_an_end() -> None:
    found = drawn("item lat long", *(at(str(n), 50, 10) for n in range(20)))
    assert (len(found.spots), found.spots[0].count, len(found.spots[0].names)) == (1, 20, NAMES)
    label = found.spots[0].label
    assert label is not None and label.lines[-1].endswith(" +19") and found.spots[0].title.endswith("…")
    found = drawn("item lat long", *(at(str(n), n % 90, n / 10) for n in range(POINTS + 50)))
    assert (found.extent.drawn, found.extent.beyond) == (POINTS, 50)
    boxes = [spot.label for spot in found.spots if spot.label]
    assert 0 < len(boxes) < POINTS, "names without room are left out"


def test_hostile_names_are_only_texts() -> None:
    rows = [{"item": text(bad), "lat": number(str(n)), "long": number("1")} for n, bad in enumerate(HOSTILE)]
    found = drawn("item lat long", *rows)
    assert [spot.names[0].text.text for spot in found.spots] == list(HOSTILE)


def test_the_base_map_is_cut_to_its_window() -> None:
    regional, world = Window(-10, 35, 40, 60, 960, 560), Window(-180, -70, 180, 78, 960, 560)
    for window in (regional, world):
        land, borders = paths(window)
        assert 5_000 < len(land) < 40_000 and 1_000 < len(borders) < 40_000
        numbers = [int(number) for number in land.partition("l")[0].removeprefix("M").split()]
        assert 0 <= numbers[0] <= 960 and 0 <= numbers[1] <= 560
    assert paths(Window(-40, 20, -30, 30, 960, 960)) == ("", ""), "nothing but the Atlantic"
