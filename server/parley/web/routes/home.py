"""The home page: what this site is about, and where to start."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.sansio.blueprints import BlueprintSetupState

from parley.formats import RDF_FORMATS
from parley.web.http.redirects import redirect_to
from parley.web.page import asking, pages, schemaorg
from parley.web.page.asking import SURVEY
from parley.web.routes import discovery
from parley.web.routes.links import declare, of_home
from parley.web.site import EXTENSION, current_site
from parley.web.view import browse, questions

blueprint = Blueprint("home", __name__)

#: Kinds of each topic, things and questions on the home page; the search page lists all kinds.
KINDS, THINGS, QUESTIONS = 6, 10, 8


@blueprint.record_once
def _survey(state: BlueprintSetupState) -> None:
    """Look once a release what to show first."""
    state.app.extensions[SURVEY] = browse.survey(state.app.extensions[EXTENSION].index)


@blueprint.get("/")
@blueprint.get("/<language:language>/")
def home(language: str | None = None) -> Response:
    """What this is, its kinds with their counts, and the ways in."""
    site = current_site()
    if (other := discovery.home_in_rdf()) is not None:
        response = redirect_to(other, 303)
        response.vary.add("Accept")
        return response
    declare(of_home(site, language))
    namer, links = pages.namer(), pages.links()
    survey = asking.survey()
    kinds = browse.kinds(pages.memory().classes(), namer)
    things = browse.first_things(survey, namer, links, THINGS)
    example = next((iri for iri in things if iri.isascii() and "#" not in iri), None)
    asked = asking.questions()
    pictures = questions.first_of_each_view(asked)
    response = pages.respond(
        "home.html",
        description=pages.localised(site.publication.description),
        kinds=browse.first_kinds(kinds, survey, KINDS),
        things=browse.mentions(things, namer, links),
        counts=site.index.counts(),
        pictures=pictures,
        questions=[one for one in asked if one not in pictures][:QUESTIONS],
        has_themes=bool(survey.themes.links),
        example_iri=example,
        example=browse.mentions([example], namer, links)[0] if example else None,
        example_formats=[(f, site.urls.document(example, extension=f.extension)) for f in RDF_FORMATS if example],
        language_links=pages.language_links(site.urls.home),
        embedded=schemaorg.embedded(site),
    )
    response.vary.add("Accept")
    return response
