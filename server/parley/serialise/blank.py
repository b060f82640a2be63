"""Which blank nodes can be written in place: as `[ … ]`, or as a list `( … )`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import dropwhile
from typing import Final

from parley.nquads import Line
from parley.vocab import RDF_FIRST, RDF_NIL, RDF_REST

_FIRST: Final = f"<{RDF_FIRST}>"
_REST: Final = f"<{RDF_REST}>"
_NIL: Final = f"<{RDF_NIL}>"


class Blanks:
    """The blank nodes of some sorted lines; lines about and to named things only may be left out.

    Terms are in N-Triples syntax, graphs too, "" being the default graph.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines: dict[str, list[Line]] = {}
        self._parents: dict[str, list[Line]] = {}
        for line in lines:
            if line.subject.startswith("_:"):
                self._lines.setdefault(line.subject, []).append(line)
            if line.object.startswith("_:"):
                self._parents.setdefault(line.object, []).append(line)
            elif "_:" in line.object and line.object.startswith("<<"):
                self._mark_quoted(line)
        self._nested: dict[str, bool] = {}
        self._heads: dict[str, str | None] = {}

    def lines(self, blank: str) -> list[Line]:
        """The lines whose subject is `blank`."""
        return self._lines.get(blank, [])

    def mention(self, blank: str) -> Line:
        """The one line whose object is `blank`, which must be nested."""
        return self._parents[blank][0]

    def is_nested(self, blank: str) -> bool:
        """Whether `blank` can stand in place of its one mention: same graph, and not inside itself."""
        path: dict[str, None] = {}  # in order, and quick to look into
        here = blank
        # Up the mentions, to something that is written by name.
        while here.startswith("_:") and here not in self._nested and here not in path:
            if not self._mentioned_once(here):
                self._nested[here] = False
                break
            path[here] = None
            here = self._parents[here][0].subject
        self._nested.update(dict.fromkeys(path, True))
        if here in path:
            cycle = dropwhile(lambda step: step != here, path)
            self._nested.update(dict.fromkeys(cycle, False))
        return self._nested.get(blank, False)

    def head(self, blank: str) -> str | None:
        """The first cell of the list in place that contains the cell `blank`, or None if it is no such cell."""
        path = [blank]
        while path[-1] not in self._heads:
            above = self._cell_above(path[-1])
            if above is None:
                first = path[-1]
                is_list = self.is_nested(first) and self.items(first) is not None
                self._heads[first] = first if is_list else None
                break
            path.append(above)
        head = self._heads[path[-1]]
        self._heads.update(dict.fromkeys(path, head))
        return head

    def items(self, head: str) -> list[str] | None:
        """The items of the list that starts at the blank node `head`, or None if it is no well-formed list.

        Cells after the head must be mentioned once, so that nothing is lost by not naming them (Turtle §2.8).
        """
        items: list[str] = []
        seen: set[str] = set()
        cell = head
        while cell != _NIL:
            lines = self.lines(cell)
            if cell in seen or [line.predicate for line in lines] != [_FIRST, _REST]:
                return None
            if cell != head and not self._mentioned_once(cell):
                return None
            seen.add(cell)
            items.append(lines[0].object)
            cell = lines[1].object
            if cell != _NIL and not cell.startswith("_:"):
                return None
        return items

    def _mentioned_once(self, blank: str) -> bool:
        mentions = self._parents.get(blank, ())
        return len(mentions) == 1 and all(line.graph == mentions[0].graph for line in self.lines(blank))

    def _cell_above(self, blank: str) -> str | None:
        """The cell in place whose rest is `blank`."""
        if not self.is_nested(blank):
            return None
        mention = self._parents[blank][0]
        above = mention.subject
        is_cell = [line.predicate for line in self.lines(above)] == [_FIRST, _REST]
        return above if mention.predicate == _REST and is_cell and self.is_nested(above) else None

    def _mark_quoted(self, line: Line) -> None:
        """A blank node within a triple term must keep its name: two mentions make sure that it does."""
        for word in line.object.split(" "):
            if word.startswith("_:"):
                self._parents.setdefault(word, []).extend((line, line))
