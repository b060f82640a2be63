"""The process that validates data somebody has sent, which comes on standard input.

It is run by `python -m parley.pipeline.validation.checking TASK`, the task as JSON.

It reads the release's shapes and ontology, puts up its walls (no network, no files but Python's own and the release's,
no programs, bounded memory and time), then parses and validates by the very code of `parley check`. What it writes is a
report, or, with the status FAULT, what is wrong with the data.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from parley import publication as publications
from parley.engine import sandbox
from parley.engine.checking import FAULT
from parley.errors import SourceError, ValidationFailed
from parley.formats import RDF_FORMATS
from parley.pipeline.names import Names
from parley.pipeline.sources.contexts import Contexts
from parley.pipeline.sources.discover import SourceFile, form_of
from parley.pipeline.sources.parse import Parser
from parley.pipeline.terms import graph_of, to_rdflib
from parley.pipeline.validation.report import Report
from parley.pipeline.validation.results import report_graph
from parley.pipeline.validation.shacl import Outcome, run
from parley.pipeline.validation.validate import rows_of
from parley.pipeline.walls import put_up
from parley.publication import Publication
from parley.release.index import Index
from parley.roles import Role
from parley.vocab import OWL, PROV, RDF_TYPE, SH

NOTHING_AIMED: Final = "No shape aims at anything in the data, by its classes or properties: nothing was validated."
NO_SHAPES: Final = "The publication has no shapes: nothing was validated."
#: Terms of SHACL that data may use: those of reports.
_REPORTED: Final = frozenset(
    SH + name
    for name in (
        "ValidationReport", "ValidationResult", "conforms", "detail", "focusNode", "result", "resultMessage",
        "resultPath", "resultSeverity", "shapesGraphWellFormed", "sourceConstraint", "sourceConstraintComponent",
        "sourceShape", "value",
    )
)  # fmt: skip
_IMPORTS: Final = OWL + "imports"
_NICENESS: Final = 10
_DEFAULT: Final = ox.DefaultGraph()
_TYPE: Final = ox.NamedNode(RDF_TYPE)


@dataclasses.dataclass(frozen=True, slots=True)
class Rules:
    """What a release holds data to: quads of its shapes and its ontology, and its store, for types of known things.

    `release` is the release's IRI, "" for files that are none yet.
    """

    publication: Publication
    shapes: list[ox.Quad]
    ontology: list[ox.Quad]
    store: ox.Store
    release: str = ""

    @classmethod
    def of(cls, release: Path) -> Rules:
        """Read them from a release directory."""
        text = (release / publications.FILE_NAME).read_text(encoding="utf-8")
        store = ox.Store.read_only(str(release / "store"))
        with Index.open(release / "index.sqlite") as index:
            graphs = index.graphs()

        def quads(role: Role) -> list[ox.Quad]:
            names = [ox.NamedNode(graph.iri) for graph in graphs if graph.role is role]
            return [quad for name in names for quad in store.quads_for_pattern(None, None, None, name)]

        found = publications.parse(release, text, environment={})
        return cls(found, quads(Role.SHAPES), quads(Role.ONTOLOGY), store, f"{found.base}release/{release.name}/")

    def types(self, mentioned: Iterable[ox.NamedNode]) -> list[ox.Quad]:
        """The types that the release gives to things."""
        return [quad for node in mentioned for quad in self.store.quads_for_pattern(node, _TYPE, None, _DEFAULT)]


def check(rules: Rules, quads: list[ox.Quad]) -> tuple[Report, Outcome]:
    """Validate `quads`, all graphs as one, as the publication validates its own.

    Things that they mention and the release knows have their types from there. The report is about what the quads say
    something of: about their subjects.
    """
    told = {quad.subject for quad in quads}
    others = {q.object for q in quads if isinstance(q.object, ox.NamedNode) and q.predicate != _TYPE} - told
    shapes = graph_of(rules.shapes)
    if not shapes:
        return Report(notes=(NO_SHAPES,)), Outcome((), 0, frozenset(), ())
    data = graph_of([*quads, *rules.ontology, *rules.types(node for node in others if isinstance(node, ox.NamedNode))])
    outcome = run(data, shapes)
    subjects = {to_rdflib(subject) for subject in told if not isinstance(subject, ox.Triple)}
    results = tuple(result for result in outcome.results if result.focus in subjects)
    kept = dataclasses.replace(outcome, results=results, focused=outcome.focused & subjects)
    report = Report(
        results=rows_of(results, shapes, Names(rules.publication.all_prefixes), lambda _node: None),
        notes=(*(() if kept.focused else (NOTHING_AIMED,)), *_not_followed(quads)),
        shapes=kept.shapes,
        focus_nodes=kept.focus_nodes,
    )
    return report, kept


def _not_followed(quads: Iterable[ox.Quad]) -> list[str]:
    """A note on what the data import, which nobody fetches."""
    named = sorted({str(quad.object) for quad in quads if quad.predicate.value == _IMPORTS})
    return [f"Imports are not followed: {', '.join(named)[:500]}."] if named else []


def _written(rules: Rules, form: str, quads: list[ox.Quad]) -> bytes:
    report, outcome = check(rules, quads)
    syntax = next((f for f in RDF_FORMATS if f.name == form), None)
    if syntax is None:
        found = {**report.as_dict(), "triples": len(quads), "rules": rules.release}
        return json.dumps(found, ensure_ascii=False).encode()
    prefixes = {name: rules.publication.all_prefixes[name] for name in ("sh", "rdfs", "prov")}
    by = ox.Triple(ox.BlankNode("report"), ox.NamedNode(PROV + "used"), ox.NamedNode(rules.release))
    return ox.serialize([*report_graph(outcome), by], format=syntax.oxigraph, prefixes=prefixes) or b""


def _answer(task: dict[str, Any]) -> tuple[int, bytes]:
    """The status to end with, and what to write."""
    rules = Rules.of(Path(task["release"]))
    memory = os.memfd_create("data")  # before writing is forbidden; the parser opens files by their path, twice
    with os.fdopen(os.dup(memory), "wb") as file:
        file.write(sys.stdin.buffer.read())
    put_up([Path(task["release"])], memory=int(task["memory"]), seconds=float(task["seconds"]))
    settings = dataclasses.replace(
        rules.publication.settings, file_bytes=int(task["bytes"]), xml_expansion=int(task["bytes"])
    )
    form, compression = form_of(task["name"])
    assert form is not None  # the web names the data by a format's ending
    source = SourceFile(Path(f"/proc/self/fd/{memory}"), task["name"], Role.DATA, form, compression)
    parser = Parser(settings, Contexts(rules.publication.root))
    try:
        quads = list(parser.quads(source))
        if parser.passed_over:
            raise SourceError(f"This is no RDF: {parser.passed_over[0][1]}.", file="", cure="Name its syntax.")
        if asked := _own_rules(quads):
            message = f"The data hold rules of their own, which are not applied: {', '.join(asked)}."
            return FAULT, _fault(message, "Leave them out: the rules are those of the release.", None, unsupported=True)
        return 0, _written(rules, task["format"], quads)
    except SourceError as error:
        return FAULT, _fault(error.message, error.cure.replace("file_bytes", "validation_bytes"), error.line)
    except ValidationFailed as error:
        return FAULT, _fault(error.message, error.cure, None)


def _own_rules(quads: Iterable[ox.Quad]) -> list[str]:
    """The terms of SHACL that would make the data judge themselves, shortened, sorted."""
    used = {quad.predicate.value for quad in quads}
    used |= {q.object.value for q in quads if q.predicate == _TYPE and isinstance(q.object, ox.NamedNode)}
    return sorted(f"sh:{term.removeprefix(SH)}" for term in used if term.startswith(SH) and term not in _REPORTED)


def _fault(message: str, cure: str, line: int | None, *, unsupported: bool = False) -> bytes:
    return json.dumps({"message": message, "cure": cure, "line": line, "unsupported": unsupported}).encode()


def main() -> None:
    """Do the one task, write the answer, end; a status other than 0 says that a wall or a limit ended it."""
    task = json.loads(sys.argv[1])
    sandbox.die_with_parent(int(task["parent"]), signal.SIGKILL)
    os.nice(_NICENESS)
    try:
        status, answer = _answer(task)
    except (MemoryError, RecursionError):
        os._exit(1)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
