"""Checks 34, 35, 38 and 40, and what operators look at: readiness, version, metrics, logs, the end of a server."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from parley.metrics import SiteCollector

Serve = Callable[..., AbstractContextManager[Any]]
CANARY = "kanarienvogel"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def samples(port: int) -> dict[str, float]:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_ready_and_version(live: Any) -> None:
    ready = live.curl("/readyz")
    assert (ready.status, ready.header("cache-control")) == (200, "no-store")
    assert ready.json["ready"] is True
    assert set(ready.json["checks"]) == {"serving", "release", "disk", "engine"}
    assert all(check["ok"] for check in ready.json["checks"].values())
    version = live.curl("/version").json
    assert version["software"] == "Parley"
    assert len(version["release"]) == 64


def test_too_little_room_is_not_ready(bench_folder: Path, serve: Serve) -> None:
    with serve(bench_folder, disk_floor=2**52) as live:
        ready = live.curl("/readyz")
        assert (ready.status, ready.json["checks"]["disk"]["ok"]) == (503, False)
        assert ready.header("retry-after") == "1"
        assert live.curl("/livez").status == 200


def test_a_large_release_is_hashed_while_it_is_served(bench_folder: Path, serve: Serve) -> None:
    with serve(bench_folder, verify_at_start=0) as live:

        def verified() -> bool:
            return bool(live.curl("/readyz").json["checks"]["release"]["detail"] == "verified")

        wait_for(verified, 15)


def test_damage_found_while_serving_is_told(
    tmp_path: Path, serve: Serve, publication_maker: Any, release_maker: Any
) -> None:
    folder = tmp_path / "publication"
    release = release_maker(publication_maker(folder))
    content = bytearray((release / "quads.nq").read_bytes())
    content[7] ^= 1
    (release / "quads.nq").write_bytes(bytes(content))
    with serve(folder, verify_at_start=0) as live:
        wait_for(lambda: live.curl("/readyz").status == 503, 15)
        assert live.curl("/readyz").json["checks"]["release"]["detail"] == "damaged"
        assert "altered" in live.log.read_text()


def test_38_metrics_and_logs_tell_nothing_of_people(bench_folder: Path, serve: Serve) -> None:
    port = free_port()
    with serve(
        bench_folder, metrics=f"127.0.0.1:{port}", workers=2, access_log="on", log_format="json", query_seconds=1
    ) as live:
        wait_for(lambda: _answers(port), 10)
        for number in range(30):
            assert live.curl(f"/{CANARY}-{number}").status == 404
        assert live.sparql(f'SELECT * {{ ?s ?p "{CANARY}" }}', "-H", f"User-Agent: {CANARY}").status == 200
        asked = f"/sparql?query=ASK%7B%3Fa%20%3Fb%20%22{CANARY}%22%7D"  # often enough that both workers have kept it
        assert {live.curl(asked, "-H", "Accept: application/sparql-results+json").status for _ in range(12)} == {200}
        assert live.sparql(f"SELECT {CANARY}").status == 400
        assert live.sparql("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }").status == 503
        for sent, status in ((f'<a:{CANARY}> <a:b> "{CANARY}" .', 200), (f"<a:{CANARY}> {CANARY}", 400)):
            upload = ("-H", "Content-Type: text/turtle", "-H", f"Referer: https://{CANARY}.example/", "--data", sent)
            assert live.curl("/validate", *upload).status == status
        for number in range(30):
            assert live.curl("/", "-X", f"{CANARY.upper()}{number}").status == 501
        wait_for(lambda: samples(port).get('parley_queries_total{outcome="query-timeout"}') == 1, 5)
        found = samples(port)
        assert found['parley_queries_total{outcome="query-syntax"}'] == 1
        assert 2 <= found['parley_queries_total{outcome="ok"}'] <= 3, "what is kept is no query, nor is a validation"
        sparql = (
            'parley_requests_total{method="GET",route="/sparql",status="200",type="application/sparql-results+json"}'
        )
        assert found[sparql] == 13
        missing = (
            'parley_requests_total{method="GET",route="/<path:path>",status="404",type="application/problem+json"}'
        )
        assert found[missing] == 30, "from both workers together"
        assert found["parley_engine_up"] == 1
        assert found["parley_engine_executors"] >= 1
        assert any(name.startswith("parley_release_info") for name in found)
        assert CANARY not in str(found), "labels are routes, so there are as many as there are routes"
        log = live.log.read_text()
    rows = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    served = [row for row in rows if row["logger"] == "parley.access"]
    assert len(served) >= 33
    assert {row["status"] for row in served} >= {200, 400, 404, 503}
    for row in served:
        assert re.fullmatch(r"[0-9a-f]{16}", row["request_id"])
        assert "127.0.0.1" not in str(row)
    of_people = [row for row in served if row["path"] in ("/sparql", "/validate")]
    assert len(of_people) == 17
    assert CANARY not in str(of_people)


def _zygotes(supervisor: int) -> Iterator[int]:
    """Process ids of the engine's first processes, without `ps`, which takes longer than one needs to begin."""
    for pid in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text(encoding="ascii").split():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if "zygote" in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8"):
                yield int(pid)


def _answers(port: int) -> bool:
    try:
        return bool(samples(port))
    except OSError:
        return False


def test_metrics_without_a_site_are_none(tmp_path: Path) -> None:
    assert list(SiteCollector(tmp_path / "serving.json").collect()) == []


def test_a_forged_line_stays_one_line(bench_folder: Path, serve: Serve) -> None:
    with serve(bench_folder, access_log="on", log_format="json") as live:
        live.raw(b"GET /a%0A{%22level%22:%22forged%22}\x1b[31m HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        live.raw(b"GET /b HTTP/1.1\r\nHost: a\r\nUser-Agent: x\x1b[31m\r\nConnection: close\r\n\r\n")
        assert live.curl("/livez").status == 200
        log = live.log.read_text()
    assert "\x1b" not in log
    assert not any(json.loads(line).get("level") == "forged" for line in log.splitlines() if line.startswith("{"))


def test_35_end_is_announced_and_what_is_in_flight_ends_well(bench_folder: Path, serve: Serve) -> None:
    slow = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 120000"
    with serve(bench_folder, drain_notice=1.5, query_seconds=30) as live:
        replies: list[Any] = []

        def download() -> None:
            replies.append(live.sparql(slow, "-H", "Accept: text/csv", "--limit-rate", "4M", timeout=30))

        reader = threading.Thread(target=download)
        reader.start()
        time.sleep(0.4)
        live.process.send_signal(signal.SIGTERM)
        statuses: list[int] = []
        while not statuses or statuses[-1] != 503:
            reply = live.curl("/readyz")
            assert reply.exit_status == 0, "connections are still taken"
            statuses.append(reply.status)
            assert len(statuses) < 100
        assert live.curl("/livez").status == 200, "requests are still served after /readyz said no"
        reader.join()
        assert (replies[0].exit_status, replies[0].status) == (0, 200)
        assert replies[0].body.count(b"\r\n") == 120_001
        assert live.process.wait(5) == 0


def test_35_what_does_not_end_is_ended(bench_folder: Path, serve: Serve) -> None:
    slow = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
    with serve(bench_folder, drain_notice=0, drain_seconds=1, query_seconds=60) as live:
        threading.Thread(target=lambda: live.sparql(slow, "--limit-rate", "100k", timeout=10), daemon=True).start()
        time.sleep(0.5)
        start = time.monotonic()
        live.process.send_signal(signal.SIGTERM)
        assert live.process.wait(10) == 0
        assert time.monotonic() - start < 5


def test_40_without_an_engine_documents_are_served(bench_folder: Path, serve: Serve) -> None:
    with serve(bench_folder, executors=1) as live:
        assert live.curl("/doc/t1.ttl").status == 200
        stop = threading.Event()

        def keep_killing() -> None:
            while not stop.is_set():
                for pid in _zygotes(live.process.pid):
                    _kill(pid)
                time.sleep(0.002)  # less than one takes to begin

        killer = threading.Thread(target=keep_killing)
        killer.start()
        try:
            time.sleep(0.5)
            for path in ("/doc/t2.ttl", "/t3", "/downloads", "/.well-known/void", "/"):
                assert live.curl(path).status in (200, 303), path
            refused = [reply for _ in range(3) if (reply := live.sparql("ASK {}", timeout=15)).status != 200]
        finally:
            stop.set()
            killer.join()
        assert refused
        for reply in refused:
            assert (reply.status, reply.header("retry-after")) == (503, "1")
            assert reply.json["type"].startswith("/problems/engine-")
        wait_for(lambda: live.sparql("ASK {}").status == 200, 10)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
