"""Why a statement holds: `/why?s=…&p=…&o=…`, as a page and as JSON.

The terms are written as in N-Triples; the angle brackets of an IRI may be left out.
"""

from __future__ import annotations

import json

import pyoxigraph as ox
from flask import Blueprint, Response, request

from parley.errors import BadRequest, NotFound
from parley.formats import HTML, JSON
from parley.release.records import Terms
from parley.web.http import caching, negotiate
from parley.web.page import pages
from parley.web.page.query import own_query
from parley.web.site import current_site
from parley.web.view import explanation

blueprint = Blueprint("why", __name__)

#: Statements longer than this are not in any release that pages can show.
LONGEST = 20_000


@blueprint.get("/why")
@blueprint.get("/<language:language>/why")
def why(language: str | None = None) -> Response:
    """The page or the JSON that explains the statement of the query string."""
    site = current_site()
    statement = _statement()
    found = site.index.why(*statement)
    if found is None:
        raise NotFound(
            f"Nobody states “{' '.join(statement)[:500]}”, and it does not follow.",
            cure="See the page of its subject for what is said.",
        )
    chosen = negotiate.choose_format(request.headers.get("Accept"), request.args.get("format"), (HTML, JSON))
    step = explanation.tree(site.index, found, pages.namer(), pages.links(), pages.interface())
    if chosen is HTML:
        response = pages.respond("why.html", here="why", step=step, data=f"{own_query()}&format={JSON.name}")
        response.headers["X-Robots-Tag"] = "noindex, follow"
    else:
        response = _json(step)
    if "format" not in request.args:
        response.vary.add("Accept")
    return response


def _json(step: explanation.Step) -> Response:
    site = current_site()
    response = Response(content_type=JSON.content_type)
    pages.finish(response)
    tag = caching.etag(site.manifest.id, site.settings, request.path, JSON.name, pages.page_language(), own_query())
    if not caching.not_modified(tag):
        response.set_data(json.dumps(explanation.as_json(step), ensure_ascii=False, indent=2) + "\n")
    return caching.conditional(response, tag)


def _statement() -> Terms:
    """The statement that the query string names. Raises BadRequest for one that is none."""
    given = [request.args.get(name, "").strip() for name in ("s", "p", "o")]
    if not all(given):
        raise BadRequest("“s”, “p” and “o” are needed: the statement's terms.", cure="Write them as in N-Triples.")
    terms = [term if term.startswith(("<", '"', "_:")) else f"<{term}>" for term in given]
    line = f"{' '.join(terms)} ."
    try:
        quads = list(ox.parse(line[:LONGEST], format=ox.RdfFormat.N_TRIPLES))
    except SyntaxError:
        quads = []
    if len(quads) != 1:
        raise BadRequest(f"“{line[:200]}” is no statement.", cure="Write the terms as in N-Triples.")
    return str(quads[0].subject), str(quads[0].predicate), str(quads[0].object)
