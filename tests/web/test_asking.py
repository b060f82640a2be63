"""Asking as a reader does: the form, the questions, the examples of the vocabulary, on both publications."""

from __future__ import annotations

import html
import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest

LINK = re.compile(r'<a href="([^"]+)"')


@dataclass
class Place:
    """A site, its languages, and a query about its own things that has an answer."""

    site: str
    languages: tuple[str, ...]
    query: str
    prefix: str

    def get(self, path: str, accept: str = "text/html") -> tuple[int, str]:
        request = urllib.request.Request(self.site + path, headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode("utf-8")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8")

    def page(self, path: str) -> str:
        status, text = self.get(path)
        assert status == 200, text
        return text


@pytest.fixture(scope="module", params=["real", "tiny"])
def place(request: pytest.FixtureRequest) -> Place:
    site = request.getfixturevalue(f"{request.param}_site")
    if request.param == "real":
        led = "SELECT ?x ?o { ?x <https://w3id.org/nato-osce/ontology#ledBy> ?o }"
        return Place(site, ("en", "fr"), led, "natosce")
    grows = "SELECT * { ?x <http://lichen.example/garden/ontology#growsOn> ?o }"
    return Place(site, ("de", "es"), grows, "flechte")


def text_area(page: str) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def test_an_answer_shows_names_in_the_pages_language(place: Place) -> None:
    """No object of ours is ever printed as Python writes it."""
    seen = set()
    for language in place.languages:
        page = place.page(f"/{language}/sparql?{urlencode({'query': place.query})}")
        cells = re.findall(r"<td>(.*?)</td>", page, re.DOTALL)
        assert len(cells) >= 4
        assert "Text(" not in page and "Value(" not in page and "&#39;text&#39;" not in page
        seen.add(re.sub(r"<[^>]+>", "", "".join(cells)))
        assert text_area(page).strip() == place.query
    assert len(seen) == 2


def test_the_form_begins_with_a_query_that_answers(place: Place) -> None:
    for language in place.languages:
        query = text_area(place.page(f"/{language}/sparql"))
        assert f"PREFIX {place.prefix}: <" in query
        page = place.page(f"/{language}/sparql?{urlencode({'query': query})}")
        assert page.count("<tr>") >= 3


#: How the page shows that a parameter has its default: bound, as the query is asked.
DEFAULT = re.compile(r' VALUES \?\w+ \{ "false"\^\^<[^>]+> \}')


def test_every_question_has_a_page_in_each_language_and_its_query_as_a_file(place: Place) -> None:
    for language in place.languages:
        hrefs = LINK.findall(place.page(f"/{language}/queries").partition('class="questions"')[2])
        questions = [href for href in hrefs if "/queries/" in href]
        assert len(questions) >= 2
        for href in questions:
            page = place.page(href)
            assert f'href="/{place.languages[0]}{href[3:]}"' in page
            status, text = place.get(href + ".rq", "*/*")
            asked = DEFAULT.sub("", text_area(page)).strip()
            assert (status, asked) == (200, text.strip())
    assert place.get("/queries/nothing")[0] == 404


SEEN = {
    "real": {"timeline": ("timeline", "possible")},
    "tiny": {
        "gesehen": ("timeline", "possible"),
        "wo-die-steine-liegen": ("map", "spot"),
        "was-auf-was-waechst": ("graph", "spot"),
        "wie-viele-je-stein": ("chart", "certain"),
    },
}


def test_an_answer_is_drawn_as_its_question_says_and_told(place: Place) -> None:
    for name, (view, mark) in SEEN["real" if place.prefix == "natosce" else "tiny"].items():
        for language in place.languages:
            page = place.page(f"/{language}/queries/{name}")
            drawing = (
                page.partition(f'picture {view}-picture"')[2].partition('id="answer"')[0].partition('class="key"')[0]
            )
            marks = drawing.count(f'class="{mark}"')
            assert marks >= 1 and " style=" not in drawing and 'aria-labelledby="drawing"' in drawing
            assert page.count("<tr>") > (marks if view != "graph" else 1), "the table holds it too"
            assert f'name="view" value="{view}"' in page
    assert "picture" not in place.page("/sparql?" + urlencode({"query": place.query}))


def test_triples_are_rows_and_a_network(place: Place) -> None:
    triples = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(ISIRI(?o)) } LIMIT 5"
    page = place.page("/sparql?" + urlencode({"query": triples, "view": "graph"}))
    assert page.count("<tr>") == 6 and "@prefix" not in page and "format=ttl" in page.replace("turtle", "ttl")
    assert page.count('class="link kind-') >= 5 and 'class="spot' in page


def test_any_answer_is_drawn_as_asked_or_says_what_it_lacks(place: Place) -> None:
    point = 'SELECT ?item ?lat ?long { VALUES (?item ?lat ?long) { ("here" 47 8) } }'
    assert place.page("/sparql?" + urlencode({"query": point, "view": "map"})).count('class="spot"') == 1
    lacking = place.page("/sparql?" + urlencode({"query": place.query, "view": "map"}))
    assert "?lat and ?long or ?wkt" in lacking and "picture" not in lacking and "<tr>" in lacking
    nothing = 'SELECT ?item ?time { VALUES (?item ?time) { ("never" "soon") } }'
    assert "picture" not in place.page("/sparql?" + urlencode({"query": nothing, "view": "timeline"}))
    status, problem = place.get("/sparql?" + urlencode({"query": point, "view": "cloud"}), "*/*")
    assert status == 400 and "table, timeline, map, graph, chart" in problem


@pytest.mark.parametrize("view", ["timeline", "map", "graph", "chart", "table"])
def test_hostile_answers_stay_texts_in_every_view(tiny_site: str, view: str) -> None:
    bad = ["<script>alert(1)</script>", '" onload="alert(1)', "]]><svg onload=alert(1)>", "{{7*7}}", "\u202e"]
    texts = " ".join(f"({json.dumps(text)}@en {json.dumps(text)} <javascript:alert(1)>)" for text in bad)
    query = (
        "SELECT ?item ?label ?source ?target ?category ?lat ?long ?time ?value { "
        f"VALUES (?item ?label ?source) {{ {texts} }} BIND(?item AS ?category) BIND(?label AS ?target) "
        "BIND(1 AS ?lat) BIND(2 AS ?long) BIND(3 AS ?value) "
        'BIND("1999"^^<http://www.w3.org/2001/XMLSchema#gYear> AS ?time) }'
    )
    page = Place(tiny_site, ("de",), query, "").page("/sparql?" + urlencode({"query": query, "view": view}))
    parsed = Elements()
    parsed.feed(page.partition('<div id="result">')[2].partition('aria-labelledby="questions"')[0])
    assert ("svg" in parsed.names) == (view != "table") and "td" in parsed.names
    assert "script" not in parsed.names and not parsed.attributes & {"onload", "style"}
    assert not any(link.startswith("javascript") for link in parsed.links)
    assert html.unescape(page).count(bad[0]) >= 2


class Elements(HTMLParser):
    """The names of a page's elements and attributes, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name == "href"}


def test_questions_are_found_by_their_words_and_edited_from_their_page(place: Place) -> None:
    word, name = ("KFOR", "kfor-mandate") if place.prefix == "natosce" else ("PIEDRA", "auf-welchem-stein")
    language = place.languages[-1]
    whole = place.page(f"/{language}/queries")
    found = place.page(f"/{language}/queries?q={word.lower()}")
    assert f'/queries/{name}"' in found and 1 <= found.count("<li><a") < whole.count("<li><a")
    assert whole.count('<section class="section"') >= 2 and '<section class="section"' not in found
    assert "<script>" not in place.page(f"/{language}/queries?q=%3Cscript%3E")
    page = place.page(f"/{language}/queries/{name}")
    assert '<span class="word">SELECT</span>' in page
    asked = {"query": text_area(page), "view": "table"}
    assert f'action="/{language}/sparql"' in page
    assert "<tr>" in place.page(f"/{language}/sparql?{urlencode(asked)}")


def test_a_page_shows_the_first_rows_of_many_and_says_so(real_site: str) -> None:
    query = "SELECT * { ?a ?b ?c } LIMIT 1200"
    page = Place(real_site, (), query, "").page("/en/sparql?" + urlencode({"query": query}))
    assert page.count("<tr>") == 1001 and "1,200 rows" in page and "first 1,000 rows" in page


def test_the_answer_to_a_long_query_is_taken_by_a_form(place: Place) -> None:
    long = f"# {'x' * 20_000}\n{place.query}"
    request = urllib.request.Request(
        f"{place.site}/sparql", urlencode({"query": long}).encode(), {"Accept": "text/html"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        page = answer.read().decode()
    assert "<tr>" in page and '<button class="quiet" name="format" value="csv">' in page
    assert max(len(href) for href in LINK.findall(page)) < 16_000, "no link that the server itself would refuse"
    assert 'name="format" value' not in place.page("/sparql?" + urlencode({"query": place.query}))


def test_an_editor_learns_the_terms_in_use_and_those_declared(place: Place) -> None:
    status, text = place.get(f"/{place.languages[1]}/sparql/terms", "*/*")
    found = json.loads(text)
    assert status == 200 and found["left_out"] == 0 and place.prefix in found["prefixes"]
    for kind, least in (("classes", 4), ("properties", 8)):
        terms = [term for term in found[kind] if term[0].startswith(f"{place.prefix}:")]
        assert len(terms) >= least and all(label for _, label, _ in terms)
        counts = [count for _, _, count in found[kind]]
        assert counts[0] > 0 and counts == sorted(counts, reverse=True)
    assert found["classes"] != json.loads(place.get(f"/{place.languages[0]}/sparql/terms", "*/*")[1])["classes"]


def test_an_error_keeps_a_posted_query_in_the_form(place: Place) -> None:
    for body, kind in (
        (urlencode({"query": "SELECT * {", "view": "map"}), "application/x-www-form-urlencoded"),
        ("SELECT * {", "application/sparql-query"),
    ):
        request = urllib.request.Request(
            f"{place.site}/sparql", body.encode(), {"Accept": "text/html", "Content-Type": kind}
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=30)
        page = caught.value.read().decode()
        assert caught.value.code == 400 and text_area(page) == "SELECT * {"
        assert ('value="map" selected' in page) == ("view" in body)


def test_columns_of_a_star_stand_as_in_the_question(place: Place) -> None:
    page = place.page("/sparql?" + urlencode({"query": "SELECT * { ?z ?a ?m } LIMIT 1"}))
    assert re.findall(r'<th scope="col">(\w+)</th>', page) == ["z", "a", "m"]


def test_an_undeclared_prefix_is_named_and_added(place: Place) -> None:
    query = f"SELECT ?x {{ ?x a {place.prefix}:Nothing }}"
    status, problem = place.get("/sparql?" + urlencode({"query": query}), "*/*")
    assert status == 400
    assert f"Prefix {place.prefix}: is not declared." in problem
    assert f'"cure": "Add PREFIX {place.prefix}: <' in problem
    status, page = place.get(f"/{place.languages[0]}/sparql?" + urlencode({"query": query}))
    assert status == 400
    repaired = text_area(page)
    assert repaired.startswith(f"PREFIX {place.prefix}: <") and query in repaired
    assert place.get("/sparql?" + urlencode({"query": repaired}))[0] == 200


def test_examples_of_the_vocabulary_run_as_they_are(real_site: str) -> None:
    place = Place(real_site, ("en", "fr"), "", "natosce")
    examples = re.findall(r'class="example">.*?<a href="([^"]+)"', place.page("/fr/doc/ontology"), re.DOTALL)
    assert len(examples) >= 20
    for href in examples[::20]:
        assert href.startswith("/fr/sparql?query=PREFIX" + quote("+", safe="+"))
        assert "Text(" not in place.page(html.unescape(href))
