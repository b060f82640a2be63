"""JSON-LD for clients that have wishes: the published context, and the forms of a document (profiles).

Documents carry their context inline, so that they can be read without the network and without us. The published one
holds the same prefixes, all of them, under an address of its release.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from flask import Blueprint, Response, request

from parley.errors import NotAcceptable
from parley.formats import JSON_LD
from parley.web.http import caching, negotiate
from parley.web.http.headers import Link
from parley.web.routes import history
from parley.web.site import current_site

blueprint = Blueprint("context", __name__)

#: The forms there are (JSON-LD 1.1 §6.1, Framing §6). A document is compacted against its context, and flat.
PROFILES: Final = ("compacted", "flattened", "expanded", "framed")
_PROFILE: Final = "http://www.w3.org/ns/json-ld#"
_DELIMITERS: Final = ":/?#[]@"
_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@blueprint.get("/context/<release>.jsonld")
def context(release: str) -> Response:
    """The JSON-LD context of a release: its prefixes. Never changes, and may be read from anywhere."""
    site = current_site()
    if release != site.manifest.id:
        site = history.kept(release)
    members: dict[str, Any] = {
        prefix: namespace if namespace[-1] in _DELIMITERS else {"@id": namespace, "@prefix": True}
        for prefix, namespace in sorted(site.publication.all_prefixes.items())
        if _PREFIX.fullmatch(prefix) and namespace
    }
    body = json.dumps({"@context": members}, ensure_ascii=False, indent=1) + "\n"
    response = Response(body, content_type=JSON_LD.content_type)
    tag = caching.etag(site.manifest.id, site.settings, request.path)
    return caching.conditional(response, tag, cache_control=caching.IMMUTABLE)


def profile(*, negotiated: bool) -> str | None:
    """The form that the request asks for: `?profile=` by its name or IRI, else, if `negotiated`, that in `Accept`.

    None where there is no wish. Raises NotAcceptable for a `?profile=` that is none of ours.
    """
    given = request.args.get("profile")
    if given:
        name = given.removeprefix(_PROFILE)
        if name not in PROFILES:
            message = f"There is no profile “{given[:80]}”."
            available = tuple(_PROFILE + known for known in PROFILES)
            raise NotAcceptable(message, available=available, cure="Choose one of these.", parameter="profile")
        return name
    for member in negotiate.parse_accept(request.headers.get("Accept")) if negotiated else ():
        if (member.type, member.subtype) == ("application", "ld+json") and member.weight:
            wanted = dict(member.parameters).get("profile", "").split()
            if found := next((iri for iri in wanted if iri.removeprefix(_PROFILE) in PROFILES), None):
                return found.removeprefix(_PROFILE)
    return None


def link(name: str | None) -> list[Link]:
    """The link that says of a document in that form what its media type says (RFC 6906)."""
    return [(_PROFILE + name, {"rel": "profile"})] if name else []


def content_type(name: str | None) -> str:
    """The value of `Content-Type` for a document in that form."""
    return f'{JSON_LD.media_type};profile="{_PROFILE}{name}"' if name else JSON_LD.content_type
