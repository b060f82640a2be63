"""The W3C's SPARQL 1.1 test manifests as parameters of tests; for all suites, exemptions and the counts of a run."""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, Graph, Namespace

ROOT = Path(__file__).resolve().parents[2]
SUITES = Path(os.environ.get("PARLEY_SUITES", ROOT.parent / "shared" / "suites"))
FOLDER = SUITES / "sparql11"
#: The address under which the W3C publishes the files: relative IRIs in them are resolved against it.
ADDRESS = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
APPROVAL = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")
#: Fixture → the manifests' classes of test, and which cases are taken: approved ones, others, or both.
KINDS = {
    "evaluation": (("QueryEvaluationTest", "CSVResultFormatTest"), (True,)),
    "proposed": (("QueryEvaluationTest",), (False,)),
    "legal": (("PositiveSyntaxTest11",), (True, False)),
    "illegal": (("NegativeSyntaxTest11",), (True, False)),
}
#: Suites that are not evaluated here: entailment is the build's; `test_service` has endpoints for the other.
OTHER_SUITES = frozenset(["entailment", "service"])
EXEMPTIONS = Path(__file__).parent / "exemptions.toml"


@dataclass(frozen=True)
class Case:
    """One entry of a manifest. `named` are pairs of graph IRI and file."""

    folder: Path
    name: str
    query: Path
    data: tuple[Path, ...] = ()
    named: tuple[tuple[str, Path], ...] = ()
    result: Path | None = None

    @property
    def id(self) -> str:
        return f"{self.folder.name}/{self.name}"

    @property
    def text(self) -> str:
        return self.query.read_text(encoding="utf-8")

    def address(self, path: Path) -> str:
        """The IRI under which the W3C publishes a file of the suite."""
        return f"{ADDRESS}{self.folder.name}/{path.name}"


@cache
def _manifests() -> list[tuple[Path, Graph]]:
    """The manifests of the suites with the folders they are in."""
    paths = [path for path in sorted(FOLDER.glob("*/manifest.ttl")) if path.parent.name not in OTHER_SUITES]
    return [(p.parent, Graph().parse(p, publicID=f"{ADDRESS}{p.parent.name}/manifest.ttl")) for p in paths]


@cache
def cases_of(kind: str) -> list[Case]:
    """The cases of one kind, in the order of their ids; none where the suites are missing."""
    classes, statuses = KINDS[kind]
    found = []
    for folder, graph in _manifests():
        for name in classes:
            found += [
                _case(graph, entry, folder)
                for entry in graph.subjects(RDF.type, MF[name])
                if ((entry, APPROVAL.approval, APPROVAL.Approved) in graph) in statuses
            ]
    return sorted(found, key=lambda case: case.id)


def _case(graph: Graph, entry: Any, folder: Path) -> Case:
    def file(iri: Any) -> Path:
        return folder / str(iri).rpartition("/")[2]

    action = graph.value(entry, MF.action)
    query = graph.value(action, QT.query)
    result = graph.value(entry, MF.result)
    return Case(
        folder,
        str(entry).rpartition("#")[2],
        file(action if query is None else query),
        tuple(sorted(file(iri) for iri in graph.objects(action, QT.data))),
        tuple(sorted((str(iri), file(iri)) for iri in graph.objects(action, QT.graphData))),
        None if result is None else file(result),
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for kind in set(KINDS) & set(metafunc.fixturenames):
        cases = cases_of(kind)
        metafunc.parametrize(kind, cases, ids=[case.id for case in cases])


@pytest.fixture(scope="session")
def suites() -> Path:
    """The folder of SPARQL 1.1 suites; skips where it is missing, fails in CI."""
    return need("sparql11", "github.com/w3c/rdf-tests (sparql/sparql11)")


def need(name: str, origin: str) -> Path:
    """The folder of a suite; skips where it is missing, fails in CI."""
    folder = SUITES / name
    if not folder.is_dir():
        message = f"There is no suite {name} at {folder}; get it from {origin}; PARLEY_SUITES names the folder above."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def read_cases() -> Callable[[str], list[Case]]:
    """The cases of a kind."""
    return cases_of


@pytest.fixture(scope="session")
def exemptions() -> dict[str, dict[str, Any]]:
    """Case id → why it may fail, and the smallest query that shows it."""
    return exemptions_in(EXEMPTIONS.name)


def exemptions_in(name: str) -> dict[str, dict[str, Any]]:
    """Case id → its entry in a file of this folder; no case is exempt twice."""
    entries = tomllib.loads(EXEMPTIONS.with_name(name).read_text(encoding="utf-8")).values()
    found = {case: entry for entry in entries for case in entry["cases"]}
    assert len(found) == sum(len(entry["cases"]) for entry in entries), f"{name} names a case twice"
    return found


def passes_unless_exempt(is_right: bool, case: str, exemptions: dict[str, Any], record_property: Any) -> None:
    """Fail for a wrong answer, or for a right one of a case that is on the list."""
    if case in exemptions:
        record_property("exempt", True)
        assert not is_right, f"{case} passes: take it off the list of exemptions"
    else:
        assert is_right


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many cases of each suite passed, and how many were exempt."""
    counts: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            suite = dict(getattr(report, "user_properties", ())).get("suite")
            if suite:
                exempt = dict(report.user_properties).get("exempt") and outcome == "passed"
                counts.setdefault(suite, Counter())["exempt" if exempt else outcome] += 1
    for suite, numbers in sorted(counts.items()):
        total = sum(numbers.values())
        exempt = f", {numbers['exempt']} exempt" if numbers["exempt"] else ""
        terminalreporter.write_line(f"{suite}: {numbers['passed']} of {total} pass{exempt}")
