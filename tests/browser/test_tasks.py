"""Six things that somebody wants who has never been here, each from the home page, with the clicks it takes.

A click is a link or a button; typing is free. The numbers are what was needed when the ways were last walked: a change
that makes one longer should be meant.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

Visiting = Callable[..., AbstractContextManager[Any]]


class Walk:
    """A way through the site; counts the clicks."""

    def __init__(self, visit: Any) -> None:
        self.visit, self.page, self.clicks = visit, visit.page, 0

    def click(self, role: str, name: str, **options: Any) -> None:
        """Click the first of this role and name inside the page, or in its frame."""
        self.page.get_by_role(role, name=name, **options).first.click()
        self.clicks += 1

    def text(self) -> str:
        return str(self.page.locator("main").inner_text())


@pytest.fixture(params=[(1440, True), (360, False)], ids=["desktop", "phone without scripts"])
def walk(request: pytest.FixtureRequest, visiting: Visiting, real_site: str) -> Any:
    width, scripts = request.param
    with visiting(real_site, width, java_script_enabled=scripts) as visit:
        visit.open("/en/")
        yield Walk(visit)
        assert visit.faults == []


def test_find_which_missions_are_past(walk: Walk) -> None:
    walk.page.locator(".kind-list a", has_text="Mission").first.click()
    walk.page.locator("#narrow a", has_text="Past thing").click()
    assert "Kosovo Verification Mission" in walk.text() and "OSCE Mission to Skopje" not in walk.text()


def test_find_which_missions_are_past_by_searching(walk: Walk) -> None:
    walk.page.locator("#q").fill("past missions")
    walk.page.locator("#q").press("Enter")
    walk.click("link", "Which missions, units, events and programmes are past")
    assert walk.clicks <= 1
    row = walk.page.locator("tbody tr", has_text="Kosovo Verification Mission")
    assert "past" in row.inner_text().lower()


def test_see_what_nato_did_in_bosnia_and_on_what_basis(walk: Walk) -> None:
    walk.page.locator("#q").fill("Bosnia")
    walk.page.locator("#q").press("Enter")
    walk.click("link", "Bosnia and Herzegovina", exact=True)
    walk.click("link", "IFOR's and SFOR's support for the civilian part")
    assert walk.clicks <= 2
    text = walk.text()
    assert "Where this comes from" in text and "Bosnia and Herzegovina, passage 3" in text


def test_export_all_events_to_csv(walk: Walk) -> None:
    walk.page.locator(".kind-list a", has_text="Event").first.click()
    with walk.page.expect_download() as waiting:
        walk.click("link", "This list for a spreadsheet")
    assert walk.clicks + 1 <= 2
    rows = waiting.value.path().read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("\ufeffiri,label") and len(rows) == 20


def test_find_the_passage_behind_a_fact(walk: Walk) -> None:
    walk.page.locator("#q").fill("KVM")
    walk.page.locator("#q").press("Enter")
    walk.click("link", "Kosovo Verification Mission", exact=True)
    fact = walk.page.locator(".row", has_text="Assigned task")
    fact.locator(".refs a").first.click()
    assert "ceasefire" in walk.page.locator("#note-1").inner_text().lower()
    walk.page.locator("#note-1 a").first.click()
    assert walk.clicks + 2 <= 3
    assert walk.page.locator("h1").inner_text() == "Kosovo, passage 2"


def test_narrow_the_network_to_a_theme(walk: Walk) -> None:
    walk.click("link", "Network", exact=True)
    whole = walk.page.locator("tbody tr").count()
    walk.page.locator("select[name=theme]").select_option(label="Counter-terrorism")
    walk.click("button", "Ask", exact=True)
    assert walk.clicks <= 2
    assert 2 <= walk.page.locator("tbody tr").count() < whole
    assert walk.page.locator(".picture .spot.end").count() >= 2 and "NATO secretariat" in walk.text()


def test_see_what_nato_did_in_bosnia_in_french_without_opening_a_fold(visiting: Visiting, real_site: str) -> None:
    with visiting(real_site, 360, java_script_enabled=False) as visit:
        visit.open("/fr/")
        walk = Walk(visit)
        walk.page.locator("#q").fill("bosnie")
        walk.page.locator("#q").press("Enter")
        walk.click("link", "Bosnie-Herzégovine", exact=True)
        walk.click("link", "Soutien de l'IFOR et de la SFOR")
        assert walk.clicks == 2 and "La Bosnie-Herzégovine, passage 3" in walk.text()


def test_write_a_query_from_an_example(walk: Walk) -> None:
    walk.click("link", "Which forces does the page say are led by NATO?")
    walk.click("button", "Edit this query")
    editor = walk.page.locator(".cm-content, textarea[name=query]:visible").first
    editor.click()  # waits until the editor is there to be written in
    walk.page.keyboard.press("Control+End")
    walk.page.keyboard.type("LIMIT 1")
    walk.click("button", "Run")
    walk.page.wait_for_url("**LIMIT+1**")
    assert walk.clicks <= 3
    assert walk.page.locator("tbody tr").count() == 1
