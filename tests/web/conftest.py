"""A real `parley serve` in processes of its own, on a small release that is made without the long stages."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from parley.pipeline.output.index import build_index
from parley.pipeline.output.store import build_store
from parley.pipeline.sources.read import read
from parley.publication import FILE_NAME, Publication, load
from parley.release.directory import StateDirectory
from parley.release.manifest import Manifest, release_id

BASE = "http://bench.example/"
#: Serves what is in a folder and its state directory, as `parley serve` does after its build.
RUN = """
import sys
from pathlib import Path
from parley.errors import ParleyError
from parley.publication import load
from parley.release.directory import StateDirectory
from parley.supervisor import serve
publication = load(Path(sys.argv[1]))
try:
    sys.exit(serve(publication, StateDirectory.locate(publication), announce=lambda line: print(line, flush=True)))
except ParleyError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_status)
"""


def make_publication(folder: Path, triples: int = 2000) -> Publication:
    """A publication of `triples` triples about things t0, t1 …, in `folder`."""
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_text(
        f'base = "{BASE}"\nlanguages = ["en", "fr"]\n[title]\nen = "Bench"\n[description]\nen = "A bench."\n'
        '[inference]\nprofile = "none"\n',
        encoding="utf-8",
    )
    (folder / "data").mkdir()
    write_data(folder, triples)
    return load(folder, {})


def write_data(folder: Path, triples: int) -> None:
    lines = [f'<{BASE}t{n}> <http://www.w3.org/2000/01/rdf-schema#label> "thing {n}"@en .' for n in range(triples)]
    (folder / "data" / "things.nt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_release(publication: Publication) -> Path:
    """Read, index, store and publish: a release without validation, inference and downloads."""
    state = StateDirectory.locate(publication, {})
    with state.lock(), state.workspace() as work:
        corpus = read(publication, work)
        (work / FILE_NAME).write_text(publication.source, encoding="utf-8")
        (work / "inferred.nq").write_bytes(b"")
        build_index(publication, corpus, None, work / "index.sqlite")
        build_store(publication, corpus, None, work / "store")
        identity = release_id(corpus.digest, publication.source)
        Manifest.make(work, identity, corpus.graphs, 0, {}).write(work)
        return state.publish(work, identity)


@dataclass
class Reply:
    """What curl saw: its exit status, and the response's status, header fields (lower case) and body."""

    exit_status: int
    status: int
    headers: dict[str, list[str]]
    body: bytes

    def header(self, name: str) -> str:
        return ", ".join(self.headers.get(name.lower(), []))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Live:
    """A running server."""

    process: subprocess.Popen[str]
    url: str
    port: int
    folder: Path
    log: Path

    def curl(self, path: str, *options: str, timeout: float = 20) -> Reply:
        """Ask with curl; `path` may be a whole URL."""
        url = path if "://" in path else self.url.rstrip("/") + path
        command = ["curl", "-sS", "--path-as-is", "-g", "-D", "-", "--max-time", str(timeout), *options, url]
        done = subprocess.run(command, capture_output=True, timeout=timeout + 5, check=False)
        return _reply(done.returncode, done.stdout)

    def sparql(self, query: str, *options: str, **more: Any) -> Reply:
        return self.curl("/sparql", "-G", "--data-urlencode", f"query={query}", *options, **more)

    def raw(self, request: bytes, timeout: float = 3) -> bytes:
        """Send bytes as they are; the answer up to the end, or what came within `timeout` seconds."""
        with socket.create_connection(("127.0.0.1", self.port), timeout) as connection:
            connection.sendall(request)
            answer = b""
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                while data := connection.recv(65536):
                    answer += data
            return answer

    def children(self, name: str) -> list[int]:
        """Process ids of the descendants whose command line holds `name`."""
        table = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in table.splitlines()]
        family = {self.process.pid}
        found = []
        for _ in range(4):
            family |= {int(pid) for pid, parent, *_ in rows if int(parent) in family}
        for pid, _parent, *arguments in rows:
            if int(pid) in family and arguments and name in arguments[0]:
                found.append(int(pid))
        return [pid for pid in found if pid != self.process.pid]

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


def _reply(exit_status: int, output: bytes) -> Reply:
    while True:
        head, _, output = output.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ")[1]) if first.startswith("HTTP/") else 0
        if not output.startswith(b"HTTP/1."):  # after 100, and after a redirect that curl follows
            break
    headers: dict[str, list[str]] = {}
    for line in rest:
        name, _, value = line.partition(":")
        headers.setdefault(name.lower(), []).append(value.strip())
    return Reply(exit_status, status, headers, output)


def wait_for(condition: Callable[[], Any], seconds: float, what: str = "the condition") -> float:
    """Wait until `condition` holds; the seconds it took. Fails after `seconds`."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            pytest.fail(f"{what} did not come within {seconds} s")
        time.sleep(0.02)
    return time.monotonic() - start


@contextlib.contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[Live]:
    """A server on `folder`, whose release exists; `settings` are passed through the environment."""
    temporary = Path(tempfile.mkdtemp(prefix="parley-test-"))
    log_path = temporary / "log"
    environment = {**os.environ, "PARLEY_PORT": "0", "TMPDIR": str(temporary)}
    environment |= {f"PARLEY_{name.upper()}": str(value) for name, value in settings.items()}
    with log_path.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(folder)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
            start_new_session=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        match = re.search(r"http://[^ ]*?:(\d+)[^ ]*", line)
        if match is None:
            pytest.fail(f"the server did not start: {line}{log_path.read_text()}")
        yield Live(process, match[0], int(match[1]), folder, log_path)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        process.stdout.close()
        process.wait()
        shutil.rmtree(temporary)


@pytest.fixture(scope="session")
def bench_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small publication and its release."""
    folder = tmp_path_factory.mktemp("bench") / "publication"
    make_release(make_publication(folder))
    return folder


@pytest.fixture(scope="session")
def live(bench_folder: Path) -> Iterator[Live]:
    """One server for all tests that leave it as it was; queries may take 3 seconds."""
    with serving(bench_folder, query_seconds=3, executors=2) as server:
        yield server


@pytest.fixture(scope="session")
def serve() -> Callable[..., contextlib.AbstractContextManager[Live]]:
    """`serving`, for tests that need a server of their own."""
    return serving


@pytest.fixture(scope="session")
def release_maker() -> Callable[[Publication], Path]:
    return make_release


@pytest.fixture(scope="session")
def publication_maker() -> Callable[..., Publication]:
    return make_publication
