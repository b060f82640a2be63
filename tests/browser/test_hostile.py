"""Check 27: whatever texts and IRIs the data holds, a browser runs none of it, breaks no policy, follows no script."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog

BASE = "http://hostile.example/"
THINGS = 200
TEXTS = (
    "<script>alert(1)</script>", "</script><script>alert(2)</script>", "<img src=x onerror=alert(3)>",
    "\" onmouseover=\"alert(4)", "' autofocus onfocus='alert(5)", "<svg/onload=alert(6)>", "javascript:alert(7)",
    "<iframe srcdoc='<script>alert(8)</script>'>", "]]><script>alert(9)</script>", "--><script>alert(10)</script>",
    "{{7*7}} {% raw %} ${alert(11)}", "\u2028alert(12)\u2029", "\u202ealert(13)",
    "<a href=javascript:alert(14)>x</a>", "&lt;script&gt;alert(15)&lt;/script&gt;",
    "<style>*{background:url(//evil.test)}</style>", "</textarea><script>alert(16)",
    "<meta http-equiv=refresh content='0;url=//evil.test'>", "</title><script>alert(17)</script>",
    "<base href=//evil.test>",
)  # fmt: skip
ADDRESSES = (
    "javascript:alert(1)", "JavaScript:alert(2)", "data:text/html,%3Cscript%3Ealert(3)%3C/script%3E",
    "vbscript:alert(4)", "file:///etc/passwd", "blob:http://hostile.example/x",
    "http://evil.test/%3Cscript%3E'onclick=alert(5)", "view-source:x", "jar:http://x!/", "https://evil.test/a'b",
)  # fmt: skip
DATATYPES = ("", "@en", "@fr", "^^rdf:HTML", "^^rdf:XMLLiteral", "^^xsd:anyURI", "^^geo:wktLiteral", "^^:markdown")
PROPERTIES = (
    "rdfs:label", "skos:prefLabel", "skos:altLabel", "rdfs:comment", "dcterms:description", "skos:definition", ":note",
    "foaf:name", "dcterms:title", "geo:asWKT",
)  # fmt: skip
LINKS = (
    "foaf:depiction",
    "rdfs:seeAlso",
    "foaf:homepage",
    "owl:sameAs",
    "schema:url",
    "schema:image",
    ":link",
    "dcterms:license",
)
PREFIXES = (
    "rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>", "rdfs: <http://www.w3.org/2000/01/rdf-schema#>",
    "skos: <http://www.w3.org/2004/02/skos/core#>", "dcterms: <http://purl.org/dc/terms/>",
    "foaf: <http://xmlns.com/foaf/0.1/>", "owl: <http://www.w3.org/2002/07/owl#>", "schema: <https://schema.org/>",
    "xsd: <http://www.w3.org/2001/XMLSchema#>", "geo: <http://www.opengis.net/ont/geosparql#>", f": <{BASE}>",
)  # fmt: skip
#: Every address that a page leads to, as the browser understands it.
_SCHEMES = (
    "[...document.querySelectorAll('[href], [src], [action], [formaction]')].map(e => e.href || e.src || e.action)"
)


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _said(property_: str, text: str, datatype: str) -> str:
    return f"{property_} {_literal(text)}{datatype}"


def _thing(number: int, choose: random.Random) -> str:
    said = [_said(*(rows[number % len(rows)] for rows in (PROPERTIES, TEXTS, DATATYPES)))]
    said += [_said(*map(choose.choice, (PROPERTIES, TEXTS, DATATYPES))) for _ in range(4)]
    said += [f"{choose.choice(LINKS)} <{choose.choice(ADDRESSES)}>" for _ in range(3)]
    return f":t{number} a :Thing ; {' ; '.join(said)} ; :near :t{(number + 1) % THINGS} ."


@pytest.fixture(scope="module")
def hostile_site(
    tmp_path_factory: pytest.TempPathFactory, serve_command: Callable[..., AbstractContextManager[str]]
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "data").mkdir()
    (folder / "publication.toml").write_text(
        f'base = "{BASE}"\nlanguages = ["en", "fr"]\ntitle = "<script>alert(0)</script>"\n'
        'description = "\\"><img src=x onerror=alert(0)>"\n[inference]\nprofile = "none"\n'
    )
    choose = random.Random(27)
    lines = [f"@prefix {prefix} ." for prefix in PREFIXES] + [_thing(number, choose) for number in range(THINGS)]
    (folder / "data" / "things.ttl").write_text("\n".join(lines), encoding="utf-8")
    with serve_command(Path(folder)) as address:
        yield address


def _visit(visiting: Any, site: str, paths: list[str]) -> None:
    with visiting(site) as visit:
        dialogs: list[str] = []

        def dismiss(dialog: Dialog) -> None:
            dialogs.append(dialog.message)
            dialog.dismiss()

        visit.page.on("dialog", dismiss)
        for path in paths:
            assert visit.open(path).status == 200, path
            assert visit.page.locator("script:not([type='application/ld+json'], [src])").count() == 0, path
            assert visit.page.locator("h1").count() == 1, path
            addresses = visit.page.evaluate(_SCHEMES)
            assert len(addresses) > 10
            odd = [a for a in addresses if not str(a).startswith(("http://", "https://", "mailto:"))]
            assert not odd, (path, odd)
            assert (dialogs, visit.faults) == ([], []), path


def test_27_hostile_data_stays_data(visiting: Any, hostile_site: str) -> None:
    some = [f"/{language}/doc/t{number}" for number in range(0, THINGS, 57) for language in ("en", "fr")]
    _visit(visiting, hostile_site, ["/en/", "/fr/search?q=alert", "/en/downloads", "/fr/about/statistics", *some])


@pytest.mark.slow
def test_27_hostile_data_stays_data_in_full(visiting: Any, hostile_site: str) -> None:
    _visit(visiting, hostile_site, [f"/{tag}/doc/t{number}" for number in range(THINGS) for tag in ("en", "fr")])
