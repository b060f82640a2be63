"""Search as people use it: every choice leaves as many things as it says, in both languages, for any publication."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from html import unescape
from typing import Any
from urllib.parse import quote, urljoin

import pytest

_CHOICE = re.compile(r'<li><a href="([^"]+)" rel="nofollow"><span[^>]*>.*?</span> <span class="count">([^<]+)</span>')
_TOTAL = re.compile(r'class="found"[^>]*>[^<]*?(One|Un|\d[\d  ,.]*) r[eé]s')


def fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        text: str = answer.read().decode("utf-8")
    return text


def suggested(site: str, language: str, beginning: str) -> list[dict[str, Any]]:
    answer = json.loads(fetch(f"{site}/{language}/api/suggest?q={quote(beginning)}"))
    found: list[dict[str, Any]] = answer["suggestions"]
    return found


def choices(page: str) -> list[tuple[str, int]]:
    return [(unescape(href), int(re.sub(r"\D", "", count))) for href, count in _CHOICE.findall(page)]


def total(page: str) -> int:
    found = _TOTAL.search(page)
    assert found, "no number of results"
    return 1 if found[1] in ("One", "Un") else int(re.sub(r"\D", "", found[1]))


@pytest.mark.parametrize("start", ["/en/search?q=kosovo", "/fr/search?q=1325", "/en/search?years=1990-1999"])
def test_every_choice_leaves_what_it_says(real_site: str, start: str) -> None:
    page = fetch(real_site + start)
    found = choices(page)
    assert len(found) >= 6
    for href, count in found[:25]:
        assert total(fetch(urljoin(real_site + start, href))) == count, href


def test_a_foreign_publication_has_choices_too(tiny_site: str) -> None:
    page = fetch(tiny_site + "/de/search?kind=" + quote("http://lichen.example/garden/ontology#Specimen"))
    found = choices(page)
    assert len(found) >= 2
    for href, count in found:
        assert total(fetch(urljoin(tiny_site, href))) == count, href


@pytest.mark.parametrize(
    ("beginning", "language", "label"),
    [("kvm", "en", "Kosovo Verification Mission"), ("bosnie-h", "fr", "Bosnie-Herzégovine"),
     ("herzegov", "fr", "Bosnie-Herzégovine"), ("OTAN", "fr", "Organisation du traité de l'Atlantique Nord (OTAN)")],
)  # fmt: skip
def test_suggestions(real_site: str, beginning: str, language: str, label: str) -> None:
    found = suggested(real_site, language, beginning)
    assert label in [row["label"] for row in found]
    row = found[0]
    assert row["label"] in unescape(fetch(real_site + row["page"]))
    assert row["kind"]["label"] and row["iri"].startswith("https://w3id.org/nato-osce/")


def test_another_name_is_shown_where_it_is_why(tiny_site: str) -> None:
    found = suggested(tiny_site, "de", "trompet")
    assert [(row["label"], row["name"]) for row in found] == [("Becherflechte", "Trompetenflechte")]


def test_browsers_get_suggestions_by_the_description_of_the_search(real_site: str) -> None:
    description = fetch(real_site + "/opensearch.xml?language=fr")
    template = re.search(r'<Url type="application/x-suggestions\+json"[^>]* template="([^"]+)"', description)
    assert template
    path = unescape(template[1]).split("nato-osce", 1)[1].replace("{searchTerms}", "kvm")
    with urllib.request.urlopen(real_site + path, timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("application/x-suggestions+json")
        words, names, kinds, addresses = json.load(answer)
    assert words == "kvm" and names == ["Mission de vérification au Kosovo"] and len(kinds) == len(addresses) == 1


@pytest.mark.parametrize("years", ["199", "abcd", "1990-", "1990-1999-2000", "-1990", "١٩٩٠"])
def test_years_that_are_none_are_refused(real_site: str, years: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        fetch(f"{real_site}/en/search?years={quote(years)}")


def test_nothing_found_says_so_and_how_to_go_on(real_site: str) -> None:
    page = fetch(real_site + "/en/search?q=zzzzqx")
    assert "Nothing found for" in page and "All kinds" in page
    narrowed = fetch(real_site + "/en/search?q=kosovo&years=1700")
    assert "Remove one of the choices" in narrowed


def hits(site: str, words: str) -> list[str]:
    page = fetch(f"{site}/en/search?q={quote(words)}").partition('<ul class="hits">')[2]
    return re.findall(r'<li>\s*<a href="/en/doc/([^"]+)"', page)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("osce", "organisation/osce"),
        ("OTAN", "organisation/nato"),
        ("MVK", "mission/kvm"),
        ("arms control", "theme/arms-control"),
        ("Bosnie-Herzégovine", "place/bosnia-and-herzegovina"),
    ],
)
def test_what_is_called_just_so_is_found_first(real_site: str, words: str, first: str) -> None:
    assert hits(real_site, words)[0] == first


@pytest.mark.parametrize("words", ["organisation", "relation", "passage", "mission"])
def test_things_come_before_terms_and_terms_before_shapes(real_site: str, words: str) -> None:
    found = hits(real_site, words)
    standing = [2 if iri.startswith("shape/") else 1 if "ontology#" in iri else 0 for iri in found]
    assert standing == sorted(standing) and 0 in standing


def test_shapes_are_never_suggested_before_things(real_site: str) -> None:
    found = [row["iri"] for row in suggested(real_site, "en", "organisation")]
    assert found and not any("/shape/" in iri for iri in found)
