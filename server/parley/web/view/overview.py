"""A vocabulary at a glance: its main kinds of things and how the data links them, as a drawing and as a list."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from parley.release.usage import KindLink
from parley.vocab import RDF_TYPE
from parley.web.view.browse import TECHNICAL
from parley.web.view.naming import Namer, Text
from parley.web.view.values import Links, Value

#: Kinds and lines in the drawing; links in the list. With an even number of kinds, no two face each other across the
#: one in the middle.
KINDS: Final = 8
LINES: Final = 14
LISTED: Final = 40
WIDTH, HEIGHT = 960, 600
_ROW, _LETTER, _PADDING = 40, 8.2, 26
_SMALL, _SMALL_ROW = 7.6, 18
#: Where on its line a label may stand, best place first.
_PARTS: Final = (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78, 0.45, 0.55, 0.35, 0.65)


#: What to call a term, and where its mention leads.
Mention = Callable[[str], Value]


@dataclass(frozen=True, slots=True)
class Box:
    """A kind of thing in the drawing, by its centre."""

    label: Text
    href: str | None
    x: float
    y: float
    width: float
    height: float = _ROW


@dataclass(frozen=True, slots=True)
class Line:
    """Links from one box to another: where the arrow begins and ends, the property that makes most, and its place."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: Text
    more: int
    href: str | None

    anchor: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Overview:
    """The drawing, and the links it is made of as rows of kind, property, kind and number."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    rows: tuple[tuple[Value, Value, Value, int], ...]


class Source(Protocol):
    """The part of the release's index that is needed."""

    def kind_links(self) -> list[KindLink]:
        """Asserted links between things, by their kinds, most frequent first."""


def view(
    source: Source, parents: Mapping[str, frozenset[str]], terms: frozenset[str], namer: Namer, links: Links
) -> Overview:
    """The overview of the vocabulary whose terms are `terms`; `parents` are the direct super-terms of each.

    Kinds stand for all that is below them.
    """
    found = _lifted(source.kind_links(), parents, terms)
    namer.learn({iri for link in found for iri in link[:3]})

    def mention(iri: str) -> Value:
        inside = f"#{iri.partition('#')[2]}" if iri in terms else None
        href, external = (inside, False) if inside else links.to(iri)
        return Value(namer.term(iri), href, external, exact=iri)

    rows = tuple(
        (mention(one.subject), mention(one.property), mention(one.object), one.triples) for one in found[:LISTED]
    )
    boxes = _boxes(_kinds(found), mention)
    return Overview(tuple(boxes.values()), tuple(_lines(found, boxes, mention)), rows)


def _lifted(found: Iterable[KindLink], parents: Mapping[str, frozenset[str]], terms: frozenset[str]) -> list[KindLink]:
    """The links of the vocabulary's own properties between the broadest kinds; technical ones are left out."""
    sums: dict[tuple[str, str, str], int] = {}
    for link in found:
        ends = (link.subject, link.object)
        if link.property == RDF_TYPE or link.property not in terms or any(end.startswith(TECHNICAL) for end in ends):
            continue
        key = (_broadest(link.subject, parents, terms), link.property, _broadest(link.object, parents, terms))
        sums[key] = sums.get(key, 0) + link.triples
    return sorted((KindLink(*key, number) for key, number in sums.items()), key=lambda one: (-one.triples, one[:3]))


def _broadest(iri: str, parents: Mapping[str, frozenset[str]], terms: frozenset[str]) -> str:
    seen = {iri}
    while above := sorted((parents.get(iri, frozenset()) & terms) - seen):
        iri = above[0]
        seen.add(iri)
    return iri


def _kinds(found: Iterable[KindLink]) -> list[str]:
    """The kinds with most links to others, the one with most of all first."""
    weights: dict[str, int] = {}
    for link in found:
        for end in {link.subject, link.object}:
            weights[end] = weights.get(end, 0) + link.triples * (link.subject != link.object)
    return sorted((iri for iri in weights if weights[iri]), key=lambda iri: (-weights[iri], iri))[:KINDS]


def _boxes(kinds: Sequence[str], mention: Mention) -> dict[str, Box]:
    """The first kind in the middle, the others around it."""
    boxes = {}
    for place, iri in enumerate(kinds):
        shown = mention(iri)
        width = len(shown.text.text) * _LETTER + _PADDING
        x, y = WIDTH / 2, HEIGHT / 2
        if place:
            angle = 2 * math.pi * (place - 1) / (len(kinds) - 1) - math.pi / 2
            x += math.cos(angle) * (WIDTH / 2 - 110)
            y += math.sin(angle) * (HEIGHT / 2 - _ROW)
        x = min(max(x, width / 2 + 2), WIDTH - width / 2 - 2)
        boxes[iri] = Box(shown.text, shown.href, round(x, 1), round(y, 1), round(width, 1))
    return boxes


def _lines(found: Iterable[KindLink], boxes: Mapping[str, Box], mention: Mention) -> list[Line]:
    pairs: dict[tuple[str, str], list[KindLink]] = {}
    for link in found:
        if link.subject in boxes and link.object in boxes and link.subject != link.object:
            known = (link.object, link.subject) in pairs
            pairs.setdefault((link.object, link.subject) if known else (link.subject, link.object), []).append(link)
    lines = []
    taken = [(box.x, box.y, box.width, box.height) for box in boxes.values()]
    for pair, among in list(pairs.items())[:LINES]:
        start, end = boxes[pair[0]], boxes[pair[1]]
        shown, ends = mention(among[0].property), (*_edge(start, end), *_edge(end, start))
        size = (len(shown.text.text) + (4 if len(among) > 1 else 0)) * _SMALL
        anchor = _free(ends, size, taken)
        taken.append((*anchor, size, _SMALL_ROW))
        lines.append(Line(*ends, shown.text, len(among) - 1, shown.href, anchor))
    return lines


def _free(
    ends: tuple[float, float, float, float], width: float, taken: Iterable[tuple[float, float, float, float]]
) -> tuple[float, float]:
    """Where on a line a label of `width` covers nothing; the middle, if it always does. `taken` are boxes by centre."""
    places = [
        (round(ends[0] + (ends[2] - ends[0]) * part, 1), round(ends[1] + (ends[3] - ends[1]) * part, 1))
        for part in _PARTS
    ]
    for x, y in places:
        if all(abs(x - a) > (width + w) / 2 or abs(y - b) > (_SMALL_ROW + h) / 2 for a, b, w, h in taken):
            return x, y
    return places[0]


def _edge(box: Box, towards: Box) -> tuple[float, float]:
    """Where the line from the centre of `box` to that of `towards` leaves it."""
    dx, dy = towards.x - box.x, towards.y - box.y
    across = (box.width / 2 + 3) / abs(dx) if dx else math.inf
    down = (box.height / 2 + 3) / abs(dy) if dy else math.inf
    part = min(across, down, 1.0)
    return round(box.x + dx * part, 1), round(box.y + dy * part, 1)
