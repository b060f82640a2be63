"""The manifest lists every file, takes its date from the data, and can't be altered unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from parley.errors import ReleaseError
from parley.pipeline.corpus import GraphInfo
from parley.release.manifest import Manifest, release_id
from parley.roles import Role

CATALOGUE = GraphInfo("http://example.org/c", Role.CATALOGUE, ("c.ttl",), 2)
QUADS = """\
<http://example.org/d> <http://purl.org/dc/terms/modified> "2024-05-01"^^<urn:date> <http://example.org/c> .
<http://example.org/e> <http://purl.org/dc/terms/modified> "2024-06-01"^^<urn:date> <http://example.org/c> .
<http://example.org/f> <http://purl.org/dc/terms/modified> "2031-06-01"^^<urn:date> <http://example.org/data> .
"""


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    (folder / "store").mkdir(parents=True)
    (folder / "dumps" / "csv").mkdir(parents=True)
    for name in ("store/CURRENT", "store/LOG", "index.sqlite", "dumps/all.nt", "dumps/csv/A.csv"):
        (folder / name).write_text(name)
    (folder / "quads.nq").write_text(QUADS)
    return folder


def test_contents(release: Path) -> None:
    manifest = Manifest.make(release, "1" * 64, [CATALOGUE], 3, {"SOURCE_DATE_EPOCH": "0"})
    assert list(manifest.files) == ["dumps/all.nt", "dumps/csv/A.csv", "quads.nq"]
    assert list(manifest.derived) == ["index.sqlite", "store/CURRENT"]
    assert manifest.created == "2024-06-01", "of the catalogue, and before SOURCE_DATE_EPOCH"
    assert manifest.counts == {"asserted": 2, "inferred": 3, "graphs": 1}
    manifest.write(release)
    assert Manifest.read(release) == manifest
    first = (release / "manifest.json").read_bytes()
    manifest.write(release)
    assert (release / "manifest.json").read_bytes() == first


def test_dates(release: Path) -> None:
    assert Manifest.make(release, "1", [], 0, {"SOURCE_DATE_EPOCH": "86400"}).created == "1970-01-02T00:00:00Z"
    assert Manifest.make(release, "1", [], 0, {}).created is None
    with pytest.raises(ReleaseError, match="SOURCE_DATE_EPOCH"):
        Manifest.make(release, "1", [], 0, {"SOURCE_DATE_EPOCH": "yesterday"})


def test_sizes_alone_are_a_weaker_check(release: Path) -> None:
    manifest = Manifest.make(release, "1", [], 0, {})
    (release / "index.sqlite").write_text("INDEX.SQLITE")
    manifest.verify(release, hashes=False)
    with pytest.raises(ReleaseError, match="altered"):
        manifest.verify(release)
    (release / "index.sqlite").write_text("short")
    with pytest.raises(ReleaseError, match="bytes instead of"):
        manifest.verify(release, hashes=False)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null", '{"id": "1"}', "\xff"])
def test_damaged(release: Path, text: str) -> None:
    (release / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ReleaseError, match="damaged"):
        Manifest.read(release)


def test_another_format_is_refused(release: Path) -> None:
    manifest = Manifest("1", 99, None, {}, {}, (), {})
    manifest.write(release)
    with pytest.raises(ReleaseError, match="format 99"):
        Manifest.read(release)


def test_identity_depends_on_all_it_is_made_of() -> None:
    identities = {release_id(digest, text) for digest in ("a", "b") for text in ("x", "y")}
    assert len(identities) == 4
