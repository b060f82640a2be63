"""The rows of an answer as drawings take them: terms by variable, names of what is drawn."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from parley.views import View
from parley.web.view.answer import Cells
from parley.web.view.naming import Text
from parley.web.view.values import Value

Term = Mapping[str, Any]
_NUMBER: Final = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?")


#: Numbers beyond, in either direction, are not drawn: differences of such have no meaning.
_LARGEST: Final = 1e100


@dataclass(frozen=True, slots=True)
class Extent:
    """What became of the rows of an answer: how many are drawn, how many passed the limit, how many can't be drawn."""

    drawn: int
    beyond: int = 0
    unfit: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One solution, with the variables' meanings in `view`."""

    terms: Mapping[str, Term]
    item: str | None
    cells: Cells

    def text(self, name: str) -> str | None:
        """The lexical form or the IRI of a variable; None without a value."""
        term = self.terms.get(name)
        value = term["value"] if term else None
        return value if isinstance(value, str) else None

    def number(self, name: str) -> float | None:
        """The finite number that a variable holds."""
        return number(self.text(name) or "")

    def name(self) -> Value | None:
        """The item, called as its label says if there is one."""
        return self.named(self.item) if self.item else None

    def named(self, variable: str, label: str = "label") -> Value | None:
        """What a variable holds, under the text of another one if there is one."""
        if variable not in self.terms:
            return None
        value = self.cells.value(self.terms[variable])
        told = self.terms.get(label)
        if told is None or told["type"] != "literal" or not told["value"].strip():
            return value
        return Value(Text(told["value"], told.get("xml:lang", "")), value.href, value.external, exact=value.exact)


def rows_of(view: View, columns: Sequence[str], bindings: Sequence[Mapping[str, Term]], cells: Cells) -> list[Row]:
    """The solutions of an answer, with all names looked up at once."""
    cells.learn(bindings)
    item = view.item(columns)
    return [Row(terms, item, cells) for terms in bindings]


def number(text: str) -> float | None:
    """The number that `text` is, if it is one that can be drawn.

    >>> number("1.5e3"), number("+7"), number("INF"), number("1e400")
    (1500.0, 7.0, None, None)
    """
    found = float(text) if _NUMBER.fullmatch(text) else math.inf
    return found if abs(found) < _LARGEST else None


def steps(low: float, high: float, most: int) -> list[float]:
    """Round numbers between `low` and `high`, at most `most` and their like: 1, 2 or 5 times a power of ten apart.

    >>> steps(0, 37, 5)
    [0.0, 10.0, 20.0, 30.0]
    """
    least = (high - low) / most
    power = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if power * factor >= least)
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Places on an axis of years with their names: round years, or months as YYYY-MM if it is under two years.

    >>> ticks(1998.2, 1998.7, 3)
    [(1998.3333333333333, '1998-05'), (1998.5, '1998-07'), (1998.6666666666667, '1998-09')]
    """
    if high - low >= 2:
        years = [year for year in steps(low, high, most) if year == int(year)]
        return [(year, str(int(year)).replace("-", "\N{MINUS SIGN}")) for year in years]
    months = range(math.ceil(low * 12), math.floor(high * 12) + 1)
    apart = next(n for n in (1, 2, 3, 6, 12) if len(months) / n <= most)
    return [(n / 12, f"{n // 12:04}-{n % 12 + 1:02}") for n in months if n % 12 % apart == 0]
