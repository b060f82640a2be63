"""What `parley serve` promises as a program: it survives its children, follows the pointer, ends cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from parley.publication import Publication, load
from parley.readiness import tell_manager
from parley.release.manifest import Manifest
from parley.supervisor import _SWITCH_GRACE

Serve = Callable[..., AbstractContextManager[Any]]
ASK = "ASK { ?s ?p ?o }"


def wait_for(condition: Callable[[], Any], seconds: float) -> float:
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, f"it did not happen within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - start


def run_directories(temporary: Path) -> list[Path]:
    return list(temporary.glob("parley-run-*"))


def kill_all(pids: list[int]) -> None:
    assert pids, "there must be a process to kill"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def own(tmp_path: Path, publication_maker: Any, release_maker: Any) -> Path:
    """A publication with a release of its own."""
    folder = tmp_path / "publication"
    release_maker(publication_maker(folder))
    return folder


def test_children_that_are_killed_come_back(own: Path, serve: Serve) -> None:
    with serve(own, workers=1) as live:
        assert live.sparql(ASK).status == 200
        # an executor, the zygote and its executors, a worker of the HTTP server, the whole HTTP server
        for name, pick in (("engine", slice(-1, None)), ("engine", slice(0, 1)), ("web.server", slice(-1, None)),
                           ("web.server", slice(0, 1))):  # fmt: skip
            pids = live.children(name)
            kill_all(pids[pick])
            start = time.monotonic()
            reply = live.sparql(ASK, timeout=5)
            assert (reply.exit_status, reply.status) == (0, 200), (name, reply)
            assert time.monotonic() - start < 2, f"{name} took too long to come back"
            wait_for(partial(_as_many, live, name, len(pids)), 5)


def _as_many(live: Any, name: str, number: int) -> bool:
    return len(live.children(name)) >= number


def test_no_connection_is_refused_while_a_worker_is_replaced(own: Path, serve: Serve) -> None:
    with serve(own, workers=1) as live:
        assert live.sparql(ASK).status == 200
        kill_all(live.children("web.server")[1:])
        replies = [live.sparql(ASK, timeout=5) for _ in range(5)]
        assert [(reply.exit_status, reply.status) for reply in replies] == [(0, 200)] * 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_everything_within_two_seconds(own: Path, serve: Serve, number: int) -> None:
    with serve(own) as live:
        assert live.sparql(ASK).status == 200
        assert len(run_directories(live.log.parent)) == 1
        idle = socket.create_connection(("127.0.0.1", live.port))  # a connection that is kept alive holds nothing up
        family = live.children("parley")
        assert len(family) >= 4
        start = time.monotonic()
        assert live.stop(number) == 0
        assert time.monotonic() - start < 2
        idle.close()
        wait_for(lambda: not any(_alive(pid) for pid in family), 1)
        assert run_directories(live.log.parent) == []
        assert "Traceback" not in live.log.read_text()


def test_a_service_manager_is_told_when_it_begins_and_when_it_ends(
    own: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"parley-test-{os.getpid()}"
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}")
        manager.settimeout(20)
        with serve(own) as live:
            assert manager.recv(100) == b"READY=1"
            assert live.stop(signal.SIGTERM) == 0
        assert manager.recv(100) == b"STOPPING=1"


def test_a_service_manager_that_is_gone_is_no_reason_not_to_serve(tmp_path: Path) -> None:
    tell_manager("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})
    tell_manager("READY=1", {})


def test_control_c_in_a_terminal_reaches_all_and_ends_quietly(own: Path, serve: Serve) -> None:
    with serve(own) as live:
        assert live.sparql(ASK).status == 200
        os.killpg(live.process.pid, signal.SIGINT)  # what a terminal does
        assert live.process.wait(3) == 0
        assert "Traceback" not in live.log.read_text()


def test_children_die_with_a_killed_supervisor(own: Path, serve: Serve) -> None:
    with serve(own) as live:
        assert live.sparql(ASK).status == 200
        family = live.children("parley")
        assert len(family) >= 4
        live.process.kill()
        live.process.wait()
        wait_for(lambda: not any(_alive(pid) for pid in family), 2)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_port_in_use_is_said_before_anything_starts(own: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = (
            "import sys; from pathlib import Path; from parley.publication import load\n"
            "from parley.release.directory import StateDirectory; from parley.supervisor import serve\n"
            "from parley.errors import Misuse\n"
            "publication = load(Path(sys.argv[1]))\n"
            "try: serve(publication, StateDirectory.locate(publication))\n"
            "except Misuse as error: print(error); sys.exit(error.exit_status)\n"
        )
        environment = os.environ | {"PARLEY_PORT": str(port), "TMPDIR": str(own)}
        done = subprocess.run(
            [sys.executable, "-c", code, str(own)], env=environment, capture_output=True, text=True, timeout=20
        )
    assert done.returncode == 2
    assert str(port) in done.stdout
    assert "--port" in done.stdout
    assert run_directories(own) == []


def test_switch_under_load_fails_no_request(
    own: Path, serve: Serve, release_maker: Callable[[Publication], Path]
) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    with serve(own, executors=2) as live:
        stop = threading.Event()
        seen: list[tuple[int, int, str]] = []

        def load_it() -> None:
            while not stop.is_set():
                reply = live.sparql(query, timeout=10)
                count = reply.json["results"]["bindings"][0]["n"]["value"] if reply.status == 200 else ""
                seen.append((reply.exit_status, reply.status, count))
                stop.wait(0.05)

        threads = [threading.Thread(target=load_it) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            wait_for(partial(_last_count_is, seen, "2000"), 5)
            for triples in (2500, 3000):
                _write(own, triples)
                release_maker(load(own, {}))
                wait_for(partial(_last_count_is, seen, str(triples)), 5)
            time.sleep(5.5)  # until the first engine has been drained
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert len(seen) > 50
        assert {(code, status) for code, status, _ in seen} == {(0, 200)}
        assert {count for *_, count in seen} == {"2000", "2500", "3000"}


def _last_count_is(seen: list[tuple[int, int, str]], count: str) -> bool:
    return bool(seen) and seen[-1][2] == count


def _write(folder: Path, triples: int) -> None:
    lines = [f"<http://bench.example/t{n}> <http://bench.example/p> <http://bench.example/o> ." for n in range(triples)]
    (folder / "data" / "things.nt").write_text("\n".join(lines) + "\n")


def test_broken_release_is_not_gone_over_to(
    own: Path, serve: Serve, release_maker: Callable[[Publication], Path]
) -> None:
    with serve(own) as live:
        before = live.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body
        _write(own, 10)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("parley.release.directory.StateDirectory._switch", lambda *_: None)
            release = release_maker(load(own, {}))
        current = own / ".parley" / "current"
        target = current.parent / "flipped"
        index = release / "quads.nq"
        index.chmod(0o644)
        content = bytearray(index.read_bytes())
        content[5] ^= 1
        index.write_bytes(bytes(content))
        target.unlink(missing_ok=True)
        target.symlink_to(Path("releases") / release.name)
        target.replace(current)
        assert "not served" in live.process.stdout.readline()
        assert live.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body == before


def test_server_that_cannot_live_is_given_up_with_the_reason(own: Path, serve: Serve) -> None:
    release = (own / ".parley" / "current").resolve()
    (release / "index.sqlite").write_bytes(b"no database")
    manifest = Manifest.read(release)
    Manifest.make(release, manifest.id, (), 0, {}).write(release)  # sound by its checksums
    with serve(own) as live:
        assert live.process.wait(30) == 1
        assert "does not stay alive" in live.process.stdout.read()
        assert "index" in live.log.read_text()


def test_answer_in_flight_is_completed_by_the_release_it_began_with(
    own: Path, serve: Serve, release_maker: Callable[[Publication], Path]
) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 300000"  # more bytes than sockets buffer
    accept = {"Accept": "text/csv", "Accept-Encoding": "identity"}
    with serve(own, query_seconds=60) as live:
        address = f"{live.url.rstrip('/')}/sparql?query={quote(query)}"
        with urlopen(Request(address, headers=accept), timeout=60) as answer:
            body = answer.read(1000)
            _write(own, 10)
            release_maker(load(own, {}))
            count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
            wait_for(lambda: live.sparql(count).json["results"]["bindings"][0]["n"]["value"] == "10", 5)
            time.sleep(_SWITCH_GRACE + 1)  # by then the old engine is told to take no more queries
            assert len(live.children("engine")) > 3
            body += answer.read()
        assert body.count(b"\r\n") == 300_001
        wait_for(lambda: len(live.children("engine")) <= 3, 5)  # zygote and two executors: the old ones have ended


def _publication_of(folder: Path, data: str) -> None:
    (folder / "data").mkdir(parents=True)
    text = 'base = "http://ex.example/"\n[title]\nen = "Small"\n[inference]\nprofile = "none"\n'
    (folder / "publication.toml").write_text(text, encoding="utf-8")
    (folder / "data" / "things.ttl").write_text(data, encoding="utf-8")


def test_what_it_took_to_build_is_gone_when_it_serves(tmp_path: Path) -> None:
    """The supervisor lives as long as the server: it is to be small, and to have no threads."""
    _publication_of(tmp_path, "<http://ex.example/a> <http://ex.example/b> 1 .")
    command = [sys.executable, "-m", "parley", "serve", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            said = iter(process.stdout.readline, "")
            assert any("1 triples asserted" in line for line in said)
            assert any("Serving http" in line for line in said)
            own = Path(f"/proc/{process.pid}")
            assert len(list((own / "task").iterdir())) == 1
            resident = int((own / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            assert resident < 64 * 2**20
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0


def test_what_can_not_be_built_is_said_once(tmp_path: Path) -> None:
    _publication_of(tmp_path, "<http://ex.example/a> <http://ex.example/b> .")
    command = [sys.executable, "-m", "parley", "serve", str(tmp_path), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stderr.count("things.ttl") == done.stderr.count("Error: ") == 1
