"""The wheel, installed in a clean environment outside the checkout, serves the publication it carries."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
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


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel and what it stands on, nothing else."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True)
    subprocess.run([home / "bin" / "python", *PIP, "install", wheel], check=True, timeout=300)
    return home / "bin"


def test_the_installed_wheel_serves_an_entity_outside_the_checkout(
    installed: Path, tmp_path: Path, serve_command: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with serve_command(None, command=(str(installed / "parley"),), HOME=str(tmp_path)) as site:
        request = urllib.request.Request(f"{site}/organisation/osce", headers={"Accept": "text/turtle"})
        with urllib.request.urlopen(request, timeout=10) as response:
            assert response.headers["Content-Type"].startswith("text/turtle")
            assert b"organisation/osce>" in response.read()


def test_the_bill_of_materials_lists_all_that_is_installed(installed: Path) -> None:
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    bills = [
        subprocess.run([*command, installed / "python"], check=True, capture_output=True, timeout=120).stdout
        for _ in range(2)
    ]
    assert bills[0] == bills[1]
    listed = {part["name"].lower().replace("_", "-"): part for part in json.loads(bills[0])["components"]}
    required = {re.split(r"[^A-Za-z0-9-]", line)[0] for line in _requirements(ROOT / "pyproject.toml")}
    assert required <= listed.keys(), required - listed.keys()
    assert "pytest" not in listed
    assert all(part["version"] and part.get("licenses") for name, part in listed.items() if name in required)


def _requirements(project: Path) -> list[str]:
    return list(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"])


def test_clean_builds_of_one_state_are_the_same_bytes(tmp_path: Path) -> None:
    made = [_build(tmp_path / name) for name in ("one", "two")]
    assert made[0] == made[1]
    archive = next((tmp_path / "one" / "out").glob("*.tar.gz"))
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    again = _hatch(next((tmp_path / "unpacked").iterdir()), "wheel", tmp_path / "again")
    assert again.items() <= made[0].items(), "the wheel made from the sdist is another than that of the checkout"


def _build(folder: Path) -> dict[str, str]:
    """Name and SHA-256 of wheel and sdist of a copy of the checkout that holds nothing built."""
    source = folder / "source"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in filter(None, tracked.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    out = folder / "out"
    command = [sys.executable, *PIP, "wheel", "--no-deps", "--wheel-dir", str(out), str(source)]
    subprocess.run(command, check=True, timeout=300)  # bundles the assets; what hatch makes below takes them over
    return _hatch(source, "sdist", out)


def _hatch(source: Path, target: str, out: Path) -> dict[str, str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=120)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())}
