"""The drawing of a vocabulary."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from parley.release.usage import KindLink
from parley.urls import Urls
from parley.vocab import OWL, RDF_TYPE
from parley.web.view import overview
from parley.web.view.i18n import Interface, load_catalogues
from parley.web.view.naming import Namer
from parley.web.view.overview import HEIGHT, KINDS, LINES, WIDTH, Overview
from parley.web.view.values import Links

NS = "https://tide.example/o#"


class Usage:
    """Links between kinds in memory."""

    def __init__(self, *found: tuple[str, str, str, int]) -> None:
        self.found = [KindLink(NS + s, NS + p, NS + o, n) for s, p, o, n in found]

    def kind_links(self) -> list[KindLink]:
        return self.found

    def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        return {}


def drawn(source: Usage, **parents: str) -> Overview:
    namer = Namer(source, Interface.of("en", load_catalogues()), "en")
    links = Links(Urls("https://tide.example/", ("en",)), None, lambda _: True)
    terms = frozenset(iri for link in source.found for iri in link[:3] if iri.startswith(NS))
    above = {NS + low: frozenset([NS + up]) for low, up in parents.items()}
    return overview.view(source, above, terms | {up for ups in above.values() for up in ups}, namer, links)


def test_kinds_stand_for_all_that_is_below_them() -> None:
    found = drawn(Usage(("Ebb", "meets", "Bay", 3), ("Flood", "meets", "Bay", 2), ("Bay", "has", "Ebb", 1)),
                  Ebb="Tide", Flood="Tide")  # fmt: skip
    assert [(a.text.text, p.text.text, b.text.text, n) for a, p, b, n in found.rows] == [
        ("tide", "meets", "bay", 5), ("bay", "has", "tide", 1),
    ]  # fmt: skip
    (line,) = found.lines
    assert (line.label.text, line.more, line.href) == ("meets", 1, "#meets")
    assert [box.label.text for box in found.boxes] == ["bay", "tide"]


def test_a_circle_of_kinds_ends() -> None:
    assert drawn(Usage(("A", "p", "C", 1)), A="B", B="A").rows[0][3] == 1


def test_technical_and_foreign_links_are_left_out() -> None:
    source = Usage(("A", "p", "B", 1))
    source.found += [KindLink(NS + "A", RDF_TYPE, NS + "B", 9), KindLink(OWL + "Class", NS + "p", NS + "B", 9),
                     KindLink(NS + "A", "urn:elsewhere", NS + "B", 9)]  # fmt: skip
    assert len(drawn(source).rows) == 1
    assert drawn(Usage()) == Overview((), (), ())


def test_labels_cover_nothing() -> None:
    found = drawn(Usage(*((f"K{n}", f"property{n}", "Hub", 9 - n) for n in range(6)), ("K1", "across", "K4", 1)))
    assert len(found.lines) == 7
    places = [line.anchor for line in found.lines] + [(box.x, box.y) for box in found.boxes]
    for (a, b), (c, d) in itertools.combinations(places, 2):
        assert abs(a - c) > 30 or abs(b - d) >= 18


def test_boxes_stay_inside_and_apart() -> None:
    names = [f"AKindOfThing{n}" for n in range(12)]
    found = drawn(Usage(*((a, f"p{a}{b}", b, 1) for a, b in itertools.combinations(names, 2))))
    assert (len(found.boxes), len(found.lines)) == (KINDS, LINES)
    for box in found.boxes:
        assert box.width / 2 <= box.x <= WIDTH - box.width / 2
        assert box.height / 2 <= box.y <= HEIGHT - box.height / 2
    for one, two in itertools.combinations(found.boxes, 2):
        assert abs(one.x - two.x) > (one.width + two.width) / 2 or abs(one.y - two.y) > one.height
