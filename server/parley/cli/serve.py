"""`parley serve`: build if needed, then serve."""

from __future__ import annotations

import logging.config
import os
import signal
from collections.abc import Callable
from pathlib import Path

import click

from parley import logs
from parley.cli.common import CONSOLE, folder_argument, open_publication, open_state, progress_display
from parley.engine.sandbox import die_with_parent
from parley.errors import Finding
from parley.publication import Publication
from parley.release.directory import StateDirectory


@click.command()
@folder_argument
@click.option("--host", help="Address to listen on (setting host).")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one (setting port).")
@click.option("--workers", type=int, help="Web worker processes (setting workers).")
@click.option("--skip-broken", is_flag=True, help="Leave out files that can't be read, and name them.")
@click.option("--watch", is_flag=True, help="Build again and switch when a file changes.")
@click.pass_context
def serve(
    context: click.Context,
    folder: Path | None,
    host: str | None,
    port: int | None,
    workers: int | None,
    skip_broken: bool,
    watch: bool,
) -> None:
    """Serve a publication, building its release first if anything has changed. Ctrl-C ends it."""
    from parley.supervisor import serve as supervise

    publication = open_publication(folder, host=host, port=port, workers=workers)
    settings = publication.settings
    logging.config.dictConfig(logs.configuration(settings.log_level, settings.log_format))
    state = open_state(publication)
    watcher = None
    if watch:
        from parley.cli.watch import Watcher

        watcher = Watcher(publication, skip_broken)  # before the build: what changes during it counts as a change
    if status := _in_a_child(context, lambda: _prepare(publication, state, skip_broken)):
        context.exit(status)
    context.exit(supervise(publication, state, watch=watcher))


def _in_a_child(context: click.Context, work: Callable[[], None]) -> int:
    """Have a child do what takes much memory and leaves threads behind: this process is to be the supervisor.

    Returns its exit status; it has said itself what went wrong.
    """
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        die_with_parent(parent, signal.SIGTERM)
        work()
        context.exit(0)
    try:
        status = os.waitpid(child, 0)[1]
    except KeyboardInterrupt:  # it was for both
        status = os.waitpid(child, 0)[1]
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _prepare(publication: Publication, state: StateDirectory, skip_broken: bool) -> None:
    """Build; if the sources are at fault but an earlier release is whole, say so and serve that."""
    from parley.cli.build import remark
    from parley.pipeline.build import build as build_release

    try:
        with progress_display() as progress:
            built = build_release(publication, state, skip_broken=skip_broken, progress=progress)
    except Finding as error:
        if state.current() is None:
            raise
        CONSOLE.print("[red]The new release was not made:[/red]")
        CONSOLE.print(str(error), markup=False, soft_wrap=True)
        CONSOLE.print("Serving the release before it.")
    else:
        CONSOLE.print(f"Release {built.id[:12]}: {built.manifest.counts['asserted']:,} triples asserted.")
        remark(built)
