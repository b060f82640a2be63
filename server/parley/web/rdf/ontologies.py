"""Versions of ontologies: a version IRI leads to the ontology as it is in that version (OWL 2 §3.2)."""

from __future__ import annotations

from typing import Final, NamedTuple

import pyoxigraph as ox

from parley.release.index import Index
from parley.vocab import OWL

_ONTOLOGY: Final = OWL + "Ontology"
_VERSION: Final = OWL + "versionIRI"
_BEFORE: Final = frozenset(OWL + name for name in ("priorVersion", "backwardCompatibleWith", "incompatibleWith"))
#: Ontologies that are looked at.
_MOST: Final = 1000


class Versions(NamedTuple):
    """The version IRIs of a release, each with its ontology, and the IRIs of the versions before, as it names them."""

    own: dict[str, str]
    before: frozenset[str]


def versions(index: Index) -> Versions:
    """What the ontologies of a release say of their versions."""
    own: dict[str, str] = {}
    before: set[str] = set()
    for ontology in index.instances(_ONTOLOGY, _MOST):
        described = index.describe(ontology, page_size=0)
        for statement in described.outgoing if described else ():
            if not isinstance(statement.object, ox.NamedNode) or statement.object.value == ontology:
                continue
            if statement.predicate.value == _VERSION:
                own[statement.object.value] = ontology
            elif statement.predicate.value in _BEFORE:
                before.add(statement.object.value)
    return Versions(own, frozenset(before - own.keys()))
