"""The publication's shapes: each example passes or fails as it says, and each shape has examples.

All examples are validated in two runs, one of the valid and one of the invalid, since every file names things of its
own: https://w3id.org/nato-osce/example/<folder>/<file>/…
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, SH

from parley.pipeline.names import Names
from parley.pipeline.terms import graph_of
from parley.pipeline.validation.cures import component_name
from parley.pipeline.validation.shacl import refuse_ill_formed, run
from parley.pipeline.validation.validate import anchor
from parley.publication import load

ROOT = Path(__file__).resolve().parents[2]
SHAPES = ROOT / "shapes"
EXAMPLES = SHAPES / "examples"
NAMESPACE = "https://w3id.org/nato-osce/"
FILES = sorted(p for p in SHAPES.glob("*.ttl"))
VALID = sorted(EXAMPLES.glob("*/valid-*.ttl"))
INVALID = sorted(EXAMPLES.glob("*/invalid-*.ttl"))
#: First line of an invalid example: the path (in the order of the shape, “-” if none) and the component that fail.
FAILS = re.compile(r"# fails: (\S+) (\w+)\n")


def quads(*paths: Path) -> list[ox.Quad]:
    return [quad for path in paths for quad in ox.parse(path=path, rename_blank_nodes=True)]


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return graph_of(quads(*FILES))


@pytest.fixture(scope="module")
def names() -> Names:
    prefixes = {prefix: namespace for path in FILES for prefix, namespace in _declared(path)}
    return Names(load(ROOT, {}).all_prefixes | prefixes)


def _declared(path: Path) -> list[tuple[str, str]]:
    return re.findall(r"^@prefix (\w+): <([^>]+)>", path.read_text(encoding="utf-8"), re.MULTILINE)


def with_examples(examples: list[Path]) -> Graph:
    return graph_of(quads(*sorted((ROOT / "ontology").rglob("*.ttl")), *FILES, *examples))


def own(path: Path) -> str:
    """What the IRIs of an example begin with."""
    return f"{NAMESPACE}example/{path.parent.name}/{path.stem}/"


@pytest.fixture(scope="module")
def faults(shapes: Graph, names: Names) -> dict[str, set[tuple[str, str]]]:
    """Own IRIs of an invalid example → (path, component) of each result about its things."""
    found = defaultdict(set)
    data = with_examples(INVALID)
    for result in run(data, shapes).results:
        path = names.path(result.report, result.path).strip("()") or "-"
        owner = anchor(data, result.focus).rpartition("/")[0] + "/"
        found[owner].add((path, component_name(str(result.component))))
    return found


def test_the_shapes_are_well_formed(shapes: Graph, names: Names) -> None:
    refuse_ill_formed(shapes, names)
    assert len(set(shapes.subjects(RDF.type, SH.NodeShape))) >= 80


def test_valid_examples_conform(shapes: Graph) -> None:
    assert len(VALID) >= 70
    outcome = run(with_examples(VALID), shapes)
    assert [(str(r.focus), sorted(r.messages)) for r in outcome.results] == []
    assert outcome.focus_nodes >= 500


@pytest.mark.parametrize("path", INVALID, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_invalid_example_fails_where_it_says(path: Path, faults: dict[str, set[tuple[str, str]]]) -> None:
    said = FAILS.match(path.read_text(encoding="utf-8"))
    assert said is not None, "the first line is “# fails: PATH COMPONENT”"
    assert (said[1], said[2]) in faults[own(path)]


def test_there_are_enough_invalid_examples() -> None:
    assert len(INVALID) >= 220


def test_every_example_names_things_of_its_own() -> None:
    wrong = [path.name for path in [*VALID, *INVALID] if own(path) not in path.read_text(encoding="utf-8")]
    assert wrong == []


def test_every_shape_file_has_examples_of_both_kinds() -> None:
    assert len(FILES) >= 70
    folders = {path.stem for path in FILES} - {"shared"}  # whose shapes have no targets: every class tries them
    assert folders == {path.parent.name for path in VALID} == {path.parent.name for path in INVALID}


def test_every_class_of_the_ontology_has_a_shape_in_a_file_of_its_name(shapes: Graph) -> None:
    ontology = graph_of(quads(*sorted((ROOT / "ontology").rglob("*.ttl"))))
    classes = {str(c) for c in ontology.subjects(RDF.type, OWL.Class) if str(c).startswith(f"{NAMESPACE}ontology#")}
    assert len(classes) >= 60
    missing = []
    for iri in sorted(classes):
        name = iri.rpartition("#")[2]
        if (URIRef(f"{NAMESPACE}shape/{name}"), SH.targetClass, URIRef(iri)) not in shapes:
            missing.append(name)
        elif not (SHAPES / f"{name}.ttl").is_file():
            missing.append(f"{name}.ttl")
    assert missing == []


def test_shapes_are_of_shacls_core(shapes: Graph) -> None:
    assert len(shapes) >= 1500
    beyond = [SH.sparql, SH.js, SH.rule, SH.target, SH.expression]
    assert [str(p) for p in beyond if (None, p, None) in shapes] == []
