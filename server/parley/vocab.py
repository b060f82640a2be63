"""Namespaces and terms of the vocabularies that Parley itself understands, and the usual prefixes of many more."""

from __future__ import annotations

from typing import Final

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
SH: Final = "http://www.w3.org/ns/shacl#"
DCTERMS: Final = "http://purl.org/dc/terms/"
DC: Final = "http://purl.org/dc/elements/1.1/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
PROV: Final = "http://www.w3.org/ns/prov#"
VOID: Final = "http://rdfs.org/ns/void#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
SCHEMA: Final = "https://schema.org/"
SCHEMA_HTTP: Final = "http://schema.org/"
VANN: Final = "http://purl.org/vocab/vann/"

RDF_TYPE: Final = RDF + "type"
RDF_FIRST: Final = RDF + "first"
RDF_REST: Final = RDF + "rest"
RDF_NIL: Final = RDF + "nil"
OWL_SAME_AS: Final = OWL + "sameAs"

#: Properties whose values name a thing, best first.
LABEL_PROPERTIES: Final[tuple[str, ...]] = (
    SKOS + "prefLabel",
    RDFS + "label",
    DCTERMS + "title",
    FOAF + "name",
    SCHEMA + "name",
    SCHEMA_HTTP + "name",
    DC + "title",
)
#: Properties whose values are further names, for search.
ALTERNATIVE_LABEL_PROPERTIES: Final[tuple[str, ...]] = (
    SKOS + "altLabel",
    SKOS + "hiddenLabel",
    SKOS + "notation",
    SCHEMA + "alternateName",
    SCHEMA_HTTP + "alternateName",
    DCTERMS + "alternative",
)
#: Properties whose values identify a thing in some scheme.
IDENTIFIER_PROPERTIES: Final[tuple[str, ...]] = (
    SKOS + "notation",
    DCTERMS + "identifier",
    DC + "identifier",
    SCHEMA + "identifier",
    SCHEMA_HTTP + "identifier",
)
#: Properties whose values say what a thing is, best first.
DESCRIPTION_PROPERTIES: Final[tuple[str, ...]] = (
    SKOS + "definition",
    DCTERMS + "description",
    RDFS + "comment",
    SCHEMA + "description",
    SCHEMA_HTTP + "description",
    DC + "description",
    SKOS + "scopeNote",
)

#: Prefixes used in output where a publication declares none for a namespace.
PREFIXES: Final[dict[str, str]] = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "sh": SH,
    "dcterms": DCTERMS,
    "dc": DC,
    "foaf": FOAF,
    "prov": PROV,
    "void": VOID,
    "dcat": DCAT,
    "schema": SCHEMA,
    "vann": VANN,
    "adms": "http://www.w3.org/ns/adms#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dctype": "http://purl.org/dc/dcmitype/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "wd": "http://www.wikidata.org/entity/",
}
