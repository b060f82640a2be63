"""What `parley serve` runs: a small process without threads or engine that keeps the others alive.

It holds the listening sockets, starts the engine of the current release and the HTTP server, starts either again within
a second when it dies, and follows the pointer to the current release: next engine started and ready, workers told
through `serving.json`, old engine ended when its last queries have. All of them die with it, even by SIGKILL.
"""

from __future__ import annotations

import logging
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parley import processes
from parley.engine.embedded import EmbeddedEngine
from parley.engine.protocol import Limits
from parley.engine.services import Services
from parley.errors import ParleyError, ReleaseError
from parley.listening import listen, split_address
from parley.processes import without_keyboard
from parley.publication import Publication, parse
from parley.readiness import tell_manager
from parley.release.directory import Release, StateDirectory
from parley.serving import Serving, tell_state
from parley.settings import Settings
from parley.signals import received, signalled, signals

log = logging.getLogger(__name__)

#: Seconds between two looks at the pointer to the current release.
POLL_INTERVAL: Final = 0.5
#: Seconds between two calls of `watch`.
WATCH_INTERVAL: Final = 1.0
#: Seconds that an old engine takes queries after the switch: longer than any worker needs to notice it.
_SWITCH_GRACE: Final = 5.0
#: Seconds that the HTTP server gets to end by itself.
_STOP_SECONDS: Final = 1.3
#: A child that lives shorter than this is started again only after as long a pause, and counts as a failed start.
_SHORT_LIFE: Final = 1.0
_FAILED_STARTS: Final = 5


def serve(
    publication: Publication,
    state: StateDirectory,
    *,
    watch: Callable[[], None] | None = None,
    announce: Callable[[str], None] = print,
) -> int:
    """Serve the current release of `state` until SIGINT, SIGTERM or SIGHUP; returns the exit status, 0 for these.

    `watch` is called once a second; `announce` gets the lines for the operator, the site's address first. Raises Misuse
    if the address is taken, ReleaseError if there is no sound release, EngineLost if the engine can't start.
    """
    settings = publication.settings
    if settings.metrics:
        split_address(settings.metrics)
    with listen(settings.host, settings.port, settings.workers) as listeners, _run_directory() as run:
        release, reason = state.best_release()
        if reason:
            announce(f"The current release is not served: {reason}")
        supervisor = Supervisor(settings, state, listeners, run, announce)
        with signals() as wake:
            try:
                supervisor.start(publication, release)
                return supervisor.run(wake, watch)
            finally:
                supervisor.stop()


@contextmanager
def _run_directory() -> Iterator[Path]:
    run = Path(tempfile.mkdtemp(prefix="parley-run-"))
    try:
        yield run
    finally:
        shutil.rmtree(run, ignore_errors=True)


@dataclass(slots=True)
class _Retired:
    """An engine that has been replaced: drained at `drain_at`, ended at `end_at` at the latest (monotonic seconds)."""

    engine: EmbeddedEngine
    drain_at: float
    end_at: float


class Supervisor:
    """The processes of one `parley serve`. Every method returns within a second or so; nothing here is a thread."""

    def __init__(
        self,
        settings: Settings,
        state: StateDirectory,
        listeners: list[socket.socket],
        run: Path,
        announce: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._state = state
        self._listeners = listeners
        self._run = run
        self._announce = announce
        self._serving = run / "serving.json"
        self._engine: EmbeddedEngine | None = None
        self._retired: list[_Retired] = []
        self._pointer: Path | None = None
        self._switches = 0
        self._http: subprocess.Popen[bytes] | None = None
        self._http_since = 0.0
        self._failed_starts = 0
        self._counts = run / "counts"
        self._counts.mkdir()
        self._metrics: subprocess.Popen[bytes] | None = None
        self._hashing: subprocess.Popen[bytes] | None = None
        self._state_told: dict[str, object] = {}

    @property
    def address(self) -> str:
        """The site's address on this machine."""
        host, port = self._listeners[0].getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{self._settings.prefix}/"

    def start(self, publication: Publication, release: Release) -> None:
        """Start engine and HTTP server."""
        self._pointer = self._state.current()
        self._go_over_to(release, publication)
        self._start_http()
        tell_manager("READY=1")
        self._announce(f"Serving {self.address} (Ctrl-C ends it).")

    def run(self, wake: int, watch: Callable[[], None] | None) -> int:
        """Keep everything alive until a signal says to end."""
        next_poll = next_watch = time.monotonic()
        while True:
            select.select([wake], [], [], POLL_INTERVAL)
            numbers = received(wake)
            if signal.SIGTERM in numbers and signal.SIGINT not in numbers:
                self.drain(wake)
            if numbers & {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}:
                return 0
            now = time.monotonic()
            if self._keep_alive(now) is False:
                return 1
            if now >= next_poll:
                next_poll = now + POLL_INTERVAL
                self._follow_pointer()
                self._end_retired(now)
                self._start_metrics()
                self._end_hashing()
            if watch is not None and now >= next_watch:
                next_watch = now + WATCH_INTERVAL
                watch()

    def stop(self) -> None:
        """End all processes, the HTTP server first, within two seconds."""
        if self._http is not None:
            self._http.terminate()
            try:
                self._http.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._http.kill()
                self._http.wait()
        for helper in (self._metrics, self._hashing):
            if helper is not None:
                helper.kill()
                helper.wait()
        for retired in self._retired:
            retired.engine.stop()
        if self._engine is not None:
            self._engine.stop()

    def _keep_alive(self, now: float) -> bool:
        """Start again what has died; False if the HTTP server can't be kept alive."""
        with without_keyboard():
            if self._engine is not None and self._engine.ensure_running():
                log.warning("the query engine died and was started again")
        if self._http is None or self._http.poll() is None:
            return True
        lived = now - self._http_since
        if lived < _SHORT_LIFE:
            return True  # its next start comes when a second has passed since the last
        self._failed_starts = self._failed_starts + 1 if lived < _FAILED_STARTS * _SHORT_LIFE else 0
        if self._failed_starts >= _FAILED_STARTS:
            self._announce("The HTTP server does not stay alive; the log says why.")
            return False
        log.warning("the HTTP server ended with status %s and is started again", self._http.returncode)
        self._start_http()
        return True

    def _start_http(self) -> None:
        self._http = processes.start_http(self._settings, self._listeners, self._serving, self._counts)
        self._http_since = time.monotonic()

    def _start_metrics(self) -> None:
        """Start the process that answers Prometheus, again if it has died."""
        if self._settings.metrics and (self._metrics is None or self._metrics.poll() is not None):
            self._metrics = processes.start_metrics(self._settings.metrics, self._serving, self._counts)

    def _start_hashing(self, release: Release) -> None:
        """Have the files of a release that is too large to be hashed at once hashed while it is served."""
        if self._hashing is not None:
            self._hashing.kill()
            self._hashing.wait()
        large = release.manifest.size > self._settings.verify_at_start
        self._hashing = processes.start_hashing(release.path) if large else None
        self._tell(verified=None if large else True)

    def _end_hashing(self) -> None:
        if self._hashing is None or (status := self._hashing.poll()) is None:
            return
        self._hashing = None
        self._tell(verified=status == 0)
        if status:
            self._announce("The release served is damaged: build it again, or go back with `parley rollback`.")

    def _tell(self, **facts: object) -> None:
        """Let /readyz know."""
        self._state_told |= facts
        tell_state(self._run, self._state_told)

    def drain(self, wake: int) -> None:
        """Say that it is over and, after a while, end what is not in flight. A second signal ends all at once."""
        tell_manager("STOPPING=1")
        self._tell(draining=True, notice="the server is ending")
        if signalled(wake, self._settings.drain_notice, {signal.SIGINT, signal.SIGTERM}) or self._http is None:
            return
        self._http.terminate()
        end = time.monotonic() + self._settings.drain_seconds
        while self._http.poll() is None and time.monotonic() < end:
            if signalled(wake, 0.05, {signal.SIGINT, signal.SIGTERM}):
                return

    def _follow_pointer(self) -> None:
        """Go over to the release that the pointer names, if it is another one; a broken one is reported once."""
        pointer = self._state.current()
        if pointer is None or pointer == self._pointer:
            return
        self._pointer = pointer
        try:
            release, reason = self._state.best_release()
            if reason:
                raise ReleaseError(reason)
            self._go_over_to(release, _publication_of(release))
        except (ParleyError, OSError) as error:
            self._announce(f"The new release is not served: {error}")
        else:
            self._announce(f"Serving release {release.id[:12]}.")

    def _go_over_to(self, release: Release, publication: Publication) -> None:
        """Start the engine of `release`, tell the workers, and retire the engine before it."""
        self._switches += 1
        services = Services.from_settings(self._settings)
        if self._settings.endpoint:
            Serving(release.path, self._run, self._settings).write(self._serving)
            self._start_hashing(release)
            return
        limits = Limits.from_settings(self._settings)
        directory = self._run / f"engine-{self._switches}"
        engine = EmbeddedEngine(
            release.store, limits, directory=directory, prefixes=publication.all_prefixes, services=services,
            index=release.index, in_memory=self._settings.engine == "memory",
        )  # fmt: skip
        with without_keyboard():
            engine.start()
        if self._engine is not None:
            drain_at = time.monotonic() + _SWITCH_GRACE
            end_at = drain_at + limits.queue_wait + limits.query_seconds + 1
            self._retired.append(_Retired(self._engine, drain_at, end_at))
        self._engine = engine
        Serving(release.path, directory, self._settings).write(self._serving)
        self._start_hashing(release)

    def _end_retired(self, now: float) -> None:
        for retired in list(self._retired):
            if now >= retired.end_at or not retired.engine.is_alive():
                retired.engine.stop()
                self._retired.remove(retired)
            elif now >= retired.drain_at:
                retired.engine.drain()


def _publication_of(release: Release) -> Publication:
    """The publication as it was when `release` was built."""
    return parse(release.path, release.publication_file.read_text(encoding="utf-8"), environment={})
