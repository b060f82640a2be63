"""What the checkers of the W3C (vnu) and of Chromium (Lighthouse) say of finished pages.

They come from npm, in the versions of package.json beside this file, into a folder that lasts as long as the test.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.browser.conftest import find_chromium
from tests.conftest import missing

VERSIONS = json.loads(Path(__file__).with_name("package.json").read_text())["dependencies"]
WHY = "&".join(
    f"{name}={quote(f'<https://w3id.org/nato-osce/{path}>', safe='')}"
    for name, path in (("s", "mission/kvm"), ("p", "ontology#dated"), ("o", "time/past"))
)
REAL = (
    "/en/", "/fr/", "/fr/doc/organisation/osce", "/en/doc/mission/kvm", "/en/doc/passage/kosovo-05", "/en/doc/ontology",
    "/en/search", "/fr/search?q=kosovo", "/en/search?q=zzzz", "/en/downloads", "/en/releases", "/en/nothing",
    "/en/queries", "/fr/queries/timeline", "/en/sparql?query=SELECT%20*%7B?s%20?p%20?o%7DLIMIT%203", f"/en/why?{WHY}",
    "/en/doc/graph/inferred", "/fr/about/cite", "/en/about/use", "/fr/about/statistics", "/en/about/quality",
    "/fr/about/source", "/en/about/accessibility", "/fr/about/promises", "/fr/queries/network-on-a-theme",
)  # fmt: skip
TINY = (
    "/de/", "/de/doc/becher", "/de/doc/exemplar/o'hara", "/de/doc/heft/1", "/de/doc/", "/es/doc/ontology", "/de/search",
    "/de/search?q=e", "/de/downloads", "/de/queries/gesehen", "/es/about/cite", "/de/about/use", "/es/about/statistics",
    "/de/about/quality", "/es/about/source", "/de/about/accessibility",
)  # fmt: skip
#: Lighthouse takes some ten seconds a page.
JUDGED = ("/en/", "/fr/doc/mission/kvm", "/en/doc/passage/kosovo-05", "/fr/doc/theme/arms-control")

Install = Callable[[str], Path]


@pytest.fixture(scope="module")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """A function that installs a package of package.json; gives its folder."""

    def install(name: str) -> Path:
        if shutil.which("npm") is None:
            pytest.skip("npm is missing")
        folder = tmp_path_factory.mktemp("npm")
        command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", f"{name}@{VERSIONS[name]}"]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        if run.returncode:
            missing(name, f"npm did not bring it: {run.stderr[-300:]}")
        return folder / "node_modules" / name

    return install


def pages(site: str, paths: tuple[str, ...], folder: Path) -> list[Path]:
    """The pages at `paths`, one file each; the page of an error, too."""
    found = []
    for number, path in enumerate(paths):
        request = urllib.request.Request(site + path, headers={"Accept": "text/html"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                body = answer.read()
        except urllib.error.HTTPError as error:
            assert error.code == 404, path
            body = error.read()
        found.append(folder / f"{number:02}.html")
        found[-1].write_bytes(body)
    return found


def test_html_is_valid(npm: Install, real_site: str, tiny_site: str, tmp_path: Path) -> None:
    if shutil.which("java") is None:
        pytest.skip("java is missing")
    (tmp_path / "tiny").mkdir()
    files = [*pages(real_site, REAL, tmp_path), *pages(tiny_site, TINY, tmp_path / "tiny")]
    assert len(files) >= 25
    jar = npm("vnu-jar") / "build" / "dist" / "vnu.jar"
    check = ["java", "-Xmx512m", "-jar", str(jar), "--Werror", "--format", "gnu"]
    broken = tmp_path / "broken.html"
    broken.write_text("<!DOCTYPE html><html lang=en><title>x</title><p id=a><p id=a>")
    assert subprocess.run([*check, str(broken)], capture_output=True, check=False).returncode == 1
    run = subprocess.run([*check, *map(str, files)], capture_output=True, text=True, check=False, timeout=300)
    assert run.stderr == "" and run.returncode == 0


@pytest.mark.slow
def test_lighthouse_finds_nothing_to_better(npm: Install, real_site: str, tmp_path: Path) -> None:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("Chromium is missing")
    lighthouse = npm("lighthouse") / "cli" / "index.js"
    scores = {}
    for path in JUDGED:
        out = tmp_path / "report.json"
        command = [
            "node", str(lighthouse), real_site + path, "--quiet", "--chrome-flags=--headless=new --no-sandbox",
            "--only-categories=accessibility,best-practices,seo", "--output=json", f"--output-path={out}",
        ]  # fmt: skip
        environment = {**os.environ, "CHROME_PATH": chromium}
        subprocess.run(command, env=environment, capture_output=True, timeout=300, check=True)
        report = json.loads(out.read_text())
        for name, category in report["categories"].items():
            lost = [
                ref["id"] for ref in category["auditRefs"]
                if ref["weight"] and (report["audits"][ref["id"]]["score"] or 0) < 1
                and report["audits"][ref["id"]]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
            ]  # fmt: skip
            scores[path, name] = (category["score"], lost)
    assert len(scores) == 3 * len(JUDGED)
    assert {key: value for key, value in scores.items() if value[0] != 1} == {}
