"""The data set's description of itself: VoID and DCAT (DCAT-AP 3.0.1), from what is so.

What the publication says about its catalogue, data set and service is kept; what it does not say and what changes with
every release is added: counts from the index, downloads with the manifest's checksums, the endpoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from parley.formats import GZIP, RDF_FORMATS, RESULTS_CSV, RESULTS_TSV, Format
from parley.release import sums
from parley.release.contents import contents
from parley.release.manifest import FileEntry
from parley.roles import Role
from parley.vocab import DCAT, DCTERMS, FOAF, PREFIXES, RDF_TYPE, VOID, XSD
from parley.web.http.headers import uri
from parley.web.rdf import documents
from parley.web.rdf.description import ADDRESS, GRAPH_STORE_PROTOCOL
from parley.web.rdf.versions import version
from parley.web.site import Site

SPDX: Final = PREFIXES["spdx"]
_IANA: Final = "https://www.iana.org/assignments/media-types/"
_FILE_TYPE: Final = "http://publications.europa.eu/resource/authority/file-type/"
_FILE_TYPES: Final = {
    "ttl": "RDF_TURTLE", "nt": "RDF_N_TRIPLES", "nq": "RDF_N_QUADS", "trig": "RDF_TRIG", "rdf": "RDF_XML",
    "jsonld": "JSON_LD", "csv": "CSV", "tsv": "TSV",
}  # fmt: skip
_AVAILABLE: Final = "http://publications.europa.eu/resource/authority/planned-availability/STABLE"
_EXAMPLES: Final = 5

Subject = ox.NamedNode | ox.BlankNode
Object = ox.NamedNode | ox.BlankNode | ox.Literal


#: What is said of the downloads of a scope (all, asserted, mappings): a text a language.
Texts = Mapping[str, Mapping[str, str]]


def description(site: Site, texts: Texts) -> list[ox.Quad]:
    """The quads of the description, all in the graph of its own address; `texts` describe the downloads."""
    writer = _Writer(site, texts)
    writer.write()
    graph = ox.NamedNode(writer.document)
    return [ox.Quad(*triple, graph) for triple in dict.fromkeys(writer.triples)]


def previous(site: Site) -> str | None:
    """The release before the one that is served, if it is still kept: its IRI leads there."""
    since = site.changes.counts().since if site.changes else None
    return since if since and (site.release.parent / since).is_dir() else None


class _Writer:
    def __init__(self, site: Site, texts: Texts) -> None:
        self.site = site
        self.texts = texts
        self.contents = contents(site.release, site.manifest.files)
        self.document = site.canonical(".well-known/void")
        self.triples: list[tuple[Subject, ox.NamedNode, Object]] = []
        self.told: set[tuple[Subject, str]] = set()
        self.dataset = self._known("Dataset", "dataset")
        self.catalogue = self._known("Catalog", "catalogue")
        self.service = self._known("DataService", "sparql")

    def _known(self, kind: str, name: str) -> ox.NamedNode:
        return ox.NamedNode(documents.instance(self.site, DCAT + kind) or f"{self.document}#{name}")

    def write(self) -> None:
        for start in (self.dataset, self.catalogue, self.service):
            self._copy(start)
        self.told = {(subject, predicate.value) for subject, predicate, _ in self.triples}
        document = ox.NamedNode(self.document)
        self._say(document, RDF_TYPE, ox.NamedNode(VOID + "DatasetDescription"))
        self._say(document, FOAF + "primaryTopic", self.dataset)
        self._publisher()
        for subject, kind in ((self.catalogue, "Catalog"), (self.dataset, "Dataset"), (self.service, "DataService")):
            self._say(subject, RDF_TYPE, ox.NamedNode(DCAT + kind))
            self._name(subject)
        self._catalogue()
        self._counts()
        self._service()
        self._graph_store()
        for name, entry in self.site.manifest.files.items():
            if name.startswith("dumps/") and _plain(name).rpartition(".")[2] in _FILE_TYPES:
                self._distribution(name.removeprefix("dumps/"), entry)

        for row in self.contents.values():
            for predicate, target, number in row.get("linksets", ()):
                self._linkset(predicate, target, number)
        for name in sums.beside(self.site.release):  # neither DCAT nor SPDX has a word for a signature over files
            self._say(self.dataset, DCTERMS + "relation", self._file(name))

    def _file(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(uri(self.site.canonical(f"release/{self.site.manifest.id}/dumps/{name}")))

    def _copy(self, start: ox.NamedNode) -> None:
        """What the publication's catalogue says about `start` and about what that leads to."""
        waiting, seen = [start.value], {subject.value for subject, *_ in self.triples}
        while waiting:
            iri = waiting.pop()
            described = None if iri in seen else self.site.index.describe(iri, page_size=0)
            seen.add(iri)
            for statement in described.outgoing if described else ():
                if statement.role is Role.CATALOGUE and not isinstance(statement.object, ox.Triple):
                    self.triples.append((statement.subject, statement.predicate, statement.object))
                    if isinstance(statement.object, ox.NamedNode):
                        waiting.append(statement.object.value)

    def _say(self, subject: Subject, predicate: str, value: Object | str | int) -> None:
        if isinstance(value, int):
            value = ox.Literal(str(value), datatype=ox.NamedNode(XSD + "integer"))
        self.triples.append((subject, ox.NamedNode(predicate), ox.Literal(value) if isinstance(value, str) else value))

    def _fill(self, subject: Subject, predicate: str, *values: Object | str | int) -> None:
        """Say it unless the publication says something of the kind itself."""
        if (subject, predicate) not in self.told:
            for value in values:
                self._say(subject, predicate, value)

    def _name(self, subject: ox.NamedNode) -> None:
        publication = self.site.publication
        self._fill(subject, DCTERMS + "title", *(ox.Literal(t, language=n) for n, t in publication.title.items()))
        texts = publication.description or publication.title
        self._fill(subject, DCTERMS + "description", *(ox.Literal(t, language=n) for n, t in texts.items()))
        if publication.licence:
            self._fill(subject, DCTERMS + "license", ox.NamedNode(uri(publication.licence)))

    def _publisher(self) -> None:
        publication = self.site.publication
        name = publication.publisher or next(iter(publication.title.values()), publication.base)
        agent = ox.NamedNode(f"{self.document}#publisher")
        subjects = [s for s in (self.dataset, self.catalogue) if (s, DCTERMS + "publisher") not in self.told]
        for subject in subjects:
            self._say(subject, DCTERMS + "publisher", agent)
        if subjects:
            self._say(agent, RDF_TYPE, ox.NamedNode(FOAF + "Agent"))
            self._say(agent, FOAF + "name", name)

    def _catalogue(self) -> None:
        self._say(self.catalogue, DCAT + "dataset", self.dataset)
        self._say(self.catalogue, DCAT + "service", self.service)
        self._fill(self.catalogue, FOAF + "homepage", ox.NamedNode(self.site.canonical("")))
        self._fill(self.dataset, DCAT + "landingPage", ox.NamedNode(self.site.canonical("")))
        self._fill(self.dataset, DCTERMS + "identifier", self.dataset.value)
        self._fill(self.dataset, DCAT + "version", self.site.manifest.id[:12])
        if release := previous(self.site):
            self._fill(self.dataset, DCAT + "previousVersion", version(self.site, release))
        created = self.site.manifest.created
        if created:
            kind = XSD + ("dateTime" if "T" in created else "date")
            self._fill(self.dataset, DCTERMS + "modified", ox.Literal(created, datatype=ox.NamedNode(kind)))

    def _counts(self) -> None:
        index, dataset = self.site.index, self.dataset
        counts, classes, properties = index.counts(), index.classes(), index.properties()
        self._say(dataset, RDF_TYPE, ox.NamedNode(VOID + "Dataset"))
        numbers = {"triples": counts.triples, "entities": counts.entities, "classes": counts.classes}
        for name, number in (numbers | {"properties": len(properties)}).items():
            self._say(dataset, VOID + name, number)
        for iri, number in classes:
            self._part("classPartition", "class", iri, "entities", number)
        for iri, number in properties:
            self._part("propertyPartition", "property", iri, "triples", number)
        for namespace in sorted({_namespace(iri) for iri, _ in (*classes, *properties)}):
            self._say(dataset, VOID + "vocabulary", ox.NamedNode(namespace))
        self._say(dataset, VOID + "uriSpace", self.site.publication.base)
        for iri in self._examples():
            self._say(dataset, VOID + "exampleResource", ox.NamedNode(iri))
        for syntax in RDF_FORMATS:
            if syntax.iri:
                self._say(dataset, VOID + "feature", ox.NamedNode(syntax.iri))

    def _part(self, link: str, of: str, iri: str, counted: str, number: int) -> None:
        part = ox.BlankNode(f"{of}{len(self.triples)}")
        self._say(self.dataset, VOID + link, part)
        self._say(part, VOID + of, ox.NamedNode(iri))
        self._say(part, VOID + counted, number)

    def _examples(self) -> Iterator[str]:
        """Things under the base, of the largest classes, one each."""
        found: dict[str, None] = {}
        for iri, _ in self.site.index.classes():
            ours = (i for i in self.site.index.instances(iri, 20) if i.startswith(self.site.publication.base))
            found.update(dict.fromkeys([next(ours, "")]))
        yield from [iri for iri in found if iri][:_EXAMPLES]

    def _service(self) -> None:
        endpoint = ox.NamedNode(self.site.canonical("sparql"))
        self._say(self.dataset, VOID + "sparqlEndpoint", endpoint)
        self._say(self.dataset, VOID + "openSearchDescription", ox.NamedNode(self.site.canonical("opensearch.xml")))
        self._fill(self.service, DCAT + "endpointURL", endpoint)
        self._fill(self.service, DCAT + "endpointDescription", endpoint)
        self._fill(self.service, DCAT + "servesDataset", self.dataset)
        self._fill(self.service, DCTERMS + "conformsTo", ox.NamedNode("https://www.w3.org/TR/sparql11-protocol/"))

    def _graph_store(self) -> None:
        """The service that gives each graph by its name."""
        store = ox.NamedNode(f"{self.document}#graph-store")
        self._say(store, RDF_TYPE, ox.NamedNode(DCAT + "DataService"))
        self._name(store)
        self._say(store, DCAT + "endpointURL", ox.NamedNode(self.site.canonical(ADDRESS)))
        self._say(store, DCAT + "servesDataset", self.dataset)
        self._say(store, DCTERMS + "conformsTo", ox.NamedNode(GRAPH_STORE_PROTOCOL))
        self._say(self.catalogue, DCAT + "service", store)

    def _distribution(self, name: str, entry: FileEntry) -> None:
        extension = _plain(name).rpartition(".")[2]
        media_type = next(f.media_type for f in _dumped() if f.extension == extension)
        it = ox.NamedNode(f"{self.document}#{uri(name)}")
        file = self._file(name)
        self._say(self.dataset, DCAT + "distribution", it)
        if name.startswith("all."):  # a crawler that takes each of these gets the whole, in RDF
            self._say(self.dataset, VOID + "dataDump", file)
        self._say(it, RDF_TYPE, ox.NamedNode(DCAT + "Distribution"))
        self._say(it, DCTERMS + "title", name)
        for language, text in self._told(name).items():
            self._say(it, DCTERMS + "description", ox.Literal(text, language=language) if language else text)
        self._say(it, DCAT + "accessURL", ox.NamedNode(self.site.canonical("downloads")))
        self._say(it, DCAT + "downloadURL", file)
        self._say(it, DCAT + "mediaType", ox.NamedNode(_IANA + media_type))
        if name != _plain(name):
            self._say(it, DCAT + "compressFormat", ox.NamedNode(_IANA + GZIP.media_type))
        self._say(it, DCTERMS + "format", ox.NamedNode(_FILE_TYPE + _FILE_TYPES[extension]))
        self._say(it, PREFIXES["dcatap"] + "availability", ox.NamedNode(_AVAILABLE))
        size = ox.Literal(str(entry.size), datatype=ox.NamedNode(XSD + "nonNegativeInteger"))
        self._say(it, DCAT + "byteSize", size)
        if self.site.publication.licence:
            self._say(it, DCTERMS + "license", ox.NamedNode(uri(self.site.publication.licence)))
        checksum = ox.BlankNode(f"checksum{len(self.triples)}")
        self._say(it, SPDX + "checksum", checksum)
        self._say(checksum, RDF_TYPE, ox.NamedNode(SPDX + "Checksum"))
        self._say(checksum, SPDX + "algorithm", ox.NamedNode(SPDX + "checksumAlgorithm_sha256"))
        value = ox.Literal(entry.sha256, datatype=ox.NamedNode(XSD + "hexBinary"))
        self._say(checksum, SPDX + "checksumValue", value)

    def _told(self, name: str) -> Mapping[str, str]:
        """What a download holds, a text a language: of a table the name of the class whose things it has."""
        scope = self.contents.get(_plain(name), {}).get("scope", "")
        labels = {} if scope in self.texts else self.site.index.labels([scope]).get(scope, {})
        return self.texts.get(scope) or labels or ({"": scope} if scope else {})

    def _linkset(self, predicate: str, target: str, number: int) -> None:
        """The links of one kind to one other data set, known by where its IRIs begin."""
        host = target.partition("://")[2].rstrip("/")
        theirs = ox.NamedNode(f"{self.document}#{uri(host)}")
        names = (f"{p}-{predicate[len(ns) :]}" for p, ns in PREFIXES.items() if predicate.startswith(ns))
        links = ox.NamedNode(f"{theirs.value}/{next(names, quote(predicate, safe=''))}")
        self._say(theirs, RDF_TYPE, ox.NamedNode(VOID + "Dataset"))
        self._say(theirs, VOID + "uriSpace", target)
        self._say(self.dataset, VOID + "subset", links)
        self._say(links, RDF_TYPE, ox.NamedNode(VOID + "Linkset"))
        self._say(links, VOID + "linkPredicate", ox.NamedNode(predicate))
        self._say(links, VOID + "subjectsTarget", self.dataset)
        self._say(links, VOID + "objectsTarget", theirs)
        self._say(links, VOID + "triples", number)


def _plain(name: str) -> str:
    """The name of a file without the ending of its compression."""
    return name.removesuffix(f".{GZIP.extension}")


def _dumped() -> tuple[Format, ...]:
    return (*RDF_FORMATS, RESULTS_CSV, RESULTS_TSV)


def _namespace(iri: str) -> str:
    end = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:end] or iri
