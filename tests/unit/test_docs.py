"""The docs are true: reference pages are those the code writes, links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from parley.urls import RESERVED

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def test_reference_pages_are_those_the_code_writes() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_first_segment_of_every_route_is_reserved() -> None:
    """Else a thing of that name could not be reached (docs/decisions/0002)."""
    routes = re.findall(r"^\| `/([^/`{]+)", (ROOT / "docs" / "reference" / "routes.md").read_text(), re.MULTILINE)
    assert len(routes) >= 10
    assert set(routes) - RESERVED == set()


def _broken(page: Path, text: str) -> list[str]:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    return [link for link in links if "://" not in link and not (page.parent / link).exists()]


def test_links_between_pages_lead_somewhere() -> None:
    assert len(PAGES) >= 8
    assert {page.name: found for page in PAGES if (found := _broken(page, page.read_text()))} == {}


def test_a_dead_link_is_found() -> None:
    assert _broken(ROOT / "README.md", "[x](docs/nowhere.md)") == ["docs/nowhere.md"]


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text()))
    there = {path.name for path in folder.glob("[0-9]*.md")}
    assert len(there) >= 4
    assert listed == there


def test_version_and_changelog_agree() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    newest = re.search(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert version
    assert newest
    assert version[1] == newest[1]
    assert f"version: {version[1]}" in (ROOT / "CITATION.cff").read_text()
