"""The page about one thing: its facts grouped by property, each with footnotes to the sources that say it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pyoxigraph as ox

from parley.publication import Role
from parley.release.passage import text_of
from parley.release.records import Description, Statement
from parley.vocab import LABEL_PROPERTIES
from parley.web.i18n import Interface
from parley.web.view.facts import FactWriter, Source, mentioned, summary
from parley.web.view.naming import Namer, Text
from parley.web.view.notes import Note
from parley.web.view.sections import SECTIONS, section_of
from parley.web.view.values import Group, Links, Value


@dataclass(frozen=True, slots=True)
class Section:
    """Groups that belong together; `key` is one of `sections.SECTIONS`."""

    key: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class EntityView:
    """What the page about one thing shows."""

    iri: str
    title: Text
    kinds: tuple[Value, ...]
    summary: Text | None
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
) -> EntityView:
    """The view of `description` for the reader that `namer`, `links` and `interface` stand for.

    `said_by` gives what a graph says, in a sentence in a language; by default it is looked up.
    """
    told = said_by or partial(paraphrase, source)
    facts = FactWriter(source, namer, links, interface, paraphrase=lambda graph: told(graph, interface.language))
    namer.learn(mentioned([*description.outgoing, *description.incoming]))
    facts.take(description.outgoing)
    facts.owners = description.owners
    me = ox.NamedNode(description.iri)
    mine = facts.own.get(me, [])
    sections = [
        Section(key, facts.groups(statements, (me,)))
        for key, statements in _sections(mine, links).items()
        if statements
    ]
    return EntityView(
        iri=description.iri,
        title=namer.thing(description.iri),
        kinds=tuple(facts.kinds(mine)),
        summary=summary(mine, interface.language),
        sections=tuple(sections),
        incoming=facts.groups(description.incoming, (me,), inverse=True),
        incoming_total=description.incoming_total,
        notes=facts.notes.all(),
    )


def _sections(statements: Iterable[Statement], links: Links) -> dict[str, list[Statement]]:
    """The sections of the page; properties whose every value is inferred have one of their own."""
    by_property: dict[str, list[Statement]] = {}
    for statement in statements:
        by_property.setdefault(statement.predicate.value, []).append(statement)
    found: dict[str, list[Statement]] = {key: [] for key in SECTIONS}
    for property_, said in by_property.items():
        key = section_of(property_)
        if key == "elsewhere" and any(isinstance(s.object, ox.NamedNode) and links.ours(s.object.value) for s in said):
            key = "facts"
        if key == "facts" and all(s.role is Role.INFERRED for s in said):
            key = "follows"
        if key == "names" and property_ in LABEL_PROPERTIES and _repeats(property_, by_property):
            continue
        found[key] += said
    return found


def paraphrase(source: Source, graph: str, language: str) -> Text | None:
    """What the source of a footnote says, if the data tells."""
    found = source.describe(graph, page_size=0)
    text = text_of(found.outgoing, language) if found else None
    return Text(*text) if text else None


def _repeats(property_: str, by_property: Mapping[str, Sequence[Statement]]) -> bool:
    """Whether a better label property says all the names that this one says."""
    better = LABEL_PROPERTIES[: LABEL_PROPERTIES.index(property_)]
    names = {s.object for s in by_property[property_]}
    return any(names <= {s.object for s in by_property.get(other, ())} for other in better)
