"""What a release says about a passage of a source: its text in a language, its position, the reason if it is empty.

No vocabulary is prescribed for texts: the usual properties for descriptions come first; where a passage has none of
them, the longest text about it that is no label will do, such as a paraphrase by a property of the publication's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

import pyoxigraph as ox

from parley.passages import read_passages
from parley.release.records import Description, Statement
from parley.release.words import choose_label
from parley.vocab import ALTERNATIVE_LABEL_PROPERTIES, DESCRIPTION_PROPERTIES, LABEL_PROPERTIES

_NAMES: Final = frozenset([*LABEL_PROPERTIES, *ALTERNATIVE_LABEL_PROPERTIES])
_SKOLEM: Final = "/.well-known/genid/"


class Describes(Protocol):
    """The part of the index that is needed."""

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        """All that is said about `iri`."""


def described_text(index: Describes, iri: str, language: str) -> tuple[str, str] | None:
    """What `iri` says, and the language tag: by a property for descriptions, else the longest text that is no label."""
    found = index.describe(iri, page_size=1)
    return text_of(found.outgoing, language) if found else None


def text_of(statements: Iterable[Statement], language: str, preferred: Iterable[str] = ()) -> tuple[str, str] | None:
    """The text in `statements`, in the best language there is; properties in `preferred` come before all others."""
    by_property: dict[str, dict[str, str]] = {}
    for statement in statements:
        if isinstance(statement.object, ox.Literal) and statement.object.language:
            texts = by_property.setdefault(statement.predicate.value, {})
            texts.setdefault(statement.object.language, statement.object.value)
    for name in (*preferred, *DESCRIPTION_PROPERTIES):
        if name in by_property:
            return choose_label(by_property[name], language)
    others = [texts for name, texts in by_property.items() if name not in _NAMES]
    longest = max(others, key=lambda texts: max(map(len, texts.values())), default=None)
    return choose_label(longest, language) if longest else None


def position(index: Describes, iri: str) -> tuple[int, int] | None:
    """Where the passage stands in its source's canonical text: first code point, and the one after the last."""
    found = index.describe(iri, page_size=1)
    if found is None:
        return None
    near = list(found.outgoing)
    for statement in found.outgoing:
        target = statement.object
        if isinstance(target, ox.NamedNode) and _SKOLEM in target.value:
            below = index.describe(target.value, page_size=1)
            near += below.outgoing if below else []
    passage = next((p for p in read_passages(map(_quad, near)) if p.iri == iri), None)
    return (passage.start, passage.end) if passage else None


def _quad(statement: Statement) -> ox.Quad:
    return ox.Quad(statement.subject, statement.predicate, statement.object)
