"""The documents about things as RDF: which statements belong to one, and its bytes in each syntax."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pyoxigraph as ox

from parley.formats import Format
from parley.release.document import GRAPH_SUBJECTS, canonical_document, document_lines
from parley.release.records import Description
from parley.serialise import serialise_lines
from parley.vocab import DCAT, PREFIXES, RDF_TYPE
from parley.web.http.headers import uri
from parley.web.rdf import others
from parley.web.site import Site


def exists(site: Site, iri: str) -> bool:
    """Whether there is a document about `iri`.

    It is a subject, an object, a property or a graph, or the document of hash IRIs; the label of a blank node is none.
    """
    index = site.index
    if iri.startswith("_:"):
        return False
    said = index.exists(iri) or index.has_fragments(iri)
    return said or index.graph(iri) is not None or index.triples_with(iri) is not None


def described(site: Site, iri: str, page: int, page_size: int) -> Description:
    """What is said about `iri`, with one page of the links to it; nothing, for a graph that is only a name."""
    return site.index.describe(iri, page=page, page_size=page_size) or Description(iri, [], [], 0)


def pages(site: Site, iri: str) -> int:
    """How many pages the document about `iri` has in RDF: of links to it, and of the graph that it names."""
    links, subjects = site.index.incoming_total(iri), site.index.graph_subjects(iri)
    return max(math.ceil(links / site.settings.incoming_page), math.ceil(subjects / GRAPH_SUBJECTS))


def canonical(site: Site, iri: str, language: str | None = None, page: int = 1) -> str:
    """The canonical address of the document about `iri`, or of its page in a language, under the publication's base."""
    return paged(uri(canonical_document(site.urls, iri, language)), page)


def paged(address: str, page: int) -> str:
    """The address of that page of a document; the first is at the document's own."""
    return address if page == 1 else f"{address}{'&' if '?' in address else '?'}page={page}"


def serialised(site: Site, iri: str, syntax: Format, page: int = 1, prefixes: Mapping[str, str] | None = None) -> bytes:
    """The document about `iri` in an RDF syntax, with page `page` of the links to it.

    `prefixes` are the abbreviations, by default those of the publication.
    """
    lines = document_lines(
        site.index,
        site.urls,
        iri,
        page=page,
        page_size=site.settings.incoming_page,
        licence=others.licence(site, iri),
        dataset=dataset(site),
        modified=site.manifest.created,
        languages=site.publication.languages,
    )
    return serialise_lines(lines or (), syntax, site.prefixes if prefixes is None else prefixes)


def dataset(site: Site) -> str | None:
    """The IRI of the data set that the publication itself describes."""
    return instance(site, DCAT + "Dataset")


def contact(site: Site) -> str | None:
    """The address of the data set's contact point."""
    found = dataset(site)
    waiting = [found] if found else []
    for link in (DCAT + "contactPoint", PREFIXES["vcard"] + "has"):
        about = [s for iri in waiting if (d := site.index.describe(iri, page_size=0)) for s in d.outgoing]
        waiting = [
            s.object.value for s in about if s.predicate.value.startswith(link) and isinstance(s.object, ox.NamedNode)
        ]
    return next((iri for iri in waiting if iri.startswith(("mailto:", "https:", "tel:"))), None)


def instance(site: Site, kind: str) -> str | None:
    """The IRI under the base that is said to be a `kind`.

    The catalogue is not in the default graph, so its things are found by the links to their class. Every document asks.
    """
    if kind not in site.instances:
        site.instances[kind] = _instance(site, kind)
    return site.instances[kind]


def _instance(site: Site, kind: str) -> str | None:
    found = site.index.describe(kind)
    return next(
        (
            s.subject.value
            for s in (found.incoming if found else ())
            if s.predicate.value == RDF_TYPE
            and isinstance(s.subject, ox.NamedNode)
            and site.urls.relative(s.subject.value) is not None
        ),
        None,
    )
