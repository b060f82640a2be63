"""What is the same elsewhere: `/coreference?iri=…` for an IRI of ours or anybody's, as a page, a linkset and RDF."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox
from flask import Blueprint, Response, request

from parley.errors import BadRequest, ContentTooLarge, NotFound
from parley.formats import HTML, LINKSET_JSON, RDF_FORMATS, Format
from parley.release.coreference import CLUSTER, Coreference, Mapping, Relation
from parley.release.spellings import expand_identifier
from parley.serialise import serialise
from parley.vocab import OWL, SCHEMA, SCHEMA_HTTP, SKOS
from parley.web.http import caching, negotiate
from parley.web.http.headers import uri
from parley.web.page import pages
from parley.web.site import current_site
from parley.web.view.elsewhere import provider
from parley.web.view.naming import Text
from parley.web.view.values import Value

blueprint = Blueprint("coreference", __name__)

FORMATS: Final = (HTML, LINKSET_JSON, *RDF_FORMATS)
_LONGEST: Final = 2000
#: Properties that say of the object what they say of the subject, and those that say the converse.
_INVERSES: Final = {
    **{name: name for name in (OWL + "sameAs", OWL + "equivalentClass", OWL + "equivalentProperty")},
    **{SKOS + name: SKOS + name for name in ("exactMatch", "closeMatch", "relatedMatch")},
    SKOS + "broadMatch": SKOS + "narrowMatch",
    SKOS + "narrowMatch": SKOS + "broadMatch",
    SCHEMA + "sameAs": "",
    SCHEMA_HTTP + "sameAs": "",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A mapping on the page: what maps to what by which property, who says so, where else it leads."""

    subject: Value
    property: Text
    object: Value
    provider: str
    graph: Value


@blueprint.get("/coreference")
@blueprint.get("/<language:language>/coreference")
def coreference(language: str | None = None) -> Response:
    """What `iri`, of ours or of anybody else, is the same as or mapped to: both ways, with the statements."""
    chosen = negotiate.choose_format(request.headers.get("Accept"), request.args.get("format"), FORMATS)
    iri = _asked()
    if not iri and chosen is not HTML:
        raise BadRequest("There is no “iri” parameter.", cure="Ask as /coreference?iri=…")
    found = _found(iri) if iri else None
    response = _page(iri, found) if chosen is HTML or found is None else _data(found, chosen)
    if "format" not in request.args:
        response.vary.add("Accept")
    response.headers["X-Robots-Tag"] = "noindex, follow"
    return response


def _asked() -> str:
    """The IRI; a prefixed name or a bare identifier of Wikidata stands for one."""
    text = request.args.get("iri", "").strip()
    if len(text) > _LONGEST:
        raise BadRequest(f"“iri” has {len(text)} characters.", cure=f"Send up to {_LONGEST}.")
    prefix, colon, local = text.partition(":")
    namespace = current_site().prefixes.get(prefix) if colon else None
    if namespace is not None and not local.startswith("//"):
        return namespace + local
    return expand_identifier(text) or _thing_of(text)


def _thing_of(address: str) -> str:
    """The thing that a document of ours is about, whose address people copy from their browser; else `address`."""
    site = current_site()
    tongues = "|".join(map(re.escape, site.publication.languages))
    for root in dict.fromkeys((site.publication.base, site.public(""))):
        start = rf"{re.escape(root)}(?:(?:{tongues})/)?doc/"
        if found := re.fullmatch(rf"{start}(?P<path>[^?#]+)(?:\?[^#]*)?(?P<part>#.*)?", address):
            whole, part = found["path"], found["part"] or ""
            things = [*site.urls.candidates(whole), *site.urls.candidates(whole.rpartition(".")[0])]
            names = [name + end for name in things for end in (part, "")]
            return next((name for name in names if site.index.exists(name)), address)
    return address


def _found(iri: str) -> Coreference:
    found = current_site().index.coreferences.of(iri)
    if not found.mappings:
        raise NotFound(f"Nothing is mapped to {iri[:500]} here.", cure="Check the spelling, or search for its name.")
    if not found.whole:
        raise ContentTooLarge(
            f"More than {CLUSTER} things are linked to each other here.", cure="Ask the SPARQL endpoint for the part."
        )
    return found


def _data(found: Coreference, chosen: Format) -> Response:
    site = current_site()
    response = Response(content_type=chosen.content_type)
    if "format" not in request.args:
        query = urlencode({"iri": found.asked, "format": chosen.name})
        response.headers["Content-Location"] = f"{site.urls.local('coreference')}?{query}"
    tag = caching.etag(site.manifest.id, site.settings, request.path, found.asked, chosen.name)
    if not caching.not_modified(tag):
        response.set_data(_linkset(found) if chosen is LINKSET_JSON else _rdf(found, chosen))
    return caching.conditional(response, tag)


def _rdf(found: Coreference, chosen: Format) -> bytes:
    """The mapping statements as the release has them, in their graphs."""
    quads = [
        ox.Quad(
            ox.NamedNode(m.subject),
            ox.NamedNode(m.predicate),
            ox.NamedNode(m.object),
            ox.BlankNode(m.graph[2:]) if m.graph.startswith("_:") else ox.NamedNode(m.graph),
        )
        for m in found.mappings
    ]
    return serialise(quads, chosen, current_site().prefixes)


def _linkset(found: Coreference) -> str:
    """A linkset (RFC 9264): relation types are the properties, from either end where a property can be turned.

    Things of ours lead to their documents (`describedby`), a spelling that the data does not use to the one that it
    does (`canonical`, RFC 6596).
    """
    site = current_site()
    contexts: dict[str, dict[str, dict[str, None]]] = {}
    for mapping in found.mappings:
        for anchor, relation, target in _both_ways(mapping):
            contexts.setdefault(anchor, {}).setdefault(relation, {})[target] = None
    for iri in found.reached:
        if pages.links().ours(iri) and site.index.names.node(iri) is not None:
            contexts.setdefault(iri, {}).setdefault("describedby", {})[site.urls.document(iri)] = None
    cluster = found.cluster
    if found.asked not in found.reached:
        contexts[found.asked] = {"canonical": dict.fromkeys(cluster[:1])}
    order = sorted(
        contexts, key=lambda iri: (iri != found.asked, cluster.index(iri) if iri in cluster else len(cluster), iri)
    )
    rows = [
        {"anchor": uri(iri), **{rel: [{"href": uri(to)} for to in targets] for rel, targets in contexts[iri].items()}}
        for iri in order
    ]
    return json.dumps({"linkset": rows}, ensure_ascii=False, indent=1) + "\n"


def _both_ways(mapping: Mapping) -> list[tuple[str, str, str]]:
    found = [(mapping.subject, mapping.predicate, mapping.object)]
    inverse = _INVERSES.get(mapping.predicate)
    return [*found, (mapping.object, inverse, mapping.subject)] if inverse else found


def _page(iri: str, found: Coreference | None) -> Response:
    site, namer, links = current_site(), pages.namer(), pages.links()
    if found is None:
        return pages.respond("coreference.html", here="coreference", iri=iri, found=None)
    namer.learn([*found.reached, *(m.predicate for m in found.mappings)])
    ours = [name for name in found.reached if links.ours(name) and site.index.names.node(name) is not None]
    things = site.index.names.of(ours)
    # a concept that stands beside a thing for its links comes after the thing
    ordered = sorted(ours, key=lambda name: (found.reached[name] > Relation.FOCUS, name not in things, name))
    same = [name for name in found.cluster if name not in ours]
    return pages.respond(
        "coreference.html",
        here="coreference",
        iri=iri,
        found=found,
        ours=[(Value(namer.thing(name), links.page(name), exact=name), found.reached[name].name) for name in ordered],
        same=[(provider(urlsplit(name).netloc), name) for name in same],
        rows=[_row(mapping) for mapping in found.mappings],
        formats=[(f, f"?{urlencode({'iri': iri, 'format': f.name})}") for f in FORMATS if f is not HTML],
    )


def _row(mapping: Mapping) -> Row:
    namer, links = pages.namer(), pages.links()
    outside = mapping.object if not links.ours(mapping.object) else mapping.subject
    return Row(
        _value(mapping.subject),
        namer.term(mapping.predicate),
        _value(mapping.object),
        provider(urlsplit(outside).netloc) if not links.ours(outside) else "",
        Value(namer.thing(mapping.graph), links.page(mapping.graph), exact=mapping.graph),
    )


def _value(iri: str) -> Value:
    """Ours by its name, with its page; anything else by its address, which it leads to."""
    links = pages.links()
    if links.ours(iri):
        return Value(pages.namer().thing(iri), links.page(iri), exact=iri)
    return Value(Text(iri), uri(iri) if iri.startswith(("http://", "https://")) else None, external=True, exact=iri)
