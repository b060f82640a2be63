"""Drawings on a phone, larger on demand, and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

Visiting = Callable[..., AbstractContextManager[Any]]

#: Elements that stick out of their own box, or of the window.
STICKING_OUT = """selector => [...document.querySelectorAll(selector)].filter(e =>
    e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > innerWidth).map(e => e.textContent)"""


@pytest.mark.parametrize("name", ["timeline", "timeline-kosovo", "chart-relations"])
def test_bars_fit_on_a_phone_and_their_names_are_whole(visiting: Visiting, real_site: str, name: str) -> None:
    with visiting(real_site, 360, java_script_enabled=False) as visit:
        visit.open(f"/fr/queries/{name}")
        assert visit.page.locator(".bars li").count() >= 5
        assert visit.page.evaluate(STICKING_OUT, ".picture, .bar-name, .bar-note") == []
        assert "…" not in visit.page.locator(".bar-name").first.inner_text()
        assert visit.page.evaluate("getComputedStyle(document.querySelector('.bar-name')).fontSize") >= "15px"
        visit.page.locator(".bar-name").first.evaluate("e => { e.style.width = '999px' }")
        assert visit.page.evaluate(STICKING_OUT, ".bar-name") != [], "the check can fail"


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("name", ["map-places", "network"])
def test_drawings_grow_by_keyboard_without_scripts(visiting: Visiting, real_site: str, name: str, width: int) -> None:
    with visiting(real_site, width, java_script_enabled=False) as visit:
        visit.open(f"/en/queries/{name}")
        page, drawing = visit.page, visit.page.locator(".picture > svg")
        first = drawing.bounding_box()["width"]
        page.get_by_role("radio", name="Normal").focus()
        page.keyboard.press("ArrowRight")
        assert page.get_by_role("radio", name="Large").is_checked()
        assert drawing.bounding_box()["width"] >= 1.8 * first
        assert visit.overflow() == 0
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
        page.keyboard.press("ArrowRight")
        for _ in range(100):  # without scripts, Playwright can't wait for a condition in the page
            if page.evaluate("document.querySelector('.picture').scrollLeft > 0"):
                break
            page.wait_for_timeout(50)
        else:
            pytest.fail("the arrow keys don't scroll the drawing")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.picture') !== null"), "what is drawn is reached"
        if width == 360:
            page.get_by_role("radio", name="Whole").check()
            assert drawing.bounding_box()["width"] <= 360
        assert visit.faults == []
