"""Graphs by name, read-only (SPARQL 1.1 Graph Store HTTP Protocol §5.2): what stands in them, neither more nor less.

They come from the index, with the spelling of the source, not from the query engine, so no limit of queries cuts them.
A small graph is written whole in any syntax; a large one is streamed in the syntaxes that need no look ahead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox
from flask import Blueprint, Response, request

from parley.errors import BadRequest, NotFound
from parley.formats import N_TRIPLES, TURTLE, Format
from parley.serialise import serialise
from parley.web.http import caching, negotiate
from parley.web.http.headers import link_header, locate
from parley.web.rdf.description import ADDRESS, GRAPH_FORMATS
from parley.web.site import Site, current_site

blueprint = Blueprint("graph_store", __name__)

#: Triples of a graph that is written whole, sorted and abbreviated.
_WHOLE: Final = 5_000
#: N-Triples is Turtle without abbreviations: both can be written line by line.
_STREAMED: Final = (TURTLE, N_TRIPLES)
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")


@blueprint.get(f"/{ADDRESS}")
def graph() -> Response:
    """The triples of the graph that `graph` names, or of the default graph with `default`."""
    site, name = current_site(), _wanted()
    size = _size(site, name)
    offered = GRAPH_FORMATS if size <= _WHOLE else _STREAMED
    parameter = request.args.get("format")
    chosen = negotiate.choose_format(request.headers.get("Accept"), parameter, offered)
    lines = site.index.content(name)
    body = _written(lines, chosen, site) if size <= _WHOLE else lines
    response = Response(body, content_type=chosen.content_type)
    if not parameter:
        response.vary.add("Accept")
        locate(response, f"{site.urls.local(ADDRESS)}?{_query(name)}&format={chosen.extension}")
    if name is not None:
        response.headers["Link"] = link_header([(site.urls.document(name), {"rel": "describedby"})])
    tag = caching.etag(site.manifest.id, site.settings, request.path, name or "", chosen.name)
    return caching.conditional(response, tag, weak=size > _WHOLE)


def _wanted() -> str | None:
    """The graph's IRI, None for the default graph. Raises BadRequest."""
    names, default = request.args.getlist("graph"), "default" in request.args
    if len(names) + default != 1:
        raise BadRequest(
            "A graph is asked for by exactly one of “default” and “graph”.",
            cure=f"Ask for /{ADDRESS}?default or /{ADDRESS}?graph=…, with the graph's IRI, percent-encoded.",
        )
    if default:
        return None
    if not _ABSOLUTE.fullmatch(names[0]):
        raise BadRequest(f"“{names[0][:200]}” is no absolute IRI.", cure="Percent-encode the graph's IRI, all of it.")
    return names[0]


def _size(site: Site, name: str | None) -> int:
    """The number of triples. Raises NotFound."""
    if name is None:
        return site.index.counts().triples
    found = site.index.graph(name)
    if found is None:
        raise NotFound(f"There is no graph <{name[:200]}>.", cure="The description of the endpoint lists all graphs.")
    return found.triples


def _written(lines: Iterator[bytes], chosen: Format, site: Site) -> bytes:
    text = b"".join(lines)
    if chosen is N_TRIPLES:
        return text
    triples = (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
    return serialise(triples, chosen, site.prefixes)


def _query(name: str | None) -> str:
    return "default" if name is None else f"graph={quote(name, safe='')}"
