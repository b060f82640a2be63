"""What a build does about shapes and axioms that nobody said the data keep to."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from parley.errors import Inconsistent, ValidationFailed
from parley.pipeline import build as building
from parley.pipeline.validation import validate as validation
from parley.publication import parse
from parley.release.directory import StateDirectory

TOML = """base = "http://ex.org/"
paths = ["."]
[validation]
violations = "{}"
[limits]
report_seconds = 0.2
[graphs]
"shapes/*" = "{}"
"""


def _build(root: Path, shape: str, violations: str, role: str = "shapes") -> building.Built:
    (root / "shapes").mkdir(parents=True)
    (root / "shapes" / "s.ttl").write_text("@prefix sh: <http://www.w3.org/ns/shacl#> .\n" + shape)
    (root / "data.ttl").write_text("<http://ex.org/a> <http://ex.org/p> 1 .")
    publication = parse(root, TOML.format(violations, role), {})
    return building.build(publication, StateDirectory.locate(publication))


def test_nobody_waits_for_shapes_whose_violations_are_but_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "validate", lambda *_arguments: time.sleep(60))
    start = time.monotonic()
    built = _build(tmp_path, "<http://ex.org/S> a sh:NodeShape .", "report")
    assert time.monotonic() - start < 50
    assert [w for w in built.warnings if "report_seconds" in w and "parley check" in w]


def test_ill_formed_shapes_are_refused_only_where_violations_are(tmp_path: Path) -> None:
    ill = "<http://ex.org/S> a sh:NodeShape ; sh:property [ sh:minCount 1 ] ."
    with pytest.raises(ValidationFailed, match="ill-formed"):
        _build(tmp_path / "a", ill, "refuse")
    assert "ill-formed" in _build(tmp_path / "b", ill, "report").warnings[0]


def test_a_contradiction_is_refused_only_where_violations_are(tmp_path: Path) -> None:
    both = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
    <http://ex.org/A> owl:disjointWith <http://ex.org/B> ; a owl:Class . <http://ex.org/x> a <http://ex.org/A> .
    <http://ex.org/A> owl:equivalentClass <http://ex.org/C> . <http://ex.org/x> a <http://ex.org/B> .
    """
    with pytest.raises(Inconsistent):
        _build(tmp_path / "a", both, "refuse", role="data")
    built = _build(tmp_path / "b", both, "report", role="data")
    assert built.manifest.counts["inferred"] == 0
    (warning,) = [w for w in built.warnings if "contradicts itself" in w]
    assert "nothing was inferred" in warning
