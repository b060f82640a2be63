"""RDF terms as people read them: links with names, texts with their language, dates and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox

from parley.urls import Urls
from parley.vocab import PREFIXES, RDF, XSD
from parley.web.view.i18n import Interface
from parley.web.view.naming import Namer, Text

_INTEGERS = frozenset(
    XSD + name
    for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt")
)
_DECIMALS = frozenset(XSD + name for name in ("decimal", "double", "float"))
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
#: What EDTF says with signs: words for it are longer, and the signs beside them say what was written.
_SIGNS = re.compile(r"[X~?%/]")
#: A point as a place on earth: longitude, then latitude (GeoSPARQL 1.1 §8.5.1).
_POINT = re.compile(r"POINT\s*\(\s*(-?\d{1,3}(?:\.\d{1,15})?)\s+(-?\d{1,2}(?:\.\d{1,15})?)\s*\)", re.IGNORECASE)
_WKT = PREFIXES["geosparql"] + "wktLiteral"
#: Datatypes that say nothing a reader misses.
_SILENT = (
    frozenset([XSD + "string", RDF + "langString", XSD + "anyURI", XSD + "boolean", XSD + "hexBinary"])
    | _INTEGERS
    | _DECIMALS
)


@dataclass(frozen=True, slots=True)
class Value:
    """One value to show.

    `href` makes it a link, `external` one that leaves the site. `machine` is the date in machine-readable form,
    `exact` the term as the data has it where `text` says it otherwise, `datatype` the name of an unusual datatype,
    or the signs that `text` puts into words, `relation` what links the page's thing to it, where the group is not by
    property.
    `groups` are the facts of a node that has no page of its own; `items` the members of a list.
    """

    text: Text
    href: str | None = None
    external: bool = False
    machine: str | None = None
    exact: str | None = None
    datatype: Text | None = None
    relation: Text | None = None
    language: str | None = None
    groups: tuple[Group, ...] = ()
    items: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a property, the numbers of its footnotes, whether only a rule says it, or only another source.

    `why` is the address of the page that explains it, where a rule says it.
    """

    value: Value
    notes: tuple[int, ...] = ()
    inferred: bool = False
    outside: bool = False
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """All facts with one property; `inverse` if the page's thing is the object of them."""

    property: str
    label: Text
    href: str | None
    facts: tuple[Fact, ...]
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """Where pages in one language link to; `described` says whether an IRI of ours has a page.

    `language` is None on pages whose language is negotiated: their links keep it so.
    """

    urls: Urls
    language: str | None
    described: Callable[[str], bool]
    bases: Collection[str] = field(default=())
    _pages: dict[str, str] = field(default_factory=dict, compare=False)
    _targets: dict[str, tuple[str | None, bool]] = field(default_factory=dict, compare=False)

    def ours(self, iri: str) -> bool:
        """Whether `iri` is under a base of the publication."""
        return self.urls.relative(iri) is not None or any(iri.startswith(base) for base in self.bases)

    def page(self, iri: str) -> str:
        """The page about `iri`."""
        found = self._pages.get(iri)
        if found is None:
            found = self._pages[iri] = self.urls.document(iri, language=self.language)
        return found

    def why(self, subject: object, predicate: object, object_: object) -> str:
        """The page that explains a statement; the terms' texts are N-Triples."""
        query = urlencode({"s": str(subject), "p": str(predicate), "o": str(object_)})
        return f"{self.urls.local('why', self.language)}?{query}"

    def to(self, iri: str) -> tuple[str | None, bool]:
        """Where a mention of `iri` leads, and whether that leaves the site: (None, False) if it leads nowhere."""
        found = self._targets.get(iri)
        if found is None:
            found = self._targets[iri] = self._target(iri)
        return found

    def _target(self, iri: str) -> tuple[str | None, bool]:
        if self.ours(iri):
            return (self.page(iri), False) if self.described(iri) else (None, False)
        return (iri, True) if is_web(iri) else (None, False)


def is_web(iri: str) -> bool:
    """Whether a browser may follow `iri`: http and https with a host, nothing that runs or reads."""
    try:
        parts = urlsplit(iri)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def link(iri: str, namer: Namer, links: Links) -> Value:
    """A mention of a thing."""
    href, external = links.to(iri)
    label = namer.label(iri)
    if external and label is None:
        usual = namer.term(iri) if namer.compact(iri) != iri else None
        return Value(usual or Text(_address(iri)), href, external, exact=iri)
    return Value(label or namer.thing(iri), href, external, exact=iri)


def _address(iri: str) -> str:
    """A web address as people write it: without scheme, query kept."""
    return iri.partition("://")[2].rstrip("/")


def literal(term: ox.Literal, namer: Namer, links: Links, interface: Interface) -> Value:
    """A literal: dates and numbers as the reader's language writes them, all else as it is."""
    text, datatype = term.value, term.datatype.value
    if term.language:
        return Value(Text(text, term.language), language=term.language)
    if datatype == XSD + "anyURI" and is_web(text):
        return Value(Text(_address(text)), text, external=True, exact=text)
    if spoken := interface.date(text, datatype):
        beside = Text(f"EDTF {text}") if _SIGNS.search(text) else None
        shown = Text(spoken, interface.text_language)
        return Value(shown, machine=_machine(text, datatype), exact=text, datatype=beside)
    if datatype in (XSD + "boolean",) and text in ("true", "false", "1", "0"):
        word = interface("value.yes" if text in ("true", "1") else "value.no")
        return Value(Text(str(word), interface.text_language), exact=text)
    if datatype in _INTEGERS | _DECIMALS and _NUMBER.fullmatch(text):
        return Value(Text(_number(text, interface), interface.text_language), exact=text)
    if datatype == _WKT and (point := _POINT.fullmatch(text.strip())):
        return Value(Text(_position(point[1], point[2], interface), interface.text_language), exact=text)
    return Value(Text(text), datatype=None if datatype in _SILENT else namer.term(datatype))


def _machine(text: str, datatype: str) -> str | None:
    """The value of HTML's `datetime` attribute, if this date can be one (HTML §4.5.14)."""
    plain = re.fullmatch(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?)?)?", text)
    return text if plain and not datatype.endswith("time") else None


def _position(longitude: str, latitude: str, interface: Interface) -> str:
    """A place on earth as people write it, with every digit that the data has."""
    named = ((latitude, "views.north", "views.south"), (longitude, "views.east", "views.west"))
    return ", ".join(
        f"{_number(degrees.removeprefix('-'), interface)}°{interface(south if degrees.startswith('-') else north)}"
        for degrees, north, south in named
    )


def _number(text: str, interface: Interface) -> str:
    """A number with the language's separators and every digit that the data has."""
    whole, point, fraction = text.partition(".")
    mark = interface.locale.number_symbols["latn"]["decimal"] if point else ""
    # Four digits are more often a year or an identifier than a quantity to be grouped.
    shown = interface.number(int(whole)) if len(whole.lstrip("+-0")) > 4 else whole
    return f"{shown}{mark}{fraction}"
