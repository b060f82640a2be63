"""From a query to candidates: who has such a name or identifier, how well the rest agrees, whether it is settled.

Two requests for the same text always get the same answer in the same order: by score, then by how many links point at
a thing, then by IRI.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from parley.errors import BadRequest
from parley.reconcile.query import Condition, Query
from parley.reconcile.similarity import LOWEST, TELLING, worth
from parley.reconcile.values import Values
from parley.release.coreference import Relation
from parley.release.index import Index
from parley.release.names import Name
from parley.release.spellings import expand_identifier
from parley.release.words import compact, compound, fold
from parley.vocab import DCAT, OWL, PREFIXES, RDF, RDFS, SH, VOID

#: What a thing scores that is mapped to the identifier asked for.
_MAPPED: Final = {
    Relation.SAME: 100.0,
    Relation.FOCUS: 99.0,
    Relation.CLOSE: 80.0,
    Relation.PAGE: 70.0,
    Relation.BROAD: 60.0,
    Relation.NARROW: 60.0,
    Relation.RELATED: 50.0,
}
#: Weight of a property beside the name's, which is 1.
_PROPERTY: Final = 0.4
#: From here on a property counts as agreeing.
_AGREES: Final = 0.9
#: Candidates whose properties are looked at.
_EXAMINED: Final = 60
#: Things of these kinds are terms of the vocabulary: found only by those who ask for the kind.
_TERMS: Final = (OWL, RDFS, RDF, SH)
#: Kinds that everything is of.
_ANYTHING: Final = (OWL + "Thing", RDFS + "Resource")
#: And things of these say how something is recorded: a code, a checksum, a point on a map. Nobody's table names them.
_RECORDS: Final = (PREFIXES["adms"] + "Identifier", PREFIXES["spdx"], PREFIXES["oa"], PREFIXES["geosparql"], VOID, DCAT)
#: What a thing scores of which only the part before brackets or a dash is the name, or only what stands behind.
_MAIN, _SIDE = 0.9, 0.8
#: From this score on, the other part is another name of the same thing.
_CONFIRMS: Final = 75.0


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate: `score` from 0 to 100, of which the name alone gives `name_score`.

    `settled` tells that its name or identifier is exactly what was asked for, `agreements` how far each property
    agrees, from 0 to 1; `certain` that nothing else comes into question; `identified` that no name was looked at.
    """

    iri: str
    node: int
    links: int
    name_score: float
    settled: bool
    score: float = 0.0
    agreements: tuple[tuple[str, float], ...] = ()
    types: tuple[str, ...] = field(default=(), compare=False)
    certain: bool = False
    identified: bool = False


class Matcher:
    """Answers queries from one release; `absolute` expands prefixed names.

    Things of the kinds `aside`, and of kinds below them, are found only by those who ask for such a kind.
    """

    def __init__(self, index: Index, absolute: Callable[[str], str], aside: Iterable[str] = ()) -> None:
        self._index = index
        self._absolute = absolute
        self._aside = tuple(aside)
        self._values = Values(index, absolute)
        self._narrower: dict[str, frozenset[str]] = {}

    def match(self, query: Query) -> list[Match]:
        """The candidates for `query`, best first. Raises BadRequest for a kind or property that the release has not."""
        self._check_kinds(query.types)
        self._check_properties(condition.property for condition in query.conditions)
        found = self._candidates(query)
        kept = self._of_type(found, query)
        kept.sort(key=_order)
        if query.conditions:
            kept = [match for one in kept[:_EXAMINED] if (match := self._examined(one, query.conditions)) is not None]
        else:
            kept = [replace(match, score=match.name_score) for match in kept]
        kept.sort(key=_order)
        kept = _decided([match for match in kept if match.score >= LOWEST], query)
        return kept[query.offset : query.offset + query.limit]

    def offers(self, types: Iterable[str]) -> bool:
        """Whether a thing of these kinds is offered to those who ask for no kind."""
        return not _is_aside(types, self._all_aside())

    def _all_aside(self) -> frozenset[str]:
        return frozenset().union(*map(self._below, self._aside))

    def _check_kinds(self, kinds: Iterable[str]) -> None:
        for kind in kinds:
            if kind not in _ANYTHING and not self._index.coreferences.known([kind]):
                raise BadRequest(
                    f"There is no kind of things “{kind[:200]}” here.",
                    cure="Give the IRI of a class, as /reconcile/suggest/type lists them.",
                )

    def _check_properties(self, properties: Iterable[str]) -> None:
        for name in properties:
            if self._index.triples_with(name) is None:
                raise BadRequest(
                    f"There is no property “{name[:200]}” here.",
                    cure="Give the IRI of a property, as /reconcile/suggest/property lists them.",
                )

    def _candidates(self, query: Query) -> list[Match]:
        best: dict[str, Match] = {}
        texts = [*((text, True) for text in query.names), *((text, False) for text in query.ids)]
        for text, is_name in texts:
            identified = self._by_identifier(text)
            # whoever gives an identifier does not mean things that are called nearly so
            named = self._called(text, alike=not identified) if is_name else []
            for match in [*identified, *named]:
                known = best.get(match.iri)
                if known is None or (match.name_score, match.settled) > (known.name_score, known.settled):
                    best[match.iri] = match
        if not any(text.strip() for text, _ in texts):
            for condition in query.conditions:
                best |= {match.iri: match for match in self._by_property(condition)}
        return list(best.values())

    def _called(self, text: str, *, alike: bool) -> list[Match]:
        """Who is called `text`; “Name (ABC)”, “Name - ABC” and the like also mean who is called by both parts."""
        found = {match.iri: match for match in self._by_name(text, alike=alike)}
        parts = compound(text) if alike and not any(match.settled for match in found.values()) else None
        if parts is None:
            return list(found.values())
        main, side = ({match.iri: match for match in self._by_name(part, alike=True)} for part in parts)
        for iri in main.keys() | side.keys():
            match = _of_both(main.get(iri), side.get(iri))
            if iri not in found or match.name_score > found[iri].name_score:
                found[iri] = match
        return list(found.values())

    def _by_name(self, text: str, *, alike: bool) -> list[Match]:
        key = fold(text)
        exact = self._index.names.exact(key)
        near = self._index.names.similar(key) if key and alike else []
        found: dict[str, Match] = {}
        for name in [*exact, *near]:
            match = _scored(key, name)
            known = found.get(match.iri)
            if known is None or (match.name_score, match.settled) > (known.name_score, known.settled):
                found[match.iri] = match
        return [match for match in found.values() if match.name_score >= LOWEST]

    def _by_identifier(self, text: str) -> list[Match]:
        """Who has `text`, an IRI or an identifier that tells by its form what it is, or is mapped to it."""
        text = text.strip()
        iri = expand_identifier(text) or self._absolute(text)
        if ":" not in iri or " " in iri:
            return []
        own = self._index.names.node(iri)
        reached = self._index.coreferences.of(iri).reached if own is None else {iri: Relation.SAME}
        found = []
        for other, relation in reached.items():
            place = self._index.names.node(other)
            if place is not None:
                score = _MAPPED[relation]
                found.append(Match(other, *place, score, settled=relation <= Relation.FOCUS, identified=True))
        return self._things_first(found)

    def _things_first(self, found: list[Match]) -> list[Match]:
        """Of a thing and concepts of it, the thing is meant: it alone keeps being settled.

        A concept that stands beside a thing, for its links, is not in the default graph, so it has no name there.
        """
        things = self._index.names.of(match.iri for match in found)
        if not any(match.settled and match.iri in things for match in found):
            return found
        return [
            replace(m, name_score=100.0)
            if m.settled and m.iri in things
            else replace(m, name_score=min(m.name_score, 95.0), settled=False)
            for m in found
        ]

    def _by_property(self, condition: Condition) -> Iterable[Match]:
        """The things that have the value: for queries that tell no name."""
        values = [expand_identifier(text) or self._absolute(text) for text in condition.values]
        keys = [fold(text) for text in condition.values]
        called = [name for key in keys for name in self._index.names.exact(key)]
        targets = [*values, *(name.iri for name in called)]
        for node, iri, links in self._index.names.subjects(condition.property, targets):
            yield Match(iri, node, links, 100.0, settled=True, identified=True)
        for name in called:  # the property may be one that holds names and identifiers
            if condition.property in self._values.of(name.iri):
                yield Match(name.iri, name.node, name.links, 100.0, settled=True, identified=True)

    def _of_type(self, found: list[Match], query: Query) -> list[Match]:
        kinds = self._index.names.classes_of(match.node for match in found)
        wanted = [self._below(kind) for kind in query.types if kind not in _ANYTHING]
        aside = self._all_aside()
        kept = []
        for match in found:
            types = kinds.get(match.node, [])
            if wanted:
                fits = [not kind.isdisjoint(types) for kind in wanted]
                keep = all(fits) if query.all_types else any(fits)
            else:
                keep = match.identified or not _is_aside(types, aside)
            if keep:
                kept.append(replace(match, types=tuple(types)))
        return kept

    def _below(self, kind: str) -> frozenset[str]:
        if kind not in self._narrower:
            self._narrower[kind] = self._index.names.narrower(kind)
        return self._narrower[kind]

    def _examined(self, match: Match, conditions: tuple[Condition, ...]) -> Match | None:
        """The candidate with what its properties add; None if one that is required does not agree."""
        agreements, total = [], 0.0
        for condition in conditions:
            share = self._values.agreement(match.iri, condition.property, condition.values, condition.quantifier)
            if condition.required and share < _AGREES:
                return None
            agreements.append((condition.property, share))
            total += share
        weight = _PROPERTY * len(conditions)
        score = (match.name_score + 100 * _PROPERTY * total) / (1 + weight)
        return replace(match, score=score, agreements=tuple(agreements))


def _is_aside(types: Iterable[str], aside: frozenset[str]) -> bool:
    """Whether a thing of these kinds is a term, a record of something, or of the kinds `aside`."""
    types = tuple(types)
    if not types:
        return False
    terms = all(kind.startswith(_TERMS) for kind in types)
    return terms or not aside.isdisjoint(types) or any(kind.startswith(_RECORDS) for kind in types)


def _of_both(main: Match | None, side: Match | None) -> Match:
    """The match of a thing by the two parts of a text: settled where one part is its name and the other agrees."""
    if main is not None and side is not None and min(main.name_score, side.name_score) >= _CONFIRMS:
        best = max(main, side, key=lambda match: (match.settled, match.name_score))
        return replace(best, settled=main.settled or side.settled)
    candidates = [
        replace(match, name_score=share * match.name_score, settled=False)
        for match, share in ((main, _MAIN), (side, _SIDE))
        if match is not None
    ]
    return max(candidates, key=lambda match: match.name_score)


def _scored(key: str, name: Name) -> Match:
    score = worth(key, name.key, name.form)
    settled = compact(name.key) == compact(key) and name.form in TELLING
    return Match(name.iri, name.node, name.links, score, settled)


def _order(match: Match) -> tuple[float, int, str]:
    return (-round(match.score or match.name_score, 6), -match.links, match.iri)


def _decided(found: list[Match], query: Query) -> list[Match]:
    """The candidates, the first marked as certain where it is the only one that is exactly what was asked for.

    Where all properties of one agree and those of its namesakes do not, that settles it too.
    """
    if len(query.names) + len(query.ids) > 1:
        return found
    exact = [match for match in found if match.settled and all(share >= _AGREES for _, share in match.agreements)]
    if len(exact) != 1:
        return found
    return [replace(match, certain=True) if match is exact[0] else match for match in found]
