"""The documents about things as RDF: which statements belong to one, and its bytes in each syntax."""

from __future__ import annotations

from urllib.parse import urljoin

from parley.formats import Format
from parley.release.index import Description
from parley.web.headers import uri
from parley.web.site import Site


def exists(site: Site, iri: str) -> bool:
    """Whether there is a document about `iri`: it is a subject, an object, a graph, or the document of hash IRIs."""
    index = site.index
    return index.exists(iri) or index.has_fragments(iri) or index.graph(iri) is not None


def described(site: Site, iri: str, page: int = 1) -> Description:
    """What is said about `iri`; nothing, for a graph that is only a name."""
    found = site.index.describe(iri, page=page, page_size=site.settings.incoming_page)
    return found or Description(iri, [], [], 0)


def canonical(site: Site, iri: str) -> str:
    """The canonical address of the document about `iri`, under the publication's base."""
    own = site.urls.document(iri).partition("#")[0]
    return uri(urljoin(site.publication.base, own.removeprefix(site.settings.prefix).lstrip("/")))


def serialised(site: Site, iri: str, syntax: Format, page: int = 1) -> bytes:
    """The document about `iri` in an RDF syntax."""
    import pyoxigraph as ox
    index = site.index
    found = [described(site, iri, page), *(d for f in index.fragments(iri) if (d := index.describe(f)))]
    quads = {ox.Quad(s.subject, s.predicate, s.object, ox.NamedNode(s.graph)) for d in found for s in (*d.outgoing, *d.incoming)}
    assert syntax.oxigraph
    if syntax.oxigraph.supports_datasets:
        return ox.serialize(quads, format=syntax.oxigraph, prefixes=dict(site.publication.prefixes))
    return ox.serialize({q.triple for q in quads}, format=syntax.oxigraph, prefixes=dict(site.publication.prefixes))
