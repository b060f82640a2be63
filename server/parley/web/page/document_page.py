"""The HTML of a document: one thing, or all terms of a vocabulary or other hash document."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request

from parley.errors import NotFound
from parley.formats import JSON_LD, RDF_FORMATS
from parley.release.passage import text_of
from parley.release.records import Description, Graph
from parley.roles import Role
from parley.web.http.paging import address_fields, page_number
from parley.web.http.redirects import own_path
from parley.web.page import asking, pages, parameters
from parley.web.rdf import documents, others
from parley.web.site import current_site
from parley.web.view import browse, entity, graph, inverse, modules, reading, rules, vocabulary
from parley.web.view.naming import Text
from parley.web.view.values import Value

#: What the address of a document may ask for; all else is left out of the links to its other pages.
PARAMETERS = ("iri", "format", "profile", "page", "graph", "terms")
#: Questions on the page of a vocabulary, as recipes.
QUESTIONS = 6
#: Pages beyond this are refused.
LAST_PAGE = 10_000_000
#: Subjects of a graph on one page.
GRAPH_SUBJECTS = 100
#: Terms of a long document on one page: their names only.
MEMBERS = 500
#: Bytes of JSON-LD above which a page only links to it.
EMBEDDED_BYTES = 100_000
#: Links to a thing up to which its page is made from all of them at once.
FOLDED_LINKS = 1000


def render(iri: str, page: int = 1) -> str:
    """The page about `iri`, with page `page` of the links to it."""
    site, namer, links, interface = current_site(), pages.namer(), pages.links(), pages.interface()
    description = _description(iri, page)
    named_graph = site.index.graph(iri)
    content = _content(iri) if named_graph else None
    view = _view(description, named_graph, content)
    many = site.long_documents.get(iri, 0)
    fragments = [] if many else site.index.fragments(iri)
    prefixes = site.publication.all_prefixes
    terms = vocabulary.view(site.index, iri, fragments, namer, links, interface, prefixes) if fragments else None
    return render_template(
        "vocabulary.html" if terms else "entity.html",
        entity=view,
        terms=terms,
        **(_of_terms(terms) if terms else {}),
        graph=named_graph,
        **(_of_graph(named_graph, content) if named_graph else {}),
        concerning=() if terms or many else parameters.concerning(iri),
        ours=links.ours(iri),
        external=links.to(iri)[1],
        others=[(theirs, namer.thing(theirs.graph)) for theirs in others.theirs(site, iri)],
        uses=site.index.triples_with(iri),
        uses_query=_uses_query,
        terms_total=many,
        members=_members(iri) if many else (),
        members_page=page_number("terms", LAST_PAGE),
        members_pages=math.ceil(many / MEMBERS),
        members_address=lambda number: _other_page("terms", number) + "#members",
        here="vocabulary" if terms or many else None,
        compact=namer.compact(iri),
        page=page,
        page_total=math.ceil(view.incoming_total / site.settings.incoming_page),
        page_address=_page_address,
        formats=[(f, site.urls.document(iri, extension=f.extension).partition("#")[0]) for f in RDF_FORMATS],
        language_links=pages.language_links(
            lambda tag: site.urls.document(iri, language=tag).partition("#")[0] + _query()
        ),
        embedded=None if terms or many else _embedded(iri, page),
    )


def _view(description: Description, named_graph: Graph | None, content: graph.GraphView | None) -> entity.EntityView:
    """What the page tells of a thing; that of a graph is what stands in it, summed up by its paraphrase."""
    index, interface = current_site().index, pages.interface()
    said_by, shown = pages.memory().paraphrase, content.terms if content else ()
    view = entity.view(index, description, pages.namer(), pages.links(), interface, said_by, shown)
    if named_graph is None:
        return view
    text = None if view.summary else text_of(description.outgoing, interface.language)
    return replace(view, summary=Text(*text) if text else view.summary, around=None)


def _of_terms(terms: vocabulary.Vocabulary) -> dict[str, Any]:
    """What the page of a vocabulary shows besides its terms."""
    main = (term for chapter in terms.chapters for term in chapter.main)
    found = modules.modules(main, pages.namer(), pages.links())
    return {"modules": found, "rules": _rules, "questions": asking.questions()[:QUESTIONS]}


def _of_graph(named_graph: Graph, content: graph.GraphView | None) -> dict[str, Any]:
    """What the page of a graph shows: what stands in it, and the passages before and after one."""
    return {
        "content": content,
        "content_page": page_number("graph", LAST_PAGE),
        "content_address": _content_address,
        "near": _near(named_graph.iri) if named_graph.role is Role.PASSAGE else None,
    }


def _rules(iri: str) -> tuple[Text, ...]:
    """What the shapes ask of the things of the class `iri`."""
    found = pages.memory().rules().get(iri, ())
    return rules.worded(found, pages.interface().language, current_site().publication.languages[0])


def _near(iri: str) -> tuple[Value | None, Value | None] | None:
    """The passages before and after the passage `iri` in its source."""
    found = reading.neighbours(pages.memory().passages(pages.interface().language), iri)
    if found is None:
        return None
    namer, links = pages.namer(), pages.links()
    before, after = (Value(namer.thing(one), links.page(one)) if one else None for one in found)
    return before, after


def _embedded(iri: str, page: int) -> str | None:
    """The JSON-LD for a `script` element; `<` is escaped, so that no text of the data can end the element."""
    text = documents.serialised(current_site(), iri, JSON_LD, page).decode("utf-8")
    return text.replace("<", "\\u003c") if len(text) <= EMBEDDED_BYTES else None


def _description(iri: str, page: int) -> Description:
    """What the page tells: a thing with few links to it is told whole first, to fold the links that it tells twice."""
    site = current_site()
    size = site.settings.incoming_page
    first = documents.described(site, iri, page, size)
    if first.incoming_total > FOLDED_LINKS:
        return first
    whole = inverse.folded(pages.memory().inverses, documents.described(site, iri, 1, max(FOLDED_LINKS, size)))
    return replace(whole, incoming=whole.incoming[(page - 1) * size : page * size])


def _content(iri: str) -> graph.GraphView | None:
    """A page of what stands in the graph called `iri`."""
    page = page_number("graph", LAST_PAGE)
    found = current_site().index.graph_statements(iri, page=page, page_size=GRAPH_SUBJECTS)
    if found is None:
        return None
    if page > 1 and not found.statements:
        raise NotFound(f"The graph has no page {page}.", cure="Start from its first.")
    return graph.view(found, pages.namer(), pages.links(), pages.interface(), GRAPH_SUBJECTS)


def _members(iri: str) -> list[Value]:
    """A page of the terms of a long document, by name; each has a page of its own.

    Raises NotFound beyond the last.
    """
    page = page_number("terms", LAST_PAGE)
    iris = current_site().index.fragments(iri, MEMBERS, (page - 1) * MEMBERS)
    if not iris:
        raise NotFound(f"The list of terms has no page {page}.", cure="Start from its first.")
    return browse.mentions(iris, pages.namer(), pages.links())


def _page_address(page: int) -> str:
    """The address of this page with another page of links."""
    return _other_page("page", page) + "#incoming"


def _content_address(page: int) -> str:
    """The address of this page with another page of its graph."""
    return _other_page("graph", page) + "#content-of-graph"


def _other_page(parameter: str, page: int) -> str:
    kept = {name: request.args[name] for name in PARAMETERS if name in request.args and name != parameter}
    fields = urlencode(kept | address_fields(parameter, page))
    return f"?{fields}" if fields else own_path()  # an empty reference means this very page, query and all


def _uses_query(iri: str) -> str:
    """The query string that asks for the statements with a property."""
    return urlencode({"query": f"SELECT * WHERE {{\n  GRAPH ?graph {{ ?subject <{iri}> ?value }}\n}}"})


def _query() -> str:
    """The part of the request's query that goes along when the language changes."""
    page = request.args.get("page")
    separator = "&" if request.args.get("iri") else "?"
    return f"{separator}page={page}" if page and page.isdigit() else ""
