"""Things and their documents: 303 from a thing, 200 for a document in each syntax, 404 for what is not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from parley.errors import BadRequest, NotFound
from parley.formats import DOCUMENT_FORMATS, HTML, JSON_LD, Format, by_extension
from parley.serialise.framed import framed
from parley.serialise.jsonld import expanded
from parley.web.http import caching, negotiate
from parley.web.http.headers import Link, link_header, locate
from parley.web.http.paging import page_number
from parley.web.http.redirects import redirect_to
from parley.web.page import document_page, pages
from parley.web.rdf import documents
from parley.web.routes import context, history, links, spelling
from parley.web.site import current_site

blueprint = Blueprint("resource", __name__)

#: What a query string may say to a document; redirects to one pass it on, and nothing else.
_PARAMETERS = ("format", "profile", "page", "graph", "terms")


@blueprint.get("/<path:path>")
def thing(path: str) -> Response:
    """A thing redirects to its document; a document of hash IRIs answers by itself (Cool URIs for the Semantic Web)."""
    if (moved := spelling.unescaped()) is not None:
        return moved
    site = current_site()
    query = request.query_string.decode("ascii", "replace")
    if query and (iri := _first([f"{path}?{query}"])) is not None:
        return _see(site.urls.document(iri))
    iri = _first([path])
    if iri is None:
        return _in_a_syntax(path) or _without_slash(path)
    if site.index.has_fragments(iri):
        return _document(iri, None, None)
    return _version(iri) or _see(_with(site.urls.document(iri), _asked(*_PARAMETERS)))


def _version(iri: str, extension: str | None = None, language: str | None = None) -> Response | None:
    """See other, for a version of an ontology: the ontology, in the release that has this version, if it is kept."""
    site = current_site()
    at = site if iri in site.versions.own else history.with_version(iri) if iri in site.versions.before else None
    if at is None:
        return None
    target = at.urls.document(at.versions.own[iri], extension=extension, language=language)
    return _see(_with(target.partition("#")[0], _asked(*_PARAMETERS)))


def _in_a_syntax(path: str) -> Response | None:
    """The document in the syntax of an extension that somebody has added to a thing's own address."""
    stem, dot, extension = path.rpartition(".")
    named = by_extension(extension, DOCUMENT_FORMATS) if dot else None
    iri = _first([stem]) if named is not None else None
    if named is None or iri is None:
        return None
    address = current_site().urls.document(iri, extension=named.extension).partition("#")[0]
    return _version(iri, named.extension) or _see(address)


def _see(target: str) -> Response:
    """See other (RFC 9110 §15.4.4): the document that describes what was asked for."""
    response = redirect_to(target, 303)
    response.headers["Link"] = link_header([(target, {"rel": "describedby"})])
    return response


@blueprint.get("/<language:language>/<path:path>")
def thing_in(language: str, path: str) -> Response:
    """A thing's address with a language before it: the document in that language, which is what is meant."""
    if (moved := spelling.unescaped()) is not None:
        return moved
    iri = _first([path])
    if iri is None:
        return _reserved() or spelling.without_slash() or _no_such(path)
    return _version(iri, language=language) or _see(current_site().urls.document(iri, language=language))


@blueprint.get("/doc/")
@blueprint.get("/doc/<path:path>")
@blueprint.get("/<language:language>/doc/")
@blueprint.get("/<language:language>/doc/<path:path>")
def document(path: str = "", language: str | None = None) -> Response:
    """The document about the thing at `path`, in the syntax of its extension or a negotiated one."""
    iri = _first([path])
    if iri is not None:
        return _version(iri, language=language) or _document(iri, language, None)
    stem, dot, extension = path.rpartition(".")
    named = by_extension(extension, DOCUMENT_FORMATS) if dot else None
    iri = _first([stem]) if named is not None else None  # `.json` leads to `.jsonld`
    if iri is None:
        return _reserved() or _without_slash(path)
    return _version(iri, named.extension if named else None, language) or _document(iri, language, named)


def _reserved() -> Response | None:
    """See other, for a thing whose own path begins with a word of ours, where we have nothing else to say."""
    iri = _first([request.environ["PATH_INFO"].removeprefix("/")])
    return None if iri is None else _see(current_site().urls.document(iri))


@blueprint.get("/describe")
@blueprint.get("/<language:language>/describe")
def describe(language: str | None = None) -> Response:
    """The document about an IRI that is not under the base."""
    iri = request.args.get("iri", "")
    if not iri:
        raise BadRequest("There is no “iri” parameter.", cure="Ask as /describe?iri=…")
    history.refuse_gone(iri)
    if not documents.exists(current_site(), iri):
        raise _missing(iri)
    return _document(iri, language, None)


def _first(paths: Iterable[str]) -> str | None:
    """The first IRI that one of `paths`, percent-encoded, can mean and that is described."""
    site = current_site()
    for path in paths:
        for iri in _meanings(path):
            history.refuse_gone(iri)
            if documents.exists(site, iri):
                return iri
    return None


def _meanings(path: str) -> tuple[str, ...]:
    """What `path` can mean; with escapes that are no UTF-8, only the IRI that has these very escapes."""
    urls = current_site().urls
    try:
        return urls.candidates(path)
    except BadRequest:  # raised again for the message, if there is no such IRI
        return (urls.literal(path),)


def _without_slash(path: str) -> Response:
    """Redirect from an address with a slash too many, where that is unambiguous.

    Raises NotFound if there is nothing there either.
    """
    if path.endswith("/") and _first([path.rstrip("/")]) is not None:
        return _moved(current_site().settings.prefix + request.path.rstrip("/"))
    return spelling.without_slash() or _no_such(path)


def _no_such(path: str) -> Response:
    """Raise NotFound for `path`; typed as if it returned, for use in expressions."""
    raise _missing(current_site().urls.candidates(path)[0])


def _missing(iri: str) -> NotFound:
    return NotFound(f"Nothing is known here about {iri[:500]}.", cure="Check the spelling, or search for its name.")


def _moved(target: str) -> Response:
    address, mark, fragment = target.partition("#")
    return redirect_to(_with(address, _asked(*_PARAMETERS)) + mark + fragment, 308)


def _document(iri: str, language: str | None, named: Format | None) -> Response:
    """The document about `iri`; 308 if it was asked for at another address than its own."""
    site = current_site()
    address = site.urls.document(iri, language=language, extension=named.extension if named else None)
    own = address.partition("#")[0]
    # Werkzeug's `path` hides doubled slashes; the address as it was sent does not.
    if own.partition("?")[0] != site.settings.prefix + request.environ["PATH_INFO"]:
        return _moved(address)
    accept, parameter = request.headers.get("Accept"), request.args.get("format")
    chosen = named or negotiate.choose_format(accept, parameter, DOCUMENT_FORMATS)
    page = _page(iri)
    negotiated = named is None and not parameter
    form = context.profile(negotiated=negotiated) if chosen is JSON_LD else None
    response = Response(content_type=context.content_type(form) if form else chosen.content_type)
    if negotiated:
        response.vary.add("Accept")
        locate(response, _variant(iri, chosen, form))
    parts = (request.args.get(name, "") for name in ("graph", "terms"))
    variant = [form or "", chosen.name, str(page), *parts, parameter or ""]
    if chosen is HTML:
        pages.finish(response)
        variant.append(pages.page_language())
    linked = links.of_document(site, iri, chosen, language if chosen is HTML else None, page)
    linked += context.link(form)
    links.declare([*linked, *_next_page(iri, chosen, own, page)])
    tag = caching.etag(site.manifest.id, site.settings, own, *variant)
    if not caching.not_modified(tag):
        response.set_data(_body(iri, chosen, page, form))
    return caching.conditional(response, tag)


def _body(iri: str, chosen: Format, page: int, form: str | None) -> str | bytes:
    if chosen is HTML:
        return document_page.render(iri, page)
    if form == "expanded":
        return expanded(documents.serialised(current_site(), iri, chosen, page, prefixes={}))
    body = documents.serialised(current_site(), iri, chosen, page)
    return framed(body, iri) if form == "framed" else body


def _variant(iri: str, chosen: Format, form: str | None) -> str:
    """The address of what is sent, which answers with nothing else."""
    language = pages.page_language() if chosen is HTML else None
    address = current_site().urls.document(iri, language=language, extension=chosen.extension).partition("#")[0]
    fields = _asked("page", "graph") if chosen is HTML else _asked("page")
    return _with(address, fields | ({"profile": form} if form else {}))


def _asked(*names: str) -> dict[str, str]:
    """Those of the query's parameters that are called so; others have no meaning, and are never repeated."""
    return {name: request.args[name] for name in names if name in request.args}


def _with(address: str, fields: Mapping[str, str]) -> str:
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}{urlencode(fields)}" if fields else address


def _page(iri: str) -> int:
    """The page of incoming links asked for. Raises NotFound for one beyond the last."""
    page = page_number("page", document_page.LAST_PAGE)
    if page > 1 and page > documents.pages(current_site(), iri):
        raise NotFound(f"There is no page {page} about {iri[:500]}.", cure="Start from the first.")
    return page


def _next_page(iri: str, chosen: Format, own: str, page: int) -> list[Link]:
    """Where the links to the thing, or the graph it names, go on, for RDF; the HTML has links of its own."""
    site = current_site()
    if chosen is HTML or page >= documents.pages(site, iri):
        return []
    return [(_with(own, _asked("format", "profile") | {"page": str(page + 1)}), {"rel": "next"})]
