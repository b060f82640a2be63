"""The columns of an answer in words: what a query's variables are named after, in the vocabulary or the interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from parley.vocab import OWL, RDF, RDFS
from parley.web.view.i18n import Interface
from parley.web.view.naming import Namer, Text, local_name, words

#: The classes whose instances may give a column its name: what a thing is said to have, before what it is.
_DECLARED = (
    OWL + "ObjectProperty", OWL + "DatatypeProperty", RDF + "Property", OWL + "Class", RDFS + "Class",
)  # fmt: skip
#: Terms of a vocabulary that are looked at.
_TERMS = 5000

Terms = Mapping[str, str]


class Source(Protocol):
    """The part of the release's index that is needed."""

    def instances(self, class_iri: str, limit: int = 100, offset: int = 0) -> list[str]:
        """The things of a class."""


def terms(source: Source, ours: Callable[[str], bool]) -> Terms:
    """The publication's own properties and classes by the names that variables are given after them."""
    found: dict[str, str] = {}
    for kind in _DECLARED:
        for iri in source.instances(kind, _TERMS):
            if ours(iri):
                found.setdefault(_key(local_name(iri)), iri)
    return found


def headings(columns: Iterable[str], known: Terms, namer: Namer, interface: Interface) -> tuple[Text, ...]:
    """What to write above `columns`: the interface's word, the label of the term so named, or the name in words."""
    columns = tuple(columns)
    namer.learn(iri for name in columns if (iri := _term(name, known)))
    return tuple(_heading(name, known, namer, interface) for name in columns)


def _heading(name: str, known: Terms, namer: Namer, interface: Interface) -> Text:
    word = interface.catalogue.get(f"column.{name}")
    if isinstance(word, str):
        return Text(word, interface.text_language)
    iri = _term(name, known)
    return (namer.label(iri) if iri else None) or Text(words(name))


def _term(name: str, known: Terms) -> str | None:
    """The term that a variable is named after, in the singular where it is in the plural."""
    return known.get(_key(name)) or known.get(_key(name).removesuffix("s"))


def _key(name: str) -> str:
    return name[:1].lower() + name[1:]
