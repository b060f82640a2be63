"""What the pages of one release ask again and again, remembered: it can't change while the release is served."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from parley.release.index import Index
from parley.roles import Role
from parley.vocab import OWL
from parley.web.view import browse, columns, entity, inverse, reading, rules

#: Entries of each kind, a few hundred bytes each.
_ENTRIES = 8192


class Memory:
    """Answers from memory what `source`, the index of a release, was asked before; safe in several threads.

    `ours` says whether an IRI is under a base of the publication.
    """

    def __init__(self, source: Index, ours: Callable[[str], bool]) -> None:
        self.inverses = lru_cache(_ENTRIES)(partial(inverse.inverses, source))
        self.paraphrase = lru_cache(_ENTRIES)(partial(entity.paraphrase, source))
        #: The passages of the source in their order, by the language of their texts.
        self.passages = lru_cache(8)(partial(reading.order, source))
        self.has_passages = any(graph.role is Role.PASSAGE for graph in source.graphs())
        self.rules = lru_cache(1)(partial(rules.by_class, source))
        #: Instances of a class, at most so many, that a property leads to.
        self.instances = lru_cache(64)(partial(_instances, source))
        #: The publication's own vocabularies, to which the frame of every page links.
        self.vocabularies = lru_cache(1)(partial(_vocabularies, source, ours))
        #: The classes that the data is about.
        self.classes = lru_cache(1)(partial(browse.classes, source, ours))
        #: The publication's own terms by the names that variables of queries have.
        self.columns = lru_cache(1)(partial(columns.terms, source, ours))


def _instances(source: Index, class_iri: str, most: int, led: str | None) -> tuple[str, ...]:
    return tuple(source.instances(class_iri, most, led=led))


def _vocabularies(source: Index, ours: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(iri for iri in source.instances(OWL + "Ontology", 1) if ours(iri))
