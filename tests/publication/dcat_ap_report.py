"""Does the description of the dataset keep to DCAT-AP 3.0.1? `python tests/publication/dcat_ap_report.py [FOLDER]`

Puts the catalogue, with the page and the agents that it names, before each of the official shapes (SEMICeu/DCAT-AP,
releases/3.0.1/shacl; in FOLDER, or where `PARLEY_SUITES` says), and prints how many things were looked at and what was
found. Exit status 1 if a shape is violated, 2 if the shapes are not there.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pyshacl
from rdflib import RDF, SH, Graph

from parley.pipeline.terms import graph_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PARLEY_SUITES", ROOT.parent / "shared" / "suites")) / "dcat-ap-3.0.1"
FILES = ("shapes.ttl", "shapes_recommended.ttl", "range.ttl", "deprecateduris.ttl")


def described() -> Graph:
    """What the publication says of itself."""
    paths = (ROOT / "data" / "catalogue.ttl", ROOT / "data" / "editorial" / "sections.trig")
    return graph_of(quad for path in paths for quad in ox.parse(path=str(path)))


def findings(data: Graph, shapes: Graph) -> Counter[str]:
    """How many results of each severity there are."""
    _conforms, report, _text = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph)
    return Counter(str(severity).rpartition("#")[2] for severity in report.objects(None, SH.resultSeverity))


def main(folder: Path) -> int:
    """Print a line for each file of shapes; the exit status."""
    data, violated = described(), False
    if not all((folder / name).is_file() for name in FILES):
        print(f"{folder} lacks the shapes of DCAT-AP 3.0.1; name a folder with {', '.join(FILES)}", file=sys.stderr)
        return 2
    for name in FILES:
        shapes = Graph().parse(folder / name)
        targets = set(shapes.objects(None, SH.targetClass))
        things = {thing for thing, kind in data.subject_objects(RDF.type) if kind in targets}
        found = findings(data, shapes)
        violated |= found["Violation"] > 0
        told = ", ".join(f"{count} {severity.lower()}(s)" for severity, count in sorted(found.items())) or "conforms"
        print(f"{name}: {len(things)} things of {len(targets)} classes: {told}")
    return 1 if violated else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
