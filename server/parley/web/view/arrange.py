"""Which section of a thing's page a statement stands in: by the property, then by what the property leads to.

When, where, with whom and on what basis is told by the topics of the values (see `parley.topics`), so a property of
any vocabulary finds its place. What a rule adds stands where it belongs, marked; what it only repeats, under a broader
property, in the words of another vocabulary, or beside the footnotes, stands in a section of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from parley.release.records import Statement
from parley.roles import Role
from parley.topics import DATED, Topic
from parley.vocab import LABEL_PROPERTIES, RDF_TYPE
from parley.web.view.sections import SECTIONS, section_of

#: The section of values of each topic.
_SECTION: Final = {
    Topic.TIME: "when",
    Topic.PLACE: "where",
    Topic.AGENT: "who",
    Topic.EVENT: "events",
    Topic.DOCUMENT: "documents",
    Topic.THEME: "about",
    Topic.PASSAGE: "mentions",
}


def arrange(
    statements: Iterable[Statement],
    ours: Callable[[str], bool],
    topics: Mapping[str, str],
    shown: Collection[object] = (),
) -> dict[str, list[Statement]]:
    """`statements` about one thing by section, in the order of the page; sections without any are left out.

    `topics` are those of the things that the statements lead to, `shown` what stands on the page besides them.
    """
    by_property: dict[str, list[Statement]] = {}
    for statement in statements:
        by_property.setdefault(statement.predicate.value, []).append(statement)
    found: dict[str, list[Statement]] = {key: [] for key in SECTIONS}
    told = _told(by_property) | set(shown)
    for property_, said in by_property.items():
        key = section_of(property_)
        if key == "elsewhere" and any(isinstance(s.object, ox.NamedNode) and ours(s.object.value) for s in said):
            key = "facts"
        if key == "names" and property_ in LABEL_PROPERTIES and repeats(property_, by_property):
            continue
        if property_ == RDF_TYPE:
            own, foreign = _by_vocabulary(said, ours)
            found["names"] += own
            found["follows"] += foreign
            continue
        if key in ("facts", "names") and _follows(said, told):
            key = "follows"
        elif key == "facts":
            key = _section(said, topics)
        found[key] += said
    return {key: said for key, said in found.items() if said}


def _told(by_property: Mapping[str, Sequence[Statement]]) -> set[object]:
    """The values that some source gives, and the sources themselves: footnotes name them."""
    given = [s for said in by_property.values() for s in said if s.role is not Role.INFERRED]
    return {s.object for s in given} | {ox.NamedNode(s.graph) for s in given}


def _follows(said: Sequence[Statement], told: Collection[object]) -> bool:
    """Whether a rule alone says all of `said`, and the page shows all values already."""
    return all(s.role is Role.INFERRED and s.object in told for s in said)


def _by_vocabulary(
    types: Sequence[Statement], ours: Callable[[str], bool]
) -> tuple[Sequence[Statement], Sequence[Statement]]:
    """Kinds worth a reader's while, and those that only say in another vocabulary what follows from them."""
    foreign = [
        s for s in types if s.role is Role.INFERRED and isinstance(s.object, ox.NamedNode) and not ours(s.object.value)
    ]
    kept = [s for s in types if s not in foreign]
    return (kept, foreign) if kept else (types, ())


def _section(said: Iterable[Statement], topics: Mapping[str, str]) -> str:
    """The section of most values of a property; those of mixed values stay with the other facts."""
    keys = Counter(_section_of_value(s.object, topics) for s in said)
    best, number = keys.most_common(1)[0]
    return best if 2 * number > keys.total() else "facts"


def _section_of_value(value: object, topics: Mapping[str, str]) -> str:
    if isinstance(value, ox.Literal):
        return "when" if value.datatype.value in DATED else "facts"
    topic = topics.get(value.value) if isinstance(value, ox.NamedNode) else None
    return _SECTION[Topic(topic)] if topic else "facts"


def repeats(property_: str, by_property: Mapping[str, Sequence[Statement]]) -> bool:
    """Whether a better label property says all the names that this one says."""
    better = LABEL_PROPERTIES[: LABEL_PROPERTIES.index(property_)]
    names = {s.object for s in by_property[property_]}
    return any(names <= {s.object for s in by_property.get(other, ())} for other in better)
