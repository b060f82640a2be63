"""The search field: a plain form, and with a script a combobox that works by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

Visiting = Callable[..., AbstractContextManager[Any]]


@pytest.mark.parametrize("width", [1440, 360])
def test_suggestions_by_keyboard(visiting: Visiting, real_site: str, width: int) -> None:
    with visiting(real_site, width) as visit:
        page = visit.page
        visit.open("/fr/")
        field = page.get_by_role("combobox").or_(page.get_by_role("searchbox"))
        field.focus()
        page.keyboard.type("kvm")
        page.get_by_role("option").first.wait_for()
        field = page.get_by_role("combobox")
        assert field.get_attribute("aria-expanded") == "true"
        assert visit.axe() == []
        assert visit.overflow() == 0
        page.keyboard.press("ArrowDown")
        chosen = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
        assert chosen.get_attribute("aria-selected") == "true"
        page.keyboard.press("Escape")
        assert field.get_attribute("aria-expanded") == "false"
        assert field.input_value() == "kvm"
        page.keyboard.type(" ")
        page.get_by_role("option").first.wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/fr/doc/mission/kvm")
        assert visit.faults == []


def test_enter_without_a_choice_searches(visiting: Visiting, real_site: str) -> None:
    with visiting(real_site) as visit:
        visit.open("/en/search")
        visit.page.keyboard.press("Tab")
        field = visit.page.locator("#q")
        field.fill("kosovo")
        visit.page.get_by_role("option").first.wait_for()
        field.press("Enter")
        visit.page.wait_for_url("**/en/search?q=kosovo")
        assert visit.page.locator(".hits li").count() > 5
        assert visit.faults == []


def test_hostile_names_stay_text(visiting: Visiting, tiny_site: str) -> None:
    with visiting(tiny_site) as visit:
        visit.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        visit.open("/de/")
        visit.page.locator("#q").press_sequentially("alert")
        visit.page.get_by_role("option").first.wait_for()
        assert "<script>" in visit.page.get_by_role("option").first.inner_text()
        assert visit.faults == []
