"""The releases as RDF: versions of the data set, each with the one before it (DCAT 3 §11)."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from parley.release.changes import Counts
from parley.release.manifest import Manifest
from parley.vocab import DCAT, DCTERMS, RDF_TYPE, XSD
from parley.web.rdf import documents
from parley.web.site import Site


def versions(site: Site, releases: Iterable[tuple[Manifest, Counts | None]]) -> list[ox.Triple]:
    """What the releases are versions of, in which order, and which of them is served."""
    dataset = ox.NamedNode(documents.dataset(site) or f"{site.canonical('.well-known/void')}#dataset")
    triples = [_triple(dataset, DCAT + "hasCurrentVersion", version(site, site.manifest.id))]
    for manifest, changes in releases:
        it = version(site, manifest.id)
        triples += [
            _triple(dataset, DCAT + "hasVersion", it),
            _triple(it, RDF_TYPE, ox.NamedNode(DCAT + "Dataset")),
            _triple(it, DCAT + "isVersionOf", dataset),
            _triple(it, DCAT + "version", ox.Literal(manifest.id[:12])),
            _triple(it, DCTERMS + "identifier", ox.Literal(manifest.id)),
        ]
        for language, title in site.publication.title.items():
            triples.append(_triple(it, DCTERMS + "title", ox.Literal(title, language=language)))
        if manifest.created:
            kind = ox.NamedNode(XSD + ("dateTime" if "T" in manifest.created else "date"))
            triples.append(_triple(it, DCTERMS + "issued", ox.Literal(manifest.created, datatype=kind)))
        if changes:
            triples.append(_triple(it, DCAT + "previousVersion", version(site, changes.since)))
    return triples


def version(site: Site, release: str) -> ox.NamedNode:
    """The IRI of a release: an address under which it is whole."""
    return ox.NamedNode(site.canonical(f"release/{release}/"))


def _triple(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), value)
