"""What robots, harvesters and browsers look for unasked: robots.txt, sitemaps, the places under /.well-known/."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from textwrap import shorten
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, request

from parley.errors import NotFound
from parley.formats import HTML, JSON, LINKSET_JSON, OPENSEARCH, RDF_FORMATS, SUGGESTIONS, TEXT, TURTLE, XML, Format
from parley.release import sums
from parley.serialise import serialise
from parley.web.http import caching, negotiate
from parley.web.http.headers import link_header
from parley.web.http.redirects import redirect_to
from parley.web.page import pages
from parley.web.rdf import dataset, documents
from parley.web.site import Site, current_site

blueprint = Blueprint("discovery", __name__)

#: Addresses in one sitemap, each with an alternate a language; the protocol allows 50,000 and 50 MB.
SITEMAP_ADDRESSES: Final = 10_000
#: How long a security.txt says that it holds (RFC 9116 §2.5.5 recommends less than a year).
_SECURITY_DAYS: Final = 180
_DOCUMENTED: Final = ("sparql", "search", "downloads", "reconcile", "coreference", "validate", "api")
_CATALOGUE_PROFILE: Final = "https://www.rfc-editor.org/info/rfc9727"
_SITEMAPS: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: What is said of the downloads of a scope.
_SCOPES: Final = {"all": "downloads.everything_text", "asserted": "downloads.asserted_text", "mappings": "role.links"}
#: Blank nodes with an IRI in place of their label are nothing to look for.
_NAMELESS: Final = ".well-known/genid/"


def _answer(body: str | bytes, syntax: Format, *variant: str) -> Response:
    site = current_site()
    response = Response(body, content_type=syntax.content_type)
    path = site.settings.public_url + request.path
    return caching.conditional(response, caching.etag(site.manifest.id, site.settings, path, syntax.name, *variant))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What robots may fetch (RFC 9309): documents and downloads, not results of queries and searches."""
    site = current_site()
    languages = ("", *(f"/{language}" for language in site.publication.languages))
    closed = [
        f"{site.settings.prefix}{tongue}/{name}?"
        for tongue in languages
        for name in ("sparql", "search", "reconcile", "coreference")
    ]
    closed += [f"{site.settings.prefix}{tongue}/why" for tongue in languages]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "Allow: /", ""]
    return _answer("\n".join([*lines, f"Sitemap: {site.public('sitemap.xml')}", ""]), TEXT)


@blueprint.get("/sitemap.xml")
def sitemaps() -> Response:
    """The list of the sitemaps."""
    site = current_site()
    parts = max(1, -(-site.index.last_subject() // _step(site)))
    entries = "".join(
        f"<sitemap><loc>{escape(site.public(f'sitemap/{number}.xml'))}</loc>{_modified(site)}</sitemap>\n"
        for number in range(1, parts + 1)
    )
    return _answer(f'<?xml version="1.0"?>\n<sitemapindex xmlns="{_SITEMAPS}">\n{entries}</sitemapindex>\n', XML)


@blueprint.get("/sitemap/<int:number>.xml")
def sitemap(number: int) -> Response:
    """One part of the site: the pages of things, in each language, with their counterparts."""
    site = current_site()
    step = _step(site)
    if number < 1 or (number - 1) * step >= max(1, site.index.last_subject()):
        raise NotFound("There is no such sitemap.", cure="/sitemap.xml lists them.")
    if not request.path.endswith(f"/{number}.xml"):  # it was sent with zeros before it
        return redirect_to(site.urls.local(f"sitemap/{number}.xml"), 308)
    entries = "".join(_entries(site, (number - 1) * step, step))
    head = f'<urlset xmlns="{_SITEMAPS}" xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    return _answer(f'<?xml version="1.0"?>\n{head}\n{entries}</urlset>\n', XML, str(number))


def _step(site: Site) -> int:
    return max(1, SITEMAP_ADDRESSES // len(site.publication.languages))


def _entries(site: Site, after: int, step: int) -> Iterator[str]:
    languages, modified = site.publication.languages, _modified(site)
    seen: set[str] = set()
    for _number, iri in site.index.subjects(after, step):
        topic = iri.partition("#")[0]
        path = site.urls.relative(topic)
        if path is None or path.startswith(_NAMELESS) or topic in seen:
            continue
        seen.add(topic)
        pages_ = {language: _page(site, topic, language) for language in languages}
        alternates = {**pages_, "x-default": _page(site, topic, None)}
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(address)}/>'
            for language, address in alternates.items()
        )
        for address in pages_.values():
            yield f"<url><loc>{escape(address)}</loc>{modified}{links}</url>\n"


def _page(site: Site, iri: str, language: str | None) -> str:
    path = site.urls.document(iri, language=language).partition("#")[0]
    return site.public(path.removeprefix(site.settings.prefix).removeprefix("/"))


def _modified(site: Site) -> str:
    """The release's date, which is the data's."""
    created = site.manifest.created
    return f"<lastmod>{escape(created)}</lastmod>" if created else ""


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """How browsers search here (OpenSearch 1.1)."""
    site = current_site()
    language = request.args.get("language")
    tongue = f"{language}/" if language in site.publication.languages else ""
    title = site.publication.title.get(language or "") or next(iter(site.publication.title.values()), "Search")
    template = site.public(f"{tongue}search") + "?q={searchTerms}"
    suggestions = site.public(f"{tongue}api/suggest") + f"?q={{searchTerms}}&format={SUGGESTIONS.name}"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">',
        f"<ShortName>{escape(shorten(title, 16, placeholder='') or title[:16])}</ShortName>",
        f"<LongName>{escape(title[:48])}</LongName>",
        f"<Description>{escape(title[:1024])}</Description>",
        f"<Url type={quoteattr(HTML.media_type)} template={quoteattr(template)}/>",
        f'<Url type={quoteattr(SUGGESTIONS.media_type)} rel="suggestions" template={quoteattr(suggestions)}/>',
        "<InputEncoding>UTF-8</InputEncoding>",
        "</OpenSearchDescription>",
    ]
    return _answer("\n".join(lines) + "\n", OPENSEARCH, tongue)


@blueprint.get("/.well-known/void")
def void() -> Response:
    """The description of the data set (VoID §7.2, DCAT-AP 3.0.1): counts, downloads with checksums, the endpoint."""
    site, parameter = current_site(), request.args.get("format")
    offered = (TURTLE, *(f for f in RDF_FORMATS if f is not TURTLE))
    accept = request.headers.get("Accept")
    if negotiate.choose(accept, (*offered, HTML)) is HTML and not parameter:
        accept = None  # there is no page of it; a browser is better served with Turtle than with 406
    chosen = negotiate.choose_format(accept, parameter, offered)
    body = serialise(dataset.description(site, _texts(site)), chosen, site.prefixes)
    known = (dataset.previous(site) or "", *sums.beside(site.release))
    response = _answer(body, chosen, parameter or "", *known)
    if not parameter:
        response.vary.add("Accept")
        response.headers["Content-Location"] = f"{site.urls.local('.well-known/void')}?format={chosen.name}"
    links = [(site.urls.home(), {"rel": "describes", "type": HTML.media_type})]
    response.headers["Link"] = link_header(links)
    return response


def _texts(site: Site) -> dataset.Texts:
    """What the downloads hold, in the words of the page that lists them."""
    found: dict[str, dict[str, str]] = {scope: {} for scope in _SCOPES}
    for language in site.publication.languages:
        interface = pages.interface_in(language)
        for scope, key in _SCOPES.items():
            found[scope].setdefault(interface.text_language, interface(key).unescape())
    return found


@blueprint.get("/.well-known/api-catalog")
def api_catalog() -> Response:
    """The interfaces that there are (RFC 9727)."""
    local = current_site().urls.local
    catalogue = {"service-meta": [{"href": local(".well-known/void"), "type": TURTLE.media_type}]}
    openapi = {"service-desc": [{"href": local("api/openapi.json"), "type": JSON.media_type}]}
    status = {"status": [{"href": local("readyz"), "type": JSON.media_type}]}
    documentation = {name: {"service-doc": [{"href": local(name), "type": HTML.media_type}]} for name in _DOCUMENTED}
    search = {"service-desc": [{"href": local("opensearch.xml"), "type": OPENSEARCH.media_type}]}
    rows = [
        {"anchor": local("sparql"), **openapi, **documentation["sparql"], **catalogue, **status},
        {"anchor": local("describe"), **openapi, **catalogue, **status},
        {"anchor": local("graph-store"), **openapi, **catalogue, **status},
        {"anchor": local("search"), **search, **documentation["search"]},
        {"anchor": local("coreference"), **openapi, **documentation["coreference"], **catalogue, **status},
        {"anchor": local("reconcile"), **openapi, **documentation["reconcile"], **catalogue, **status},
        {"anchor": local("validate"), **openapi, **documentation["validate"], **catalogue, **status},
        {"anchor": local("api"), **openapi, **documentation["api"], **catalogue},
        {"anchor": local("downloads"), **documentation["downloads"], **catalogue},
    ]
    response = _answer(json.dumps({"linkset": rows}, indent=1) + "\n", LINKSET_JSON)
    if response.status_code == 200:
        response.headers["Content-Type"] = f'{LINKSET_JSON.media_type}; profile="{_CATALOGUE_PROFILE}"'
    own = (local(".well-known/api-catalog"), {"rel": "api-catalog"})
    response.headers["Link"] = link_header([own, (_CATALOGUE_PROFILE, {"rel": "profile"})])
    return response


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """Whom to tell of a weakness (RFC 9116)."""
    site = current_site()
    contact = site.settings.security_contact or documents.contact(site)
    if not contact:
        raise NotFound("No contact is set.", cure="The setting security_contact names one.")
    # the first of a month, so that the text changes but once in it
    end = (datetime.now(UTC) + timedelta(days=_SECURITY_DAYS)).replace(day=1)
    lines = [
        f"Contact: {contact}",
        f"Expires: {end:%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(site.publication.languages)}",
        f"Canonical: {site.public('.well-known/security.txt')}",
    ]
    response = Response("\n".join(lines) + "\n", content_type=TEXT.content_type)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def home_in_rdf() -> str | None:
    """Where a client that wants RDF of the home page finds it; None for one that takes a page.

    By `Accept` that is the document about the base, if it is a thing: its IRI is dereferenced. `?format=` asks for this
    page as data, which is the description of the data set. Raises NotAcceptable for a format that there is not.
    """
    site, parameter = current_site(), request.args.get("format")
    offered = (HTML, *RDF_FORMATS)
    if parameter:
        named = negotiate.choose_format(None, parameter, offered)
        return None if named is HTML else f"{site.urls.local('.well-known/void')}?format={named.name}"
    if negotiate.choose(request.headers.get("Accept"), offered) in (HTML, None):
        return None
    if documents.exists(site, site.publication.base):
        return site.urls.document(site.publication.base, language=pages.explicit_language())
    return site.urls.local(".well-known/void")
