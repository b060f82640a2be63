"""The one table of formats: what Parley reads, writes, negotiates and describes.

Negotiation, `?format=`, file extensions, `Link` headers, the service description, VoID, the OpenAPI document and the
docs are all derived from `FORMATS`; a media type written anywhere else in the package is a defect.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import pyoxigraph as ox

_W3C = "http://www.w3.org/ns/formats/"


class Kind(Enum):
    """What a format can carry."""

    PAGE = "page"  # for people
    GRAPH = "graph"  # triples
    DATASET = "dataset"  # quads
    RESULTS = "results"  # SPARQL SELECT and ASK results


@dataclass(frozen=True, slots=True, eq=False)  # there is one of each: equal is the same, and hashed at no cost
class Format:
    """One syntax.

    `aliases` are further media types under which it is requested or labelled elsewhere: accepted, never sent.
    `iri` is the W3C's "unique URI for file formats", where there is one.
    `extensions` are those recognised when reading; the first is the one written.
    `oxigraph` and `results` are the engine's constants for RDF and for query results.
    """

    name: str
    label: str
    kind: Kind
    media_type: str
    extensions: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    iri: str | None = None
    oxigraph: ox.RdfFormat | None = None
    results: ox.QueryResultsFormat | None = None

    @property
    def extension(self) -> str:
        """The file extension that Parley writes, without the dot."""
        return self.extensions[0]

    @property
    def content_type(self) -> str:
        """The value of `Content-Type`: RDF/XML and XML results declare their encoding inside, JSON is UTF-8."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    @property
    def is_rdf(self) -> bool:
        """Whether the format carries triples or quads."""
        return self.kind in (Kind.GRAPH, Kind.DATASET)


HTML = Format("html", "HTML", Kind.PAGE, "text/html", ("html",), aliases=("application/xhtml+xml",))
TURTLE = Format(
    "turtle", "Turtle", Kind.GRAPH, "text/turtle", ("ttl",),
    # Turtle is N3 too, and the older clients that ask for that read it.
    aliases=("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3"),
    iri=_W3C + "Turtle", oxigraph=ox.RdfFormat.TURTLE,
)  # fmt: skip
JSON_LD = Format(
    "jsonld", "JSON-LD", Kind.DATASET, "application/ld+json", ("jsonld", "json"),
    aliases=("application/json",), iri=_W3C + "JSON-LD", oxigraph=ox.RdfFormat.JSON_LD,
)  # fmt: skip
N_TRIPLES = Format(
    "ntriples", "N-Triples", Kind.GRAPH, "application/n-triples", ("nt",),
    aliases=("text/plain",), iri=_W3C + "N-Triples", oxigraph=ox.RdfFormat.N_TRIPLES,
)  # fmt: skip
RDF_XML = Format(
    "rdfxml", "RDF/XML", Kind.GRAPH, "application/rdf+xml", ("rdf", "owl", "xml"),
    aliases=("application/xml", "text/xml"), iri=_W3C + "RDF_XML", oxigraph=ox.RdfFormat.RDF_XML,
)  # fmt: skip
TRIG = Format(
    "trig", "TriG", Kind.DATASET, "application/trig", ("trig",),
    aliases=("application/x-trig",), iri=_W3C + "TriG", oxigraph=ox.RdfFormat.TRIG,
)  # fmt: skip
N_QUADS = Format(
    "nquads", "N-Quads", Kind.DATASET, "application/n-quads", ("nq",),
    aliases=("text/x-nquads",), iri=_W3C + "N-Quads", oxigraph=ox.RdfFormat.N_QUADS,
)  # fmt: skip
#: Read, never written: a superset of Turtle with rules, of which only the triples are taken.
N3 = Format("n3", "Notation3", Kind.GRAPH, "text/n3", ("n3",), iri=_W3C + "N3", oxigraph=ox.RdfFormat.N3)

RESULTS_JSON = Format(
    "json", "SPARQL JSON", Kind.RESULTS, "application/sparql-results+json", ("srj",),
    aliases=("application/json",), iri=_W3C + "SPARQL_Results_JSON", results=ox.QueryResultsFormat.JSON,
)  # fmt: skip
RESULTS_XML = Format(
    "xml", "SPARQL XML", Kind.RESULTS, "application/sparql-results+xml", ("srx",),
    aliases=("application/xml", "text/xml"), iri=_W3C + "SPARQL_Results_XML", results=ox.QueryResultsFormat.XML,
)  # fmt: skip
RESULTS_CSV = Format(
    "csv", "CSV", Kind.RESULTS, "text/csv", ("csv",),
    iri=_W3C + "SPARQL_Results_CSV", results=ox.QueryResultsFormat.CSV,
)  # fmt: skip
RESULTS_TSV = Format(
    "tsv", "TSV", Kind.RESULTS, "text/tab-separated-values", ("tsv",),
    iri=_W3C + "SPARQL_Results_TSV", results=ox.QueryResultsFormat.TSV,
)  # fmt: skip

#: Results for people: CSV with names beside IRIs, and no cell that a spreadsheet would run as a formula. By name only:
#: a client that negotiates `text/csv` gets the W3C's CSV, value for value.
SPREADSHEET = Format("spreadsheet", "Spreadsheet (CSV)", Kind.PAGE, "text/csv", ("csv",))

#: What the server says in JSON of its own making: no syntax of RDF or of results.
JSON = Format("json", "JSON", Kind.PAGE, "application/json", ("json",))
#: The text of a query (SPARQL 1.1 Query §20).
SPARQL_QUERY = Format("sparql", "SPARQL", Kind.PAGE, "application/sparql-query", ("rq",))

#: Sets of links (RFC 9264), the description of a search (OpenSearch 1.1), lists of pages, plain texts.
LINKSET_JSON = Format("json", "linkset in JSON", Kind.PAGE, "application/linkset+json", ("json",),
                      aliases=("application/json",))  # fmt: skip
LINKSET = Format("text", "linkset", Kind.PAGE, "application/linkset", ("txt",), aliases=("text/plain",))
OPENSEARCH = Format("opensearch", "OpenSearch", Kind.PAGE, "application/opensearchdescription+xml", ("xml",))
SUGGESTIONS = Format("opensearch", "OpenSearch suggestions", Kind.PAGE, "application/x-suggestions+json", ("json",))
XML = Format("xml", "XML", Kind.PAGE, "application/xml", ("xml",))
PROBLEM = Format("problem", "problem document", Kind.PAGE, "application/problem+json", ("json",))
TEXT = Format("text", "text", Kind.PAGE, "text/plain", ("txt",))
#: Compressed files (RFC 6713).
GZIP = Format("gzip", "gzip", Kind.PAGE, "application/gzip", ("gz",))

FORMATS: tuple[Format, ...] = (
    HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS, N3,
    RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV,
)  # fmt: skip

#: The syntaxes of a document about a resource, best first for a client that has no preference among them.
DOCUMENT_FORMATS: tuple[Format, ...] = (HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS)
#: The syntaxes of RDF that are written.
RDF_FORMATS: tuple[Format, ...] = tuple(f for f in DOCUMENT_FORMATS if f.is_rdf)
#: The syntaxes of SELECT and ASK results.
RESULT_FORMATS: tuple[Format, ...] = tuple(f for f in FORMATS if f.kind is Kind.RESULTS)
#: The syntaxes that a source file may have.
READABLE_FORMATS: tuple[Format, ...] = tuple(f for f in FORMATS if f.is_rdf)
#: Endings of compressed source files.
COMPRESSIONS = ("gz", "bz2", "xz")


def by_name(name: str, among: Iterable[Format] = FORMATS) -> Format | None:
    """The format called `name`: by its name or label, extension, media type or subtype. What `?format=` takes.

    >>> by_name("ttl", RDF_FORMATS).label
    'Turtle'
    >>> [by_name(name, RDF_FORMATS).name for name in ("JSON-LD", "rdf+xml", "application/json")]
    ['jsonld', 'rdfxml', 'jsonld']
    >>> by_name("nonsense") is None
    True
    """
    wanted = name.strip().lower()
    for candidate in among:
        types = (candidate.media_type, *candidate.aliases)
        if wanted in (candidate.name, candidate.label.lower(), *candidate.extensions, *types):
            return candidate
        if wanted == candidate.media_type.partition("/")[2]:
            return candidate
    return None


def by_extension(extension: str, among: Iterable[Format] = READABLE_FORMATS) -> Format | None:
    """The format whose files end in `extension` (no dot, any case).

    >>> by_extension("OWL").name
    'rdfxml'
    """
    wanted = extension.lower()
    return next((f for f in among if wanted in f.extensions), None)


def by_content_type(content_type: str, among: Iterable[Format]) -> Format | None:
    """The format that a Content-Type names: by its media type, else by one that also stands for it.

    >>> by_content_type("Text/Turtle; charset=utf-8", RDF_FORMATS).name
    'turtle'
    """
    essence = content_type.partition(";")[0].strip().lower()
    formats = tuple(among)
    exact = (f for f in formats if f.media_type == essence)
    return next(exact, None) or next((f for f in formats if essence in f.aliases), None)


def without_endings(path: str) -> str:
    """`path` without the endings that tell a readable syntax and its compression; other dots are part of the name.

    >>> without_endings("v1.0/terms.shapes.ttl.gz"), without_endings("v1.0/terms")
    ('v1.0/terms.shapes', 'v1.0/terms')
    """
    for endings in (COMPRESSIONS, [e for f in READABLE_FORMATS for e in f.extensions]):
        stem, _, ending = path.rpartition(".")
        path = stem if ending.lower() in endings else path
    return path
