"""The editor of the SPARQL page in a real browser: typing, completion, errors at their place, breaking off, sharing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

Visiting = Callable[..., AbstractContextManager[Any]]

TINY = Path(__file__).resolve().parents[1] / "fixtures" / "tiny"
GROWS = "SELECT ?x ?stone WHERE { ?x <http://lichen.example/garden/ontology#growsOn> ?stone }"
#: Nothing comes out of it, and it takes forever.
SILENT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o . ?p ?q ?r }"


@pytest.fixture
def visit(visiting: Visiting, tiny_site: str) -> Iterator[Any]:
    with visiting(tiny_site) as found:
        assert found.open("/de/sparql").status == 200
        yield found


def write(page: Page, text: str) -> None:
    editor = page.get_by_role("textbox", name="Query")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def text_of(page: Page) -> str:
    return str(page.locator("textarea[name=query]").evaluate("area => area.value"))


def test_the_form_becomes_an_editor_with_colours_and_stays_a_form(visit: Any) -> None:
    page = visit.page
    assert page.locator("textarea[name=query]").is_hidden()
    assert page.locator(".cm-line span").count() >= 10, "words in colours"
    assert visit.axe() == []
    page.locator("label[for=query]").click()
    expect(page.locator(".cm-editor.cm-focused")).to_be_visible()
    assert (visit.overflow(), visit.faults) == (0, [])


def test_who_has_begun_to_write_goes_on_when_the_editor_comes(visit: Any) -> None:
    page = visit.page
    late: list[Route] = []
    page.route("**/editor-*.js", lambda route: late.append(route))
    page.goto(f"{visit.site}/de/sparql", wait_until="commit")
    area = page.locator("textarea[name=query]")
    area.fill("ASK { ?x }")
    area.evaluate("area => { area.focus(); area.setSelectionRange(8, 8); }")
    page.keyboard.type(" ?y")
    assert len(late) == 1
    late[0].continue_()
    expect(page.locator(".cm-editor.cm-focused")).to_be_visible()
    page.keyboard.type(" ?z")
    assert text_of(page) == "ASK { ?x ?y ?z }"


def test_control_enter_asks_and_the_address_can_be_shared(visit: Any) -> None:
    page = visit.page
    write(page, GROWS)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result tbody tr")).to_have_count(7)
    expect(page.get_by_role("status")).to_contain_text("7 rows")
    assert "/de/sparql?query=SELECT" in page.url
    assert visit.axe() == []
    page.select_option("#view", "graph")
    expect(page.locator("#result")).to_contain_text("?source and ?target")
    assert "view=graph" in page.url
    page.reload()
    expect(page.locator("#result tbody tr")).to_have_count(7)
    assert text_of(page) == GROWS
    page.go_back()
    expect(page.locator("#result .empty")).to_have_count(0)
    assert visit.faults == []


def test_a_drawing_is_taken_over_whole(visit: Any) -> None:
    page = visit.page
    write(page, 'SELECT ?item ?lat ?long { VALUES (?item ?lat ?long) { ("<img src=x onerror=alert(1)>" 47 8) } }')
    page.select_option("#view", "map")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#result svg .spot")).to_have_count(1)
    assert page.locator("#result img").count() == 0
    assert page.locator("#result path.land").bounding_box()["width"] > 300
    assert visit.faults == []


def test_an_error_is_marked_where_it_is(visit: Any) -> None:
    page = visit.page
    write(page, "SELECT ?x WHERE {\n  ?x NONSENSE ?y\n}")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("Syntax error")
    marked = page.locator(".cm-lintRange-error, .cm-lintPoint-error")
    expect(marked).to_have_count(1)
    assert marked.inner_text() == "NONSENSE"
    expect(page.locator("#result")).to_contain_text("Line 2, column 6")
    assert page.locator("#result h2").count() >= 1 and page.locator("#result h1, #result form").count() == 0
    assert visit.axe() == []
    write(page, GROWS)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result tbody tr")).to_have_count(7)
    expect(marked).to_have_count(0)
    # A status of 400 is what the test is about; the browser reports it as an error all the same.
    assert [fault for fault in visit.faults if "400" not in fault] == []


def test_a_missing_prefix_is_added_for_the_asking(visit: Any) -> None:
    page = visit.page
    write(page, "SELECT ?x { ?x flechte:growsOn ?y }")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("not declared")
    assert text_of(page).startswith("PREFIX flechte: <")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result tbody tr")).to_have_count(7)


def test_completion_knows_the_terms_and_declares_their_prefixes(visit: Any) -> None:
    page = visit.page
    write(page, "SELECT * { ?exemplar ")
    page.keyboard.type("growsO")
    option = page.locator(".cm-tooltip-autocomplete li").first
    expect(option).to_contain_text("flechte:growsOn")
    expect(option).to_contain_text("wächst auf · 7")
    assert visit.axe() == []
    page.wait_for_timeout(150)  # the editor takes no key for an option that has just appeared
    page.keyboard.press("Enter")
    assert text_of(page).startswith("PREFIX flechte: <http://lichen.example/garden/ontology#>\nSELECT")
    assert "?exemplar flechte:growsOn" in text_of(page)
    page.keyboard.type(" mauer")
    expect(page.locator(".cm-tooltip-autocomplete li").last).to_contain_text("Mauer")
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")
    assert "flechte:growsOn garten:mauer" in text_of(page) and "PREFIX garten: <" in text_of(page)
    page.keyboard.type(" ?ex")
    expect(option).to_contain_text("?exemplar")
    page.keyboard.press("Escape")
    write(page, "PREFIX ")
    page.keyboard.type("sko")
    expect(option).to_contain_text("skos: <http://www.w3.org/2004/02/skos/core#>")
    assert visit.faults == []


def test_tab_leaves_the_editor(visit: Any) -> None:
    page = visit.page
    page.get_by_role("textbox", name="Query").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"


def test_breaking_off_ends_the_query_on_the_server_too(visiting: Visiting, serve_command: Any, tiny: Any) -> None:
    """With one place for slow queries, the second one would be refused if the first were still running."""
    with (
        serve_command(TINY, state=tiny[1].root, PARLEY_SLOW_QUERIES="1", PARLEY_QUERY_SECONDS="60") as site,
        visiting(site) as visit,
    ):
        visit.open("/de/sparql")
        page = visit.page
        write(page, SILENT)
        for stop in ("button", "key", "button"):
            page.keyboard.press("Control+Enter")
            expect(page.get_by_role("status")).to_contain_text("Running")
            page.wait_for_timeout(1000)  # long enough to be called slow
            expect(page.get_by_role("status")).to_contain_text("Running")
            if stop == "button":
                page.get_by_role("button", name="Stop").click()
                page.get_by_role("textbox", name="Query").focus()
            else:
                page.keyboard.press("Escape")
            expect(page.get_by_role("status")).to_contain_text("Stopped")
            expect(page.get_by_role("button", name="Stop")).to_have_count(0)
        write(page, GROWS)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#result tbody tr")).to_have_count(7)
        assert [fault for fault in visit.faults if "ERR_ABORTED" not in fault] == []


def test_a_query_too_long_for_an_address_is_posted(visit: Any) -> None:
    page = visit.page
    write(page, f"# {'x' * 20_000}\n{GROWS}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result tbody tr")).to_have_count(7)
    assert page.url.endswith("/de/sparql")


@pytest.mark.parametrize("words", ["SELECT * {", "nonsense"])
def test_without_scripts_an_error_keeps_the_text_even_if_it_was_posted(
    visiting: Visiting, tiny_site: str, words: str
) -> None:
    with visiting(tiny_site, java_script_enabled=False) as visit:
        visit.open("/de/sparql")
        page = visit.page
        page.locator("textarea").fill(words)
        page.select_option("#view", "chart")
        page.get_by_role("button", name=re.compile("long query")).click()
        assert page.url.endswith("/de/sparql")
        assert page.locator("h1").inner_text() and page.locator("textarea").input_value() == words
        assert page.locator("#view").input_value() == "chart"


def test_the_editor_is_loaded_where_it_is_used_only(visiting: Visiting, tiny_site: str) -> None:
    with visiting(tiny_site) as visit:
        loaded: list[str] = []
        visit.page.on("request", lambda request: loaded.append(request.url))
        for path in ("/de/", "/de/queries", "/de/queries/gesehen", "/de/search"):
            visit.open(path)
        assert len(loaded) >= 4 and not any("editor" in url for url in loaded)
        visit.open("/de/sparql")
        assert any(re.search(r"/editor-\w+\.js$", url) for url in loaded)
