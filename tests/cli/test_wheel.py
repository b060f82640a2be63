"""The wheel, installed in a clean environment outside the checkout, serves the publication it carries."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
import venv
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # it fetches and installs all that Parley stands on
ROOT = Path(__file__).resolve().parents[2]
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
Serve = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, *PIP, "wheel", "--no-deps", "--wheel-dir", out, ROOT], check=True, timeout=300)
    return next(out.glob("*.whl"))


def test_the_wheel_carries_code_publication_and_assets(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "parley/py.typed",
        "parley/web/templates/base.html",
        "parley/scaffold/publication.toml",
        "parley/_publication/publication.toml",
        "parley/_publication/ontology/natosce.ttl",
        "parley/web/static/build/manifest.json",
    ):
        assert name in names
    assert not [name for name in names if name.startswith(("tests/", "server/"))]


def test_the_installed_wheel_serves_an_entity_outside_the_checkout(
    wheel: Path, tmp_path: Path, serve_command: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    subprocess.run([home / "bin" / "python", *PIP, "install", wheel], check=True, timeout=300)
    monkeypatch.chdir(tmp_path)
    with serve_command(None, command=(str(home / "bin" / "parley"),), HOME=str(tmp_path)) as site:
        request = urllib.request.Request(f"{site}/organisation/osce", headers={"Accept": "text/turtle"})
        with urllib.request.urlopen(request, timeout=10) as response:
            assert response.headers["Content-Type"].startswith("text/turtle")
            assert b"organisation/osce>" in response.read()
