"""Footnotes: which graph says a fact, numbered in the order in which a page first needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from parley.release.records import Statement
from parley.roles import Role
from parley.web.view.naming import Namer, Text
from parley.web.view.values import Links

#: The roles of graphs that a fact cites. The others say what the whole page is about, not where one fact is from.
CITED = (Role.PASSAGE, Role.OUTSIDE, Role.EDITORIAL, Role.DATA, Role.LINKS, Role.EXTERNAL)


@dataclass(frozen=True, slots=True)
class Note:
    """One footnote: the graph, its name, its page, what it is to the publication, what it says in a sentence."""

    number: int
    graph: str
    label: Text
    href: str | None
    role: Role
    detail: Text | None = None


class Notes:
    """The footnotes of one page."""

    def __init__(self, namer: Namer, links: Links, detail: Callable[[str], Text | None]) -> None:
        """`detail` says in a sentence what a passage says."""
        self._namer, self._links, self.detail = namer, links, detail
        self._found: dict[str, Note] = {}

    def cite(self, copies: Iterable[Statement]) -> tuple[int, ...]:
        """The numbers of the notes for a fact that stands in the graphs of `copies`: sources first."""
        cited = {s.graph: s.role for s in copies if s.role in CITED}
        order = sorted(cited, key=lambda graph: (CITED.index(cited[graph]), graph))
        return tuple(sorted(self._number(graph, cited[graph]) for graph in order))

    def all(self) -> tuple[Note, ...]:
        """Every note, in the order of the numbers."""
        return tuple(self._found.values())

    def _number(self, graph: str, role: Role) -> int:
        if graph not in self._found:
            href = self._links.page(graph) if self._links.described(graph) else None
            detail = self.detail(graph) if role is Role.PASSAGE else None
            self._found[graph] = Note(len(self._found) + 1, graph, self._namer.thing(graph), href, role, detail)
        return self._found[graph].number
