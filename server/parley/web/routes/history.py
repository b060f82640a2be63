"""The releases: the list of those kept, each of them whole under an address of its own, and what is gone."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
from flask import Blueprint, Flask, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState

from parley.errors import Gone, NotFound, PublicationError, ReleaseError
from parley.formats import HTML, JSON, PROBLEM, RDF_FORMATS, Format, by_extension, by_name
from parley.release.changes import Changes, Counts, Tombstone
from parley.release.directory import StateDirectory
from parley.release.manifest import Manifest
from parley.serialise import serialise
from parley.serving import Serving
from parley.vocab import DCTERMS, OWL, RDFS, XSD
from parley.web.http import caching, negotiate
from parley.web.http.headers import link_header, uri
from parley.web.http.redirects import redirect_to
from parley.web.http.stream import Stream
from parley.web.page import pages
from parley.web.rdf.versions import versions
from parley.web.routes.problems import respond
from parley.web.site import EXTENSION, Site, current_site
from parley.web.view.values import Value

blueprint = Blueprint("history", __name__)

_ARCHIVE: Final = "parley.archive"
_MAKE: Final = "parley.make"
#: For what operators change while a release is served: nobody keeps it without asking, the server's own cache included.
_CHANGES: Final = "no-cache"
#: Parts of a site that are there in its current release only.
_CURRENT_ONLY: Final = ("release", "releases", "readyz", "livez", "version", "robots.txt", "sitemap.xml", "sitemap")


@dataclass(frozen=True, slots=True)
class Row:
    """A release kept: its manifest, whether it is the one served, and what it changed if that is known."""

    manifest: Manifest
    current: bool
    changes: Counts | None
    href: str


@blueprint.get("/releases")
@blueprint.get("/<language:language>/releases")
def releases(language: str | None = None) -> Response:
    """The releases that are kept, with what came and went, newest first."""
    rows = _rows(current_site())
    offered = (HTML, JSON, *RDF_FORMATS)
    chosen = negotiate.choose_format(request.headers.get("Accept"), request.args.get("format"), offered)
    known = [row.manifest.id for row in rows]
    if chosen is HTML:
        response = pages.respond("releases.html", *known, here="releases", rows=rows)
    else:
        site = current_site()
        response = Response(_body(site, rows, chosen), content_type=chosen.content_type)
        tag = caching.etag(site.manifest.id, site.settings, request.path, chosen.name, *known)
        response.headers["Content-Location"] = f"{site.urls.local('releases')}?format={chosen.name}"
        response = caching.conditional(response, tag)
    response.headers["Cache-Control"] = _CHANGES
    response.vary.add("Accept")
    return response


def _body(site: Site, rows: list[Row], syntax: Format) -> str | bytes:
    if syntax is JSON:
        return current_app.json.dumps([_as_json(row) for row in rows], indent=1) + "\n"
    found = versions(site, [(row.manifest, row.changes) for row in rows])
    return serialise(found, syntax, site.prefixes)


def _rows(site: Site) -> list[Row]:
    found = []
    for number, path in _directory(site).releases():
        try:
            manifest = Manifest.read(path)
            changes = Changes.open(path)
        except ReleaseError:  # of another version of Parley, or damaged
            continue
        counts = changes.counts() if changes else None
        if changes:
            changes.close()
        if number:
            href = site.urls.local(f"release/{manifest.id}/")
            found.append(Row(manifest, manifest.id == site.manifest.id, counts, href))
    return found


def _directory(site: Site) -> StateDirectory:
    return StateDirectory(site.release.parent.parent)


def _as_json(row: Row) -> dict[str, Any]:
    changes = row.changes
    return {
        "id": row.manifest.id,
        "created": row.manifest.created,
        "current": row.current,
        "counts": dict(row.manifest.counts),
        "changes": {name: getattr(changes, name) for name in Counts.__slots__} if changes else None,
        "href": row.href,
    }


class Archive:
    """The applications that serve earlier releases, each under its own path, made when first asked for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._apps: dict[str, Flask] = {}

    def app(self, site: Site, release: str) -> Flask:
        """The application for a release that is kept. Raises NotFound."""
        with self._guard:
            known = self._apps.get(release)
            if known is not None and not known.extensions[EXTENSION].release.is_dir():
                del self._apps[release]  # it has been removed meanwhile: what is still open must not answer for it
            if release not in self._apps:
                make = current_app.extensions[_MAKE]
                self._apps[release] = make(_opened(site, release))
            return self._apps[release]


def _opened(site: Site, release: str) -> Site:
    settings = replace(site.settings, prefix=f"{site.settings.prefix}/release/{release}")
    try:
        directory = _directory(site)
        path: Path = site.release if release == site.manifest.id else directory.path(release).resolve()
        return Site.open(Serving(path, site.engine, settings, site.run))
    except (ReleaseError, PublicationError, OSError):
        raise NotFound("This release is not kept here.", cure="/releases lists those that are.") from None


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    state.app.extensions[_ARCHIVE] = Archive()


def register(app: Flask, make: Any) -> None:
    """Serve the list of releases and, with the applications that `make` makes of a site, each of them."""
    app.extensions[_MAKE] = make
    app.register_blueprint(blueprint)


@blueprint.get("/release/<release>/")
@blueprint.get("/release/<release>/<path:rest>")
def archived(release: str, rest: str = "") -> Response:
    """Any page, document or file of a release that is kept, as it was; queries are answered by the current one only."""
    if rest.partition("/")[0] in _CURRENT_ONLY:
        raise NotFound("There is nothing at this address.", cure="/releases lists the releases.")
    archive: Archive = current_app.extensions[_ARCHIVE]
    app = archive.app(current_site(), release)
    environ = dict(request.environ)
    environ["SCRIPT_NAME"] = f"{current_site().settings.prefix}/release/{release}"
    environ["PATH_INFO"] = f"/{rest}"
    with app.request_context(environ):
        response = app.full_dispatch_request()
    if isinstance(response, Stream):
        raise NotFound("Queries are answered by the current release only.", cure="Ask at /sparql.")
    response.headers["X-Robots-Tag"] = "noindex"
    if response.headers.get("Cache-Control") == caching.DOCUMENT:
        response.headers["Cache-Control"] = _CHANGES  # it may be signed, or removed
    return response


@blueprint.get("/release/<release>")
def without_slash(release: str) -> Response:
    """The address of a release ends in a slash."""
    return redirect_to(current_site().urls.local(f"release/{uri(release)}/"), 308)


def kept(release: str) -> Site:
    """A release that is not the current one. Raises NotFound if it is not kept."""
    archive: Archive | None = current_app.extensions.get(_ARCHIVE)
    if archive is None:  # inside an earlier release
        raise NotFound("Another release is not served under this one.", cure="/releases lists the releases.")
    site: Site = archive.app(current_site(), release).extensions[EXTENSION]
    return site


def with_version(version: str) -> Site | None:
    """The newest release kept in which an ontology has this version IRI, if any; an earlier release does not look."""
    if _ARCHIVE not in current_app.extensions:
        return None
    for number, path in _directory(current_site()).releases():
        with contextlib.suppress(NotFound):
            site = kept(path.name.partition(".")[0]) if number else None
            if site is not None and version in site.versions.own:
                return site
    return None


def refuse_gone(iri: str) -> None:
    """Raise Gone if `iri` was described once and is no more."""
    site = current_site()
    tombstone = site.changes.gone(iri) if site.changes else None
    if tombstone is None:
        return
    successor, last = tombstone.successor, tombstone.release[:12]
    raise Gone(
        f"{iri[:500]} is no longer described here; the last release that did is {last}.",
        iri=iri,
        successor=successor,
        cure=f"It is replaced by {successor}." if successor else "Earlier releases are listed under /releases.",
    )


def respond_gone(error: Gone) -> Response:
    """410: the tombstone as RDF for clients that ask for RDF, else a problem or a page."""
    site = current_site()
    tombstone = site.changes.gone(error.iri) if site.changes else None
    chosen = _named(error.iri) or negotiate.choose(request.headers.get("Accept"), (PROBLEM, HTML, *RDF_FORMATS))
    if tombstone is not None and chosen is not None and chosen.is_rdf:
        body = serialise(_quads(tombstone), chosen, site.prefixes)
        response = Response(body, status=410, content_type=chosen.content_type)
        response.vary.add("Accept")
    else:
        response = respond(error, **_told(tombstone))
    links = [(site.urls.local("releases"), {"rel": "version-history"})]
    if error.successor:
        links.append((uri(error.successor), {"rel": "successor-version"}))
    response.headers["Link"] = link_header(links)
    return response


def _told(tombstone: Tombstone | None) -> dict[str, Any]:
    """What a page says of a thing that is gone: its name, what replaces it, and where it is told as it last was."""
    if tombstone is None:
        return {}
    links, namer, successor = pages.links(), pages.namer(), tombstone.successor
    last = ""
    with contextlib.suppress(NotFound):
        kept(tombstone.release)
        last = current_site().urls.local(f"release/{tombstone.release}{request.path}")
    return {
        "gone": pages.localised(tombstone.labels),
        "successor": Value(namer.thing(successor), *links.to(successor), exact=successor) if successor else None,
        "last": last,
    }


def _named(iri: str) -> Format | None:
    """The syntax that the request names by `?format=` or by an ending, which is not the IRI's own, if it is RDF."""
    if "format" in request.args:
        return by_name(request.args["format"], RDF_FORMATS)
    _, dot, ending = request.path.rpartition(".")
    return by_extension(ending, RDF_FORMATS) if dot and not iri.endswith(dot + ending) else None


def _quads(tombstone: Tombstone) -> list[ox.Quad]:
    name = ox.NamedNode(tombstone.iri)
    gone = ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean"))
    found = [ox.Quad(name, ox.NamedNode(OWL + "deprecated"), gone)]
    if tombstone.successor:
        found.append(ox.Quad(name, ox.NamedNode(DCTERMS + "isReplacedBy"), ox.NamedNode(tombstone.successor)))
    for language, text in tombstone.labels.items():
        label = ox.Literal(text, language=language) if language else ox.Literal(text)
        found.append(ox.Quad(name, ox.NamedNode(RDFS + "label"), label))
    return found
