"""The home page: what this site is about, and where to start."""

from __future__ import annotations

from flask import Blueprint, Response

from parley.formats import RDF_FORMATS
from parley.web import pages
from parley.web.site import current_site
from parley.web.view import browse

blueprint = Blueprint("home", __name__)

#: Kinds on the home page; the search page lists all.
KINDS = 12


@blueprint.get("/")
@blueprint.get("/<language:language>/")
def home(language: str | None = None) -> Response:
    """What this is, its kinds with their counts, and the ways in."""
    site = current_site()
    kinds = browse.kinds(site.index, pages.namer(), pages.links())
    example = browse.example(site.index, kinds, pages.links(), pages.namer())
    return pages.respond(
        "home.html",
        description=pages.localised(site.publication.description),
        kinds=kinds[:KINDS],
        kinds_total=len(kinds),
        largest=max((kind.count for kind in kinds), default=1),
        counts=site.index.counts(),
        example_iri=example,
        example=browse.mentions([example], pages.namer(), pages.links())[0] if example else None,
        example_formats=[(f, site.urls.document(example, extension=f.extension)) for f in RDF_FORMATS if example],
        language_links=pages.language_links(site.urls.home),
    )
