"""The functions of our engine that queries may call by IRI, besides those that SPARQL 1.1 has (§17.5, §17.6)."""

from __future__ import annotations

from typing import Final

from parley.vocab import XSD

#: The namespace of GeoSPARQL's functions.
GEOF: Final = "http://www.opengis.net/def/function/geosparql/"
_GEOMETRY: Final = (
    "area", "asGeoJSON", "convexHull", "coordinateDimension", "difference", "dimension", "distance", "envelope",
    "getSRID", "intersection", "isEmpty", "isSimple", "length", "perimeter", "relate", "spatialDimension",
    "symDifference", "union",
)  # fmt: skip
_RELATIONS: Final = {
    "eh": ("Contains", "CoveredBy", "Covers", "Disjoint", "Equals", "Inside", "Meet", "Overlap"),
    "rcc8": ("dc", "ec", "eq", "ntpp", "ntppi", "po", "tpp", "tppi"),
    "sf": ("Contains", "Crosses", "Disjoint", "Equals", "Intersects", "Overlaps", "Touches", "Within"),
}
#: Types to which SPARQL 1.1 has no cast.
_CASTS: Final = (
    "date", "dayTimeDuration", "duration", "gDay", "gMonth", "gMonthDay", "gYear", "gYearMonth", "time",
    "yearMonthDuration",
)  # fmt: skip

#: Their IRIs; the service description lists them.
EXTENSION_FUNCTIONS: Final = (
    *(GEOF + name for name in _GEOMETRY),
    *(GEOF + family + name for family, names in _RELATIONS.items() for name in names),
    *(XSD + name for name in _CASTS),
)
