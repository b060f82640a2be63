"""Which passages of a source the statements rest on, and why some have none.

The passages are the graphs of role passage, and the things of the class that those are stated to be of: a passage
without statements has no graph. The reason why it has none may stand

- on the passage itself: `skos:editorialNote`, `skos:note` or `rdfs:comment`;
- on another thing of an editorial graph that points to this passage and to no other: its longest text that is no label.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from parley.release.index import Index
from parley.release.passage import position, text_of
from parley.release.records import Statement
from parley.release.words import pick_label
from parley.roles import Role
from parley.vocab import RDF_TYPE, RDFS, SKOS

_REASONS: Final = (SKOS + "editorialNote", SKOS + "note", RDFS + "comment")


@dataclass(frozen=True, slots=True)
class Row:
    """One passage: its label, what it says, how many statements its graph holds, where it stands in the source.

    `reasons` say why it has no statements; they are looked for only then.
    """

    passage: str
    label: str
    text: str
    statements: int
    position: tuple[int, int] | None = None
    reasons: tuple[str, ...] = ()

    @property
    def accounted(self) -> bool:
        """Whether it has statements, or a reason for having none."""
        return self.statements > 0 or bool(self.reasons)


def coverage(index: Index, language: str) -> list[Row]:
    """A row for each passage, in the order of the source; texts in `language` where there are any."""
    sizes = {graph.iri: graph.triples for graph in index.graphs() if graph.role is Role.PASSAGE}
    passages = sorted({*sizes, *_of_their_class(index, sizes)})
    rows = [_row(index, iri, sizes.get(iri, 0), frozenset(passages), language) for iri in passages]
    return sorted(rows, key=lambda row: (row.position is None, row.position or (0, 0), row.passage))


def _of_their_class(index: Index, graphs: Iterable[str]) -> set[str]:
    """The instances of the rarest class that all passage graphs which have a type are stated to be of."""
    types = [found for graph in graphs if (found := _types(_about(index, graph)))]
    shared = set.intersection(*types) if types else set()
    counts: Mapping[str, int] = dict(index.classes())
    if not shared:
        return set()
    class_ = min(sorted(shared), key=lambda iri: counts.get(iri, 0))
    return set(index.instances(class_, limit=max(counts.get(class_, 0), 1)))


def _about(index: Index, iri: str) -> list[Statement]:
    found = index.describe(iri, page_size=1)
    return found.outgoing if found else []


def _types(statements: Iterable[Statement]) -> set[str]:
    return {
        one.object.value
        for one in statements
        if one.predicate.value == RDF_TYPE and one.role is not Role.INFERRED and isinstance(one.object, ox.NamedNode)
    }


def _row(index: Index, iri: str, statements: int, passages: frozenset[str], language: str) -> Row:
    label, _tag = pick_label(iri, index.labels([iri]).get(iri, {}), language)
    about = _about(index, iri)
    text = text_of(about, language)
    reasons = () if statements else tuple(_reasons(index, iri, about, passages, language))
    return Row(iri, label, text[0] if text else "", statements, position(index, iri), reasons)


def _reasons(
    index: Index, iri: str, about: Iterable[Statement], passages: frozenset[str], language: str
) -> Iterable[str]:
    own = text_of([one for one in about if one.predicate.value in _REASONS], language, _REASONS)
    if own:
        yield own[0]
    found = index.describe(iri, page_size=1000)
    editorial = {
        one.subject.value
        for one in (found.incoming if found else ())
        if one.role is Role.EDITORIAL and isinstance(one.subject, ox.NamedNode)
    }
    for subject in sorted(editorial - passages):
        statements = _about(index, subject)
        others = {one.object.value for one in statements if isinstance(one.object, ox.NamedNode)} & passages - {iri}
        text = text_of(statements, language)
        if text and not others:
            yield text[0]
