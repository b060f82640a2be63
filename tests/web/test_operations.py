"""Saved queries as an API: parameters, parts, formats, refusals, their description; on both publications."""

from __future__ import annotations

import csv
import json
import re
import urllib.error
import urllib.request
from html.parser import HTMLParser
from urllib.parse import unquote, urlencode

import pyoxigraph as ox
import pytest

BASE = "https://w3id.org/nato-osce/"
MISSIONS = "/queries/missions-of-an-organisation"
NETWORK = "/queries/network-on-a-theme"


def get(address: str, accept: str = "*/*", **fields: str) -> tuple[int, str, str]:
    """Status, media type and text."""
    query = f"?{urlencode(fields)}" if fields else ""
    request = urllib.request.Request(address + query, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read().decode()


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))[1:]


@pytest.mark.parametrize(
    ("fields", "things"),
    [
        ({"organisation": BASE + "organisation/un"}, ["mission/unmik", "unit/un-security-council"]),
        ({"organisation": "organisation:un"}, ["mission/unmik", "unit/un-security-council"]),
        ({"place": BASE + "place/vienna", "organisation": ""}, ["unit/liaison-structure-vienna"]),
        ({"place": BASE + "place/kosovo", "organisation": BASE + "organisation/un"}, ["mission/unmik"]),
        ({"place": "urn:nowhere"}, []),
        ({"place": BASE + "place/kosovo", "limit": "1", "offset": "1"}, ["mission/kvm"]),
    ],
)
def test_parameters_choose_rows(real_site: str, fields: dict[str, str], things: list[str]) -> None:
    status, kind, text = get(real_site + MISSIONS + ".csv", **fields)
    assert (status, kind) == (200, "text/csv")
    assert sorted({row[0].removeprefix(BASE) for row in rows(text)}) == things


def test_parts_make_the_whole(real_site: str) -> None:
    address = real_site + MISSIONS + ".csv"
    whole = rows(get(address)[2])
    assert len(whole) > 12
    parts = [rows(get(address, limit="5", offset=str(start))[2]) for start in range(0, len(whole) + 5, 5)]
    assert [row for part in parts for row in part] == whole
    assert len(parts[-1]) < 5, "fewer rows than asked for are the last"


def test_dates_bound_a_period(real_site: str) -> None:
    text = get(real_site + "/queries/possible-in-a-period.csv", **{"from": "1999-04-01", "until": "2000-12-31"})[2]
    things = {row[0].removeprefix(BASE) for row in rows(text)}
    assert "event/adoption-resolution-1244" in things and "mission/kvm" not in things


@pytest.mark.parametrize(
    ("fields", "there", "missing"),
    [
        ({}, {"relation/cooperation-nato-osce", "event/staff-talks", "relation/support-bosnia"}, set()),
        (
            {"theme": "theme:counter-terrorism"},
            {"relation/cooperation-counter-terrorism", "event/staff-talks"}, {"relation/support-bosnia"},
        ),
        (
            {"from": "1997-01-01", "until": "2000-12-31"},
            {"event/staff-talks"}, {"relation/support-bosnia", "relation/cooperation-nato-osce"},
        ),
        (
            {"from": "2021-05-01"},
            {"event/staff-talks", "relation/cooperation-nato-osce"}, {"relation/support-bosnia"},
        ),
        ({"until": "1997-12-31"}, {"relation/establishment-joint-action-programme"}, {"event/staff-talks"}),
        ({"until": "1997-12-31", "undated": "true"}, {"relation/support-bosnia"}, {"event/staff-talks"}),
        ({"theme": "theme:cybersecurity", "until": "1997-12-31"}, set(), {"event/staff-talks"}),
    ],
)  # fmt: skip
def test_a_network_is_narrowed_to_a_theme_and_a_period(
    real_site: str, fields: dict[str, str], there: set[str], missing: set[str]
) -> None:
    found = {row[2].removeprefix(BASE) for row in rows(get(f"{real_site}{NETWORK}.csv", **fields)[2])}
    assert there <= found and not missing & found
    assert bool(found) == bool(there)


def test_the_form_of_a_network_offers_themes_that_something_has_and_says_when_nothing_fits(real_site: str) -> None:
    page = get(f"{real_site}/fr{NETWORK}", "text/html")[2]
    offered = Form(page).controls["theme"]
    assert BASE + "theme/cybersecurity" in offered and BASE + "theme/conflicts" not in offered
    assert 'class="spot end"' in page and "Effacer les choix" not in page
    page = get(f"{real_site}/fr{NETWORK}", "text/html", theme="theme:cybersecurity", until="1990-01-01")[2]
    assert "Rien ne correspond à ces choix" in page and "Effacer les choix" in page and "<svg viewBox" not in page


@pytest.mark.parametrize(
    ("thing", "href"),
    [
        ("theme/counter-terrorism", "/en/queries/network-on-a-theme?theme="),
        ("organisation/un", "/en/queries/missions-of-an-organisation?organisation="),
        ("place/kosovo", "/en/queries/missions-in-a-place?place="),
    ],
)
def test_the_page_of_a_thing_leads_to_the_questions_about_it(real_site: str, thing: str, href: str) -> None:
    page = get(f"{real_site}/en/doc/{thing}", "text/html")[2]
    address = re.search(re.escape(f'href="{href}') + '([^"]*)', page)
    assert address is not None and unquote(address[1]) == BASE + thing
    assert "network-on-a-theme?" not in get(f"{real_site}/en/doc/theme/conflicts", "text/html")[2]


def test_every_format_by_extension_and_by_accept(real_site: str) -> None:
    for ending, kind in {
        "json": "application/sparql-results+json", "xml": "application/sparql-results+xml", "csv": "text/csv",
        "tsv": "text/tab-separated-values", "html": "text/html",
    }.items():  # fmt: skip
        assert get(f"{real_site}{MISSIONS}.{ending}")[:2] == (200, kind)
        assert get(real_site + MISSIONS, accept=kind)[:2] == (200, kind)
        assert get(real_site + MISSIONS, format=ending)[:2] == (200, kind)
    address = real_site + "/queries/missions-in-a-place"
    graphs = []
    for ending, syntax in {
        "ttl": ox.RdfFormat.TURTLE,
        "nt": ox.RdfFormat.N_TRIPLES,
        "rdf": ox.RdfFormat.RDF_XML,
    }.items():
        status, kind, text = get(f"{address}.{ending}", place="place:skopje", language="fr")
        assert status == 200 and kind == syntax.media_type
        graphs.append({str(quad.triple) for quad in ox.parse(text.encode(), format=syntax)})
    assert len(graphs[0]) == 2 and graphs[0] == graphs[1] == graphs[2]
    assert '"Mission de l\'OSCE à Skopje"@fr' in " ".join(graphs[0])
    assert get(address + ".csv")[0] == get(real_site + MISSIONS + ".ttl")[0] == 406
    assert get(real_site + MISSIONS + ".exe")[0] == 404


@pytest.mark.parametrize(
    ("path", "fields", "named"),
    [
        (".json", {"plcae": "x"}, "plcae"),
        (".json", {"place": "x> } #"}, "place"),
        (".json", {"place": "x"}, "place"),
        (".json", {"limit": "0"}, "limit"),
        (".json", {"limit": "10001"}, "api_rows"),
        (".json", {"limit": "١"}, "limit"),
        (".json", {"offset": "-1"}, "offset"),
        ("", {"place": "%00"}, "place"),
    ],
)
def test_what_is_wrong_is_named(real_site: str, path: str, fields: dict[str, str], named: str) -> None:
    status, kind, text = get(real_site + MISSIONS + path, **fields)
    assert (status, kind) == (400, "application/problem+json")
    assert named in text and json.loads(text)["cure"]


def test_a_parameter_given_twice_is_refused(real_site: str) -> None:
    assert get(f"{real_site}{MISSIONS}.json?place=urn:a&place=urn:b")[0] == 400


HOSTILE = ['" } #', "\\", "> } UNION { ?s ?p ?o } #", "'''", "x\ny", "\x01", "${x}", "?s", "} INSERT DATA {"]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_finds_nothing_or_is_refused(real_site: str, value: str) -> None:
    """A language is text: whatever it says, it is compared, never read as SPARQL."""
    status, _, _ = get(real_site + "/queries/missions-in-a-place.nt", language=value)
    assert status == 400
    for name in ("organisation", "place"):
        status, _, text = get(real_site + MISSIONS + ".csv", **{name: value})
        assert status == 400 or rows(text) == []


class Form(HTMLParser):
    """The form with parameters, its controls by name, the options chosen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inside = False
        self.controls: dict[str, list[str]] = {}
        self.chosen: dict[str, str] = {}
        self.labels: list[str] = []
        self._name = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.inside = self.inside or (tag == "form" and "parameters" in (found.get("class") or ""))
        if self.inside and tag in ("select", "input"):
            self._name = found.get("name") or ""
            self.controls[self._name] = []
        elif self.inside and tag == "option":
            self.controls[self._name].append(found.get("value") or "")
            if "selected" in found:
                self.chosen[self._name] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"


def test_the_page_has_a_form_that_keeps_what_was_chosen(real_site: str) -> None:
    for language in ("en", "fr"):
        place = BASE + "place/kosovo"
        status, _, text = get(f"{real_site}/{language}{MISSIONS}", "text/html", place=place)
        form = Form(text)
        assert status == 200 and set(form.controls) == {"organisation", "place"}
        assert form.chosen == {"place": place} and len(form.controls["place"]) >= 10
        assert f"{MISSIONS}.csv?{urlencode({'place': place})}" in text, "downloads are of this answer"
        assert "VALUES ?place" in text, "the query is shown as it was asked"


def test_a_required_parameter_is_asked_for(tiny_site: str) -> None:
    address = tiny_site + "/queries/exemplare-auf-einem-stein"
    status, _, text = get(address + ".csv")
    assert status == 400 and "stein" in text
    status, _, page = get(tiny_site + "/de/queries/exemplare-auf-einem-stein", "text/html")
    assert status == 200 and len(Form(page).controls["stein"]) >= 3 and "<table" not in page
    found = rows(get(address + ".csv", stein="http://lichen.example/garden/findling")[2])
    assert len(found) >= 2


@pytest.mark.parametrize("site", ["real_site", "tiny_site"])
def test_the_list_and_openapi_name_every_query_with_its_parameters(request: pytest.FixtureRequest, site: str) -> None:
    address = request.getfixturevalue(site)
    listed = json.loads(get(address + "/api", "application/json")[2])["operations"]
    described = json.loads(get(address + "/api/openapi.json")[2])["paths"]
    page = get(address + "/api", "text/html")[2]
    assert len(listed) >= 6 and sum(bool(one["parameters"]) for one in listed) >= (4 if site == "real_site" else 1)
    for one in listed:
        operation = described[f"/queries/{one['name']}"]["get"]
        names = {row["name"] for row in operation["parameters"]}
        assert {row["name"] for row in one["parameters"]} <= names
        assert ("limit" in names) == (one["answers"] == "rows")
        assert set(operation["responses"]["200"]["content"]) == set(one["formats"])
        assert one["href"] in page


def sheet(address: str, **fields: str) -> tuple[str, list[list[str]]]:
    """The kind of file, and its rows; the mark that Excel needs is there."""
    query = f"?{urlencode(fields)}" if fields else ""
    with urllib.request.urlopen(address + query, timeout=30) as answer:
        text = answer.read().decode()
        assert text.startswith("\ufeff")
        kind = f"{answer.headers['Content-Type']} {answer.headers['Content-Disposition']}"
    return kind, list(csv.reader(text[1:].splitlines(), delimiter=";" if "/fr/" in address else ","))


def test_a_spreadsheet_has_names_beside_iris_in_the_language_asked_for(real_site: str) -> None:
    for language, name, heading in (("en", "Kosovo Verification Mission", "Thing"),
                                    ("fr", "Mission de vérification au Kosovo", "Chose")):  # fmt: skip
        kind, table = sheet(f"{real_site}/{language}{MISSIONS}.spreadsheet", place=BASE + "place/kosovo")
        assert kind == 'text/csv; charset=utf-8 attachment; filename="missions-of-an-organisation.csv"'
        assert table[0][:2] == [heading, f"{heading} (IRI)"]
        assert [name, BASE + "mission/kvm"] in [row[:2] for row in table]
        page = get(f"{real_site}/{language}{MISSIONS}", "text/html")[2]
        assert f'href="/{language}{MISSIONS}.spreadsheet"' in page


def test_csv_that_is_negotiated_stays_the_standard_one(real_site: str) -> None:
    for address, accept in ((f"{real_site}{MISSIONS}.csv", "*/*"), (real_site + MISSIONS, "text/csv")):
        status, _, text = get(address, accept)
        assert status == 200 and text.startswith("thing,owner,where")


def test_formulas_in_answers_are_text_in_a_spreadsheet_and_data_in_csv(real_site: str) -> None:
    query = "SELECT ?a ?b { VALUES (?a ?b) { ('=cmd|x' -5) ('@SUM(A1)' 2.5) } }"
    table = sheet(f"{real_site}/en/sparql", query=query, format="spreadsheet")[1]
    assert table == [["A", "B"], ["'=cmd|x", "-5"], ["'@SUM(A1)", "2.5"]]
    raw = get(f"{real_site}/sparql", "text/csv", query=query)[2]
    assert "=cmd|x,-5" in raw and "'" not in raw


def test_what_is_no_table_or_too_long_for_one_is_refused(real_site: str) -> None:
    assert get(f"{real_site}/sparql", query="ASK {}", format="spreadsheet")[0] == 400
    assert get(f"{real_site}/sparql", query="CONSTRUCT WHERE {?s ?p ?o}", format="spreadsheet")[0] == 406
    everything = "SELECT * { ?s ?p ?o . ?s ?q ?r } LIMIT 60000"
    status, kind, text = get(f"{real_site}/sparql", query=everything, format="spreadsheet")
    assert (status, kind) == (503, "application/problem+json") and "Take it as CSV" in text


def test_tables_of_a_kind_come_for_spreadsheets_and_as_they_are(real_site: str) -> None:
    kind, table = sheet(f"{real_site}/fr/download/csv/natosce-Event.csv", format="spreadsheet")
    assert kind == 'text/csv; charset=utf-8 attachment; filename="natosce-Event.csv"'
    raw = list(csv.reader(get(f"{real_site}/download/csv/natosce-Event.csv")[2].splitlines()))
    assert table[0][:2] == ["iri", "label"] and [row[0] for row in table] == [row[0] for row in raw]
    assert "/fr/download/csv/natosce-Event.csv?format=spreadsheet" in get(f"{real_site}/fr/downloads", "text/html")[2]


def test_choices_that_are_not_understood_lead_back_to_the_form(real_site: str) -> None:
    status, _, page = get(f"{real_site}/fr{NETWORK}", "text/html", **{"from": "hier"})
    assert status == 400 and f'href="/fr{NETWORK}">Choisir à nouveau' in page
    assert "Choisir à nouveau" not in get(f"{real_site}/fr/nowhere", "text/html", a="b")[2]
