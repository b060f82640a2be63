"""A real Chromium that reports everything it dislikes about a page."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Response, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
         "--disable-component-update", "--no-first-run"]  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ADVICE = "install it (Debian: apt-get install chromium), or set PARLEY_CHROMIUM to its path"


def find_chromium() -> str | None:
    """Chromium's path: named by the environment, or on PATH."""
    return os.environ.get("PARLEY_CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def install_chromium() -> str | None:
    """Debian's package, where we may install one."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        if subprocess.run(command, env=environment, capture_output=True, timeout=600, check=False).returncode:
            return None
    return find_chromium()


# One a module: Playwright's event loop runs in this thread as long as it lives, and other tests need one of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_chromium() or install_chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"Chromium is missing; {ADVICE}")
        pytest.skip(f"Chromium is missing; {ADVICE}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass(slots=True)
class Visit:
    """A page and all that went wrong on it."""

    page: Page
    site: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> Response:
        response = self.page.goto(self.site + path)
        assert response is not None
        return response

    def axe(self) -> list[dict[str, Any]]:
        """What axe-core finds; it is evaluated from outside, so the page's policy does not stop it."""
        self.page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(
            "async rules => (await axe.run({runOnly: rules})).violations"
            ".map(v => ({id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map(n => n.html)}))",
            RULES,
        )
        return found

    def overflow(self) -> int:
        """Pixels that the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


Visiting = Callable[..., AbstractContextManager[Visit]]


@pytest.fixture(scope="module")
def visiting(browser: Browser) -> Visiting:
    """A function that opens a window on a site; what the browser complains of is in `faults`.

    Keyword arguments are those of a browser context, such as `java_script_enabled` and `color_scheme`.
    """

    @contextmanager
    def start(site: str, width: int = 1440, **options: Any) -> Iterator[Visit]:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        page = context.new_page()
        visit = Visit(page, site)
        page.on("console", lambda m: visit.faults.append(f"console {m.type}: {m.text}"))
        page.on("pageerror", lambda e: visit.faults.append(f"script: {e}"))
        page.on("requestfailed", lambda r: _failed(r, visit.faults))
        own = urlsplit(site).netloc
        page.on("request", lambda r: _only(own, r.url, visit.faults))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective))"
        )
        yield visit
        context.close()

    return start


def _failed(request: Request, faults: list[str]) -> None:
    # An icon still on its way when the next page is opened is no fault of the page.
    if request.failure != "net::ERR_ABORTED":
        faults.append(f"failed: {request.url} {request.failure}")


def _only(own: str, url: str, faults: list[str]) -> None:
    if urlsplit(url).netloc != own:
        faults.append(f"third party: {url}")
