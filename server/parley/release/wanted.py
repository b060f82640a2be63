"""What somebody looks for, as conditions on the index."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from parley.release.words import match_expression, word_expressions

_OF_CLASS: Final = "SELECT node FROM instance WHERE class = (SELECT id FROM node WHERE name = ?)"
_LINKED: Final = "SELECT node FROM facet WHERE facet = '{}' AND value = (SELECT id FROM node WHERE name = ?)"
_MATCHING: Final = "SELECT t.node FROM search s JOIN text t ON t.id = s.rowid WHERE search MATCH ?"
_OVERLAPPING: Final = "SELECT node FROM period WHERE first <= ? AND last >= ?"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: `words` in its texts, of the class `kind`, linked to `theme` and `place`, about `years`.

    `also` is a second class that things of `kind` may have, such as one that says how they are.

    With `some`, any of the words will do. `years` are the first and the last, both included. What is not said does not
    matter; where nothing is said, everything that has a kind will do.
    """

    words: str = ""
    some: bool = False
    kind: str = ""
    also: str = ""
    theme: str = ""
    place: str = ""
    years: tuple[int, int] | None = None

    @property
    def narrowed(self) -> bool:
        """Whether more than words is asked for."""
        return bool(self.kind or self.also or self.theme or self.place or self.years)

    def without(self, facet: str) -> Wanted:
        """The same without the choice of one facet: `kind`, `also`, `theme`, `place` or `years`."""
        changes: dict[str, Any] = {facet: None if facet == "years" else ""}
        return replace(self, **changes)

    def condition(self, *, words: bool = True) -> tuple[str, list[Any]]:
        """An SQL condition on `n.id`, a node's number, and its values; without `words`, they are left to the caller."""
        parts: list[tuple[str, list[Any]]] = []
        if self.words and words:
            parts.append((_MATCHING, [self.expression]))
        parts += [(_OF_CLASS, [class_]) for class_ in (self.kind, self.also) if class_]
        parts += [(_LINKED.format(name), [iri]) for name, iri in (("theme", self.theme), ("place", self.place)) if iri]
        if self.years:
            parts.append((_OVERLAPPING, [self.years[1], self.years[0]]))
        if not parts:
            parts = [("SELECT node FROM instance", [])] if not self.words else [("SELECT n.id", [])]
        return " AND ".join(f"n.id IN ({sql})" for sql, _ in parts), [value for _, values in parts for value in values]

    @property
    def expression(self) -> str:
        """The words as a query of the full-text index, which finds nothing where there are none."""
        return (" OR ".join(word_expressions(self.words)) if self.some else match_expression(self.words)) or '""'
