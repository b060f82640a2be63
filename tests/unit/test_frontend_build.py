"""The build hook: when it bundles, with which Node, and what counts as belonging to the sources."""

from __future__ import annotations

import importlib.util
import json
import shutil
import stat
from pathlib import Path
from types import ModuleType

import pytest

FRONTEND = Path(__file__).resolve().parents[2] / "server" / "frontend"
BUNDLE = FRONTEND.parent / "parley" / "web" / "static" / "build"


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", FRONTEND / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "build.mjs", "src/site.css"):
        (folder / name).write_text(name)
    return folder


def bundle(folder: Path, stamp: str) -> Path:
    out = folder.parent / "build"
    out.mkdir(exist_ok=True)
    (out / "site-1.css").write_text("body{}")
    (out / "manifest.json").write_text(json.dumps({"stamp": stamp, "files": {"site.css": "site-1.css"}}))
    return out


def test_a_bundle_of_these_sources_is_current(hook: ModuleType, sources: Path) -> None:
    assert hook.is_current(bundle(sources, hook.stamp(sources)), sources)


@pytest.mark.parametrize("name", ["package.json", "package-lock.json", "build.mjs", "src/site.css", "src/new.css"])
def test_any_change_of_the_sources_makes_it_old(hook: ModuleType, sources: Path, name: str) -> None:
    out = bundle(sources, hook.stamp(sources))
    (sources / name).write_text("changed")
    assert not hook.is_current(out, sources)


def test_a_bundle_that_is_not_whole_is_not_current(hook: ModuleType, sources: Path) -> None:
    out = bundle(sources, hook.stamp(sources))
    (out / "site-1.css").unlink()
    assert not hook.is_current(out, sources)
    (out / "manifest.json").write_text("{")
    assert not hook.is_current(out, sources)
    shutil.rmtree(out)
    assert not hook.is_current(out, sources)


@pytest.mark.parametrize(
    ("version", "fits"), [("v24.1.0", True), ("v20.20.2", True), ("v18.19.0", False), ("?", False)]
)
def test_the_machines_node_must_be_recent(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, fits: bool
) -> None:
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{version}'\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert (hook.system_node() is not None) is fits
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert hook.system_node() is None


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 10
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not entry.get("integrity")] == []


def test_the_installed_bundle_belongs_to_the_sources(hook: ModuleType) -> None:
    assert hook.is_current(BUNDLE, FRONTEND), "install again: pip install -e ."


def test_style_sheets_ask_nobody_else() -> None:
    sheets = list((FRONTEND / "src").glob("*.css"))
    assert len(sheets) >= 5
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert "http" not in text, sheet
        assert "url(" not in text, sheet
