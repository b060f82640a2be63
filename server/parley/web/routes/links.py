"""The typed links of a page (RFC 8288): said once, sent in `Link`, in the HTML's head and as a linkset (RFC 9264).

What a landing page tells machines follows FAIR Signposting levels 1 and 2: `cite-as`, `describedby`, `item`, `type`,
`license`, `author`, `linkset`. Targets that steer a client are relative; `canonical` and `cite-as` are canonical.
"""

from __future__ import annotations

import json
from urllib.parse import quote

import pyoxigraph as ox
from flask import Blueprint, Flask, Response, g, request

from parley.errors import NotFound
from parley.formats import DOCUMENT_FORMATS, HTML, LINKSET, LINKSET_JSON, OPENSEARCH, RDF_FORMATS, Format
from parley.vocab import DCTERMS, SCHEMA
from parley.web.http import caching, negotiate
from parley.web.http.headers import Link, fitting, link_header, locate, uri
from parley.web.rdf import documents, others
from parley.web.site import Site, current_site

blueprint = Blueprint("links", __name__)

#: A collection is linked to up to this many of its items; the data set's description lists them all.
_ITEMS = 24


def register(app: Flask) -> None:
    """Send the links that a view has declared, and hand them to the template of its page."""
    app.context_processor(lambda: {"page_links": g.get("links", [])})
    app.after_request(_send)
    app.register_blueprint(blueprint)


def declare(links: list[Link]) -> None:
    """Say what the page that is being answered is linked to; call it before the page is made."""
    g.links = links


def _send(response: Response) -> Response:
    links: list[Link] = g.get("links", [])
    if links and response.status_code in (200, 304):
        response.headers["Link"] = fitting(links)
    return response


def of_document(site: Site, iri: str, chosen: Format, language: str | None = None, page: int = 1) -> list[Link]:
    """The links of the document about `iri` in the format `chosen`; of its page in `language`, if the address has one.

    Each of these pages is canonical for itself: search engines leave out the translations of a page that is another's.
    """
    addresses = site.urls.variants(iri, (f.extension for f in DOCUMENT_FORMATS))
    variants = list(zip(DOCUMENT_FORMATS, addresses, strict=True))
    elsewhere = [(documents.paged(at, page), f) for f, at in variants if f is not chosen]
    found: list[Link] = [(at, {"rel": "alternate", "type": f.media_type}) for at, f in elsewhere]
    found.append((uri(iri), {"rel": "describes"}))
    found.append((documents.canonical(site, iri, language, page), {"rel": "canonical"}))
    if chosen is HTML:
        found += [(at, {"rel": "describedby", "type": f.media_type}) for f, at in variants if f is not HTML]
        found.append((uri(iri.partition("#")[0]), {"rel": "cite-as"}))
        found.append((SCHEMA + "AboutPage", {"rel": "type"}))
    return [*found, *_licence(others.licence(site, iri)), *_linksets(site, iri, language)]


def of_home(site: Site, language: str | None = None) -> list[Link]:
    """The links of the home page, which is the landing page of the data set."""
    dataset = documents.dataset(site)
    own = site.urls.home(language).removeprefix(site.settings.prefix).removeprefix("/")
    found: list[Link] = [(uri(dataset or site.publication.base), {"rel": "cite-as"})]
    found.append((uri(site.canonical(own)), {"rel": "canonical"}))
    found += [(SCHEMA + name, {"rel": "type"}) for name in ("AboutPage", "Dataset")]
    description = site.urls.local(".well-known/void")
    found += [(f"{description}?format={f.name}", {"rel": "describedby", "type": f.media_type}) for f in RDF_FORMATS]
    found += [(uri(author), {"rel": "author"}) for author in _authors(site, dataset)]
    found += _items(site)
    found.append((site.urls.local("opensearch.xml"), {"rel": "search", "type": OPENSEARCH.media_type}))
    found.append((site.urls.local("sparql"), {"rel": "service"}))
    found.append((site.urls.local(".well-known/api-catalog"), {"rel": "api-catalog", "type": LINKSET_JSON.media_type}))
    return [*found, *_licence(site.publication.licence), *_linksets(site, None, language)]


def _authors(site: Site, dataset: str | None) -> list[str]:
    described = site.index.describe(dataset, page_size=0) if dataset else None
    wanted = (DCTERMS + "creator", DCTERMS + "publisher")
    found = [
        s.object.value
        for name in wanted
        for s in (described.outgoing if described else ())
        if s.predicate.value == name and isinstance(s.object, ox.NamedNode)
    ]
    return list(dict.fromkeys(found))


def _items(site: Site) -> list[Link]:
    formats = {f.extension: f.media_type for f in RDF_FORMATS}
    names = (name.removeprefix("dumps/") for name in site.manifest.files if name.startswith("dumps/all."))
    found: list[Link] = [
        (dump_address(site, name), {"rel": "item", "type": formats[name.rpartition(".")[2]]})
        for name in names
        if name.rpartition(".")[2] in formats
    ]
    return found[:_ITEMS]


def dump_address(site: Site, name: str) -> str:
    """The address of a dump that never changes its content."""
    return uri(site.dump_address(name))


def _licence(licence: str | None) -> list[Link]:
    return [(uri(licence), {"rel": "license"})] if licence else []


def _query(iri: str | None, language: str | None) -> str:
    """What tells the linkset of a page from others."""
    return (f"iri={quote(iri, safe='')}&" if iri else "") + (f"language={language}&" if language else "")


def _linksets(site: Site, iri: str | None, language: str | None) -> list[Link]:
    address, query = site.urls.local("api/linkset"), _query(iri, language)
    return [
        (f"{address}?{query}format={f.name}", {"rel": "linkset", "type": f.media_type}) for f in (LINKSET_JSON, LINKSET)
    ]


@blueprint.get("/api/linkset")
def linkset() -> Response:
    """The links of the document about `iri`, or of the home page without one, as a linkset (RFC 9264).

    With `language` those of its page in that language.
    """
    site, iri = current_site(), request.args.get("iri")
    language = next((tag for tag in site.publication.languages if tag == request.args.get("language")), None)
    if iri and not documents.exists(site, iri):
        raise NotFound(f"Nothing is known here about {iri[:500]}.", cure="Check the spelling.")
    accept, parameter = request.headers.get("Accept"), request.args.get("format")
    chosen = negotiate.choose_format(accept, parameter, (LINKSET_JSON, LINKSET))
    anchor = site.urls.document(iri, language=language).partition("#")[0] if iri else site.urls.home(language)
    links = of_document(site, iri, HTML, language) if iri else of_home(site, language)
    response = Response(in_format(anchor, links, chosen), content_type=chosen.content_type)
    if not parameter:
        response.vary.add("Accept")
        locate(response, f"{site.urls.local('api/linkset')}?{_query(iri, language)}format={chosen.name}")
    variant = (iri or "", language or "", chosen.name, parameter or "")
    tag = caching.etag(site.manifest.id, site.settings, request.path, *variant)
    return caching.conditional(response, tag)


def in_format(anchor: str, links: list[Link], chosen: Format) -> str:
    """`links` from `anchor` as a linkset in the one format or the other."""
    if chosen is LINKSET:
        return ",\n".join(link_header([(target, {**more, "anchor": anchor})]) for target, more in links) + "\n"
    members: dict[str, list[dict[str, str]]] = {}
    for target, more in links:
        rest = {name: value for name, value in more.items() if name != "rel"}
        members.setdefault(more["rel"], []).append({"href": target, **rest})
    return json.dumps({"linkset": [{"anchor": anchor, **members}]}, ensure_ascii=False, indent=1) + "\n"
