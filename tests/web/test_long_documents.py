"""Documents of very many hash IRIs: their page is a list, each term has a page and RDF of its own."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from urllib.parse import quote, unquote

import pyoxigraph as ox
import pytest

from parley.publication import Publication
from parley.release.directory import StateDirectory

ONTOLOGY = "http://lichen.example/garden/ontology"


@pytest.fixture(scope="module")
def site(
    serve_command: Callable[..., AbstractContextManager[str]], tiny: tuple[Publication, StateDirectory, object]
) -> Iterator[str]:
    with serve_command(tiny[0].root, state=tiny[1].root, PARLEY_PAGE_TERMS="3") as address:
        yield address


def get(url: str, accept: str = "text/html") -> tuple[str, str]:
    request = urllib.request.Request(url, headers={"Accept": accept, "Accept-Language": "de"})
    with urllib.request.urlopen(request) as response:
        return response.url, response.read().decode()


def test_the_page_lists_what_the_rdf_holds(site: str) -> None:
    _, page = get(f"{site}/ontology")
    listed = re.findall(r'<li id="([^"]+)"><a href="/describe\?iri=([^"]+)"', page)
    _, text = get(f"{site}/ontology", "application/n-triples")
    terms = {
        quad.subject.value
        for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(ONTOLOGY + "#")
    }
    assert len(terms) > 10
    assert {quote(term, safe="") for term in terms} == {address for _, address in listed}
    assert {term.partition("#")[2] for term in terms} == {anchor for anchor, _ in listed}
    assert "?terms=2" not in page
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{site}/ontology?terms=2")


def test_a_term_has_a_page_and_rdf_of_its_own(site: str) -> None:
    _, page = get(f"{site}/ontology")
    addresses = re.findall(r'<li id="[^"]+"><a href="(/describe\?iri=[^"]+)"', page)[:5]
    assert len(addresses) == 5
    for address in addresses:
        url, own = get(site + address)
        assert url == site + address
        assert 'id="members"' not in own
        _, text = get(f"{site}{address}&format=nt")
        subjects = {str(quad.subject) for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)}
        iri = unquote(address.partition("=")[2])
        assert f"<{iri}>" in subjects


def test_few_terms_are_told_on_the_page_itself(tiny_site: str) -> None:
    _, page = get(f"{tiny_site}/ontology")
    assert 'id="members"' not in page
    assert 'class="term"' in page
    url, _ = get(f"{tiny_site}/describe?iri={quote(ONTOLOGY + '#Specimen', safe='')}")
    assert "/describe" not in url


def test_our_own_ontology_is_on_one_page(real_site: str) -> None:
    _, page = get(f"{real_site}/ontology")
    assert page.count('class="term"') > 200
