"""What the sources say about the terms of a message: their labels, their places, the types stated for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from parley.pipeline.names import Names
from parley.pipeline.origins import Place, places
from parley.publication import Publication
from parley.roles import Role
from parley.vocab import LABEL_PROPERTIES, RDF_TYPE

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

_RANKS = {iri: rank for rank, iri in enumerate(LABEL_PROPERTIES)}


@dataclass(frozen=True, slots=True)
class Known:
    """For messages: `labels` and `found` by IRI; `types` by IRI, each with the files that state it, as text."""

    names: Names
    labels: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, Place] = field(default_factory=dict)
    types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def known(publication: Publication, corpus: Corpus, mentioned: Set[str], things: Set[str]) -> Known:
    """Look for labels of all terms `mentioned`, and for places and types of those that are `things`."""
    names, first = Names(publication.all_prefixes), publication.languages[0]
    labels: dict[str, tuple[bool, int, str]] = {}
    types: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    files = {graph.iri: graph.files for graph in corpus.graphs}
    for quad in _described(corpus, mentioned | things):
        subject, predicate = getattr(quad.subject, "value", ""), quad.predicate.value
        if predicate in _RANKS and isinstance(quad.object, ox.Literal):
            # the best label is in the first language, then of the best property
            key = (quad.object.language != first, _RANKS[predicate], quad.object.value)
            labels[subject] = min(labels.get(subject, key), key)
        elif predicate == RDF_TYPE and subject in things and isinstance(quad.object, ox.NamedNode):
            types[subject][names.iri(quad.object.value)].update(files.get(getattr(quad.graph_name, "value", ""), ()))
    return Known(
        names,
        {iri: label for iri, (_other, _rank, label) in labels.items()},
        places(publication, corpus, things),
        {
            thing: tuple(f"{class_} in {', '.join(sorted(where))}" for class_, where in sorted(stated.items()))
            for thing, stated in types.items()
        },
    )


def _described(corpus: Corpus, iris: Set[str]) -> Iterable[ox.Quad]:
    reasoned = (role for role in Role if role.is_reasoned_over)
    return (quad for quad in corpus.quads(*reasoned) if getattr(quad.subject, "value", "") in iris)
