"""Every type of page in a real browser: nothing it complains of, nothing axe finds, nothing that sticks out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Dialog

#: `visiting` of conftest.py: gives a visit with `page`, `open`, `axe`, `overflow` and `faults`.
Visiting = Callable[..., AbstractContextManager[Any]]

QUERY = quote("SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 5")
WHY = "&".join(
    f"{name}={quote(f'<https://w3id.org/nato-osce/{path}>', safe='')}"
    for name, path in (("s", "mission/kvm"), ("p", "ontology#dated"), ("o", "time/past"))
)
REAL = (
    "/{language}/",
    "/{language}/doc/organisation/osce",
    "/{language}/doc/mission/kvm",
    "/{language}/doc/passage/kosovo-05",
    "/{language}/doc/ontology",
    "/{language}/search",
    "/{language}/search?q=osce",
    "/{language}/search?kind=" + quote("https://w3id.org/nato-osce/ontology#Mission", safe=""),
    "/{language}/search?q=who+leads+kfor",
    "/{language}/search?q=missions",
    "/{language}/doc/organisation/nato",
    "/{language}/why?" + WHY,
    "/{language}/queries",
    "/{language}/queries?q=kosovo",
    "/{language}/queries/timeline",
    "/{language}/queries/map-places",
    "/{language}/queries/graph-help",
    "/{language}/queries/chart-relations",
    "/{language}/downloads",
    "/{language}/about/cite",
    "/{language}/about/use",
    "/{language}/about/quality",
    "/{language}/about/source",
    "/{language}/sparql",
    "/{language}/sparql?query=" + QUERY,
)
TINY = (
    "/{language}/",
    "/{language}/doc/",
    "/{language}/doc/becher",
    "/{language}/doc/exemplar/%C3%A9",
    "/{language}/doc/exemplar/o'hara",
    "/{language}/doc/heft/1",
    "/{language}/describe?iri=" + quote("http://herbarium.example/sheet#12", safe=""),
    "/{language}/doc/ontology",
    "/{language}/search",
    "/{language}/queries",
    "/{language}/queries/auf-welchem-stein",
    "/{language}/queries/gesehen",
    "/{language}/queries/wo-die-steine-liegen",
    "/{language}/queries/was-auf-was-waechst",
    "/{language}/queries/wie-viele-je-stein",
    "/{language}/sparql",
    "/{language}/downloads",
    "/{language}/about/statistics",
    "/{language}/about/source",
)


#: Language, width, and which pages axe looks at, for it takes most of the time: each in one of the ways, and in the
#: other in a long test. Of hundreds of terms alike it sees every tenth, in the long test all.
OURS, FOREIGN = (("en", 1440, 0), ("fr", 360, 1)), (("de", 320, 0), ("es", 1440, 1))
FEW_TERMS = "document.querySelectorAll('.term').forEach((term, number) => number % 10 && term.remove())"
#: Looked at in one language and width, and in the other of each pair in the other.
ALSO = (
    ("/{language}/about/accessibility", "/{language}/about/statistics"),
    ("/{language}/queries/network-on-a-theme?from=1995-01-01&undated=true", "/{language}/queries/possible-in-a-period"),
    ("/{language}/doc/shape/Mission", "/{language}/doc/theme/counter-terrorism"),
    ("/{language}/releases", "/{language}/api"),
    ("/{language}/validate", "/{language}/reconcile?format=html"),
    ("/{language}/coreference?format=html", "/{language}/doc/graph/inferred"),
)


def keep(visit: Any, name: str) -> None:
    """Save a screenshot where PARLEY_SCREENSHOTS says, for somebody to look at."""
    if folder := os.environ.get("PARLEY_SCREENSHOTS"):
        visit.page.screenshot(path=Path(folder) / (re.sub(r"\W+", "-", name) + ".png"), full_page=True)


def check(visit: Any, path: str, by_axe: bool = True) -> None:
    """What holds for every page."""
    response = visit.open(path)
    assert response.status == 200
    assert visit.page.locator("h1").count() == 1
    assert visit.page.locator("main").count() == 1
    assert visit.overflow() == 0
    if path.endswith("/doc/ontology"):
        visit.page.evaluate(FEW_TERMS)
    if by_axe:
        assert visit.axe() == []
    assert visit.faults == []


@pytest.mark.parametrize(("language", "width", "turn"), OURS)
def test_pages_of_our_own_publication(visiting: Visiting, real_site: str, language: str, width: int, turn: int) -> None:
    with visiting(real_site, width) as visit:
        for number, template in enumerate(REAL):
            path = template.format(language=language)
            check(visit, path, by_axe=number % 2 == turn)
            assert visit.page.locator("html").get_attribute("lang") == language
            keep(visit, f"real-{width}-{path}")


@pytest.mark.parametrize(("language", "width", "turn"), FOREIGN)
def test_pages_of_a_foreign_publication(
    visiting: Visiting, tiny_site: str, language: str, width: int, turn: int
) -> None:
    with visiting(tiny_site, width) as visit:
        for number, template in enumerate(TINY):
            path = template.format(language=language)
            check(visit, path, by_axe=number % 2 == turn)
            # No catalogue for this language: English texts, marked as such, around texts of the data in their own.
            assert visit.page.locator("html").get_attribute("lang") == "en"
            assert visit.page.locator(f"[lang={language}]").count() > 0
            keep(visit, f"tiny-{width}-{path}")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("site", "pages", "language", "width"),
    [("real_site", REAL, *way[:2]) for way in OURS] + [("tiny_site", TINY, *way[:2]) for way in FOREIGN],
    ids=["real-en", "real-fr", "tiny-de", "tiny-es"],
)
def test_axe_finds_nothing_anywhere(
    visiting: Visiting, request: pytest.FixtureRequest, site: str, pages: tuple[str, ...], language: str, width: int
) -> None:
    with visiting(request.getfixturevalue(site), width) as visit:
        for template in pages:
            visit.open(path := template.format(language=language))
            assert visit.axe() == [], path


@pytest.mark.parametrize("width", [1440, 360])
def test_pages_about_the_data_and_for_its_users(visiting: Visiting, real_site: str, width: int) -> None:
    with visiting(real_site, width) as visit:
        for number, pair in enumerate(ALSO):
            language = ("en", "fr")[number % 2]
            path = pair[width == 360].format(language=language)
            check(visit, path)
            keep(visit, f"real-{width}-{path}")


def test_contrast_in_the_dark_scheme(visiting: Visiting, real_site: str) -> None:
    """The pages above are looked at in the light one, which Playwright asks for."""
    with visiting(real_site, color_scheme="dark") as visit:
        assert visit.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is True
        for path in ("/en/", "/en/doc/organisation/osce", "/en/downloads", "/en/sparql?query=" + QUERY):
            check(visit, path)
            keep(visit, f"real-dark-{path}")


def test_everything_works_without_javascript(visiting: Visiting, real_site: str) -> None:
    with visiting(real_site, java_script_enabled=False) as visit:
        page = visit.page
        visit.open("/fr/")
        page.get_by_role("searchbox").fill("osce")
        page.get_by_role("searchbox").press("Enter")
        assert "/fr/search?q=osce" in page.url
        page.locator(".hits a").first.click()
        assert "/fr/doc/" in page.url
        note = page.locator(".refs a").first
        target = note.get_attribute("href")
        note.click()
        assert page.url.endswith(str(target))
        assert page.locator(str(target)).is_visible()
        page.get_by_role("link", name="English").click()
        assert "/en/doc/" in page.url
        assert page.locator("html").get_attribute("lang") == "en"
        page.get_by_role("link", name="SPARQL", exact=True).click()
        page.get_by_role("button", name="Run", exact=True).click()
        assert page.locator("tbody tr").count() >= 5
        assert visit.faults == []


def test_the_keyboard_reaches_the_content_first(visiting: Visiting, real_site: str) -> None:
    with visiting(real_site) as visit:
        visit.open("/en/doc/organisation/osce")
        visit.page.keyboard.press("Tab")
        skip = visit.page.locator(":focus")
        assert skip.inner_text() == "Skip to the content"
        assert skip.bounding_box()["y"] >= 0, "visible while it has the focus"
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.closest('main') !== null")
        outline = visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


def test_hostile_texts_stay_texts(visiting: Visiting, tiny_site: str) -> None:
    with visiting(tiny_site) as visit:
        dialogs: list[str] = []

        def dismiss(dialog: Dialog) -> None:
            dialogs.append(dialog.message)
            dialog.dismiss()

        visit.page.on("dialog", dismiss)
        for path in (
            "/de/doc/exemplar/o'hara",
            "/es/doc/exemplar/o'hara",
            "/de/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        ):
            assert visit.open(path).status == 200
            assert visit.page.locator("script:not([type='application/ld+json'], [src])").count() == 0
        assert visit.page.locator("h1").count() == 1
        assert (dialogs, visit.faults) == ([], [])


def test_a_page_that_is_not_there_says_so(visiting: Visiting, real_site: str) -> None:
    with visiting(real_site) as visit:
        assert visit.open("/fr/doc/nowhere").status == 404
        assert visit.page.locator("h1").inner_text() == "Introuvable"
        assert visit.axe() == []
        keep(visit, "real-404")


def test_faults_are_noticed(visiting: Visiting, real_site: str) -> None:
    """The checks above can fail: a policy violation, a foreign request, a finding of axe and an overflow are seen."""
    with visiting(real_site) as visit:
        visit.open("/en/")
        visit.page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', "
            "'<img src=http://elsewhere.example/x.png style=position:absolute;left:3000px;width:9px>')"
        )
        visit.page.wait_for_timeout(300)
        assert any("policy" in fault or "Content Security Policy" in fault for fault in visit.faults)
        assert "image-alt" in [finding["id"] for finding in visit.axe()]
        visit.page.locator("h1").evaluate(
            "e => { e.textContent = 'x'.repeat(10); e.append(document.createElement('hr')); }"
        )
        visit.page.evaluate("document.querySelector('main').setAttribute('class', '')")
        visit.page.set_viewport_size({"width": 200, "height": 400})
        visit.open("/en/sparql")
        visit.page.evaluate("document.querySelector('h1').style.width = '900px'")
        assert visit.overflow() > 0
