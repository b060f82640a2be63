"""One fact, told twice: a link to a thing, and the same link back under the inverse property.

A page tells it once, with the footnotes of both: a statement and its mirror image are the same claim (OWL 2 RL,
prp-inv1 and prp-symp), so that whoever says the one is a source of the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import pyoxigraph as ox

from parley.release.records import Description, Statement
from parley.roles import Role
from parley.vocab import OWL, RDF_TYPE

_INVERSE_OF = OWL + "inverseOf"
_SYMMETRIC = OWL + "SymmetricProperty"


class Source(Protocol):
    """The part of the release's index that is needed."""

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        """All that is said about `iri`."""


def inverses(source: Source, property_: str) -> frozenset[str]:
    """The properties that say the same the other way round."""
    found = source.describe(property_)
    if found is None:
        return frozenset()
    me = ox.NamedNode(property_)
    partners = {
        end.value
        for s in (*found.outgoing, *found.incoming)
        if s.predicate.value == _INVERSE_OF
        for end in (s.subject, s.object)
        if isinstance(end, ox.NamedNode) and end != me
    }
    if any(s.subject == me and s.predicate.value == RDF_TYPE and _is(s.object, _SYMMETRIC) for s in found.outgoing):
        partners.add(property_)
    return frozenset(partners)


def folded(inverses_of: Callable[[str], frozenset[str]], description: Description) -> Description:
    """`description` without the incoming statements whose mirror image is among the outgoing ones.

    `inverses_of` gives the properties that say the same as one the other way round.

    The graph of an asserted one goes to its mirror image, which is then no longer only inferred.
    """
    me = ox.NamedNode(description.iri)
    told = {(s.predicate.value, s.object) for s in description.outgoing if s.subject == me}
    partners = {p: inverses_of(p) for p in {s.predicate.value for s in description.incoming}}
    kept: list[Statement] = []
    gained: list[Statement] = []
    for statement in description.incoming:
        mirrors = [q for q in partners[statement.predicate.value] if (q, statement.subject) in told]
        if not mirrors:
            kept.append(statement)
        elif statement.role is not Role.INFERRED:
            gained += [
                statement._replace(subject=me, predicate=ox.NamedNode(q), object=statement.subject) for q in mirrors
            ]
    folded_away = len(description.incoming) - len(kept)
    return Description(
        description.iri,
        [*description.outgoing, *gained],
        kept,
        description.incoming_total - folded_away,
        description.owners,
    )


def _is(term: object, iri: str) -> bool:
    return isinstance(term, ox.NamedNode) and term.value == iri
