"""How the data uses its vocabulary, read from the index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

_USES: Final = (
    "SELECT c.name, p.iri, u.things, u.triples FROM usage u JOIN node c ON c.id = u.class"
    " JOIN property p ON p.id = u.property ORDER BY c.name, u.things DESC, p.iri"
)
_LINKS: Final = (
    "SELECT s.name, p.iri, o.name, l.triples FROM link l JOIN node s ON s.id = l.subject"
    " JOIN node o ON o.id = l.object JOIN property p ON p.id = l.property ORDER BY l.triples DESC, 1, 2, 3"
)


class Use(NamedTuple):
    """A property of the things of a class: how many of them have it, in how many triples."""

    property: str
    things: int
    triples: int


class KindLink(NamedTuple):
    """Asserted triples from things of one class to things of another; each thing counts under its rarest class."""

    subject: str
    property: str
    object: str
    triples: int


def uses(rows: Callable[..., list[tuple[Any, ...]]]) -> dict[str, list[Use]]:
    """For each class the properties of its things, the usual ones first."""
    found: dict[str, list[Use]] = {}
    for name, property_, things, triples in rows(_USES):
        found.setdefault(name, []).append(Use(property_, things, triples))
    return found


def kind_links(rows: Callable[..., list[tuple[Any, ...]]]) -> list[KindLink]:
    """Links between classes, most frequent first."""
    return [KindLink(*row) for row in rows(_LINKS)]
