"""Names of things in the reader's language, looked up in batches; a readable stand-in where the data has none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from parley.release.words import choose_label
from parley.vocab import PREFIXES
from parley.web.view.i18n import Interface, direction

#: Where the first capital of a word inside a camel-case name begins.
_LOCAL = re.compile(r"\w[\w.-]*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class LabelSource(Protocol):
    """The part of the release's index that names need."""

    def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        """IRI → language tag → label."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its language; "" where the data does not say."""

    text: str
    language: str = ""

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return direction(self.language) if self.language else "ltr"


class Namer:
    """Names for one page: learns the labels it needs in batches, then answers from memory."""

    def __init__(
        self, labels: LabelSource, interface: Interface, default: str, prefixes: Mapping[str, str] | None = None
    ) -> None:
        self._labels = labels
        self._interface = interface
        self._default = default
        self._known: dict[str, Mapping[str, str]] = {}
        self._compacted: dict[str, str] = {}
        self._prefixes = sorted(
            ((namespace, prefix) for prefix, namespace in {**PREFIXES, **(prefixes or {})}.items()), reverse=True
        )

    @property
    def language(self) -> str:
        """The reader's language."""
        return self._interface.language

    def learn(self, iris: Iterable[str]) -> None:
        """Look up the labels of `iris`, those not yet known, at once."""
        unknown = {iri for iri in iris if iri not in self._known}
        if unknown:
            found = self._labels.labels(sorted(unknown))
            self._known.update({iri: found.get(iri, {}) for iri in unknown})

    def label(self, iri: str) -> Text | None:
        """The label of `iri` in the best language there is, or None if it has none."""
        if iri not in self._known:
            self.learn([iri])
        found = choose_label(self._known[iri], self._interface.language, self._default)
        return Text(*found) if found else None

    def thing(self, iri: str) -> Text:
        """What to call a thing: its label, else the last part of its IRI."""
        return self.label(iri) or self._usual(iri) or Text(local_name(iri) or iri)

    def term(self, iri: str) -> Text:
        """What to call a property or class: its label, the interface's word for it, or its name in words."""
        return self.label(iri) or self._usual(iri) or Text(words(local_name(iri)) or iri)

    def compact(self, iri: str) -> str:
        """`prefix:name` where a prefix is known and the name is plain, else the IRI."""
        found = self._compacted.get(iri)
        if found is None:
            found = self._compacted[iri] = self._compact(iri)
        return found

    def _compact(self, iri: str) -> str:
        for namespace, prefix in self._prefixes:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def _usual(self, iri: str) -> Text | None:
        """The interface's own word for a term of a common vocabulary."""
        word = self._interface.catalogue.get(f"term.{self.compact(iri)}")
        return Text(word, self._interface.text_language) if isinstance(word, str) else None


def local_name(iri: str) -> str:
    """The part of an IRI that usually names the thing: the fragment, or the last non-empty path segment.

    >>> local_name("http://example.org/stone/na%C3%AFve")
    'naïve'
    >>> local_name("urn:isbn:0451450523")
    '0451450523'
    """
    fragment = iri.partition("#")[2]
    name = fragment or re.split(r"[/:]", iri.rstrip("#/"))[-1]
    return unquote(name, errors="replace")


def collation(text: str) -> str:
    """A key to sort by, without regard to case and accents.

    >>> sorted(["Zug", "à pied", "Auto", "Éclair"], key=collation)
    ['à pied', 'Auto', 'Éclair', 'Zug']
    """
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def words(name: str) -> str:
    """A camel-case or underscored name as words; acronyms keep their capitals.

    >>> words("hasFormalPart"), words("GrowthForm"), words("isNASAMember")
    ('has formal part', 'growth form', 'is NASA member')
    """
    parts = [part for chunk in re.split(r"[_\s]+", name) for part in _HUMP.split(chunk) if part]
    return " ".join(part if part.isupper() and len(part) > 1 else part[0].lower() + part[1:] for part in parts)
