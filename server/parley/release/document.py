"""The RDF of a document about a thing: what is said about it, what links to it, and what the document itself is.

Documents are made of lines as the index keeps them, without parsing: most of them are asked for once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from parley import nquads
from parley.nquads import Line
from parley.release.index import Index
from parley.urls import Urls
from parley.vocab import DCTERMS, FOAF, PREFIXES, RDF_TYPE, VOID, XSD

_TYPE: Final = f"<{RDF_TYPE}>"
_LICENCE: Final = f"<{DCTERMS}license>"
#: Subjects of a named graph on one page of its document.
GRAPH_SUBJECTS: Final = 1000

Triple = tuple[str, str, str]


def canonical_document(urls: Urls, iri: str, language: str | None = None) -> str:
    """The canonical IRI of the document about `iri`: under the publication's base, whatever host serves it.

    With `language` that of its page in that language.

    >>> canonical_document(Urls("https://example.org/", ("en",), prefix="/data"), "https://example.org/a")
    'https://example.org/doc/a'
    """
    path = urls.document(iri, language=language).removeprefix(urls.prefix).partition("#")[0]
    root = urls.base if urls.base.endswith("/") else urls.base.rstrip("#") + "/"
    return root + path.removeprefix("/")


def document_lines(
    index: Index,
    urls: Urls,
    iri: str,
    *,
    page: int = 1,
    page_size: int = 100,
    licence: str | None = None,
    dataset: str | None = None,
    modified: str | None = None,
    languages: Collection[str] | None = None,
) -> list[Line] | None:
    """The quads of the document about `iri`, or None if nothing is known about it.

    A symmetric concise bounded description: outgoing statements with the blank nodes they lead to, and one page of
    incoming ones; for a document of hash IRIs, the outgoing statements of all of them; for the name of a graph, what
    stands in it, `GRAPH_SUBJECTS` subjects a page; for a property about which nothing is said, how often it is used.
    To it come the labels of all things named, in `languages` (all if None) or without one, and the header: type,
    topic, `licence`, `dataset`, `modified` (an XSD date or dateTime). Statements keep their graphs; header and labels
    are in the document's own.
    """
    whole = iri.partition("#")[0]
    # a term of a foreign vocabulary may be named here while only other terms of it are described
    together = index.has_fragments(whole) and (
        iri == whole or (not urls.stands_alone(iri) and iri in index.fragments(whole))
    )
    topic = whole if together else iri
    lines = _said(index, topic, page, page_size)
    only_named = [] if lines else list(_only_named(index, topic, dataset))
    if not lines and not only_named:
        return None
    document = canonical_document(urls, topic)
    told = dict.fromkeys(lines)
    known = {line[:3] for line in told}
    own = [*only_named, *_header(document, topic, known, licence, dataset, modified), *_labels(index, told, languages)]
    graph = f"<{document}>"
    return [*told, *(nquads.line(*triple, graph) for triple in own if triple not in known)]


def _said(index: Index, topic: str, page: int, page_size: int) -> list[Line]:
    """What is said about `topic`, with one page of what links to it; a line may come twice."""
    nodes = index.nodes
    lines = nodes.closure(nodes.lines(topic))
    incoming = index.incoming_lines(topic, page=page, page_size=page_size)
    blanks = dict.fromkeys(line.subject for line in incoming if line.subject.startswith("_:"))
    # One closure for all: each of a list's cells leads to all that come after it.
    lines += [*incoming, *nodes.closure([own for blank in blanks for own in nodes.lines(blank)])]
    lines += index.graph_lines(topic, page=page, page_size=GRAPH_SUBJECTS)
    if index.has_fragments(topic):
        for fragment in index.fragments(topic):
            lines += nodes.closure(nodes.lines(fragment))
    return lines


def _only_named(index: Index, iri: str, dataset: str | None) -> Iterator[Triple]:
    """What there is to say of an IRI that only names a graph, or only is the property of statements."""
    name = f"<{iri}>"
    graph = index.graph(iri)
    if graph is not None:
        yield name, _TYPE, f"<{PREFIXES['sd']}Graph>"
        yield name, f"<{VOID}triples>", _integer(graph.triples)
    triples = index.triples_with(iri)
    if triples is not None:
        whole, part = f"<{dataset}>" if dataset else "_:dataset", "_:uses"
        yield whole, f"<{VOID}propertyPartition>", part
        yield part, f"<{VOID}property>", name
        yield part, f"<{VOID}triples>", _integer(triples)


def _integer(number: int) -> str:
    return f'"{number}"^^<{XSD}integer>'


def _header(
    document: str, topic: str, known: Iterable[Triple], licence: str | None, dataset: str | None, modified: str | None
) -> Iterator[Triple]:
    subject = f"<{document}>"
    # An ontology that is its own document says for itself what it is and what its licence is.
    if document != topic:
        yield subject, _TYPE, f"<{FOAF}Document>"
        yield subject, f"<{FOAF}primaryTopic>", f"<{topic}>"
    if licence and not any(s == subject and p == _LICENCE for s, p, _ in known):
        yield subject, _LICENCE, f"<{licence}>"
    if dataset:
        yield subject, f"<{VOID}inDataset>", f"<{dataset}>"
    if modified and document != topic:
        yield subject, f"<{DCTERMS}modified>", _moment(modified)


@lru_cache(maxsize=64)
def _moment(text: str) -> str:
    """A literal for an XSD date or dateTime."""
    return str(ox.Literal(text, datatype=ox.NamedNode(XSD + ("dateTime" if "T" in text else "date"))))


def _labels(index: Index, lines: Iterable[Line], languages: Collection[str] | None) -> Iterator[Triple]:
    named = {term for line in lines for term in line[:3] if nquads.is_iri(term)}
    bases = None if languages is None else {"", *(language.lower().partition("-")[0] for language in languages)}
    for iri, labels in index.nodes.labels(sorted(term[1:-1] for term in named)).items():
        for label in labels:
            if bases is None or label.language.partition("-")[0] in bases:
                yield f"<{iri}>", f"<{label.property}>", label.term
