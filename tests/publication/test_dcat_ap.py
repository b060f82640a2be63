"""The description of the dataset keeps to DCAT-AP 3.0.1, in all four files of the official shapes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from dcat_ap_report import FILES, FOLDER, described, findings, main
from rdflib import DCTERMS, Graph


@pytest.fixture(scope="module")
def folder() -> Path:
    """The official shapes."""
    if not FOLDER.is_dir():
        message = f"{FOLDER} is missing; see SEMICeu/DCAT-AP, releases/3.0.1/shacl, and PARLEY_SUITES"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return FOLDER


@pytest.mark.parametrize("name", FILES)
def test_the_catalogue_conforms_without_warnings(folder: Path, name: str) -> None:
    data = described()
    assert len(data) >= 150
    assert findings(data, Graph().parse(folder / name)) == {}


def test_a_missing_title_is_found_and_told(folder: Path) -> None:
    data = described()
    data.remove((None, DCTERMS.title, None))
    assert findings(data, Graph().parse(folder / "shapes.ttl"))["Violation"] >= 3


def test_the_report_says_what_it_looked_at(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(folder) == 0
    assert capsys.readouterr().out.count("conforms") == len(FILES)
    assert main(tmp_path) == 2
    assert "DCAT-AP 3.0.1" in capsys.readouterr().err
