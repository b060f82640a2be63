"""A small page about a thing, for the frames of other people's tools: no scripts, nothing from elsewhere, no forms."""

from __future__ import annotations

from typing import Any, Final

import pyoxigraph as ox
from flask import Response, render_template, request

from parley.errors import NotFound
from parley.formats import HTML
from parley.reconcile.values import Values
from parley.reconcile.wording import Wording
from parley.vocab import (
    ALTERNATIVE_LABEL_PROPERTIES,
    DESCRIPTION_PROPERTIES,
    LABEL_PROPERTIES,
    OWL,
    RDF,
    RDFS,
    SKOS,
)  # fmt: skip
from parley.web.http import caching
from parley.web.page import pages
from parley.web.rdf import documents
from parley.web.site import current_site

#: Frames of any site may show this page; it may load our style sheet and nothing else.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)
_ROWS: Final = 6
_VALUES: Final = 3
_LONGEST: Final = 80
#: What the page says otherwise, or what says how the data is made.
_TOLD: Final = frozenset([*LABEL_PROPERTIES, *ALTERNATIVE_LABEL_PROPERTIES, *DESCRIPTION_PROPERTIES])
_TECHNICAL: Final = (OWL, RDF, RDFS, SKOS)


def respond(iri: str, wording: Wording) -> Response:
    """The preview of `iri`. Raises NotFound if nothing is known about it."""
    site = current_site()
    if not documents.exists(site, iri):
        raise NotFound(f"Nothing is known here about {iri[:500]}.", cure="Use an “id” that this service has given.")
    place = site.index.names.node(iri)
    kinds = wording.kinds(site.index.names.classes_of([place[0]]).get(place[0], ())) if place else []
    html = render_template(
        "preview.html",
        language=wording.language,
        name=wording.named(iri),
        kinds=kinds[:3],
        others=_others(site.index, iri, wording.name(iri)),
        description=wording.description(iri),
        rows=_rows(site.index, iri, wording),
        href=pages.links().page(iri),
    )
    response = Response(html, content_type=HTML.content_type)
    response.headers["Content-Language"] = wording.language
    response.headers["Content-Security-Policy"] = _POLICY
    response.vary.add("Accept-Language")
    tag = caching.etag(site.manifest.id, site.settings, request.path, iri, wording.language, "preview")
    return caching.conditional(response, tag)


def _others(index: Any, iri: str, name: str) -> list[str]:
    values = Values(index).of(iri)
    texts = [
        term.value
        for property_ in ALTERNATIVE_LABEL_PROPERTIES
        for term in values.get(property_, ())
        if isinstance(term, ox.Literal)
    ]
    return [text for text in dict.fromkeys(texts) if text != name][:_ROWS]


def _rows(index: Any, iri: str, wording: Wording) -> list[tuple[str, list[str]]]:
    """A few properties with their values as texts: short ones, in the data's order."""
    found: list[tuple[str, list[str]]] = []
    for property_, terms in Values(index).of(iri).items():
        if property_ in _TOLD or property_.startswith(_TECHNICAL) or not wording.has_name(property_):
            continue
        texts = [wording.name(t.value) if isinstance(t, ox.NamedNode) else _text(t) for t in terms]
        short = [text for text in dict.fromkeys(texts) if text and len(text) <= _LONGEST]
        if short:
            more = ["…"] if len(short) > _VALUES else []
            found.append((wording.name(property_), short[:_VALUES] + more))
    return found[:_ROWS]


def _text(term: Any) -> str:
    return term.value if isinstance(term, ox.Literal) else ""
