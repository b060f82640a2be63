"""Suggestions for what somebody is typing: things, kinds, properties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pyoxigraph as ox

from parley.reconcile.matcher import Matcher
from parley.reconcile.query import Query
from parley.reconcile.wording import Wording, item
from parley.release.index import Index
from parley.release.words import fold
from parley.vocab import RDFS

#: Suggestions given at once; the next ones by `cursor`.
PAGE: Final = 20
#: Suggestions that can be asked for in all.
REACH: Final = 500
_SUPERCLASS: Final = RDFS + "subClassOf"


def entities(index: Index, matcher: Matcher, wording: Wording, prefix: str, cursor: int) -> list[dict[str, Any]]:
    """Things with a name that begins with `prefix`, then those that a query for it would find."""
    best: dict[str, tuple[int, int, str]] = {}
    numbers: dict[str, int] = {}
    for name in index.names.starting(fold(prefix)):
        place = (len(name.key), -name.links, name.iri)
        best[name.iri] = min(best.get(name.iri, place), place)
        numbers[name.iri] = name.node
    kinds = index.names.classes_of(numbers.values())
    best = {iri: place for iri, place in best.items() if matcher.offers(kinds.get(numbers[iri], ()))}
    found = matcher.match(Query(names=(prefix,), limit=PAGE)) if prefix.strip() else []
    certain = [match.iri for match in found if match.settled]
    begun = sorted((iri for iri in best if iri not in certain), key=lambda iri: best[iri])
    ordered = dict.fromkeys([*certain, *begun, *(match.iri for match in found)])
    chosen = list(ordered)[cursor : cursor + PAGE]
    nodes = {iri: known[0] for iri in chosen if (known := index.names.node(iri)) is not None}
    kinds = index.names.classes_of(nodes.values())
    wording.learn(chosen)
    return [item(wording, iri) | {"notable": wording.kinds(kinds.get(nodes[iri], ()))} for iri in chosen]


def types(index: Index, wording: Wording, prefix: str, cursor: int) -> list[dict[str, Any]]:
    """The kinds of things there are, those with most things first, each with the kinds directly above it."""
    chosen = _beginning(wording, [iri for iri, _ in index.classes()], prefix)[cursor : cursor + PAGE]
    known = {iri for iri, _ in index.classes()}
    rows = []
    for iri in chosen:
        row = item(wording, iri)
        above = [other for other in superclasses(index, iri) if other in known]
        rows.append(row | {"broader": [wording.named(other) for other in above]} if above else row)
    return rows


def properties(index: Index, wording: Wording, prefix: str, cursor: int) -> list[dict[str, Any]]:
    """The properties there are, the most used first."""
    chosen = _beginning(wording, [iri for iri, _ in index.properties()], prefix)[cursor : cursor + PAGE]
    return [item(wording, iri) for iri in chosen]


def proposed(index: Index, wording: Wording, kind: str, limit: int) -> list[dict[str, Any]]:
    """The properties that the things of a kind have, those of most things first; of all things for no kind."""
    found = [use.property for use in index.uses().get(kind, ())] if kind else [iri for iri, _ in index.properties()]
    wording.learn(found[:limit])
    return [wording.named(iri) for iri in found[:limit]]


def superclasses(index: Index, iri: str) -> list[str]:
    """The classes that the release states to be directly above `iri`."""
    described = index.describe(iri, page_size=0)
    found = [s.object for s in (described.outgoing if described else ()) if s.predicate.value == _SUPERCLASS]
    return sorted({term.value for term in found if isinstance(term, ox.NamedNode)} - {iri})


def _beginning(wording: Wording, iris: Iterable[str], prefix: str) -> list[str]:
    """Those of `iris` of whose name, or IRI, some word begins with `prefix`; names that begin with it come first."""
    wanted, found = fold(prefix), list(iris)
    wording.learn(found)
    if not wanted:
        return found if not prefix.strip() else []
    keys = {iri: fold(wording.name(iri)) for iri in found}
    matching = [iri for iri in found if f" {wanted}" in f" {keys[iri]}" or prefix.strip() == iri]
    return sorted(matching, key=lambda iri: not keys[iri].startswith(wanted))
