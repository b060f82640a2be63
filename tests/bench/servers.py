"""The servers that are measured: ours and its peers, started from their packages on free ports, with their costs."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from load import load

#: Serves what is in a folder: a release made by `sample`, or a publication that `parley build` has built.
_SERVE = """
import sys
from pathlib import Path
from parley.publication import load
from parley.release.directory import StateDirectory
from parley.supervisor import serve
settings = dict(item.split("=", 1) for item in sys.argv[3:])
publication = load(Path(sys.argv[1]), {f"PARLEY_{k.upper()}": v for k, v in settings.items()}, port=int(sys.argv[2]))
sys.exit(serve(publication, StateDirectory.locate(publication, {}), announce=lambda line: None))
"""
_NGINX = """
daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 10000000; etag on;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  open_file_cache max=1000;
  server {{ listen 127.0.0.1:{port}; root {root}; default_type text/turtle; }}
}}
"""


#: Answers with a file in a folder and the fields beside it, both read once: what our HTTP server takes by itself.
_BARE = """
import functools, json, os
from pathlib import Path
@functools.cache
def messages(path):
    body = Path(os.environ["ROOT"] + path).read_bytes()
    fields = json.loads(Path(os.environ["ROOT"] + path + ".fields").read_text())
    start = {"type": "http.response.start", "status": 200, "headers": [(n.encode(), v.encode()) for n, v in fields]}
    return start, {"type": "http.response.body", "body": body, "more_body": False}
async def app(scope, receive, send):
    if scope["type"] == "http" and scope["path"] == "/none":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    elif scope["type"] == "http":
        for message in messages(scope["path"]):
            await send(message)
"""


@dataclass(frozen=True)
class Server:
    """A running server: its name, port and process."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def processor_seconds(self) -> float:
        """Processor time of the process and its descendants, dead children included."""
        return sum(_times(pid) for pid in family(self.process.pid)) / os.sysconf("SC_CLK_TCK")

    def proportional_bytes(self) -> int:
        """Memory of the process and its descendants; what several share is counted once (PSS)."""
        return sum(_proportional(pid) for pid in family(self.process.pid))


@dataclass(frozen=True)
class Measure:
    """What one server did in one slice: requests a second, median and 99th percentile and processor time in ms."""

    rate: float
    p50: float
    p99: float
    processor: float


def measure(
    server: Server,
    requests: Iterator[bytes],
    connections: int,
    seconds: float,
    *,
    status: int = 200,
    shortest: int = 10,
) -> Measure:
    """Load `server` for `seconds`."""
    before, began = server.processor_seconds(), time.perf_counter()
    times = load(server.port, requests, connections, seconds, status=status, shortest=shortest)
    took, spent = time.perf_counter() - began, server.processor_seconds() - before
    late = times[min(len(times) - 1, len(times) * 99 // 100)]
    return Measure(len(times) / took, times[len(times) // 2] * 1000, late * 1000, spent / len(times) * 1000)


def best(measures: list[Measure]) -> Measure:
    """The one with the highest rate: what others on the machine took is least in it."""
    return max(measures, key=lambda found: found.rate)


def ratios(ours: Measure, its: Measure) -> str:
    """Rate, median, 99th percentile, processor time; above 1, ours is better."""
    pairs = ((ours.rate, its.rate), (its.p50, ours.p50), (its.p99, ours.p99), (its.processor, ours.processor))
    return " ".join(f"{a / max(b, 1e-9):7.2f}" for a, b in pairs)


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _times(pid: int) -> int:
    with contextlib.suppress(OSError):
        return sum(map(int, _stat(pid)[11:15]))  # its own, and its dead children's
    return 0


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    children: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (task / "children").read_text(encoding="utf-8").split())
    return [pid, *(descendant for child in children for descendant in family(child))]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def program(name: str, package: str) -> str:
    """The path of a peer's program; ends the run if there is none."""
    places = [os.environ.get("PARLEY_PEERS", ""), str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    found = shutil.which(name, path=os.pathsep.join([*places, "/usr/sbin"]))
    if found is None:
        sys.exit(f"{name} is missing: install {package}, and name its folder in PARLEY_PEERS if it is not on PATH")
    return found


def _answers(port: int) -> bool:
    """Whether there is any answer: a socket may listen long before the server behind it is there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(b"GET /none HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return bool(connection.recv(1))
    return False


@contextmanager
def running(name: str, command: Callable[[int], list[str]], log: Path) -> Iterator[Server]:
    """Start a server and wait until it answers; ends the run if it does not within a minute or so."""
    port = _free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(command(port), stdout=output, stderr=output)
    try:
        for _ in range(600):
            if _answers(port):
                break
            if process.poll() is not None:
                sys.exit(f"{name} did not start:\n{log.read_text(encoding='utf-8')}")
            time.sleep(0.1)
        else:
            sys.exit(f"{name} did not answer within a minute:\n{log.read_text(encoding='utf-8')}")
        yield Server(name, port, process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def parley(publication: Path, folder: Path, **settings: object) -> Iterator[Server]:
    """Our server on a built publication."""
    more = [f"{name}={value}" for name, value in settings.items()]
    command = [sys.executable, "-c", _SERVE, str(publication)]
    with running("parley", lambda port: [*command, str(port), *more], folder / "parley.log") as server:
        yield server


@contextmanager
def oxigraph(data: Path, folder: Path) -> Iterator[Server]:
    """`oxigraph serve-read-only` (PyPI: oxigraph) on a store of its own."""
    binary, location = program("oxigraph", "oxigraph from PyPI"), str(folder / "oxigraph")
    if not Path(location).exists():
        subprocess.run([binary, "load", "-l", location, "-f", str(data)], check=True, capture_output=True)
    command = [binary, "serve-read-only", "-l", location, "-b"]
    with running("oxigraph", lambda port: [*command, f"127.0.0.1:{port}"], folder / "oxigraph.log") as server:
        yield server


@contextmanager
def rdflib_endpoint(data: Path, folder: Path) -> Iterator[Server]:
    """`rdflib-endpoint serve` (PyPI: rdflib-endpoint[cli])."""
    binary = program("rdflib-endpoint", "rdflib-endpoint[cli] from PyPI")
    command = [binary, "serve", "--host", "127.0.0.1", "--port"]
    with running("rdflib", lambda port: [*command, str(port), str(data)], folder / "rdflib.log") as server:
        yield server


@contextmanager
def bare(root: Path, folder: Path, workers: int) -> Iterator[Server]:
    """The HTTP server that ours runs on, with an application of two lines that sends the files in `root`.

    Beside each file lies `<name>.fields`, a JSON list of its header fields.
    """
    (folder / "bare.py").write_text(_BARE, encoding="utf-8")
    command = ["env", f"ROOT={root}", sys.executable, "-m", "granian", "--working-dir", str(folder)]
    command += ["--interface", "asginl", "--http", "1", "--no-ws", "--workers", str(workers)]

    with running("granian", lambda port: [*command, "--port", str(port), "bare:app"], folder / "bare.log") as server:
        yield server


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[Server]:
    """Nginx (Debian: nginx), with as many workers as processors, on the files in `root`."""
    binary = program("nginx", "nginx from the system's packages")
    configuration = folder / "nginx.conf"

    def command(port: int) -> list[str]:
        configuration.write_text(_NGINX.format(folder=folder, port=port, root=root), encoding="utf-8")
        return [binary, "-c", str(configuration), "-e", "stderr"]

    with running("nginx", command, folder / "nginx.log") as server:
        yield server
