"""What an editor can complete: prefixes, and the classes and properties of the release with how often they are used."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Response, request

from parley.formats import JSON
from parley.vocab import OWL, RDF, RDFS
from parley.web.http import caching
from parley.web.page import pages
from parley.web.site import current_site

blueprint = Blueprint("completion", __name__)

#: Terms of each kind, at most: the most used; the answer says how many it leaves out.
TERMS: Final = 2000
#: The classes whose instances are classes and properties that nothing may use yet.
_DECLARED: Final = {
    "class": (OWL + "Class", RDFS + "Class"),
    "property": (OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty", RDF + "Property"),
}


@blueprint.get("/sparql/terms")
@blueprint.get("/<language:language>/sparql/terms")
def terms(language: str | None = None) -> Response:
    """Prefixes, classes and properties with labels and counts, for completion in an editor."""
    site = current_site()
    found: dict[str, Any] = {"prefixes": dict(sorted(site.publication.all_prefixes.items())), "left_out": 0}
    for kind, counted in (("class", site.index.classes()), ("property", site.index.properties())):
        counts = dict(counted)
        for declaring in _DECLARED[kind]:
            counts |= {iri: 0 for iri in site.index.instances(declaring, TERMS) if iri not in counts}
        kept = list(counts.items())[:TERMS]
        pages.namer().learn(iri for iri, _ in kept)
        found["left_out"] += len(counts) - len(kept)
        found[f"{'classes' if kind == 'class' else 'properties'}"] = [_term(iri, count) for iri, count in kept]
    response = Response(json.dumps(found, ensure_ascii=False) + "\n", content_type=JSON.content_type)
    pages.finish(response)
    return caching.conditional(
        response, caching.etag(site.manifest.id, site.settings, request.path, pages.page_language())
    )


def _term(iri: str, count: int) -> list[Any]:
    """IRI, as a query writes it, label in the page's language ("" without one), number of uses."""
    label = pages.namer().label(iri)
    name = pages.namer().compact(iri)
    return [name if name != iri else f"<{iri}>", label.text if label else "", count]
