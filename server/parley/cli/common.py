"""What several commands share: finding the publication, its state, and showing progress."""

from __future__ import annotations

import json
import locale
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from parley.errors import PublicationError
from parley.publication import FILE_NAME, Publication, load, locate
from parley.release.directory import StateDirectory, open_release
from parley.release.manifest import Manifest

F = TypeVar("F", bound=Callable[..., Any])

#: People read the standard error; the standard output is for results.
CONSOLE = Console(stderr=True, highlight=False)


def folder_argument(command: F) -> F:
    """The argument DIR."""
    path = click.Path(path_type=Path, file_okay=False)
    return click.argument("folder", metavar="[DIR]", type=path, required=False)(command)


def publication_option(command: F) -> F:
    """The option --publication, for commands whose argument is something else."""
    path = click.Path(path_type=Path, file_okay=False)
    return click.option("--publication", "folder", metavar="DIR", type=path, help="Folder of the publication.")(command)


def json_option(command: F) -> F:
    """The option --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")(command)


def open_publication(folder: Path | None, **settings: Any) -> Publication:
    """The publication to work on; a folder without `publication.toml` gets guessed values, which are shown.

    Raises PublicationError or SettingError.
    """
    root = locate(folder)
    if (root / FILE_NAME).is_file():
        return load(root, **settings)
    from parley.pipeline.sources.guess import guess

    publication = guess(root, **settings)
    # never wrapped: what is shown is to be saved as it is
    CONSOLE.print(f"{root} has no {FILE_NAME}.", style="bold", markup=False, soft_wrap=True)
    CONSOLE.print("These values were guessed; `parley new` with this folder saves them there, to be changed:\n")
    CONSOLE.print(publication.source, markup=False, soft_wrap=True)
    return publication


def reader_language(publication: Publication) -> str:
    """The reader's language if the publication speaks it, else the publication's first."""
    own = (locale.getlocale()[0] or "").partition("_")[0].lower()
    return own if own in publication.languages else publication.languages[0]


def open_state(publication: Publication) -> StateDirectory:
    """The directory of the publication's releases."""
    return StateDirectory.locate(publication)


def current_release(folder: Path | None) -> tuple[Publication, Path]:
    """The publication and the directory of its current release, verified.

    Raises PublicationError if none was built, ReleaseError if it is damaged.
    """
    publication = open_publication(folder)
    current = open_state(publication).current()
    if current is None:
        raise PublicationError(f"{publication.root} has no release yet.", cure="`parley build` makes one.")
    size = Manifest.read(current).size
    return publication, open_release(current, hashes=size <= publication.settings.verify_at_start).path


@contextmanager
def progress_display() -> Iterator[Callable[[str, int, int], None]]:
    """A progress callback that shows the stages on a terminal, and one line a stage elsewhere."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    shown: dict[str, Any] = {}
    with Progress(*columns, console=CONSOLE, transient=True) as bars:

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in shown:
                _finish(bars, shown)
                shown[stage] = bars.add_task(stage, total=None)
                if not CONSOLE.is_terminal:
                    CONSOLE.print(f"{stage} …")
            if total:
                bars.update(shown[stage], completed=done, total=total)

        yield advance


def _finish(bars: Progress, shown: Mapping[str, Any]) -> None:
    for task in shown.values():
        bars.update(task, completed=1, total=1)


def passed_over(ignored: Iterable[tuple[str, str]]) -> list[str]:
    """What to tell of the files that hold no RDF, given with the reasons: a line a reason, however many files.

    >>> passed_over([("a.h", "no RDF"), ("b.h", "no RDF"), ("c.h", "no RDF"), ("d.h", "no RDF"), ("e.xml", "no root")])
    ['passed over: a.h, b.h, c.h and 1 more, no RDF', 'passed over: e.xml, no root']
    """
    reasons: dict[str, list[str]] = {}
    for name, reason in ignored:
        reasons.setdefault(reason, []).append(name)
    return [f"passed over: {_some(names)}, {reason}" for reason, names in reasons.items()]


def _some(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def print_json(value: Any) -> None:
    """Write `value` to the standard output as JSON."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")
