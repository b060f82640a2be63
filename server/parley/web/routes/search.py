"""Search by words, kind, theme, place and period, with what each further choice would leave; suggestions."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from parley.errors import BadRequest
from parley.formats import JSON, SUGGESTIONS
from parley.release.wanted import Wanted
from parley.web.http import caching, negotiate
from parley.web.http.headers import locate
from parley.web.http.paging import address_fields, beyond, page_number
from parley.web.page import asking, pages
from parley.web.routes import downloads
from parley.web.site import current_site
from parley.web.view import browse, found, themes, ways
from parley.web.view.naming import Text

blueprint = Blueprint("search", __name__)

PAGE_SIZE: Final = 50
#: Pages beyond this are refused: every one of them makes the index walk all those before, and not all are ranked.
LAST_PAGE: Final = 200
LONGEST: Final = 200
#: Suggestions for one beginning.
SUGGESTED: Final = 8
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")  # but those that separate words
_YEARS: Final = re.compile(r"(\d{4})(?:-(\d{4}))?", re.ASCII)


@blueprint.get("/search")
@blueprint.get("/<language:language>/search")
def search(language: str | None = None) -> Response:
    """What has the words `q`, is of the class `kind`, about a `theme`, a `place`, the `years`; the form without any."""
    wanted, page, index = _wanted(), page_number("page", LAST_PAGE), current_site().index
    asked = bool(wanted.words) or wanted.narrowed
    choices = index.choices(wanted)
    if wanted.words and not choices.total and not wanted.narrowed:
        wanted = replace(wanted, some=True)
        choices = index.choices(wanted)
    last = _last(choices.total if asked else 0, page)
    language = pages.page_language()
    hits = index.search(wanted, language=language, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE) if asked else []
    namer, links = pages.namer(), pages.links()
    address, of_theme = partial(_address, wanted), lambda iri: _address(wanted, theme=iri)
    facets = found.facets(choices, wanted, namer, address, links.ours)
    kinds = browse.kinds(pages.memory().classes(), namer) if wanted.words or not (choices.total and asked) else []
    response = pages.respond(
        "search.html",
        str(page),
        here="search",
        wanted=wanted,
        asked=asked,
        chosen=_chosen(wanted),
        results=found.results(index, hits, wanted.words, namer, links),
        facets=facets,
        table=downloads.table_of(current_site(), wanted.kind) if wanted == Wanted(kind=wanted.kind) else None,
        counted=choices.counted,
        total=choices.total,
        kinds={} if choices.total and asked else browse.by_topic(kinds, asking.survey()),
        lists=ways.kinds_named(kinds, wanted.words) if not wanted.narrowed else [],
        questions=ways.questions_with(asking.questions(), wanted.words) if not wanted.narrowed else [],
        themes=() if asked else themes.tree(asking.survey().themes, namer, links, dict(choices.themes), of_theme),
        page=page,
        page_total=last,
        page_address=lambda number: address(**address_fields("page", number)),
        most=LAST_PAGE * PAGE_SIZE,
    )
    # The results of a search are no content of their own (requirements of search engines for such pages).
    response.headers["X-Robots-Tag"] = "noindex, follow"
    return response


def _last(total: int, page: int) -> int:
    """The last page of `total` results. Raises NotFound if `page` is beyond it."""
    last = max(1, min(LAST_PAGE, math.ceil(total / PAGE_SIZE)))
    if page > last:
        raise beyond(page, last)
    return last


@blueprint.get("/api/suggest")
@blueprint.get("/<language:language>/api/suggest")
def suggest(language: str | None = None) -> Response:
    """Things one of whose names has all words of `q`, the last perhaps unfinished: for a search field."""
    site, beginning = current_site(), _words()
    accept, parameter = request.headers.get("Accept"), request.args.get("format")
    chosen = negotiate.choose_format(accept, parameter, (JSON, SUGGESTIONS))
    language = pages.page_language()
    rows = _suggestions(beginning, language)
    # OpenSearch Suggestions 1.1: the words, then names, descriptions and addresses, each as a list.
    columns = [
        [row["label"] for row in rows],
        [_kind_of(row) for row in rows],
        [pages.public(row["page"]) for row in rows],
    ]
    body: Any = [beginning, *columns] if chosen is SUGGESTIONS else {"query": beginning, "suggestions": rows}
    response = Response(json.dumps(body, ensure_ascii=False), content_type=chosen.content_type)
    response.headers["Content-Language"] = language
    if not parameter:
        response.vary.add("Accept")
        own = urlencode({"q": beginning, "format": chosen.name})
        locate(response, f"{site.urls.local('api/suggest', language)}?{own}")
    if pages.explicit_language() is None:
        response.vary.add("Accept-Language")
    tag = caching.etag(site.manifest.id, site.settings, request.path, beginning, language, chosen.name, parameter or "")
    return caching.conditional(response, tag)


def _suggestions(beginning: str, language: str) -> list[dict[str, Any]]:
    index, namer, links = current_site().index, pages.namer(), pages.links()
    hits = index.suggest(beginning, language=language, limit=SUGGESTED)
    rows = []
    for hit, result in zip(hits, found.results(index, hits, beginning, namer, links), strict=True):
        name, kind = result.value.text, result.kind
        row: dict[str, Any] = {"iri": hit.iri, "label": name.text, "language": name.language, "page": result.value.href}
        row["name"] = result.other.text if result.other else None
        row["name_language"] = result.other.language if result.other else None
        row["kind"] = {"iri": hit.kind, "label": kind.text, "language": kind.language} if kind else None
        rows.append(row)
    return rows


def _kind_of(row: dict[str, Any]) -> str:
    return str(row["kind"]["label"]) if row["kind"] else ""


def _words() -> str:
    words = request.args.get("q", "").strip()
    if len(words) > LONGEST:
        raise BadRequest(f"“q” has {len(words)} characters.", cure=f"Search with {LONGEST} at most.")
    if _CONTROL.search(words):
        raise BadRequest("“q” has control characters.", cure="Search with words.")
    return words


def _wanted() -> Wanted:
    """What the address asks for. Raises BadRequest for years that are none."""
    text = request.args.get("years", "")
    years = _YEARS.fullmatch(text)
    if text and years is None:
        raise BadRequest(f"“years” is “{text[:20]}”.", cure="Give a year, or two with a hyphen, such as 1990-1999.")
    asked = request.args.get
    return Wanted(
        _words(),
        kind=asked("kind", ""),
        also=asked("also", ""),
        theme=asked("theme", ""),
        place=asked("place", ""),
        years=(int(years[1]), int(years[2] or years[1])) if years else None,
    )


def _address(wanted: Wanted, **changes: Any) -> str:
    """The address of `wanted` with some fields changed; what is empty is left out."""
    years = f"{wanted.years[0]}-{wanted.years[1]}" if wanted.years else ""
    kept = {name: getattr(wanted, name) for name in ("kind", "also", "theme", "place")}
    fields = {"q": wanted.words, **kept, "years": years}
    query = urlencode({name: value for name, value in {**fields, **changes}.items() if value})
    return f"{pages.local('search')}?{query}" if query else pages.local("search")


def _chosen(wanted: Wanted) -> list[found.Chosen]:
    """The choices that are made, each with the address that takes it back and the page of the thing it names."""
    namer, links = pages.namer(), pages.links()
    rows = [(key, getattr(wanted, key)) for key in ("kind", "also", "theme", "place")]
    made = []
    for key, iri in rows:
        if iri:
            name = namer.term(iri) if key in ("kind", "also") else namer.thing(iri)
            made.append(found.Chosen(key, name, _address(wanted, **{key: ""}), links.to(iri)[0]))
    if wanted.years:
        first, last = wanted.years
        span = str(first) if first == last else f"{first}\N{EN DASH}{last}"
        made.append(found.Chosen("years", Text(span), _address(wanted, years=""), None))
    return made
