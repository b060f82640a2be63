"""Pages about the data set itself: how to cite and to use it, what is in it, how good it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from parley.formats import HTML, RDF_FORMATS, RESULTS_CSV
from parley.roles import Role
from parley.vocab import LABEL_PROPERTIES
from parley.web.http import negotiate
from parley.web.http.redirects import redirect_to
from parley.web.page import asking, pages
from parley.web.rdf import documents
from parley.web.site import Site, current_site
from parley.web.view import browse, reading
from parley.web.view.naming import Text, local_name
from parley.web.view.values import Value

blueprint = Blueprint("about", __name__)

#: Rows of the tables of statistics: what comes after is rare, and the whole is a query away.
ROWS: Final = 60

#: When what the accessibility statement says was last gone through.
STATED: Final = "2026-11-29"


@dataclass(frozen=True, slots=True)
class Row:
    """A term or graph, with its number of things or statements; `files` are what a graph was read from."""

    value: Value
    count: int
    role: str = ""


@blueprint.get("/about")
@blueprint.get("/<language:language>/about")
def about(language: str | None = None) -> Response:
    """What this site is, who publishes it under which licence, and the pages that say more."""
    site = current_site()
    iri = _here(site)
    for_page = negotiate.choose(request.headers.get("Accept"), (HTML, *RDF_FORMATS)) in (HTML, None)
    if not for_page and documents.exists(site, iri):  # to the data, it is a thing like others
        response = redirect_to(site.urls.document(iri), 303)
    else:
        response = pages.respond(
            "about.html", here="about", counts=site.index.counts(), contact=_contact(documents.contact(site), site)
        )
    response.vary.add("Accept")
    return response


@blueprint.get("/about/cite")
@blueprint.get("/<language:language>/about/cite")
def cite(language: str | None = None) -> Response:
    """How to cite the data set, this release of it, and a single thing."""
    site = current_site()
    dataset = documents.dataset(site) or site.publication.base
    title = pages.localised(site.publication.title).text
    year = (site.manifest.created or "")[:4]
    fields = {
        "title": title,
        "author": site.publication.publisher,
        "year": year,
        "version": site.manifest.id[:12],
        "url": dataset,
        "note": site.publication.licence or "",
    }
    lines = [f"  {name} = {{{_tex(value)}}}" for name, value in fields.items() if value]
    key = re.sub(r"\W+", "", title.lower())[:30] or "dataset"
    bibtex = "\n".join([f"@misc{{{key},", ",\n".join(lines), "}"])
    return pages.respond(
        "cite.html",
        here="about",
        dataset=dataset,
        release=site.canonical(f"release/{site.manifest.id}"),
        year=year,
        bibtex=bibtex,
        example=_example(site),
    )


@blueprint.get("/about/use")
@blueprint.get("/<language:language>/about/use")
def use(language: str | None = None) -> Response:
    """How to get at the data with common tools; every address is of this site."""
    site = current_site()
    query = _query(site)
    tables = [name for name in site.manifest.files if re.fullmatch(r"dumps/csv/.+\.csv", name)]
    named = (f"dumps/csv/{local_name(kind)}.csv" for kind in asking.survey().kinds)
    table = next((name for name in named if name in tables), next(iter(tables), None))
    return pages.respond(
        "use.html",
        here="about",
        query=query,
        endpoint=site.public("sparql"),
        csv=f"{site.public('sparql')}?{urlencode({'query': query, 'format': RESULTS_CSV.name})}",
        table=site.public(f"download/{table.removeprefix('dumps/')}") if table else None,
        whole=site.public("download/all.nt"),
        reconcile=site.public("reconcile"),
        example=_example(site),
    )


@blueprint.get("/about/statistics")
@blueprint.get("/<language:language>/about/statistics")
def statistics(language: str | None = None) -> Response:
    """How many things of each class there are, statements of each property, statements in each graph."""
    site, namer, links = current_site(), pages.namer(), pages.links()
    classes, properties = site.index.classes()[:ROWS], site.index.properties()[:ROWS]
    graphs = sorted(site.index.graphs(), key=lambda graph: -graph.triples)
    namer.learn([*(iri for iri, _ in (*classes, *properties)), *(graph.iri for graph in graphs[:ROWS])])
    search = pages.local("search")
    return pages.respond(
        "statistics.html",
        here="about",
        counts=site.index.counts(),
        classes=_own_first(
            (iri, Row(Value(namer.term(iri), f"{search}?{browse.kind_query(iri)}", exact=namer.compact(iri)), number))
            for iri, number in classes
        ),
        properties=_own_first(
            (iri, Row(Value(namer.term(iri), *links.to(iri), exact=namer.compact(iri)), number))
            for iri, number in properties
        ),
        graphs=(
            [Row(Value(namer.thing(g.iri), links.page(g.iri)), g.triples, g.role.value) for g in graphs[:ROWS]],
            [],
        ),
        totals={
            "classes": len(site.index.classes()),
            "properties": len(site.index.properties()),
            "graphs": len(graphs),
        },
        rows=ROWS,
    )


def _own_first(rows: Iterable[tuple[str, Row]]) -> tuple[list[Row], list[Row]]:
    """The rows of the publication's own terms, and those of the vocabularies that it shares with others."""
    ours: tuple[list[Row], list[Row]] = ([], [])
    for iri, row in rows:
        ours[not pages.links().ours(iri)].append(row)
    return ours if ours[0] else (ours[1], [])


@blueprint.get("/about/quality")
@blueprint.get("/<language:language>/about/quality")
def quality(language: str | None = None) -> Response:
    """What was checked before this release was published, and how much of the source is accounted for."""
    site, namer, links = current_site(), pages.namer(), pages.links()
    rows = [place.row for place in pages.memory().passages(pages.page_language())]
    by_role = {role: sum(graph.triples for graph in site.index.graphs() if graph.role is role) for role in Role}
    silent = [row for row in rows if not row.statements]
    namer.learn(row.passage for row in silent)
    return pages.respond(
        "quality.html",
        here="about",
        roles=[(role.value, count) for role, count in by_role.items() if count],
        passages=len(rows),
        covered=sum(row.statements > 0 for row in rows),
        accounted=sum(row.accounted for row in rows),
        silent=[(Value(namer.thing(row.passage), links.page(row.passage)), row) for row in silent],
        counts=site.index.counts(),
    )


@blueprint.get("/about/accessibility")
@blueprint.get("/<language:language>/about/accessibility")
def accessibility(language: str | None = None) -> Response:
    """How far people with disabilities can use this site, how that was found out, and whom to tell what hinders."""
    site = current_site()
    return pages.respond(
        "accessibility.html",
        here="about",
        contact=_contact(site.settings.accessibility_contact or documents.contact(site), site),
        stated=STATED,
        has_drawings=any(saved.view in ("map", "graph") for saved in site.queries),
    )


@blueprint.get("/about/promises")
@blueprint.get("/<language:language>/about/promises")
def promises(language: str | None = None) -> Response:
    """What people can rely on who build on the site: addresses, changes, answers; and what is not promised."""
    site = current_site()
    return pages.respond(
        "promises.html",
        str(site.settings.keep),
        here="about",
        keep=site.settings.keep,
        seconds=site.settings.query_seconds,
        base=site.publication.base,
        contact=_contact(documents.contact(site), site),
    )


@blueprint.get("/about/source")
@blueprint.get("/<language:language>/about/source")
def source(language: str | None = None) -> Response:
    """The source, passage by passage: what each says, how many statements rest on it, and what they are about."""
    site = current_site()
    places = pages.memory().passages(pages.page_language())
    parts = reading.view(site.index, places, pages.namer(), pages.links())
    return pages.respond("reading.html", here="source", parts=parts, total=len(places))


def _here(site: Site) -> str:
    """The IRI that the page about the data set may have among the data."""
    return f"{site.publication.base.rstrip('#/')}/about"


def _contact(address: str | None, site: Site) -> Value | None:
    """Whom to write to; None where that is nobody, or only the page that would say so."""
    if not address or address == _here(site):
        return None
    if address.startswith(site.publication.base):  # a page of this site is linked where it is served
        return Value(Text(address), pages.local(address.removeprefix(site.publication.base)))
    linked = address.startswith(("mailto:", "https:", "http:", "tel:"))
    return Value(Text(address.removeprefix("mailto:").removeprefix("tel:")), address if linked else None)


def _query(site: Site) -> str:
    """A query that runs as it is: names of the things of the first kind."""
    kinds = asking.survey().kinds or tuple(iri for iri, _ in site.index.classes())
    label = next((iri for iri, _ in site.index.properties() if iri in LABEL_PROPERTIES), LABEL_PROPERTIES[1])
    kind = f"a <{kinds[0]}> ; " if kinds else ""
    return f"SELECT ?thing ?name WHERE {{ ?thing {kind}<{label}> ?name }} LIMIT 100"


def _example(site: Site) -> Value | None:
    """A thing to show addresses with."""
    things = browse.first_things(asking.survey(), pages.namer(), pages.links(), 1)
    return browse.mentions(things, pages.namer(), pages.links())[0] if things else None


def _tex(text: str) -> str:
    """`text` inside braces of BibTeX."""
    return re.sub(r"([{}%&#$_])", r"\\\1", text)
