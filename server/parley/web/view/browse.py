"""Ways into the data: its kinds with their counts, the things of a kind, an example."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

import pyoxigraph as ox

from parley.release.records import Description, Graph
from parley.roles import Role
from parley.topics import Topic
from parley.vocab import DCAT, OWL, PREFIXES, PROV, RDF, RDF_TYPE, RDFS, SH, VANN, VOID
from parley.web.view.naming import LabelSource, Namer, Text, collation
from parley.web.view.themes import Hierarchy, hierarchy
from parley.web.view.values import Links, Value

#: Classes of these namespaces say how the data is described, not what it is about.
TECHNICAL = (RDF, RDFS, OWL, SH, VOID, DCAT, VANN, PROV, PREFIXES["sd"], PREFIXES["oa"], PREFIXES["spdx"])

#: Graphs whose word about the kind of a thing counts; not the ontology's own values, not what follows.
_GIVEN = (Role.PASSAGE, Role.EDITORIAL, Role.OUTSIDE, Role.DATA, Role.THEMES)
#: The topics that people come for, in the order of the home page, and the name for all else.
_WAYS_IN = (Topic.AGENT, Topic.EVENT, Topic.PLACE, Topic.DOCUMENT, Topic.THEME)
_NO_WAYS_IN = (Topic.TIME.value, Topic.PASSAGE.value)
OTHERS = "others"
#: Topics, all others among them, below which kinds are not told apart by them.
_FEW_TOPICS = 3
#: Classes looked at by the survey, instances of each of which it reads all, and of which it asks the topic.
LARGEST, SAMPLE, TOPIC_SAMPLE = 100, 15, 200
#: The part of a class's things that must be of a topic for the class to be of it.
_MOST = 0.8


class Source(LabelSource, Protocol):
    """The part of the release's index that browsing needs."""

    def classes(self) -> list[tuple[str, int]]:
        """Each class with the number of its instances."""

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        """All that is said about `iri`."""

    def graph(self, iri: str) -> Graph | None:
        """The named graph called `iri`."""

    def instances(self, class_iri: str, limit: int = 100, offset: int = 0) -> list[str]:
        """The things of a class."""

    def topics(self, iris: Iterable[str]) -> dict[str, str]:
        """The topic of each of `iris` that has one."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class, what to call it, how many things are of it, and the query that lists them."""

    iri: str
    name: Text
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What to show first: the classes that the data itself gives to things, and things, by the links to them.

    Classes that only follow from others are broader than what a reader looks for. `topics` are those of most things of
    a class, and of the things.
    """

    kinds: tuple[str, ...]
    things: tuple[str, ...]
    themes: Hierarchy
    topics: Mapping[str, str] = field(default_factory=dict)


def kind_query(iri: str) -> str:
    """The query string under which the search page lists the things of a kind."""
    return urlencode({"kind": iri})


def survey(source: Source) -> Survey:
    """Look once at some things of every class, to know what to begin with."""
    score: dict[str, int] = {}
    links: dict[str, int] = {}
    topics: dict[str, str] = {}
    for class_iri, _ in source.classes()[:LARGEST]:
        if class_iri.startswith(TECHNICAL):
            continue
        things = source.instances(class_iri, TOPIC_SAMPLE)
        topics |= (told := source.topics(things))
        if told and (most := Counter(told.values()).most_common(1)[0])[1] >= _MOST * len(things):
            topics[class_iri] = most[0]
        for iri in things[:SAMPLE]:
            found = source.describe(iri, page_size=0)
            if found is None or source.graph(iri) is not None or not _is_given(found, class_iri):
                continue
            links[iri] = found.incoming_total
            score[class_iri] = score.get(class_iri, 0) + found.incoming_total
    kinds = sorted(score, key=lambda iri: (-score[iri], iri))
    linked = sorted(links, key=lambda iri: (-links[iri], iri))
    return Survey(tuple(kinds), tuple(linked), hierarchy(source), topics)


def _is_given(found: Description, class_iri: str) -> bool:
    """Whether the data itself, and not the ontology or a rule, says that the thing is of the class."""
    me, kind = ox.NamedNode(found.iri), ox.NamedNode(class_iri)
    return any(
        s.role in _GIVEN and s.subject == me and s.predicate.value == RDF_TYPE and s.object == kind
        for s in found.outgoing
    )


def classes(source: Source, ours: Callable[[str], bool]) -> list[tuple[str, int]]:
    """The classes that the data is about, with the numbers of their things: those that `ours` tells first.

    Its own classes hide those of other vocabularies that stand above them and have no more things. Where the data uses
    nothing but technical vocabularies, their classes are better than none.
    """
    found = [(iri, count) for iri, count in source.classes() if count]
    about = [(iri, count) for iri, count in found if not iri.startswith(TECHNICAL)] or found
    above = {
        (s.object.value, count)
        for iri, count in about
        if ours(iri) and (described := source.describe(iri, page_size=0))
        for s in described.outgoing
        if s.predicate.value == RDFS + "subClassOf" and isinstance(s.object, ox.NamedNode)
    }
    return sorted((row for row in about if row not in above or ours(row[0])), key=lambda row: not ours(row[0]))


def kinds(found: Iterable[tuple[str, int]], namer: Namer) -> list[Kind]:
    """The classes `found` as kinds of things, largest first, each name once: the first one that has it."""
    found = list(found)
    namer.learn(iri for iri, _ in found)
    by_name: dict[str, Kind] = {}
    for iri, count in found:
        name = namer.term(iri)
        by_name.setdefault(collation(name.text), Kind(iri, name, count, kind_query(iri)))
    return sorted(by_name.values(), key=lambda kind: (-kind.count, collation(kind.name.text)))


def first_kinds(found: Sequence[Kind], survey: Survey, limit: int) -> dict[str, list[Kind]]:
    """The kinds to begin with, by topic: who, what, where …, then all others, at most `limit` of each.

    They are those of the survey, or the largest where it knows none. Times and passages are no way in, and a kind of
    one thing is none. Where the data has few topics, all are others, twice as many.
    """
    by_iri = {kind.iri: kind for kind in found if kind.count > 1}
    kinds = [by_iri[iri] for iri in survey.kinds if iri in by_iri] or list(found)
    groups = by_topic([kind for kind in kinds if survey.topics.get(kind.iri) not in _NO_WAYS_IN], survey)
    if len(groups) == 1:
        return {topic: among[: 2 * limit] for topic, among in groups.items()}
    return {topic: sorted(among[:limit], key=lambda kind: -kind.count) for topic, among in groups.items()}


def by_topic(kinds: Sequence[Kind], survey: Survey) -> dict[str, list[Kind]]:
    """`kinds` in their order by topic, all without one under `OTHERS`; all there where there are few topics."""
    order = (*(topic.value for topic in (*_WAYS_IN, Topic.TIME, Topic.PASSAGE)), OTHERS)
    groups: dict[str, list[Kind]] = {name: [] for name in order}
    for kind in kinds:
        groups[survey.topics.get(kind.iri, OTHERS)].append(kind)
    found = {topic: among for topic, among in groups.items() if among}
    return found if len(found) >= _FEW_TOPICS else {OTHERS: list(kinds)} if kinds else {}


def first_things(survey: Survey, namer: Namer, links: Links, limit: int) -> list[str]:
    """The `limit` things to begin with: those most linked to that have a name and an address here.

    Where there are enough of them, they are people, places and the like, not the periods and lists that they share.
    """
    namer.learn(survey.things[: 5 * limit])
    named = [iri for iri in survey.things[: 5 * limit] if namer.label(iri) and links.urls.dereferences(iri)]
    ways = {topic.value for topic in _WAYS_IN}
    telling = [iri for iri in named if survey.topics.get(iri) in ways]
    return (telling if 2 * len(telling) > limit else named)[:limit]


def mentions(iris: Iterable[str], namer: Namer, links: Links) -> list[Value]:
    """Links to things."""
    wanted = list(iris)
    namer.learn(wanted)
    return [Value(namer.thing(iri), links.page(iri), exact=iri) for iri in wanted]
