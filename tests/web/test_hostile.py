"""Queries that are slow, huge, fatal or curious, sent over HTTP: each ends in time, with a reason, and harms nobody.

The corpus is `hostile/*.toml`. An entry's text is `text` (with `fill` × times in place of each §), or `head`, `open` ×
times, `middle`, `close` × times, `tail`; in `open`, %d is the number of the repetition. In `chain`, it is n, n and
n + 1. `outcomes` are the types of problem that it may end with; 200 is a complete answer, `broken` one that broke off.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from parley.publication import FILE_NAME, Publication, load

LIMIT = 1.0
#: What two in three of those that the clock may end ask for; the server's own limit ends the third.
ASKED = 0.4
#: What must never stand in a page as it is written in a query of `hostile/injected.toml`.
MARKUP = (b"<img src=x", b"<svg/onload", b"<script>alert", b'"onmouseover', b'href="javascript:', b'href="data:')
MIB = 1024 * 1024
BASE = "http://bench.example/"
FOLDER = Path(__file__).parent / "hostile"
ENOUGH = 216
EASY = f"ASK {{ <{BASE}t1> ?p ?o }}"
Serve = Callable[..., AbstractContextManager[Any]]


def corpus() -> Iterator[tuple[str, str, list[str]]]:
    """Name, text and outcomes of every query."""
    for file in sorted(FOLDER.glob("*.toml")):
        for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for times in entry.get("times", [1]):
                label = f"{file.stem}: {name}" + (f" × {times}" if "times" in entry else "")
                yield label, text_of(entry, times), entry["outcomes"]


def text_of(entry: dict[str, Any], times: int) -> str:
    if "text" in entry:
        return str(entry["text"]).replace("§", entry.get("fill", "") * times)
    parts = [entry.get("head", "")]
    unit = entry.get("open", "")
    parts += [unit.replace("%d", str(number)) for number in range(times)] if "%d" in unit else [unit * times]
    if "chain" in entry:
        parts += [entry["chain"] % (number, number, number + 1) for number in range(times)]
    return "".join([*parts, entry.get("middle", ""), entry.get("close", "") * times, entry.get("tail", "")])


CORPUS = list(corpus())
#: With the seconds they may take.
TIMED = [
    (name, text, outcomes, ASKED if number % 3 and "query-timeout" in outcomes else LIMIT)
    for number, (name, text, outcomes) in enumerate(CORPUS)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, release_maker: Callable[[Publication], Path]) -> Path:
    """A publication that rewards the attacker: sixty things linked all to all, a ring of two thousand, their labels."""
    folder = tmp_path_factory.mktemp("hostile") / "publication"
    (folder / "data").mkdir(parents=True)
    text = f'base = "{BASE}"\n[title]\nen = "x"\n[inference]\nprofile = "none"\n'
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    knows = [f"<{BASE}t{a}> <{BASE}knows> <{BASE}t{b}> ." for a in range(60) for b in range(60)]
    ring = [f"<{BASE}t{a}> <{BASE}next> <{BASE}t{(a + 1) % 2000}> ." for a in range(2000)]
    labels = [f'<{BASE}t{a}> <http://www.w3.org/2000/01/rdf-schema#label> "thing {a}" .' for a in range(2000)]
    (folder / "data" / "things.nt").write_text("\n".join([*knows, *ring, *labels]) + "\n", encoding="utf-8")
    release_maker(load(folder, {}))
    return folder


@pytest.fixture(scope="module")
def target(folder: Path, serve: Serve) -> Iterator[Any]:
    """A server whose queries may take one second, 128 MiB and 16 MiB of result."""
    with serve(folder, query_seconds=LIMIT, query_memory=128 * MIB, result_bytes=16 * MIB, executors=2) as live:
        yield live


def send(live: Any, text: str, seconds: float = LIMIT) -> tuple[str, Any]:
    """How a query ended, and the problem document if it did not end well; a limit below the server's is asked for."""
    address = "/sparql" if seconds == LIMIT else f"/sparql?timeout={seconds}"
    fields = {"Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json, text/turtle"}
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=LIMIT + 5)
    try:
        body = text.encode("utf-8", "surrogatepass")
        with contextlib.suppress(BrokenPipeError):  # refused before all of it was sent
            connection.request("POST", address, body, fields)
        response = connection.getresponse()
        content = response.read()
        if response.status == 200:
            return "200", None
        problem = json.loads(content)
        return problem["type"].rpartition("/")[2], problem
    except (http.client.IncompleteRead, ConnectionResetError):
        return "broken", None
    finally:
        connection.close()


def processes(live: Any) -> dict[str, list[int]]:
    """The processes that must outlive any query: HTTP workers, and the zygote among the engine's."""
    zygotes = [pid for pid in live.children("parley.engine.zygote") if parent(pid) == live.process.pid]
    return {"http": sorted(live.children("parley.web.server")), "zygote": zygotes}


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


@pytest.fixture(scope="module")
def survivors(target: Any) -> Iterator[dict[str, list[int]]]:
    """The server's lasting processes, compared once more when all tests are over."""
    send(target, EASY)
    before = processes(target)
    yield before
    assert processes(target) == before
    assert target.process.poll() is None


@pytest.mark.parametrize(("name", "text", "outcomes", "seconds"), TIMED, ids=[name for name, *_ in TIMED])
def test_it_ends_in_time_with_a_reason(
    target: Any, survivors: dict[str, list[int]], name: str, text: str, outcomes: list[str], seconds: float
) -> None:
    began = time.monotonic()
    outcome, problem = send(target, text, seconds)
    took = time.monotonic() - began
    assert outcome in outcomes, problem
    assert took < seconds + 1
    if problem is not None:
        assert len(problem["detail"]) > 10
        assert "Traceback" not in problem["detail"] and len(problem["detail"]) < 1000
        assert outcome in ("query-syntax", "bad-request") or problem.get("cure")
        if outcome in ("query-refused", "query-syntax") and "line" in problem:
            assert problem["line"] >= 1 and problem["column"] >= 1
    began = time.monotonic()
    assert send(target, EASY) == ("200", None)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, text, _ in CORPUS if name.startswith("injected")])
def test_nothing_is_injected(target: Any, name: str, text: str) -> None:
    """Into a page, whether as a value or as an error, into the header fields of the answer, into the log."""
    for accept in ("text/html", "application/sparql-results+json, text/turtle"):
        address = f"/sparql?query={quote(text)}"
        reply = target.curl(address, "-H", f"Accept: {accept}")
        assert reply.status in (200, 400)
        assert reply.header("x-evil") == "" and "\x1b" not in str(reply.headers)
        assert reply.header("x-content-type-options") == "nosniff"
        if accept == "text/html":
            page = reply.body.lower()
            assert reply.header("content-type").startswith("text/html") and text.strip()
            assert not [mark for mark in MARKUP if mark in page]
            assert "unsafe" not in reply.header("content-security-policy")
    log = target.log.read_text(encoding="utf-8")
    assert "evil" not in log.lower() and "onerror" not in log and "\x1b" not in log


def test_markup_would_be_found() -> None:
    texts = [text.encode() for name, text, _ in CORPUS if name.startswith("injected")]
    assert len(texts) >= 15
    assert all(any(mark in text for text in texts) for mark in MARKUP[:4])


def test_there_are_enough_queries_and_a_good_one_passes(target: Any) -> None:
    texts = {text for _, text, _ in CORPUS}
    assert len(texts) >= ENOUGH
    assert send(target, EASY)[0] == "200"
    outcome, problem = send(target, "ASK {{")
    assert (outcome, problem["line"]) == ("query-syntax", 1)


@pytest.mark.slow
def test_a_storm_of_them_leaves_pages_and_easy_queries_quick(
    target: Any, survivors: dict[str, list[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    """100 of them over and over from one address, by sixteen clients; the figures are printed."""
    texts = [text for _, text, _ in CORPUS][:: len(CORPUS) // 100][:100]
    assert len(texts) == 100
    ended, outcomes = threading.Event(), Counter[str]()

    def attack(first: int) -> None:
        for text in itertools.cycle([*texts[first:], *texts[:first]]):
            if ended.is_set():
                return
            with contextlib.suppress(OSError):
                outcomes[send(target, text)[0]] += 1

    threads = [threading.Thread(target=attack, args=(number * 6,)) for number in range(16)]
    calm = measure(target, 100)
    for thread in threads:
        thread.start()
    try:
        storm = measure(target, 150)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    with capsys.disabled():
        for kind in storm:
            p50, p95 = (percentile(storm[kind], share) * 1000 for share in (0.5, 0.95))
            print(f"\nstorm: {kind}: p50 {p50:.0f} ms, p95 {p95:.0f} ms", end="")
            print(f" (in calm: p95 {percentile(calm[kind], 0.95) * 1000:.0f} ms)", end="")
        print(f"\nstorm: {sum(outcomes.values())} hostile queries ended: {dict(outcomes)}")
    assert sum(outcomes.values()) >= 100
    assert all(percentile(times, 0.95) < 2 for times in storm.values())


def measure(live: Any, rounds: int) -> dict[str, list[float]]:
    """Seconds that pages and easy queries took, each new to the server's cache."""
    times: dict[str, list[float]] = {"entity page": [], "easy query": []}
    for number in range(rounds):
        query = f"SELECT * {{ <{BASE}t{number}> ?p ?o }} LIMIT {number + 1}"
        for kind, path in (("entity page", f"/doc/t{number}.html"), ("easy query", f"/sparql?query={quote(query)}")):
            began = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=10)
            connection.request("GET", path)
            response = connection.getresponse()
            assert (response.status, bool(response.read())) == (200, True), path
            connection.close()
            times[kind].append(time.monotonic() - began)
    return times


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[round(share * (len(times) - 1))]


def test_no_memory_is_lost(target: Any, survivors: dict[str, list[int]]) -> None:
    """After all of the corpus, what lasts is no larger than what a web worker with its caches may be."""
    for pid in (*survivors["http"], *survivors["zygote"]):
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        resident = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
        assert resident < 200 * 1024
