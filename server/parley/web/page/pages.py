"""What every page shares: its language, the interface texts, the links in its frame, the bundled assets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Flask, Response, current_app, g, render_template, request

from parley.errors import ReleaseError
from parley.formats import HTML, SPARQL_QUERY, Format
from parley.release.words import choose_label
from parley.views import VIEWS
from parley.web.http import caching, negotiate
from parley.web.http.headers import locate
from parley.web.page.markup import Html
from parley.web.page.query import own_query
from parley.web.rdf import documents
from parley.web.site import EXTENSION, current_site
from parley.web.view import asking, browse
from parley.web.view.highlight import highlighted
from parley.web.view.i18n import Catalogue, Interface, load_catalogues, own_name
from parley.web.view.memory import Memory
from parley.web.view.naming import Namer, Text
from parley.web.view.network import KINDS
from parley.web.view.values import Links

_SHARED = "parley.pages"
_MEMORY = "parley.memory"
_CREATIVE_COMMONS = re.compile(r"https?://creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/(\d\.\d)")


@dataclass(frozen=True, slots=True)
class Shared:
    """What the pages of one application share: catalogues, and the address of each bundled asset."""

    catalogues: Mapping[str, Catalogue]
    assets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """One entry of the language switch."""

    language: str
    name: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class LanguageLinks:
    """Where a page is in each language, and the address that negotiates: the one for readers of all others."""

    negotiated: str
    each: tuple[LanguageLink, ...]


def register(app: Flask) -> None:
    """Give the templates of `app` their frame. Raises ReleaseError if the package was not built with its assets."""
    site = app.extensions[EXTENSION]
    ours = Links(site.urls, None, lambda _iri: False, site.publication.bases).ours
    app.extensions[_MEMORY] = Memory(site.index, ours)
    app.extensions[_SHARED] = Shared(load_catalogues(), bundled_assets())
    app.context_processor(frame)
    app.add_template_filter(capitalised)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def bundled_assets() -> dict[str, str]:
    """Name in the sources → hashed name in `static/build/`.

    Raises ReleaseError if there is no bundle.
    """
    manifest = files("parley.web") / "static" / "build" / "manifest.json"
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError) as error:
        raise ReleaseError(
            f"The pages' style sheets are missing ({error}).",
            cure="Install the package again (pip install .), which bundles them.",
        ) from error
    return dict(found)


def page_language() -> str:
    """The language of the page to make: that of the path, else negotiated."""
    explicit = explicit_language()
    return explicit or negotiate.choose_language(
        request.headers.get("Accept-Language"), current_site().publication.languages
    )


def explicit_language() -> str | None:
    """The language that the path names."""
    first = request.path.lstrip("/").partition("/")[0]
    return first if first in current_site().publication.languages else None


def interface() -> Interface:
    """The interface in the page's language."""
    if "interface" not in g:
        g.interface = interface_in(page_language())
    found: Interface = g.interface
    return found


def interface_in(language: str) -> Interface:
    """The interface in a language of the caller's choice."""
    shared: Shared = current_app.extensions[_SHARED]
    return Interface.of(language, shared.catalogues)


def links() -> Links:
    """Where this page links to."""
    if "destinations" not in g:
        site = current_site()
        described = partial(documents.exists, site)
        g.destinations = Links(site.urls, explicit_language(), described, site.publication.bases)
    found: Links = g.destinations
    return found


def namer() -> Namer:
    """Names for this page."""
    if "namer" not in g:
        site = current_site()
        g.namer = Namer(site.index, interface(), site.publication.languages[0], site.publication.prefixes)
    found: Namer = g.namer
    return found


def memory() -> Memory:
    """What was found out about the release before."""
    found: Memory = current_app.extensions[_MEMORY]
    return found


def localised(texts: Mapping[str, str]) -> Text:
    """The one of `texts`, as the publication declares them, for the page's language."""
    found = choose_label(texts, interface().language, current_site().publication.languages[0])
    return Text(*found) if found else Text("")


def asset(name: str) -> str:
    """The address of a bundled asset. Raises KeyError for one that is not in the bundle."""
    shared: Shared = current_app.extensions[_SHARED]
    return f"{current_site().settings.prefix}/static/build/{shared.assets[name]}"


def local(path: str) -> str:
    """The address of a page of the server itself, in this page's language if it has one of its own."""
    return current_site().urls.local(path, explicit_language())


def public(path: str) -> str:
    """The absolute address of a page at `path`, for what must not be relative (such as hreflang)."""
    site = current_site()
    return site.public(path.removeprefix(site.settings.prefix).removeprefix("/"))


def frame() -> dict[str, Any]:
    """The variables that `base.html` needs on every page, those of errors included."""
    site = current_site()
    return {
        "ui": interface(),
        "html": Html(interface()),
        "site": site,
        "page_language": interface().language,
        "site_title": localised(site.publication.title),
        "site_description": localised(site.publication.description),
        "vocabularies": _vocabularies(),
        "language_links": language_links(_same_page),
        "asset": asset,
        "local": local,
        "public": public,
        "has_passages": memory().has_passages,
        "licence_name": licence_name,
        "format_name": _format_name,
        "problem_title": _problem_title,
        "problem_help": _problem_help,
        "kind_query": browse.kind_query,
        "graph_query": _graph_query,
        "asked": _asked,
        "views": tuple(VIEWS),
        "contracts": VIEWS,
        "graph_kinds": KINDS,
        "highlighted": highlighted,
        "method": lambda text: asking.method(text, site.settings.request_line),
        "with_prefixes": lambda text: asking.with_prefixes(text, site.publication.all_prefixes),
        "home": site.urls.home(explicit_language()),
    }


def capitalised(text: str) -> str:
    """`text` with a capital first letter and all others as they are."""
    return text[:1].upper() + text[1:]


def licence_name(iri: str) -> str:
    """What to call a licence: the usual name of a Creative Commons one, else its address.

    >>> licence_name("https://creativecommons.org/licenses/by-sa/4.0/")
    'CC BY-SA 4.0'
    """
    found = _CREATIVE_COMMONS.match(iri)
    if found is None:
        return iri.partition("://")[2].rstrip("/") or iri
    return f"CC0 {found[3]}" if found[2] == "zero" else f"CC {found[2].upper()} {found[3]}"


def _format_name(syntax: Format) -> str:
    """What to call a format: in words, if it is one for people; else by its label."""
    key = f"format.{syntax.name}"
    return str(interface()(key)) if key in interface().catalogue else syntax.label


def _problem_title(problem: Mapping[str, Any]) -> str:
    """The title of a problem in the interface's language; its own where there is none."""
    key = f"problem.title.{problem['type'].rpartition('/')[2]}"
    return str(interface()(key)) if key in interface().catalogue else str(problem["title"])


def _problem_help(problem: Mapping[str, Any]) -> str:
    """What a reader can do about a problem, in the interface's language; "" where nothing is to be said."""
    key = f"problem.help.{problem['type'].rpartition('/')[2]}"
    return str(interface()(key)) if key in interface().catalogue else ""


def _asked() -> tuple[str, str]:
    """The query and the view that this request asks for, for the page that says what is wrong with it."""
    fields = request.args.to_dict()
    if request.method in ("POST", "QUERY"):
        body = request.get_data(cache=True, parse_form_data=False).decode("utf-8", "replace")
        fields |= {"query": body} if request.mimetype == SPARQL_QUERY.media_type else _fields(body)
    return fields.get("query", ""), fields.get("view", "")


def _fields(body: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(body, max_num_fields=100))
    except ValueError:
        return {}


def _graph_query(iri: str) -> str:
    """The query string that asks for all that stands in a graph."""
    return urlencode({"query": f"SELECT * WHERE {{\n  GRAPH <{iri}> {{ ?subject ?property ?value }}\n}}"})


def language_links(address: Callable[[str | None], str]) -> LanguageLinks:
    """The language switch of a page that is at `address(language)` in each language, at `address(None)` in any."""
    languages, current = current_site().publication.languages, interface().language
    each = [LanguageLink(tag, own_name(tag), address(tag), tag == current) for tag in languages]
    return LanguageLinks(address(None), tuple(each))


def _same_page(language: str | None) -> str:
    """The address of this request in another language, or without one."""
    path = request.path.lstrip("/")
    if explicit_language():
        path = path.partition("/")[2]
    return current_site().urls.local(path, language) + own_query()


def _vocabularies() -> list[str]:
    return [links().page(iri) for iri in memory().vocabularies()]


def respond(template: str, *variant: str, **context: Any) -> Response:
    """The page that `template` makes, with its validator; `variant` is what its bytes depend on besides the path."""
    site = current_site()
    variant = (HTML.name, interface().language, own_query(), *variant)  # the language switch repeats the query
    tag = caching.etag(site.manifest.id, site.settings, request.path, *variant)
    response = Response(content_type=HTML.content_type)
    finish(response)
    if request.method == "HEAD" or not caching.not_modified(tag):
        response.set_data(render_template(template, **context))
    return caching.conditional(response, tag)


def finish(response: Response) -> None:
    """Say which language the page is for, whether that was negotiated, and where the page in it has its address."""
    response.headers["Content-Language"] = interface().language
    if explicit_language() is None:
        response.vary.add("Accept-Language")
    if request.method == "GET" and response.status_code == 200 and "Content-Location" not in response.headers:
        locate(response, _same_page(interface().language))
