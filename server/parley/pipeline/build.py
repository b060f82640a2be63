"""Building a release: the stages in their order, each timed, all or nothing."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from parley import __version__
from parley.errors import Inconsistent, SourceError, ValidationFailed
from parley.pipeline.deadline import TimeIsUp, at_most
from parley.pipeline.sources.discover import discover, rule_files
from parley.pipeline.validation.cures import WITH_VIOLATIONS
from parley.publication import FILE_NAME, Publication
from parley.release.directory import StateDirectory
from parley.release.manifest import FORMAT_VERSION, Manifest, release_id
from parley.release.sums import write_checksums

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus
    from parley.pipeline.inference.infer import Inference
    from parley.pipeline.validation.report import Report

#: Called with the stage's name, and how much of it is done out of how much (0 of 0 where unknown).
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Built:
    """What a build did: the release, whether it was there already, and the seconds each stage took.

    `broken` says of each file that was left out why it can't be read, `ignored` of files that hold no RDF,
    `warnings` violations that are but reported, and axioms that were not used.
    """

    path: Path
    manifest: Manifest
    reused: bool
    seconds: dict[str, float] = field(default_factory=dict)
    broken: tuple[SourceError, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def skipped(self) -> tuple[str, ...]:
        """The names of the files that were left out."""
        return tuple(error.file for error in self.broken)

    @property
    def id(self) -> str:
        """Identity of the release."""
        return self.manifest.id


class _Clock:
    """Announces and times the stages."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self.progress = progress

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.progress(name, 0, 0)
        start = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - start, 3)


def build(
    publication: Publication,
    state: StateDirectory,
    *,
    skip_broken: bool = False,
    force: bool = False,
    progress: Progress = lambda _stage, _done, _total: None,
) -> Built:
    """Make the release of `publication` and make it the current one; nothing changed means nothing is rebuilt.

    With `skip_broken`, files that can't be read are left out and named in the result. Raises SourceError,
    ValidationFailed, Inconsistent, TooLarge or ReleaseError; the release served before stays as it was.
    """
    clock = _Clock(progress)
    with clock.stage("compare"):
        inputs = fingerprint(publication)
        known = None if force else state.built_from(inputs)
    if known is not None:
        state.make_current(known)
        path = state.path(known)
        return Built(path, Manifest.read(path), True, clock.seconds)
    with state.lock(), state.workspace() as work:
        corpus, inference = _assemble(publication, work, clock, skip_broken, state.current())
        with clock.stage("publish"):
            manifest = Manifest.read(work)
            path = state.publish(work, manifest.id)
            if not corpus.skipped:
                state.remember(inputs, manifest.id)
    return Built(path, manifest, False, clock.seconds, corpus.broken, corpus.ignored, inference.warnings)


def fingerprint(publication: Publication) -> str:
    """SHA-256 over all that a release is made of, and the version that makes it: the cheap test for "no change"."""
    digest = hashlib.sha256(json.dumps([FORMAT_VERSION, __version__, publication.source]).encode())
    for path in sorted({*(f.path for f in discover(publication).files), *rule_files(publication)}):
        with path.open("rb") as file:
            digest.update(json.dumps(path.relative_to(publication.root).as_posix()).encode())
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _assemble(
    publication: Publication, work: Path, clock: _Clock, skip_broken: bool, before: Path | None
) -> tuple[Corpus, Inference]:
    """Write everything that makes a release into `work`; `before` is the release that it follows."""
    from parley.pipeline.output.changes import write_changes
    from parley.pipeline.output.dump import write_dumps
    from parley.pipeline.output.index import build_index
    from parley.pipeline.output.queries import saved_queries, write_queries
    from parley.pipeline.output.sssom import given_mappings, mappings_digest
    from parley.pipeline.output.store import build_store

    with clock.stage("queries"):
        queries = write_queries(saved_queries(publication, skip_broken=skip_broken), work)
        mappings = given_mappings(publication, skip_broken=skip_broken)
    corpus, inference = examine(publication, work, clock, skip_broken)
    (work / FILE_NAME).write_text(publication.source, encoding="utf-8")
    with clock.stage("index"):
        build_index(publication, corpus, inference.path, work / "index.sqlite")
    with clock.stage("store"):
        build_store(publication, corpus, inference.path, work / "store")
    with clock.stage("dump"):
        write_dumps(publication, corpus, inference.path, work / "dumps", mappings)
    with clock.stage("changes"):
        unannounced = write_changes(publication, work, before)
    with clock.stage("manifest"):
        closure = hashlib.sha256(inference.path.read_bytes()).hexdigest()
        identity = release_id(corpus.digest, publication.source, closure, queries + mappings_digest(mappings))
        manifest = Manifest.make(work, identity, corpus.graphs, inference.triples)
        manifest.write(work)
        write_checksums(work, manifest)
    return corpus, replace(inference, warnings=(*inference.warnings, *unannounced))


def examine(publication: Publication, work: Path, clock: _Clock, skip_broken: bool = False) -> tuple[Corpus, Inference]:
    """Read, validate and infer; raise on the first stage that finds a fault."""
    from parley.pipeline.inference.infer import infer
    from parley.pipeline.sources.read import read

    with clock.stage("read"):
        corpus = read(publication, work, skip_broken=skip_broken, progress=clock.progress)
    with clock.stage("validate"):
        remarks = _remarks(publication, corpus)
    with clock.stage("infer"):
        try:
            inference = infer(publication, corpus, work / "inferred.nq")
        except Inconsistent as error:
            if publication.violations == "refuse":
                raise
            remarks += (f"{error}\nFrom a contradiction everything follows, so nothing was inferred.",)
            inference = infer(replace(publication, inference="none"), corpus, work / "inferred.nq")
    return corpus, replace(inference, warnings=(*remarks, *inference.warnings))


def _remarks(publication: Publication, corpus: Corpus) -> tuple[str, ...]:
    """What to tell of the violations; where they are but reported, nobody waits for them longer than is set."""
    from parley.pipeline.validation.validate import validate

    if publication.violations == "refuse":
        return _violations(validate(publication, corpus), refused=True)
    seconds = publication.settings.report_seconds
    try:
        with at_most(seconds):
            return _violations(validate(publication, corpus), refused=False)
    except ValidationFailed as error:  # the shapes themselves are at fault
        return (str(error),)
    except TimeIsUp:
        return (
            f"Whether the data keep to the shapes was not found out in {seconds:g} s (report_seconds under [limits]): "
            "`parley check` takes the time that it needs.",
        )


def _violations(report: Report, *, refused: bool) -> tuple[str, ...]:
    """What to tell of the violations; raises ValidationFailed, with the first ones, if they are `refused`."""
    found = report.violations
    if not found:
        return ()
    count = f"The data violate the shapes in {len(found)} places"
    if not refused:
        return (f"{count}: `parley check` lists them all with how to mend each.",)
    lines = [str(row) for row in found[:5]]
    more = f"\n… and {len(found) - 5} more" if len(found) > 5 else ""
    raise ValidationFailed(
        f"{count}:\n" + "\n".join(lines) + more,
        cure=f"\n`parley check` lists them all with how to mend each. {WITH_VIOLATIONS}",
    )
