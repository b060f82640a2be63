"""A thing at a glance: where and when, what the main source says of it, and the things around it as a drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from parley.release.records import Statement
from parley.roles import Role
from parley.topics import Topic
from parley.web.view.answer import Cells
from parley.web.view.naming import Namer, Text
from parley.web.view.network import Network, network
from parley.web.view.values import Links, Value, link

#: Places and times in the line below a thing's name.
SHOWN: Final = 2
FEW_PASSAGES: Final = 5
#: Things in the drawing, besides the one in the middle, and how few are not worth one.
NEIGHBOURS, FEWEST = 14, 3
_DRAWN: Final = frozenset(topic.value for topic in (Topic.AGENT, Topic.EVENT, Topic.PLACE, Topic.DOCUMENT))


@dataclass(frozen=True, slots=True)
class Lead:
    """What a passage says that says most about the thing."""

    text: Text
    source: Value


def where_and_when(mine: Iterable[Statement], topics: Mapping[str, str], namer: Namer, links: Links) -> list[Value]:
    """The places and the times that a source gives the thing directly; those that follow where none is given."""
    shown: list[Value] = []
    mine = list(mine)
    for topic in (Topic.PLACE, Topic.TIME):
        linked = [s for s in mine if isinstance(s.object, ox.NamedNode) and topics.get(s.object.value) == topic.value]
        given = [s for s in linked if s.role is not Role.INFERRED] or linked
        iris = list(dict.fromkeys(s.object.value for s in given if isinstance(s.object, ox.NamedNode)))
        if len(iris) <= SHOWN:
            shown += [link(iri, namer, links) for iri in iris]
    return shown


def lead(mine: Iterable[Statement], said_by: Callable[[str], Text | None], namer: Namer, links: Links) -> Lead | None:
    """The sentence of the passage that has most statements about the thing, if few speak of it.

    What many passages speak of is more than any of them says.
    """
    passages = Counter(s.graph for s in mine if s.role is Role.PASSAGE)
    if len(passages) > FEW_PASSAGES:
        return None
    for graph, _number in sorted(passages.items(), key=lambda row: (-row[1], row[0])):
        text = said_by(graph)
        if text is not None:
            return Lead(text, Value(namer.thing(graph), links.page(graph), exact=graph))
    return None


def around(
    iri: str, mine: Iterable[Statement], topics: Mapping[str, str], cells: Cells, namer: Namer
) -> Network | None:
    """The agents, events, places and documents that the thing is linked to, those most linked to it first."""
    kinds: dict[str, list[str]] = {}
    for statement in mine:
        target = statement.object
        if isinstance(target, ox.NamedNode) and target.value != iri and topics.get(target.value) in _DRAWN:
            names = kinds.setdefault(target.value, [])
            if (name := namer.term(statement.predicate.value).text) not in names:
                names.append(name)
    if len(kinds) < FEWEST:
        return None
    nearest = sorted(kinds, key=lambda other: (-len(kinds[other]), other))[:NEIGHBOURS]
    rows: list[dict[str, dict[str, Any]]] = [
        {
            "source": {"type": "uri", "value": iri},
            "target": {"type": "uri", "value": other},
            "label": {"type": "literal", "value": kinds[other][0]},
        }
        for other in nearest
    ]
    return network(("source", "target", "label"), rows, cells)
