"""The parameters that each route takes in a query, as OpenAPI describes them: what is not here means nothing."""

from __future__ import annotations

from typing import Any, Final

from parley.web.routes.search import LAST_PAGE

_PAGE: Final = {"type": "integer", "minimum": 1, "maximum": 2000}


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"schema": {"type": "string"}, "description": description, **more}


_FORMAT: Final = _text("Beats Accept: a format's name, extension or media type.", example="turtle")
_LINKS_PAGE: Final = {"schema": _PAGE, "description": "Page of the links to the thing."}
_LANGUAGE: Final = _text("Of names and texts in the answer.")
_COUNT: Final = {
    "schema": {"type": "integer", "minimum": 0, "maximum": 500},
    "description": "How many, or how many to skip.",
}
_MATCH_QUERY: Final = {
    "queries": _text(
        "A query batch, as JSON.",
        required=True,
        example='{"queries": [{"conditions": [{"matchType": "name", "propertyValue": "a"}]}]}',
    ),
    "lang": _LANGUAGE,
}
QUERIES: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "home.home": {"format": _text("An RDF syntax leads to the description in it.")},
    "resource.document": {"format": _FORMAT, "page": _LINKS_PAGE},
    "resource.describe": {"iri": _text("The IRI to describe.", required=True), "format": _FORMAT, "page": _LINKS_PAGE},
    "links.linkset": {
        "iri": _text("The thing whose document's links are asked for; none: the home page."),
        "language": _text("Of the page whose links are asked for; none: the one that negotiates."),
    },
    "search.search": {
        "q": _text("Words.", example="a"), "kind": _text("The class of the things."),
        "also": _text("A second class that they have."),
        "theme": _text("A theme, or a broader one."), "place": _text("A place."),
        "years": _text("A year, or the first and the last.", example="1990-1999"),
        "page": {"schema": _PAGE | {"maximum": LAST_PAGE}, "description": "Page of the results."},
    },
    "queries.every": {"q": _text("Words of the questions.")},
    "validation.validate": {"example": _text("Anything: the form holds an example.")},
    "operations.every": {"format": _text("html or json.")},
    "problems.describe": {"format": _text("html or json.")},
    "search.suggest": {
        "q": _text("Words, the last perhaps unfinished.", example="a"), "format": _text("json or opensearch."),
    },
    "sparql.sparql": {
        "query": _text("A SPARQL 1.1 query.", example="SELECT * { ?s ?p ?o } LIMIT 3"),
        "format": _text("Beats Accept: a syntax for results or for triples.", example="json"),
        "default-graph-uri": _text("A graph of the default graph."), "named-graph-uri": _text("A named graph."),
        "view": _text("How a page shows the answer: table, timeline, map, graph or chart."),
        "timeout": {"schema": {"type": "number", "exclusiveMinimum": 0, "maximum": 99999}, "description": "Seconds."},
    },
    "graph_store.graph": {
        "default": _text("The default graph, whatever the value.", example=""),
        "graph": _text("The IRI of a named graph."), "format": _FORMAT,
    },
    "why.why": {name: _text("A term in N-Triples.", required=True) for name in ("s", "p", "o")},
    "reconcile.reconcile": {
        "queries": _text("A query batch, as JSON.", example='{"q0": {"query": "a"}}'),
        "extend": _text("A data extension query, as JSON."), "lang": _LANGUAGE,
    },
    "coreference.coreference": {
        "iri": _text("An IRI, of ours or of anybody; a page has a form for it."),
        "format": {**_FORMAT, "example": "html"},
    },
    "reconcile.manifest_1_0": {"lang": _LANGUAGE},
    "reconcile.match": _MATCH_QUERY,
    "reconcile.match_as_before": _MATCH_QUERY,
    "reconcile.extend": {
        "extend": _text("A data extension query.", required=True, example='{"ids": [], "properties": []}'),
        "lang": _LANGUAGE,
    },
    "reconcile.propose": {"type": _text("A kind of things."), "limit": _COUNT, "lang": _LANGUAGE},
    "reconcile.suggestions": {"prefix": _text("The beginning of a name."), "cursor": _COUNT, "lang": _LANGUAGE},
    "reconcile.preview_": {"id": _text("The IRI of a thing.", required=True), "lang": _LANGUAGE},
    "discovery.void": {"format": _FORMAT},
    "history.releases": {"format": _FORMAT},
    "discovery.opensearch": {"language": _text("Of the search page.")},
}  # fmt: skip
