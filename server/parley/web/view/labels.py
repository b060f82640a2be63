"""Names beside points, where there is room: nothing is written over anything else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

Box = tuple[float, float, float, float]
#: Height of a line, and the room between a name and its point, in drawing units.
_LINE, _GAP = 16, 4
#: Characters of a line; longer names take a second one.
_LONGEST: Final = 26


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

    def label(self, x: float, y: float, radius: float, text: str, *, below: bool = False) -> Label | None:
        """Where `text` can stand beside a point, which is taken then: right, left, above, below, or the latter first.

        None if all four places are covered.
        """
        lines = broken(text)
        gap, more = radius + _GAP, _LINE * (len(lines) - 1)
        sides = [
            (gap, 5 - more / 2, "start"), (-gap, 5 - more / 2, "end"),
            (0.0, -gap - more, "middle"), (0.0, gap + 11, "middle"),
        ]  # fmt: skip
        for dx, dy, anchor in reversed(sides) if below else sides:
            width = max(map(len, lines)) * self._character
            left = x + dx - {"start": 0, "middle": width / 2, "end": width}[anchor]
            box = (left, y + dy - _LINE + 3, left + width, y + dy + more + 3)
            if self._is_free(box):
                self._taken.append(box)
                return Label(lines, round(x + dx, 1), round(y + dy, 1), anchor)
        return None

    def _is_free(self, box: Box) -> bool:
        left, top, right, bottom = box
        if left < 0 or top < 0 or right > self._width or bottom > self._height:
            return False
        return not any(left < c and a < right and top < d and b < bottom for a, b, c, d in self._taken)


def broken(text: str) -> tuple[str, ...]:
    """`text` in one line or two, cut where it takes more.

    >>> broken("Garden"), broken("Society of the Friends of Lichens on Old Garden Walls")
    (('Garden',), ('Society of the Friends of', 'Lichens on Old Garden…'))
    """
    lines = wrap(text, _LONGEST, max_lines=2, placeholder="…", break_on_hyphens=False)
    return tuple(lines) or (text,)
