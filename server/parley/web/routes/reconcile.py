"""The reconciliation service: version 0.2 of the protocol at /reconcile, as OpenRefine speaks it, 1.0-draft below it.

Nothing of a request is ever part of a query text: names are looked up with bound parameters in the release's index.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import Blueprint, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState

from parley.errors import BadRequest, NotFound, UnsupportedMediaType
from parley.formats import HTML, JSON
from parley.reconcile import manifest, suggest
from parley.reconcile.batch import Service
from parley.reconcile.extend import Extender
from parley.reconcile.faults import ServiceBusy
from parley.reconcile.matcher import Matcher
from parley.reconcile.wording import Wording
from parley.web.http import caching, negotiate
from parley.web.http.headers import locate
from parley.web.page import asking, pages, preview
from parley.web.routes.validation import FORMS, NO_TYPE
from parley.web.site import EXTENSION, current_site

blueprint = Blueprint("reconcile", __name__)

_SLOTS: Final = "parley.reconcile"
_KINDS: Final = 12
_FEATURES: Final = ("name", "exact", "links", "property")
_SETTINGS: Final = ("limit", "limit_help", "language", "language_help", "any")


@blueprint.record_once
def _slots(state: BlueprintSetupState) -> None:
    settings = state.app.extensions[EXTENSION].settings
    state.app.extensions[_SLOTS] = threading.BoundedSemaphore(settings.reconcile_batches)


@blueprint.route("/reconcile", methods=["GET", "POST"])
@blueprint.route("/<language:language>/reconcile", methods=["GET", "POST"])
def reconcile(language: str | None = None) -> Response:
    """Reconciliation API 0.2: the manifest; with `queries` their candidates; with `extend` values of properties."""
    if request.method == "POST" and request.mimetype == JSON.media_type:
        return _answer(_service().version_1_0(_body("queries")))
    if "queries" in request.values:
        return _answer(_service().version_0_2(_parsed(request.values["queries"])))
    if "extend" in request.values:
        return _answer(_extender().version_0_2(_parsed(request.values["extend"])))
    if request.method == "POST":
        if request.content_length and request.mimetype not in FORMS:
            what = f"The body is of type “{request.mimetype[:80]}”." if request.mimetype else NO_TYPE
            raise UnsupportedMediaType(what, accepted=(*FORMS, JSON.media_type), cure="Send a form, or JSON.")
        raise BadRequest("There is neither “queries” nor “extend” in the form.", cure="Send one of them, as JSON.")
    chosen = negotiate.choose_format(request.headers.get("Accept"), request.args.get("format"), (JSON, HTML))
    response = _page() if chosen is HTML else _answer(manifest.version_0_2(_facts()))
    if chosen is JSON:
        locate(response, f"{current_site().urls.local('reconcile', language)}?format={JSON.name}")
    response.vary.add("Accept")
    return response


@blueprint.get("/reconcile/1.0")
@blueprint.get("/<language:language>/reconcile/1.0")
def manifest_1_0(language: str | None = None) -> Response:
    """Reconciliation API 1.0-draft: the manifest."""
    return _answer(manifest.version_1_0(_facts()))


@blueprint.route("/reconcile/1.0/match", methods=["GET", "POST"])
@blueprint.route("/<language:language>/reconcile/1.0/match", methods=["GET", "POST"])
def match(language: str | None = None) -> Response:
    """Reconciliation API 1.0-draft: candidates for a batch of queries, in JSON."""
    return _answer(_service().version_1_0(_body("queries")))


@blueprint.route("/reconcile/1.0/reconcile", methods=["GET", "POST"])
@blueprint.route("/<language:language>/reconcile/1.0/reconcile", methods=["GET", "POST"])
def match_as_before(language: str | None = None) -> Response:
    """The same, at the address that earlier drafts had for it."""
    return match(language)


@blueprint.route("/reconcile/1.0/extend", methods=["GET", "POST"])
@blueprint.route("/<language:language>/reconcile/1.0/extend", methods=["GET", "POST"])
def extend(language: str | None = None) -> Response:
    """Reconciliation API 1.0-draft: values of properties of things, in JSON."""
    return _answer(_extender().version_1_0(_body("extend")))


@blueprint.get("/reconcile/properties")
@blueprint.get("/reconcile/1.0/extend/propose")
@blueprint.get("/<language:language>/reconcile/properties")
@blueprint.get("/<language:language>/reconcile/1.0/extend/propose")
def propose(language: str | None = None) -> Response:
    """The properties that the things of `type` have, for data extension."""
    kind, limit = request.args.get("type", ""), _number("limit")
    rows = suggest.proposed(current_site().index, _wording(), _absolute(kind), limit or suggest.REACH)
    answer: dict[str, Any] = {"properties": rows}
    return _answer(answer | ({"type": kind} if kind else {}) | ({"limit": limit} if limit else {}))


@blueprint.get("/reconcile/suggest/<kind>")
@blueprint.get("/reconcile/1.0/suggest/<kind>")
@blueprint.get("/<language:language>/reconcile/suggest/<kind>")
@blueprint.get("/<language:language>/reconcile/1.0/suggest/<kind>")
def suggestions(kind: str, language: str | None = None) -> Response:
    """What begins with `prefix`: an entity, a type or a property."""
    site, wording = current_site(), _wording()
    prefix, cursor = request.args.get("prefix", "")[: site.settings.reconcile_characters], _number("cursor")
    if kind == "entity":
        found = suggest.entities(
            site.index, Matcher(site.index, _absolute, site.publication.aside), wording, prefix, cursor
        )
    elif kind in ("type", "property"):
        offered = suggest.types if kind == "type" else suggest.properties
        found = offered(site.index, wording, prefix, cursor)
    else:
        raise NotFound(f"Nothing of the kind “{kind[:40]}” is suggested.", cure="Ask for entity, type or property.")
    return _answer({"result": found})


@blueprint.get("/reconcile/preview")
@blueprint.get("/reconcile/1.0/preview")
@blueprint.get("/<language:language>/reconcile/preview")
@blueprint.get("/<language:language>/reconcile/1.0/preview")
def preview_(language: str | None = None) -> Response:
    """A small page about the thing `id`, without scripts, that other sites may show in a frame."""
    return preview.respond(_absolute(request.args.get("id", "")), _wording())


def _answer(value: Any) -> Response:
    """`value` as JSON, with a validator where the request was for reading."""
    site = current_site()
    response = Response(json.dumps(value, ensure_ascii=False), content_type=JSON.content_type)
    response.headers["Content-Language"] = _language()
    if request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
        return response
    if pages.explicit_language() is None:
        response.vary.add("Accept-Language")
    query = request.query_string.decode("latin-1")
    tag = caching.etag(site.manifest.id, site.settings, request.path, query, _language(), site.settings.public_url)
    return caching.conditional(response, tag)


def _page() -> Response:
    site = current_site()
    address = site.public(
        site.urls.local("reconcile", pages.explicit_language()).removeprefix(site.settings.prefix)[1:]
    )
    return pages.respond(
        "reconcile.html", here="reconcile", endpoint=address, batch=site.settings.reconcile_queries
    )  # fmt: skip


def _service() -> Service:
    interface = pages.interface_in(_language())
    names = {feature: interface(f"reconcile.feature.{feature}").unescape() for feature in _FEATURES}
    return _Limited(
        current_site().index, current_site().settings, _wording(), _absolute, names, current_site().publication.aside
    )


class _Limited(Service):
    """The service as it is open to everyone: so many batches at once, further ones are sent away at once."""

    def version_0_2(self, batch: Any) -> dict[str, Any]:
        with _slot():
            return super().version_0_2(batch)

    def version_1_0(self, batch: Any) -> dict[str, Any]:
        with _slot():
            return super().version_1_0(batch)


@contextmanager
def _slot() -> Iterator[None]:
    """One of the places for batches. Waiting for one would hold a thread that pages need."""
    slots: threading.BoundedSemaphore = current_app.extensions[_SLOTS]
    if not slots.acquire(blocking=False):
        raise ServiceBusy(
            "As many batches as this service takes at once are being answered.",
            cure="Try again in a second (the limit is reconcile_batches under [limits]).",
        )
    try:
        yield
    finally:
        slots.release()


def _extender() -> Extender:
    site = current_site()
    return Extender(site.index, _wording(), _absolute, site.settings.reconcile_queries)


def _wording() -> Wording:
    site = current_site()
    return Wording(site.index, _language(), site.publication.languages[0], pages.links().ours)


def _language() -> str:
    """The language of the answer: `lang`, else that of the page."""
    given = request.args.get("lang") or (request.form.get("lang") if request.method == "POST" else None)
    return given if given in current_site().publication.languages else pages.page_language()


def _facts() -> manifest.Facts:
    site, interface = current_site(), pages.interface_in(_language())
    explicit = pages.explicit_language()
    tongue = f"{explicit}/" if explicit else ""
    return manifest.Facts(
        name=pages.localised(site.publication.title).text or site.publication.base,
        address=lambda path: site.public(f"{tongue}{path}"),
        types=_wording().kinds(_usual_kinds(), _KINDS),
        language=_language(),
        languages=site.publication.languages,
        words={word: interface(f"reconcile.setting.{word}").unescape() for word in _SETTINGS},
        batch=site.settings.reconcile_queries,
    )


def _usual_kinds() -> list[str]:
    """The kinds to offer first: none that are set aside."""
    site = current_site()
    aside = {name for kind in site.publication.aside for name in site.index.names.narrower(kind)}
    return [kind for kind in asking.survey().kinds if kind not in aside][: 4 * _KINDS]


def _absolute(text: str) -> str:
    """The IRI of a prefixed name with a prefix of the publication; any other text as it is."""
    prefix, colon, local = text.partition(":")
    namespace = current_site().publication.all_prefixes.get(prefix) if colon else None
    return text if namespace is None or local.startswith("//") else namespace + local


def _number(name: str) -> int:
    text = request.args.get(name) or "0"
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= suggest.REACH):
        raise BadRequest(f"“{name}” is “{text[:20]}”.", cure=f"Give a number from 0 to {suggest.REACH}.")
    return int(text[:9])


def _body(parameter: str) -> Any:
    """The JSON that was sent, or for GET, which is for looking at answers in a browser, that of `parameter`."""
    if request.method == "GET":
        if parameter not in request.args:
            raise BadRequest(f"There is no “{parameter}” parameter.", cure="Send JSON by POST, or in that parameter.")
        return _parsed(request.args[parameter])
    if request.mimetype != JSON.media_type:
        raise UnsupportedMediaType("The body is no JSON.", accepted=(JSON.media_type,), cure="Send application/json.")
    return _parsed(request.get_data(as_text=True))


def _parsed(text: str) -> Any:
    """The JSON value. Raises BadRequest, also for JSON that can't be handled: endless nesting, half characters."""
    try:
        value = json.loads(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BadRequest("The JSON has a surrogate without its other half.", cure="Send whole characters.") from None
    except ValueError as error:
        raise BadRequest(f"This is no JSON: {error}.", cure="Send JSON (RFC 8259).") from None
    except RecursionError:
        raise BadRequest("The JSON is nested too deeply.", cure="Send a batch of queries.") from None
    return value
