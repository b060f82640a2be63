"""What things, kinds and properties are called in the reader's language, looked up for a whole answer at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import pyoxigraph as ox

from parley.reconcile.values import Values
from parley.release.index import Index
from parley.release.words import choose_label, pick_label
from parley.vocab import DESCRIPTION_PROPERTIES, OWL, RDF, RDFS

#: Kinds of these namespaces say how the data is made, not what a thing is.
_TECHNICAL: Final = (OWL, RDF, RDFS)
#: Kinds told of one thing.
KINDS: Final = 6
_LONGEST: Final = 240


class Wording:
    """Names in `language`, else in the publication's `default`; `ours` says whether an IRI is the publication's."""

    def __init__(self, index: Index, language: str, default: str, ours: Callable[[str], bool]) -> None:
        self.language = language
        self._index = index
        self._default = default
        self._ours = ours
        self._labels: dict[str, dict[str, str]] = {}
        self._values = Values(index)

    def learn(self, iris: Iterable[str]) -> None:
        """Look up the labels of `iris` that are not yet known."""
        unknown = sorted({iri for iri in iris if iri not in self._labels})
        if unknown:
            found = self._index.labels(unknown)
            self._labels |= {iri: found.get(iri, {}) for iri in unknown}

    def name(self, iri: str) -> str:
        """What `iri` is called; never empty."""
        return self._picked(iri)[0] or iri

    def has_name(self, iri: str) -> bool:
        """Whether the data has a name for `iri`."""
        self.learn([iri])
        return bool(self._labels[iri])

    def named(self, iri: str) -> dict[str, str]:
        """`id`, `name`, and `lang` where the name is not in the language of the answer."""
        text, tag = self._picked(iri)
        row = {"id": iri, "name": text or iri}
        return row | {"lang": tag} if tag and tag != self.language.lower() else row

    def description(self, iri: str) -> str | None:
        """One sentence or two about `iri`, if the data has any."""
        values = self._values.of(iri)
        for property_ in DESCRIPTION_PROPERTIES:
            texts = [value for value in values.get(property_, ()) if isinstance(value, ox.Literal)]
            found = choose_label({t.language or "": t.value for t in reversed(texts)}, self.language, self._default)
            if found and (text := " ".join(found[0].split())):
                return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
        return None

    def kinds(self, types: Iterable[str], most: int = KINDS) -> list[dict[str, str]]:
        """The kinds of a thing: the publication's own before those of other vocabularies; each name once."""
        wanted = [kind for kind in types if not kind.startswith(_TECHNICAL)]
        self.learn(wanted)
        found: dict[str, dict[str, str]] = {}
        for kind in sorted(wanted, key=lambda kind: not self._ours(kind)):
            row = self.named(kind)
            found.setdefault(row["name"].casefold(), row)
        return list(found.values())[:most]

    def _picked(self, iri: str) -> tuple[str, str]:
        self.learn([iri])
        return pick_label(iri, self._labels[iri], self.language, self._default)


def item(wording: Wording, iri: str) -> dict[str, Any]:
    """`id`, `name`, `lang` and `description` of a thing, kind or property."""
    row: dict[str, Any] = wording.named(iri)
    description = wording.description(iri)
    return row | {"description": description} if description else row
