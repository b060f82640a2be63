"""Which site a request gets: the one that `serving.json` names, opened once, swapped when the file changes.

It is opened anew too when its release has been signed meanwhile: answers that are kept know nothing of the signature.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from parley.engine.protocol import Engine
from parley.release import sums
from parley.serving import Serving
from parley.web.edge.cache import ResponseCache
from parley.web.site import Site

log = logging.getLogger(__name__)

#: Seconds between two looks at `serving.json`.
LOOK_INTERVAL = 0.2

#: What tells a file from what was there before: time, number, size.
Stamp = tuple[int, int, int]


@dataclass(slots=True, eq=False)
class Served:
    """A site with what answers its requests, and how many of them are in flight.

    Pages and answers to queries are kept apart: no flood of queries drives the pages out.
    """

    site: Site
    app: Flask
    engine: Engine
    cache: ResponseCache = field(default_factory=ResponseCache)
    results: ResponseCache = field(default_factory=ResponseCache)
    users: int = 0
    retired: bool = False


class Sites:
    """The current site of one worker. Everything here runs in the event loop's thread, except `opener`.

    `opener` opens what a `Serving` names; it may block.
    """

    def __init__(self, path: Path, opener: Callable[[Serving], Served], pool: Executor) -> None:
        self._path = path
        self._opener = opener
        self._pool = pool
        self._current: Served | None = None
        self._seen: Stamp | None = None
        self._signed: tuple[Path, Stamp | None] | None = None
        self._next_look = 0.0
        self._switch: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Open the first site. Raises ReleaseError."""
        self._seen = _stamp(self._path)
        self._current = await self._open()
        _settle()

    @contextmanager
    def lease(self) -> Iterator[Served]:
        """The current site, kept open until the block ends, whatever is served by then."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOK_INTERVAL
            self._look()
        served = self._current
        assert served is not None  # the server takes no request before `start` has returned
        served.users += 1
        try:
            yield served
        finally:
            served.users -= 1
            self._close_if_unused(served)

    def close(self) -> None:
        """Close the current site once it is unused; no lease may follow."""
        if self._current is not None:
            self._current.retired = True
            self._close_if_unused(self._current)

    def _look(self) -> None:
        if self._switch is not None:
            return
        stamp = _stamp(self._path)
        signed = self._signed and (self._signed[0], _stamp(self._signed[0]))
        if stamp is not None and (stamp, signed) != (self._seen, self._signed):
            self._seen, self._signed = stamp, signed
            self._switch = asyncio.ensure_future(self._replace())

    async def _replace(self) -> None:
        try:
            fresh = await self._open()
        except Exception:
            log.exception("the release that %s names can't be opened; the one before is still served", self._path)
            return
        finally:
            self._switch = None
        old, self._current = self._current, fresh
        if old is not None:
            old.retired = True
            self._close_if_unused(old)
        gc.unfreeze()  # what is left of sites before
        _settle()

    async def _open(self) -> Served:
        def opened() -> tuple[Served, tuple[Path, Stamp | None]]:
            serving = Serving.read(self._path)
            signature = serving.release / sums.FOLDER / sums.SIGNATURE
            signed = signature, _stamp(signature)
            return self._opener(serving), signed

        served, self._signed = await asyncio.get_running_loop().run_in_executor(self._pool, opened)
        return served

    def _close_if_unused(self, served: Served) -> None:
        if served.retired and not served.users:
            served.retired = False  # once
            served.engine.close()
            self._pool.submit(served.site.close)


def _settle() -> None:
    """Have the garbage collector look no more at what is there, which is there to stay.

    Else every few hundred pages it would, and nobody be answered for a tenth of a second.
    """
    gc.collect()
    gc.freeze()


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
