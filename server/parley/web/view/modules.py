"""The terms of a vocabulary by module: by the file that declares them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from parley.web.view.naming import Namer, Text, collation, local_name, words
from parley.web.view.values import Links
from parley.web.view.vocabulary import Term


@dataclass(frozen=True, slots=True)
class Module:
    """A module, the page of its graph, and its terms by the alphabet."""

    name: Text
    href: str
    terms: tuple[Term, ...]


def modules(terms: Iterable[Term], namer: Namer, links: Links) -> tuple[Module, ...]:
    """The modules of `terms`; none where all stand in one."""
    by_graph: dict[str, list[Term]] = {}
    for term in terms:
        by_graph.setdefault(term.module, []).append(term)
    if len(by_graph) < 2:
        return ()
    found = [
        Module(
            namer.label(graph) or Text(words(local_name(graph)).replace("-", " ")),
            links.page(graph),
            tuple(sorted(members, key=lambda term: collation(term.name.text))),
        )
        for graph, members in by_graph.items()
    ]
    return tuple(sorted(found, key=lambda module: collation(module.name.text)))
