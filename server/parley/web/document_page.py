"""The HTML of a document: one thing, or all terms of a vocabulary or other hash document."""

from __future__ import annotations

import math
from dataclasses import replace
from urllib.parse import urlencode

from flask import render_template, request

from parley.formats import JSON_LD, RDF_FORMATS
from parley.release.records import Description
from parley.web import documents, pages
from parley.web.site import current_site
from parley.web.view import entity, inverse, vocabulary

#: Bytes of JSON-LD that a page carries along; beyond, its link to the JSON-LD document must do.
EMBEDDED_BYTES = 100_000
#: Links to a thing up to which its page is made from all of them at once.
FOLDED_LINKS = 1000


def render(iri: str, page: int = 1) -> str:
    """The page about `iri`, with page `page` of the links to it."""
    site, namer, links, interface = current_site(), pages.namer(), pages.links(), pages.interface()
    description = _description(iri, page)
    view = entity.view(site.index, description, namer, links, interface)
    fragments = site.index.fragments(iri)
    prefixes = site.publication.all_prefixes
    terms = vocabulary.view(site.index, iri, fragments, namer, links, interface, prefixes) if fragments else None
    return render_template(
        "vocabulary.html" if terms else "entity.html",
        entity=view,
        terms=terms,
        graph=site.index.graph(iri),
        here="vocabulary" if terms else None,
        compact=namer.compact(iri),
        page=page,
        page_total=math.ceil(view.incoming_total / site.settings.incoming_page),
        page_address=_page_address,
        formats=[(f, site.urls.document(iri, extension=f.extension).partition("#")[0]) for f in RDF_FORMATS],
        canonical=documents.canonical(site, iri),
        language_links=pages.language_links(
            lambda tag: site.urls.document(iri, language=tag).partition("#")[0] + _query()
        ),
        embedded=None if terms else _embedded(iri, page),
    )


def _description(iri: str, page: int) -> Description:
    """What the page tells: a thing with few links to it is told whole first, to fold the links that it tells twice."""
    site = current_site()
    size = site.settings.incoming_page
    first = documents.described(site, iri, page, size)
    if first.incoming_total > FOLDED_LINKS:
        return first
    whole = inverse.folded(site.index, documents.described(site, iri, 1, max(FOLDED_LINKS, size)))
    return replace(whole, incoming=whole.incoming[(page - 1) * size : page * size])


def _page_address(page: int) -> str:
    """The address of this page with another page of links."""
    fields = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return "?" + urlencode([*fields, ("page", page)]) + "#incoming"


def _query() -> str:
    """The part of the request's query that goes along when the language changes."""
    page = request.args.get("page")
    separator = "&" if request.args.get("iri") else "?"
    return f"{separator}page={page}" if page and page.isdigit() else ""


def _embedded(iri: str, page: int) -> str | None:
    """The JSON-LD for a `script` element; `<` is escaped, so that no text of the data can end the element."""
    text = documents.serialised(current_site(), iri, JSON_LD, page).decode("utf-8")
    return text.replace("<", "\\u003c") if len(text) <= EMBEDDED_BYTES else None
