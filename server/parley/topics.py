"""What everyone looks for in data: who, where, when, about what. Told from classes of vocabularies that many share.

A publication's own classes are told by their place below one of these (`rdfs:subClassOf`), so nothing has to be
configured: align `ex:Harbour` to `schema:Place`, and harbours become a facet.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from parley.vocab import DCTERMS, FOAF, PREFIXES, PROV, SCHEMA, SCHEMA_HTTP, SKOS, XSD

_CRM: Final = "http://www.cidoc-crm.org/cidoc-crm/"
_EDM: Final = "http://www.europeana.eu/schemas/edm/"
_ORG, _SEM, _TIME = PREFIXES["org"], PREFIXES["sem"], PREFIXES["time"]


class Topic(Enum):
    """What a thing is to those who look for it."""

    PASSAGE = "passage"
    TIME = "time"
    PLACE = "place"
    THEME = "theme"
    AGENT = "agent"
    EVENT = "event"
    DOCUMENT = "document"


def _names(namespace: str, names: str) -> tuple[str, ...]:
    return tuple(namespace + name for name in names.split())


def _schema(names: str) -> tuple[str, ...]:
    return (*_names(SCHEMA, names), *_names(SCHEMA_HTTP, names))


#: The classes of each topic. A thing of several topics is of the first of them.
TOPIC_CLASSES: Final[dict[Topic, tuple[str, ...]]] = {
    Topic.TIME: (
        *_names(_TIME, "TemporalEntity Interval Instant ProperInterval DateTimeInterval"),
        *_names(_CRM, "E52_Time-Span"), _SEM + "Time", _EDM + "TimeSpan", DCTERMS + "PeriodOfTime",
    ),
    Topic.PLACE: (
        *_schema("Place"), *_names(_CRM, "E53_Place"), _SEM + "Place", _EDM + "Place", DCTERMS + "Location",
        PREFIXES["geosparql"] + "Feature", "http://www.geonames.org/ontology#Feature",
        "http://dbpedia.org/ontology/Place",
    ),
    Topic.THEME: (SKOS + "Concept",),
    Topic.AGENT: (
        *_names(FOAF, "Agent Person Organization Group"), *_schema("Person Organization"),
        *_names(_ORG, "Organization OrganizationalUnit Post"), *_names(_CRM, "E39_Actor E21_Person E74_Group"),
        _SEM + "Actor", _EDM + "Agent", PROV + "Agent", DCTERMS + "Agent",
    ),
    Topic.EVENT: (
        *_schema("Event"), *_names(_CRM, "E5_Event E7_Activity"), _SEM + "Event", _EDM + "Event", PROV + "Activity",
        "http://purl.org/NET/c4dm/event.owl#Event", "http://linkedevents.org/ontology/Event",
    ),
    Topic.DOCUMENT: (
        *_schema("CreativeWork"), FOAF + "Document", DCTERMS + "BibliographicResource",
        *_names("http://purl.org/ontology/bibo/", "Document Article Book"), *_names(_CRM, "E31_Document"),
    ),
}  # fmt: skip

#: Extended Date/Time Format (ISO 8601-2), under the IRI that the Library of Congress gives it and its older ones.
EDTF: Final = frozenset(
    f"http://id.loc.gov/datatypes/edtf{name}" for name in ("", "/EDTF", "/EDTF-level0", "/EDTF-level1", "/EDTF-level2")
)
#: Datatypes of values that name a year.
DATED: Final = EDTF | {XSD + name for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth")}
#: Dates of a record, which say nothing about when the thing itself was.
RECORD_DATES: Final = frozenset([DCTERMS + "modified", DCTERMS + "dateSubmitted", PROV + "generatedAtTime"])
