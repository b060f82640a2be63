"""Pages about the data set: what they show can be followed, and runs."""

from __future__ import annotations

import csv
import io
import re
import urllib.request
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest

LINK = re.compile(r'href="([^"#?]+)"')


def fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        text: str = answer.read().decode("utf-8")
    return text


def here(address: str, site: str, base: str) -> str:
    """An address that a page shows, on the server of this test."""
    assert address.startswith(base), address
    return f"{site}/{address.removeprefix(base)}"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_passages_stand_in_their_order_by_section(real_site: str, language: str) -> None:
    page = fetch(f"{real_site}/{language}/about/source")
    passages = re.findall(r'<h3><a href="[^"]*/doc/passage/([a-z0-9-]+)"', page)
    assert len(passages) == 57 == len(set(passages))
    assert len(re.findall('<h2 id="part-', page)) == 11
    first, second = passages[:2]
    before = fetch(f"{real_site}/{language}/doc/passage/{first}")
    assert f'rel="next" href="/{language}/doc/passage/{second}"' in before and 'rel="prev"' not in before
    assert f'rel="prev" href="/{language}/doc/passage/{first}"' in fetch(f"{real_site}/{language}/doc/passage/{second}")


def test_a_source_without_sections_is_read_all_the_same(tiny_site: str) -> None:
    page = fetch(f"{tiny_site}/de/about/source")
    assert re.findall(r'<h2><a href="(/de/doc/heft/\d)"', page) == ["/de/doc/heft/1", "/de/doc/heft/2"]
    assert "<h3" not in page, "no level is left out"


@pytest.mark.parametrize(
    ("site", "base"), [("real_site", "https://w3id.org/nato-osce/"), ("tiny_site", "http://lichen.example/garden/")]
)
def test_what_is_shown_for_use_runs(site: str, base: str, request: pytest.FixtureRequest) -> None:
    address = request.getfixturevalue(site)
    shown = [unescape(text) for text in re.findall("<code>(.*?)</code>", fetch(f"{address}/about/use"), re.DOTALL)]
    table = next(text for text in shown if text.endswith(".csv"))
    rows = list(csv.reader(io.StringIO(fetch(here(table, address, base)))))
    assert rows[0][:2] == ["iri", "label"] and len(rows) > 1
    query = next(found[1] for text in shown if (found := re.search(r'query = "(.*)"', text)))
    answer = fetch(f"{address}/sparql?format=csv&query={quote(query)}")
    assert len(list(csv.reader(io.StringIO(answer)))) > 1
    service = next(text for text in shown if text.endswith("reconcile"))
    assert '"versions"' in fetch(here(service, address, base))


@pytest.mark.parametrize("page", ["statistics", "quality", "source"])
def test_their_links_lead_somewhere(real_site: str, page: str) -> None:
    found = set(LINK.findall(fetch(f"{real_site}/fr/about/{page}").partition("<main")[2]))
    own = sorted(href for href in found if href.startswith("/"))[:15]
    assert len(own) >= 5
    for href in own:
        assert fetch(real_site + href), href


def test_statistics_count_what_the_search_lists(real_site: str) -> None:
    page = fetch(f"{real_site}/en/about/statistics")
    missions = re.search(r'<a href="([^"]+Mission)">.*?<td class="figure">(\d+)</td>', page)
    assert missions and f"{missions[2]} results" in fetch(real_site + unescape(missions[1]))


@pytest.mark.parametrize(
    ("site", "path", "rule"),
    [("real_site", "/fr/doc/ontology", "Une mission n&#39;est pas la force qui porte son nom."),
     ("tiny_site", "/es/doc/ontology", "Un ejemplar crece en una piedra como máximo.")],
)  # fmt: skip
def test_a_vocabulary_says_in_words_what_its_shapes_ask(
    site: str, path: str, rule: str, request: pytest.FixtureRequest
) -> None:
    page = fetch(request.getfixturevalue(site) + path)
    assert page.count('class="rules"') >= 3
    assert rule in page or unescape(rule) in page


def test_terms_stand_by_module_where_there_are_several(real_site: str, tiny_site: str) -> None:
    modules = fetch(f"{real_site}/en/doc/ontology").partition('class="modules"')[2].partition("</ul>")[0]
    assert modules.count("<li>") == 11 and modules.count('href="#') >= 190
    assert 'class="modules"' not in fetch(f"{tiny_site}/de/doc/ontology")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_accessibility_statement_is_in_the_frame(real_site: str, language: str) -> None:
    assert f'href="/{language}/about/accessibility"' in fetch(f"{real_site}/{language}/")
    page = fetch(f"{real_site}/{language}/about/accessibility")
    words = ["WCAG", "axe-core", "RGAA 4.1", "Esc" if language == "en" else "Échap"]
    assert [word for word in words if word not in page] == []
    nobody = {"en": "named no contact", "fr": "pas encore indiqué de contact"}[language]
    assert nobody in page, "the data set's contact is a page without a way to write"


def test_the_page_about_the_data_leads_to_what_says_more_and_is_a_thing_to_programs(real_site: str) -> None:
    page = fetch(f"{real_site}/fr/about")
    for path in ("about/cite", "about/promises", "about/accessibility", "releases", "validate", "api"):
        assert f'href="/fr/{path}"' in page
    request = urllib.request.Request(f"{real_site}/about", headers={"Accept": "text/turtle"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.url.endswith("/doc/about") and answer.headers.get_content_type() == "text/turtle"


def test_what_is_promised_has_the_figures_of_this_site(tiny: Any, serve_command: Any, real_site: str) -> None:
    page = fetch(f"{real_site}/fr/about/promises")
    for told in ("410", "Les 5 plus récentes", "10 secondes", "https://w3id.org/nato-osce/", 'href="/fr/releases"'):
        assert told in page, told
    publication, state, _built = tiny
    settings = {"PARLEY_KEEP": "17", "PARLEY_QUERY_SECONDS": "3"}
    with serve_command(publication.root, state=state.root, **settings) as site:
        page = fetch(f"{site}/about/promises")
        assert "newest 17 are kept" in page and "3 seconds" in page


def test_statistics_tell_own_terms_from_those_of_other_vocabularies(real_site: str) -> None:
    page = fetch(f"{real_site}/en/about/statistics")
    own, _, rest = page.partition("<details")
    assert "natosce:Theme" in own and "owl:" not in own and "skos:" not in own
    assert "Terms of other vocabularies" in rest and "skos:Concept" in rest


def test_kinds_of_one_name_are_told_once_where_a_graph_is_shown(real_site: str) -> None:
    page = fetch(f"{real_site}/en/doc/graph/inferred")
    heads = re.findall(r"<h3>.*?</h3>", page, re.DOTALL)
    tags = [re.findall(r'class="tag">([^<]+)<', head) for head in heads]
    assert any(tags) and all(len(set(names)) == len(names) for names in tags)
