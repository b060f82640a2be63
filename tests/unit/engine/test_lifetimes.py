"""Processes begin and end as promised, and stores of every shape can be read."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from parley.engine.client import EngineClient, run_query
from parley.engine.embedded import EmbeddedEngine
from parley.engine.protocol import Limits, QueryRequest
from parley.errors import EngineLost, QueryRefused, QuerySyntaxError
from parley.formats import RESULTS_CSV
from parley.publication import load

CHEAP = "ASK { <http://ex.org/s1> ?p ?o }"


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone_within(seconds: float, pids: list[int]) -> bool:
    began = time.monotonic()
    while any(is_running(pid) for pid in pids):
        if time.monotonic() - began > seconds:
            return False
        time.sleep(0.02)
    return True


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_it_answers_as_soon_as_it_says_that_it_is_ready(bench: Any) -> None:
    assert b"true" in bench.ask(CHEAP).body


def test_the_walls_are_up_and_reported(bench: Any) -> None:
    walls = bench.engine.status()["walls"]
    assert walls["seccomp"] is True
    assert walls["stack"] == bench.engine.limits.query_stack
    assert isinstance(walls["landlock"], int)


def test_an_executor_is_replaced_after_its_queries(start: Callable[..., Any]) -> None:
    bench = start(executors=1, recycle_after=500)

    async def ask() -> None:
        pids = set()
        for _ in range(1001):
            async with bench.client.query(QueryRequest(CHEAP)) as answer:
                assert [chunk async for chunk in answer]
                pids.add(answer.executor_pid)
        assert len(pids) == 3

    asyncio.run(ask())
    bench.wait_for(lambda status: status["served"] == 1001)  # counted after the last frame is sent
    assert bench.engine.status()["ended"] == {"recycled": 2}


@pytest.fixture
def large_store(tmp_path: Path) -> Path:
    store = ox.Store(str(tmp_path / "large"))
    texts = (f"{number} " + "".join(f"{number * n:x}" for n in range(900)) for number in range(5000))  # 20 MB
    store.bulk_extend(
        ox.Quad(ox.NamedNode(f"urn:s{n % 4}"), ox.NamedNode("urn:p"), ox.Literal(text)) for n, text in enumerate(texts)
    )
    store.flush()
    return tmp_path / "large"


def test_an_executor_that_has_read_much_is_replaced(large_store: Path, start: Callable[..., Any]) -> None:
    """What RocksDB keeps of what it has read is each process's own."""
    bench = start(large_store, executors=1, query_seconds=10.0, quick_ms=10_000)
    for _ in range(3):
        bench.ask(CHEAP)
    assert not bench.engine.status()["ended"]
    bench.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(STRLEN(?o) > 1) }", results=RESULTS_CSV)
    bench.ask(CHEAP)
    assert bench.engine.status()["ended"] == {"recycled": 1}


def test_one_that_has_read_something_is_replaced_when_it_rests(large_store: Path, start: Callable[..., Any]) -> None:
    bench = start(large_store, executors=2, query_seconds=10.0, quick_ms=10_000)
    at_first = children(bench.engine.pid)
    bench.ask("SELECT (COUNT(*) AS ?n) { <urn:s1> ?p ?o FILTER(STRLEN(?o) > 1) }", results=RESULTS_CSV)
    bench.wait_for(lambda status: status["ended"] == {"recycled": 1} and status["executors"] == 2)
    assert len(set(children(bench.engine.pid)) & set(at_first)) == 1
    bench.ask(CHEAP)
    time.sleep(1.3)
    assert bench.engine.status()["ended"] == {"recycled": 1}, "a cheap query leaves nothing behind"


def test_executors_share_the_open_store_but_no_source_of_chance(bench: Any, start: Callable[..., Any]) -> None:
    files = {pid: tables_open_in(pid) for pid in (bench.engine.pid, *children(bench.engine.pid))}
    assert len(files) == 1 + bench.engine.limits.executors
    assert all(files.values())
    assert len(set(files.values())) == 1, "opened once, before the fork"
    fresh = start(executors=1, recycle_after=1)
    by_chance = "SELECT (UUID() AS ?u) (BNODE() AS ?b) (RAND() AS ?r) { ?s ?p [] } LIMIT 1"
    rows = [fresh.ask(by_chance, results=RESULTS_CSV).body.splitlines()[1].split(b",") for _ in range(6)]
    for column in zip(*rows, strict=True):
        assert len(set(column)) == 6


def tables_open_in(pid: int) -> frozenset[tuple[str, str]]:
    """The files of the store's tables that a process has open, with their descriptors."""
    links = {descriptor.name: str(descriptor.readlink()) for descriptor in Path(f"/proc/{pid}/fd").iterdir()}
    return frozenset((name, path) for name, path in links.items() if path.endswith(".sst"))


def test_the_zygote_and_its_executors_die_with_the_process_that_started_them(store_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from parley.engine.embedded import EmbeddedEngine;"
        f"e = EmbeddedEngine(Path({str(store_path)!r})); e.start(); print(e.pid, flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        zygote = int(parent.stdout.readline())
        family = [zygote, *children(zygote)]
        assert len(family) == 1 + Limits().executors
        parent.kill()
    assert gone_within(2.0, family)


def test_executors_die_with_the_zygote_which_is_started_again(start: Callable[..., Any]) -> None:
    bench = start()
    assert not bench.engine.ensure_running()
    executors = children(bench.engine.pid)
    assert len(executors) == 2
    os.kill(bench.engine.pid, signal.SIGKILL)
    assert gone_within(2.0, executors)
    while bench.engine.is_alive():
        time.sleep(0.01)
    assert bench.engine.ensure_running()
    assert b"true" in bench.ask(CHEAP).body  # the client waits for the sockets to come back


def test_draining_lets_the_running_query_end(start: Callable[..., Any]) -> None:
    bench = start(executors=2, query_seconds=20.0, query_memory=2**30)

    async def ask() -> None:
        text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }"  # some tenths of a second
        task = asyncio.create_task(bench.ask_async(text, results=RESULTS_CSV))
        await asyncio.sleep(0.05)
        bench.engine.drain()
        assert (await task).body.split() == [b"n", b"4000000"]

    asyncio.run(ask())
    began = time.monotonic()
    while bench.engine.is_alive() and time.monotonic() - began < 2:
        time.sleep(0.01)
    assert not bench.engine.is_alive()


def test_a_store_that_can_not_be_opened_is_an_error_with_the_reason(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "missing", Limits(executors=1))
    with pytest.raises(EngineLost, match=r"missing|No such file"):
        engine.start()
    assert not engine.is_alive()


def test_without_an_engine_the_client_says_so(tmp_path: Path) -> None:
    client = EngineClient(tmp_path, Limits(queue_wait=3.0))

    async def ask() -> None:
        async with client.query(QueryRequest(CHEAP)):
            pass

    with pytest.raises(EngineLost, match="not running"):
        asyncio.run(ask())
    with pytest.raises(EngineLost):
        asyncio.run(client.status())


def test_a_directory_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineLost, match="too long"):
        EmbeddedEngine(tmp_path, directory=tmp_path / ("x" * 90))


#: Files that a process may have open at once in the test below.
MAY_BE_OPEN = 150
#: Writes a store, then has RocksDB rewrite it in files of two kilobytes: as many as a store of 50 GB has.
WRITE_MANY_FILES = """
import sys, pyoxigraph as ox
from rocksdict import BottommostLevelCompaction, CompactOptions, DBCompressionType, Options, Rdict

store = ox.Store(sys.argv[1])
store.bulk_extend(
    ox.Quad(ox.NamedNode(f"urn:s{i}"), ox.NamedNode("urn:p"), ox.Literal(f"text {i}"),
            ox.NamedNode("urn:g") if i % 2 else ox.DefaultGraph())
    for i in range(int(sys.argv[2]))
)
store.flush()
del store
options = Options(raw_mode=True)
options.set_target_file_size_base(2048)
options.set_target_file_size_multiplier(1)
options.set_compression_type(DBCompressionType.none())
options.set_disable_auto_compactions(True)
names = Rdict.list_cf(sys.argv[1])
database = Rdict(sys.argv[1], options=options, column_families={name: options for name in names})
all_of_it = CompactOptions()
all_of_it.set_bottommost_level_compaction(BottommostLevelCompaction.force())
for name in names:
    family = database if name == "default" else database.get_column_family(name)
    family.compact_range(None, None, all_of_it)
database.close()
"""


@pytest.mark.parametrize("triples", [4_000, pytest.param(40_000, marks=pytest.mark.slow)])
def test_a_store_of_many_files_is_scanned_and_counted(tmp_path: Path, start: Callable[..., Any], triples: int) -> None:
    """With more files than a process may have open: RocksDB opens and closes them while the executor is walled in."""
    path = tmp_path / "store"
    subprocess.run([sys.executable, "-c", WRITE_MANY_FILES, str(path), str(triples)], check=True)
    files = len(list(path.glob("*.sst")))
    assert files >= (200 if triples < 10_000 else 2_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAY_BE_OPEN, hard))
    try:
        bench = start(store=path, executors=1, query_seconds=20.0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    everything = "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    for text in ("{ ?s ?p ?o }", "{ GRAPH ?g { ?s ?p ?o } }"):
        half = bench.ask(f"SELECT (COUNT(*) AS ?n) {text}", results=RESULTS_CSV)
        assert half.body.split() == [b"n", str(triples // 2).encode()]
    scan = bench.ask(f"SELECT ?s ?p ?o {everything}", results=RESULTS_CSV)
    assert scan.body.count(b"\r\n") == triples + 1
    found = bench.ask(f"SELECT (COUNT(DISTINCT ?o) AS ?n) {everything}", results=RESULTS_CSV)
    assert found.body.split() == [b"n", str(triples).encode()]
    assert set(bench.engine.status()["ended"]) <= {"slow", "recycled"}, "no executor died of it"


def test_the_command_line_asks_an_engine_of_its_own(store_path: Path, repository: Path) -> None:
    publication = load(repository / "tests" / "fixtures" / "tiny")
    release = store_path.parent

    def ask(text: str) -> bytes:
        return b"".join(run_query(release, text, publication, results=RESULTS_CSV, graph=None))

    assert ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == b"n\r\n2000\r\n"
    with pytest.raises(QuerySyntaxError):
        ask("SELECT")
    with pytest.raises(QueryRefused, match="query_depth"):
        ask("ASK " + "{" * 1000)


def test_what_no_executor_needs_is_not_loaded_into_the_zygote() -> None:
    """Each of them would take megabytes, and milliseconds at the start."""
    unwanted = {"rdflib", "flask", "http.client", "ssl", "importlib.metadata", "asyncio"}
    code = f"import sys, parley.engine.zygote; print(*{unwanted} & sys.modules.keys())"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    assert ran.stdout == b"\n"
