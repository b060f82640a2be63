"""The RDF of a document about a thing: what is said about it, what links to it, and what the document itself is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import pyoxigraph as ox

from parley.release.index import Index
from parley.release.records import Statement
from parley.urls import Urls
from parley.vocab import DCTERMS, FOAF, PREFIXES, RDF_TYPE, VOID, XSD

_TYPE = ox.NamedNode(RDF_TYPE)
_LICENCE = ox.NamedNode(DCTERMS + "license")
#: Subjects of a named graph on one page of its document.
GRAPH_SUBJECTS = 1000
#: Incoming statements read from the index at once.
_PAGE = 1000


def canonical_document(urls: Urls, iri: str) -> str:
    """The canonical IRI of the document about `iri`: under the publication's base, whatever host serves it.

    >>> canonical_document(Urls("https://example.org/", ("en",), prefix="/data"), "https://example.org/a")
    'https://example.org/doc/a'
    """
    path = urls.document(iri).removeprefix(urls.prefix).partition("#")[0]
    root = urls.base if urls.base.endswith("/") else urls.base.rstrip("#") + "/"
    return root + path.removeprefix("/")


def statements_about(index: Index, resource: ox.NamedNode | ox.BlankNode) -> Iterator[Statement]:
    """The symmetric concise bounded description of `resource`, all of it, statement by statement.

    Its own statements with the blank nodes they lead to, the statements that point at it, what a blank node that
    points at it says, and what stands in the graph of that name. A triple comes once for each graph in which it
    stands, or more often.
    """
    if isinstance(resource, ox.BlankNode):
        yield from index.closure(index.own_statements(resource))
        return
    page, seen, total = 1, 0, 1
    while seen < total:
        description = index.describe(resource.value, page=page, page_size=_PAGE)
        if description is None:
            break
        if page == 1:
            yield from description.outgoing
        yield from description.incoming
        yield from _about_blank_subjects(index, description.incoming)
        page, seen, total = page + 1, seen + _PAGE, description.incoming_total
    yield from _content(index, resource.value)


def _content(index: Index, graph: str) -> Iterator[Statement]:
    """All that stands in the graph called `graph`, if it is one."""
    page = 1
    while (found := index.graph_statements(graph, page=page, page_size=_PAGE)) is not None and found.statements:
        yield from found.statements
        page += 1


def _about_blank_subjects(index: Index, statements: Iterable[Statement]) -> Iterator[Statement]:
    blanks = dict.fromkeys(s.subject for s in statements if isinstance(s.subject, ox.BlankNode))
    # One closure for all: each of a list's cells leads to all that come after it.
    yield from index.closure([own for blank in blanks for own in index.own_statements(blank)])


def document_quads(
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
) -> list[ox.Quad] | None:
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
    description = index.describe(topic, page=page, page_size=page_size)
    statements = [*description.outgoing, *description.incoming] if description else []
    statements += _about_blank_subjects(index, description.incoming) if description else ()
    content = index.graph_statements(topic, page=page, page_size=GRAPH_SUBJECTS)
    statements += content.statements if content else ()
    for fragment in index.fragments(topic):
        about = index.describe(fragment, page_size=0)
        statements += about.outgoing if about else ()
    only_named = [] if statements else list(_only_named(index, topic, dataset))
    if not statements and not only_named:
        return None
    document = canonical_document(urls, topic)
    quads = dict.fromkeys(_quad(statement) for statement in statements)
    header = _header(document, topic, statements, licence, dataset, modified)
    own = [*only_named, *header, *_labels(index, statements, languages)]
    known = {quad.triple for quad in quads}
    graph = ox.NamedNode(document)
    return [*quads, *(ox.Quad(t.subject, t.predicate, t.object, graph) for t in own if t not in known)]


def _only_named(index: Index, iri: str, dataset: str | None) -> Iterator[ox.Triple]:
    """What there is to say of an IRI that only names a graph, or only is the property of statements."""
    name = ox.NamedNode(iri)
    graph = index.graph(iri)
    if graph is not None:
        yield ox.Triple(name, _TYPE, ox.NamedNode(PREFIXES["sd"] + "Graph"))
        yield ox.Triple(name, ox.NamedNode(VOID + "triples"), _integer(graph.triples))
    triples = index.triples_with(iri)
    if triples is not None:
        whole, part = ox.NamedNode(dataset) if dataset else ox.BlankNode("dataset"), ox.BlankNode("uses")
        yield ox.Triple(whole, ox.NamedNode(VOID + "propertyPartition"), part)
        yield ox.Triple(part, ox.NamedNode(VOID + "property"), name)
        yield ox.Triple(part, ox.NamedNode(VOID + "triples"), _integer(triples))


def _integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))


def _quad(statement: Statement) -> ox.Quad:
    name = statement.graph
    graph = ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)
    return ox.Quad(statement.subject, statement.predicate, statement.object, graph)


def _header(
    document: str,
    topic: str,
    statements: Iterable[Statement],
    licence: str | None,
    dataset: str | None,
    modified: str | None,
) -> Iterator[ox.Triple]:
    subject = ox.NamedNode(document)
    # An ontology that is its own document says for itself what it is and what its licence is.
    if document != topic:
        yield ox.Triple(subject, _TYPE, ox.NamedNode(FOAF + "Document"))
        yield ox.Triple(subject, ox.NamedNode(FOAF + "primaryTopic"), ox.NamedNode(topic))
    if licence and not any(s.subject == subject and s.predicate == _LICENCE for s in statements):
        yield ox.Triple(subject, _LICENCE, ox.NamedNode(licence))
    if dataset:
        yield ox.Triple(subject, ox.NamedNode(VOID + "inDataset"), ox.NamedNode(dataset))
    if modified and document != topic:
        datatype = ox.NamedNode(XSD + ("dateTime" if "T" in modified else "date"))
        yield ox.Triple(subject, ox.NamedNode(DCTERMS + "modified"), ox.Literal(modified, datatype=datatype))


def _labels(index: Index, statements: Iterable[Statement], languages: Collection[str] | None) -> Iterator[ox.Triple]:
    terms = (term for s in statements for term in (s.subject, s.predicate, s.object))
    named = sorted({term.value for term in terms if isinstance(term, ox.NamedNode)})
    bases = None if languages is None else {"", *(language.lower().partition("-")[0] for language in languages)}
    for iri, property_, language, text in index.label_rows(named):
        if bases is None or language.partition("-")[0] in bases:
            literal = ox.Literal(text, language=language) if language else ox.Literal(text)
            yield ox.Triple(ox.NamedNode(iri), ox.NamedNode(property_), literal)
