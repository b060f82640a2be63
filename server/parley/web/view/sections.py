"""Which part of a page a property belongs to, by the vocabularies that everyone shares."""

from __future__ import annotations

from parley.vocab import (
    ALTERNATIVE_LABEL_PROPERTIES,
    DC,
    DCTERMS,
    DESCRIPTION_PROPERTIES,
    FOAF,
    LABEL_PROPERTIES,
    OWL,
    PREFIXES,
    PROV,
    RDF_TYPE,
    RDFS,
    SCHEMA,
    SCHEMA_HTTP,
    SKOS,
)

#: In the order of the page. `facts` takes every property that no other section names, and those between it and
#: `follows` take from it what leads to a time, a place, an agent …; `follows` what only repeats other facts.
SECTIONS = (
    "facts", "who", "events", "when", "where", "documents", "about", "mentions", "follows", "names", "elsewhere",
    "record",
)  # fmt: skip

OA = PREFIXES["oa"]

_NAMES = frozenset(
    [
        RDF_TYPE,
        *LABEL_PROPERTIES,
        *ALTERNATIVE_LABEL_PROPERTIES,
        *DESCRIPTION_PROPERTIES,
        DCTERMS + "identifier",
        DCTERMS + "alternative",
        PREFIXES["adms"] + "identifier",
    ]
)
_ELSEWHERE = frozenset(
    [
        OWL + "sameAs", RDFS + "seeAlso", FOAF + "homepage", FOAF + "page", FOAF + "isPrimaryTopicOf",
        SCHEMA + "sameAs", SCHEMA + "url",
        *(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")),
    ]
)  # fmt: skip
_WHERE = frozenset(
    [
        PREFIXES["geosparql"] + "hasGeometry", SCHEMA + "geo", SCHEMA_HTTP + "geo",
        *(f"http://www.w3.org/2003/01/geo/wgs84_pos#{name}" for name in ("lat", "long", "location")),
    ]
)  # fmt: skip
_RECORD = frozenset(
    [
        RDFS + "isDefinedBy", OWL + "versionIRI", OWL + "versionInfo", OWL + "priorVersion", OWL + "imports",
        SKOS + "changeNote", SKOS + "editorialNote", SKOS + "historyNote", SKOS + "inScheme",
        *(DCTERMS + name for name in (
            "created", "modified", "issued", "creator", "contributor", "publisher", "license", "rights", "source",
            "provenance", "hasVersion", "conformsTo",
        )),
        *(DC + name for name in ("creator", "contributor", "publisher", "rights", "source", "date")),
        *(OA + name for name in ("hasSelector", "hasSource", "hasState")), PREFIXES["spdx"] + "checksum",
        *(PROV + name for name in (
            "wasAttributedTo", "wasDerivedFrom", "wasGeneratedBy", "hadPrimarySource", "wasRevisionOf",
            "generatedAtTime",
        )),
    ]
)  # fmt: skip


def section_of(property_: str) -> str:
    """The key of the section that a property's facts stand in.

    >>> section_of("http://www.w3.org/2004/02/skos/core#altLabel"), section_of("http://example.org/colour")
    ('names', 'facts')
    """
    if property_ in _NAMES:
        return "names"
    if property_ in _ELSEWHERE:
        return "elsewhere"
    if property_ in _WHERE:
        return "where"
    return "record" if property_ in _RECORD else "facts"
