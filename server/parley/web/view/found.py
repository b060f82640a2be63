"""What a search has found, and the choices that narrow it, as a page shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import pyoxigraph as ox

from parley.release.facets import Choices
from parley.release.passage import text_of
from parley.release.records import Description, Graph, Hit, Statement
from parley.release.wanted import Wanted
from parley.roles import Role
from parley.vocab import ALTERNATIVE_LABEL_PROPERTIES
from parley.web.view.browse import TECHNICAL
from parley.web.view.facts import summary
from parley.web.view.glance import where_and_when
from parley.web.view.naming import LabelSource, Namer, Text, collation
from parley.web.view.values import Links, Value

#: Choices of a facet that are shown at once; the others are folded. What is beyond the last is left to the search.
SHOWN: Final = 8
LISTED: Final = 100


class Source(LabelSource, Protocol):
    """The part of the release's index that is needed."""

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        """All that is said about `iri`."""

    def graph(self, iri: str) -> Graph | None:
        """The named graph called `iri`."""

    def topics(self, iris: Iterable[str]) -> dict[str, str]:
        """The topic of each of `iris` that has one."""


@dataclass(frozen=True, slots=True)
class Result:
    """A thing found: its kind, the other name by which it was found, what it is or what it says in a sentence.

    `theirs` if only other people's data say something of it.
    """

    value: Value
    kind: Text | None
    other: Text | None = None
    detail: Text | None = None
    theirs: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a facet: what it leaves, and the address that makes it, or takes it back if it is `chosen`."""

    text: Text
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that is made: its facet, its name, the address without it, the page of the thing that it names."""

    facet: str
    text: Text
    without: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet, the choices shown at once and those that are folded; `key` names it in the address."""

    key: str
    choices: tuple[Choice, ...]
    folded: tuple[Choice, ...]


def results(source: Source, hits: Sequence[Hit], words: str, namer: Namer, links: Links) -> list[Result]:
    """The `hits` of a search for `words`."""
    namer.learn([*(hit.iri for hit in hits), *(hit.kind for hit in hits if hit.kind)])
    return [_result(source, hit, words, namer, links) for hit in hits]


def _result(source: Source, hit: Hit, words: str, namer: Namer, links: Links) -> Result:
    described = source.describe(hit.iri, page_size=0)
    statements = described.outgoing if described else []
    graph = source.graph(hit.iri)
    language = namer.language
    if graph is not None and graph.role is Role.PASSAGE:
        said = text_of(statements, language)
        detail = Text(*said) if said else None
    else:
        mine = [s for s in statements if s.subject == ox.NamedNode(hit.iri)]
        detail = summary(mine, language) or _glance(source, mine, namer, links)
    value = Value(namer.thing(hit.iri), links.page(hit.iri), exact=hit.iri)
    kind = namer.term(hit.kind) if hit.kind else None
    theirs = bool(statements) and {s.role for s in statements} <= {Role.EXTERNAL, Role.INFERRED}
    return Result(value, kind, other_name(statements, words, value.text, language), detail, theirs)


def _glance(source: Source, mine: Sequence[Statement], namer: Namer, links: Links) -> Text | None:
    """Where and when a thing was, for want of a sentence."""
    topics = source.topics(s.object.value for s in mine if isinstance(s.object, ox.NamedNode))
    shown = [value.text for value in where_and_when(mine, topics, namer, links)]
    return Text(" · ".join(text.text for text in shown), shown[0].language) if shown else None


def other_name(statements: Iterable[Statement], words: str, label: Text, language: str) -> Text | None:
    """The further name that has the most of `words`, if the label has not all of them."""
    wanted = collation(words).split()
    missing = [word for word in wanted if word not in collation(label.text)]
    if not missing:
        return None
    names = [
        Text(s.object.value, s.object.language or "")
        for s in statements
        if s.predicate.value in ALTERNATIVE_LABEL_PROPERTIES and isinstance(s.object, ox.Literal)
    ]
    ranked = [
        (sum(word in collation(name.text) for word in missing), name.language == language, name) for name in names
    ]
    best = max(ranked, key=lambda row: row[:2], default=None)
    return best[2] if best and best[0] else None


def facets(
    choices: Choices, wanted: Wanted, namer: Namer, address: Callable[..., str], ours: Callable[[str], bool]
) -> list[Facet]:
    """The facets with something to choose; `address` gives that of a search with a field changed."""
    kinds = [(iri, n) for iri, n in choices.kinds if not iri.startswith(TECHNICAL) or iri == wanted.kind]
    # Two classes of one name would look like one choice made twice.
    names = {collation(namer.term(wanted.kind).text)} if wanted.kind else set()
    also = []
    own = {number for iri, number in choices.also if ours(iri)}
    for iri, number in choices.also:
        name = collation(namer.term(iri).text)
        # A class of another vocabulary with as many things as one of our own is mostly the same, by another name.
        if not iri.startswith(TECHNICAL) and name not in names and (ours(iri) or number not in own):
            names.add(name)
            also.append((iri, number))
    named = (
        ("kind", kinds, wanted.kind),
        ("also", also, wanted.also),
        ("theme", choices.themes, wanted.theme),
        ("place", choices.places, wanted.place),
    )
    found = []
    for key, counted, chosen in named:
        rows = counted[:LISTED]
        namer.learn(iri for iri, _ in rows)
        made = [
            Choice(namer.term(iri) if key in ("kind", "also") else namer.thing(iri), n,
                   address(**{key: "" if iri == chosen else iri}), iri == chosen)
            for iri, n in rows
        ]  # fmt: skip
        found.append(_facet(key, made))
    periods = [_period(start, n, choices.step, wanted, address) for start, n in choices.years]
    found.append(_facet("years", periods))
    if wanted.kind:
        found.append(found.pop(0))  # other kinds are the last that somebody looks for who has chosen one
    return [facet for facet in found if any(one.chosen or one.count < choices.total for one in facet.choices)]


def _period(start: int, count: int, step: int, wanted: Wanted, address: Callable[..., str]) -> Choice:
    end = start + step - 1
    name = str(start) if step == 1 else f"{start}\N{EN DASH}{end}"
    chosen = wanted.years == (start, end)
    return Choice(Text(name), count, address(years="" if chosen else f"{start}-{end}"), chosen)


def _facet(key: str, made: Sequence[Choice]) -> Facet:
    """A facet whose choice that is made is never folded."""
    limit = SHOWN if len(made) > SHOWN + 2 and key != "years" else len(made)
    shown = [*made[:limit], *(one for one in made[limit:] if one.chosen)]
    return Facet(key, tuple(shown), tuple(one for one in made[limit:] if not one.chosen))
