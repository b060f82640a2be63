"""Ways into the data: its kinds with their counts, the things of a kind, an example."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from parley.vocab import DCAT, OWL, PREFIXES, PROV, RDF, RDFS, SH, SKOS, VANN, VOID
from parley.web.view.naming import LabelSource, Namer, Text, collation
from parley.web.view.values import Links, Value

#: Classes of these namespaces say how the data is described, not what it is about.
TECHNICAL = (RDF, RDFS, OWL, SH, VOID, DCAT, VANN, PROV, PREFIXES["sd"], PREFIXES["oa"], PREFIXES["spdx"])


class Source(LabelSource, Protocol):
    """The part of the release's index that browsing needs."""

    def classes(self) -> list[tuple[str, int]]:
        """Each class with the number of its instances."""

    def instances(self, class_iri: str, limit: int = 100, offset: int = 0) -> list[str]:
        """The things of a class."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class, what to call it, how many things are of it, and the query that lists them."""

    iri: str
    name: Text
    count: int
    query: str


def kind_query(iri: str) -> str:
    """The query string under which the search page lists the things of a kind."""
    return urlencode({"kind": iri})


def kinds(source: Source, namer: Namer, links: Links) -> list[Kind]:
    """The kinds of things that the data is about, largest first, each name once.

    Its own classes hide those of other vocabularies of the same name. Where the data uses nothing but technical
    vocabularies, their classes are better than none.
    """
    found = [(iri, count) for iri, count in source.classes() if count]
    about = [(iri, count) for iri, count in found if not iri.startswith(TECHNICAL)] or found
    namer.learn(iri for iri, _ in about)
    by_name: dict[str, Kind] = {}
    for iri, count in sorted(about, key=lambda row: not links.ours(row[0])):
        name = namer.term(iri)
        by_name.setdefault(collation(name.text), Kind(iri, name, count, kind_query(iri)))
    return sorted(by_name.values(), key=lambda kind: (-kind.count, collation(kind.name.text)))


def mentions(iris: Iterable[str], namer: Namer, links: Links) -> list[Value]:
    """Links to things."""
    wanted = list(iris)
    namer.learn(wanted)
    return [Value(namer.thing(iri), links.page(iri), exact=iri) for iri in wanted]


def example(source: Source, ranked: Sequence[Kind], links: Links, namer: Namer) -> str | None:
    """The IRI of a thing fit to show what an address answers: under the base, with a name, of a large kind."""
    for kind in ranked:
        if kind.iri.startswith(SKOS):
            continue
        for iri in source.instances(kind.iri, 5):
            if links.urls.dereferences(iri) and "#" not in iri and iri.isascii() and namer.label(iri):
                return iri
    return None
