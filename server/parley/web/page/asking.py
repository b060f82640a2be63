"""What the pages of one release offer to those who ask: its questions, its prefixes, a first query."""

from __future__ import annotations

from flask import current_app

from parley.queries import SavedQuery
from parley.web.page import pages
from parley.web.site import current_site
from parley.web.view import asking, browse
from parley.web.view.asking import Question

#: Where the application keeps what was found out once for a release.
SURVEY = "parley.survey"


def questions() -> list[Question]:
    """The saved queries, those to begin with first."""
    site = current_site()
    return asking.questions(site.queries, pages.links(), pages.interface().language, site.publication.languages[0])


def question(saved: SavedQuery) -> Question:
    """One saved query."""
    return asking.question(saved, pages.links(), pages.interface().language, current_site().publication.languages[0])


def survey() -> browse.Survey:
    """What was found out about the release when it was opened."""
    found: browse.Survey = current_app.extensions[SURVEY]
    return found


def first_query() -> str:
    """What the query form begins with."""
    site = current_site()
    return asking.first_query(site.index, site.publication, survey().kinds, pages.interface().language)


def all_prefixes() -> str:
    """A PREFIX line for every prefix that is known here."""
    prefixes = current_site().publication.all_prefixes
    return asking.declarations(sorted(prefixes), prefixes)
