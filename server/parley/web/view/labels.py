"""Names beside points, where there is room: nothing is written over anything else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

Box = tuple[float, float, float, float]
#: Height of a line, and the room between a name and its point, in drawing units.
_LINE, _GAP = 16, 4
#: Characters of a line; longer names take a second one.
_LONGEST: Final = 26
_ACRONYM: Final = re.compile(r"\([^()]{1,12}\)$")


@dataclass(frozen=True, slots=True)
class Label:
    """A name beside its point, in one or two lines; `y` is the first one's, `anchor` is SVG's text-anchor."""

    lines: tuple[str, ...]
    x: float
    y: float
    anchor: str


class Room:
    """What is free of a drawing of `width` by `height` units, besides `points`: x, y and radius of each.

    `character` is the width of a character, a little more than most fonts take.
    """

    def __init__(
        self, width: float, height: float, points: Iterable[tuple[float, float, float]], character: float = 7.4
    ) -> None:
        self._width, self._height, self._character = width, height, character
        self._taken: list[Box] = [(x - r, y - r, x + r, y + r) for x, y, r in points]

    def label(
        self, x: float, y: float, radius: float, text: str, *, below: bool = False, always: bool = False
    ) -> Label | None:
        """Where `text` can stand beside a point, which is taken then: right, left, above, below, or the latter first.

        None if all four places are covered; with `always`, the one that covers least then.
        """
        lines = broken(text)
        gap, more = radius + _GAP, _LINE * (len(lines) - 1)
        sides = [
            (gap, 5 - more / 2, "start"), (-gap, 5 - more / 2, "end"),
            (0.0, -gap - more, "middle"), (0.0, gap + 11, "middle"),
        ]  # fmt: skip
        places: list[tuple[int, Box, Label]] = []
        for dx, dy, anchor in reversed(sides) if below else sides:
            width = max(map(len, lines)) * self._character
            left = x + dx - {"start": 0, "middle": width / 2, "end": width}[anchor]
            box = (left, y + dy - _LINE + 3, left + width, y + dy + more + 3)
            if self._is_inside(box):
                places.append((self._covered(box), box, Label(lines, round(x + dx, 1), round(y + dy, 1), anchor)))
        if not places:
            return None
        covered, box, label = min(places, key=lambda place: place[0])
        if covered and not always:
            return None
        self._taken.append(box)
        return label

    def _is_inside(self, box: Box) -> bool:
        left, top, right, bottom = box
        return left >= 0 and top >= 0 and right <= self._width and bottom <= self._height

    def _covered(self, box: Box) -> int:
        left, top, right, bottom = box
        return sum(left < c and a < right and top < d and b < bottom for a, b, c, d in self._taken)


def broken(text: str) -> tuple[str, ...]:
    """`text` in one line or two, cut where it takes more; an acronym at its end stays.

    >>> broken("Garden"), broken("Society of the Friends of Lichens on Old Garden Walls")
    (('Garden',), ('Society of the Friends of', 'Lichens on Old Garden…'))
    >>> broken("Society of the Friends of Lichens on Old Garden Walls (SFLOGW)")
    ('Society of the Friends of', 'Lichens on Old… (SFLOGW)')
    """
    acronym = _ACRONYM.search(text)
    end = f"… {acronym[0].replace(' ', chr(160))}" if acronym else "…"
    lines = wrap(text, _LONGEST, max_lines=2, placeholder=end, break_on_hyphens=False)
    return tuple(line.replace(chr(160), " ") for line in lines) or (text,)
