"""`/llms.txt`: how programs that read texts use the site, said briefly in Markdown, from the publication itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, request

from parley.formats import RDF_FORMATS, RESULT_FORMATS, TEXT
from parley.release.words import choose_label
from parley.web.http import caching
from parley.web.page import asking
from parley.web.site import Site, current_site
from parley.web.view import asking as view

blueprint = Blueprint("llms", __name__)

#: Classes and questions named.
_CLASSES: Final = 12
_QUESTIONS: Final = 12
_LANGUAGE: Final = "en"


@blueprint.get("/llms.txt")
def llms() -> Response:
    """What is here and how to ask for it, for language models and other readers of plain text."""
    site = current_site()
    response = Response("\n".join(_lines(site)) + "\n", content_type=TEXT.content_type)
    return caching.conditional(response, caching.etag(site.manifest.id, site.settings, request.path))


def _lines(site: Site) -> Iterator[str]:
    publication, counts = site.publication, site.index.counts()
    default = publication.languages[0]
    yield f"# {_text(publication.title, default) or publication.base}"
    yield ""
    if description := _text(publication.description, default):
        yield from (f"> {description}", "")
    languages = ", ".join(publication.languages)
    licence = f" Licence: {publication.licence}." if publication.licence else ""
    yield f"Linked data: {counts.entities} things, {counts.triples} statements; texts in {languages}.{licence}"
    yield f"Every IRI under {publication.base} answers as a page and as data; cite it by the IRI itself."
    yield from ("", "## Ask", "")
    rows, graphs = (", ".join(f.name for f in table) for table in (RESULT_FORMATS, RDF_FORMATS))
    yield f"- One thing: GET its IRI with Accept: text/turtle, or add .ttl, .jsonld, .nt or .rdf ({graphs})."
    yield f"- SPARQL 1.1: {site.public('sparql')}?query=…&format=json ({rows}). Read only; never cut short."
    yield f"- By words: {site.public('search')}?q=…"
    batch = '{"q0": {"query": "…"}}'
    yield f"- Which thing a name means: {site.public('reconcile')}?queries={batch} (score, match)."
    yield f"- What somebody else's IRI is here, and the other way: {site.public('coreference')}?iri=…&format=jsonld"
    yield f"- Saved questions with parameters: {site.public('api')} (JSON by Accept: application/json)."
    yield f"- Why a statement holds: {site.public('why')}?s=…&p=…&o=… (terms in N-Triples)."
    yield f"- Check data against the rules here: POST RDF to {site.public('validate')}."
    yield from ("", "## Read", "")
    yield f"- [All as OpenAPI]({site.public('api/openapi.json')})"
    yield f"- [Description of the data set]({site.public('.well-known/void')}), in Turtle by default"
    yield f"- [Everything to download]({site.public('downloads')})"
    yield from ("", "## A query to begin with", "", "```sparql")
    survey = asking.survey()
    yield view.first_query(site.index, publication, survey.kinds, default).rstrip()
    yield from ("```", "", "## What there is", "")
    yield from (f"- <{iri}>: {number}" for iri, number in site.index.classes()[:_CLASSES])
    if site.queries:
        yield from ("", "## Questions", "")
        ordered = sorted(site.queries, key=lambda one: (not one.parameters, not one.featured, one.name))
        for one in ordered[:_QUESTIONS]:
            names = "".join(f" {p.name}={p.type.name}" for p in one.parameters)
            title = _text(one.title, default) or one.name
            yield f"- [{title}]({site.public(f'queries/{one.name}.json')}){f' ·{names}' if names else ''}"


def _text(texts: object, default: str) -> str:
    found = choose_label(texts, _LANGUAGE, default) if isinstance(texts, dict) else None
    return " ".join(found[0].split()) if found else ""
