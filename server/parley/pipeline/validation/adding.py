"""The process that reads what `parley add` adds: `python -m parley.pipeline.validation.adding TASK` (JSON).

It reads the publication's own shapes, ontology and types, puts up its walls, then parses the foreign files and holds
them to the rules as a build does. What it writes is the data as sorted N-Triples, or, with the status FAULT, what is
wrong with it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from parley import publication as publications
from parley.engine import sandbox
from parley.engine.checking import FAULT
from parley.errors import ParleyError, SourceError, ValidationFailed
from parley.formats import N_TRIPLES, READABLE_FORMATS, by_name
from parley.pipeline.sources.contexts import Contexts
from parley.pipeline.sources.discover import SourceFile, discover
from parley.pipeline.sources.parse import NO_BASE, Parser
from parley.pipeline.sources.tabular import LABEL, METADATA, SSSOM, csvw, load_library, sssom
from parley.pipeline.validation.checking import Rules, check
from parley.pipeline.walls import put_up
from parley.publication import Publication
from parley.roles import Role
from parley.settings import Settings
from parley.vocab import PREFIXES, RDF_TYPE

_TYPE: Final = ox.NamedNode(RDF_TYPE)
#: What other people's data may say of our things: that theirs is the same, or like it.
_MAPPINGS: Final = (PREFIXES["skos"], PREFIXES["owl"] + "sameAs", PREFIXES["rdfs"] + "seeAlso")


def _rules(publication: Publication) -> Rules:
    """The publication's shapes and ontology, and the types of its things, as its files have them now."""
    parser, store = Parser.of(publication), ox.Store()
    found: dict[Role, list[ox.Quad]] = {Role.SHAPES: [], Role.ONTOLOGY: []}
    for source in discover(publication).files:
        if source.role is Role.EXTERNAL:
            continue
        for quad in parser.quads(source):
            if source.role in found:
                found[source.role].append(quad)
            if quad.predicate == _TYPE:
                store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return Rules(publication, found[Role.SHAPES], found[Role.ONTOLOGY], store)


def _triples(publication: Publication, file: SourceFile, mark: str, how: dict[str, Any]) -> Iterator[ox.Triple]:
    """The triples of a file; one that turns out to be no RDF is added to `how["left_out"]`, unless it was named."""
    prefixes = publication.all_prefixes
    if file.path.name.endswith(METADATA):
        yield from csvw(file.path, prefixes, publication.settings.add_bytes)
        return
    if file.path.name.endswith(SSSOM):
        yield from (t for t in sssom(file.path, prefixes) if not _is_label_of_ours(publication, t))
        return
    settings = replace(publication.settings, file_bytes=publication.settings.add_bytes)
    parser = Parser(settings, Contexts(publication.root), base=how["base"])
    for quad in parser.quads(file):
        yield ox.Triple(_kept_apart(quad.subject, mark, file), quad.predicate, _kept_apart(quad.object, mark, file))
    if parser.passed_over and str(file.path) in how["named"]:
        raise SourceError(f"It is no RDF: {parser.passed_over[0][1]}.", file=file.name, cure="Name another file.")
    how["left_out"] += [name for name, _ in parser.passed_over]


def _is_label_of_ours(publication: Publication, triple: ox.Triple) -> bool:
    """Whether a table of mappings repeats what one of our own things is called."""
    subject = triple.subject
    own = isinstance(subject, ox.NamedNode) and subject.value.startswith(publication.all_bases)
    return own and triple.predicate == LABEL


def _kept_apart(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, mark: str, file: SourceFile) -> Any:
    """A blank node under a name that no other file's has; any other term as it is."""
    if not isinstance(term, ox.BlankNode):
        return term
    own = hashlib.sha256(f"{mark} {file.name} {term.value}".encode()).hexdigest()[:16]
    return ox.BlankNode(f"b{own}")


def _check_subject(publication: Publication, triple: ox.Triple, file: SourceFile) -> None:
    """Others may map their things to ours; what ours are is ours to say."""
    subject, predicate = triple.subject, triple.predicate.value
    if (
        isinstance(subject, ox.NamedNode)
        and subject.value.startswith(publication.all_bases)
        and not predicate.startswith(_MAPPINGS)
    ):
        raise SourceError(
            f"It says {predicate} of <{subject.value}>, which is this publication's own.", file=file.name,
            cure="Say it in the publication's own data, or leave it out.",
        )  # fmt: skip


def _read(publication: Publication, sources: Iterable[tuple[str, SourceFile]], how: dict[str, Any]) -> set[ox.Triple]:
    found: set[ox.Triple] = set()
    for mark, file in sources:
        try:
            for triple in _triples(publication, file, mark, how):
                _check_subject(publication, triple, file)
                found.add(triple)
        except (csv.Error, OverflowError) as error:  # the library's words; a cell that is too long, for instance
            raise SourceError(f"It can't be read: {error}.", file=file.name, cure="Correct it.") from None
    return found


def _held_to(rules: Rules, triples: Iterable[ox.Triple], name: str) -> None:
    """Raises SourceError if a build would refuse the data for the publication's shapes."""
    if not rules.shapes or rules.publication.violations != "refuse":
        return
    report, _outcome = check(rules, [ox.Quad(t.subject, t.predicate, t.object) for t in triples])
    broken = [row for row in report.results if row.severity == "violation"]
    if broken:
        first = broken[0]
        words = next(iter(first.messages.values()), first.component)
        raise SourceError(
            f"It breaks the publication's rules, {len(broken):,} times. {first.focus} {first.path or ''}: {words}",
            file=name, cure="Correct the data, or leave out what the shapes are about.",
        )  # fmt: skip


def _answer(task: dict[str, Any]) -> tuple[int, Iterable[str]]:
    """The status to end with, and what to write."""
    root, settings = Path(task["root"]), Settings(**task["settings"])
    publication = replace(publications.parse(root, task["source"], environment={}), settings=settings)
    files = [(mark, _source(row)) for mark, row in task["files"]]
    readable = {file.path.parent if file.path.name.endswith(METADATA) else file.path for _, file in files}
    try:
        rules = _rules(publication)
        if tables := [file.name for _, file in files if file.path.name.endswith(METADATA)]:
            load_library(tables[0])
        put_up([root, *sorted(readable)], memory=settings.add_memory, seconds=settings.add_seconds)
        how = {"base": task["base"], "named": frozenset(task["named"]), "left_out": []}
        triples = _read(publication, files, how)
        if not triples:
            raise SourceError("There is no triple in it.", file=files[0][1].name, cure="Name another file.")
        _held_to(rules, triples, task["name"])
        print(json.dumps(how["left_out"]), file=sys.stderr, flush=True)
    except SourceError as error:
        if NO_BASE in error.message:
            error.cure += " Or say what the base is with --base."
        return FAULT, [_fault(error, error.file, error.line)]
    except ValidationFailed as error:
        return FAULT, [_fault(error, task["name"], None)]
    return 0, (f"{line} .\n" for line in sorted(map(str, triples)))


def _fault(error: ParleyError, file: str, line: int | None) -> str:
    return json.dumps({"message": error.message, "cure": error.cure, "file": file, "line": line})


def _source(row: dict[str, str]) -> SourceFile:
    form = by_name(row["format"], READABLE_FORMATS) or N_TRIPLES
    return SourceFile(Path(row["path"]), row["name"], Role.EXTERNAL, form, row["compression"])


def main() -> None:
    """Do the one task, write the answer, end; a status other than 0 and FAULT says that a limit ended it."""
    task = json.loads(sys.stdin.buffer.read())
    sandbox.die_with_parent(int(task["parent"]), signal.SIGKILL)
    try:
        status, answer = _answer(task)
        for text in answer:
            sys.stdout.buffer.write(text.encode("utf-8"))
    except (MemoryError, RecursionError):
        os._exit(1)
    sys.stdout.buffer.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
