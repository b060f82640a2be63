"""The page about one thing: its facts grouped by property, each with footnotes to the sources that say it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial

import pyoxigraph as ox

from parley.release.passage import text_of
from parley.release.records import Description
from parley.roles import Role
from parley.web.view import glance
from parley.web.view.answer import Cells
from parley.web.view.arrange import arrange
from parley.web.view.elsewhere import by_provider
from parley.web.view.facts import FactWriter, Source, mentioned, summary, told_apart
from parley.web.view.glance import Lead
from parley.web.view.i18n import Interface
from parley.web.view.naming import Namer, Text
from parley.web.view.network import Network
from parley.web.view.notes import Note
from parley.web.view.values import Group, Links, Value


@dataclass(frozen=True, slots=True)
class Section:
    """Groups that belong together; `key` is one of `sections.SECTIONS`."""

    key: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class EntityView:
    """What the page about one thing shows.

    Where no `summary` says what it is, `lead` is what the source says most of it with, and `passages` how many speak of
    it. `glance` are its places and
    times, `around` a drawing of what it is linked to.
    """

    iri: str
    title: Text
    kinds: tuple[Value, ...]
    summary: Text | None
    lead: Lead | None
    passages: int
    glance: tuple[Value, ...]
    around: Network | None
    sections: tuple[Section, ...]
    incoming: tuple[Group, ...]
    incoming_total: int
    notes: tuple[Note, ...]


def view(
    source: Source,
    description: Description,
    namer: Namer,
    links: Links,
    interface: Interface,
    said_by: Callable[[str, str], Text | None] | None = None,
    shown: Collection[object] = (),
) -> EntityView:
    """The view of `description` for the reader that `namer`, `links` and `interface` stand for.

    `said_by` gives what a graph says, in a sentence in a language; by default it is looked up. `shown` is what the page
    shows besides, and need not be told again.
    """
    told = said_by or partial(paraphrase, source)
    facts = FactWriter(source, namer, links, interface, paraphrase=lambda graph: told(graph, interface.language))
    namer.learn(mentioned([*description.outgoing, *description.incoming]))
    facts.take(description.outgoing)
    facts.owners = description.owners
    me = ox.NamedNode(description.iri)
    mine = facts.own.get(me, [])
    topics = source.topics(s.object.value for s in mine if isinstance(s.object, ox.NamedNode))
    arranged = arrange(mine, links.ours, topics, shown)
    sections = [Section(key, facts.groups(statements, (me,))) for key, statements in arranged.items()]
    about = summary(mine, interface.language)
    return EntityView(
        iri=description.iri,
        title=namer.thing(description.iri),
        kinds=told_apart(facts.kinds(mine), links.ours),
        summary=about,
        lead=None if about else glance.lead(mine, facts.notes.detail, namer, links),
        passages=len({s.graph for s in mine if s.role is Role.PASSAGE}),
        glance=tuple(glance.where_and_when(mine, topics, namer, links)),
        around=glance.around(description.iri, mine, topics, Cells(namer, links, interface, spoken=True), namer),
        sections=tuple(
            replace(section, groups=by_provider(section.groups)) if section.key == "elsewhere" else section
            for section in sections
        ),
        incoming=facts.groups(description.incoming, (me,), inverse=True),
        incoming_total=description.incoming_total,
        notes=facts.notes.all(),
    )


def paraphrase(source: Source, graph: str, language: str) -> Text | None:
    """What the source of a footnote says, if the data tells."""
    found = source.describe(graph, page_size=0)
    text = text_of(found.outgoing, language) if found else None
    return Text(*text) if text else None
