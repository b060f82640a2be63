"""`parley verify`: our own sites are sound, each fault is found in a site that has it, and all is bounded."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import forked
import pytest

from parley.verify.checks import CHECKS, Fault, compresses
from parley.verify.client import Client
from parley.verify.run import verify

DATA = {
    "text/turtle": '<{iri}> <http://e.example/p> "x" .',
    "application/n-triples": '<{iri}> <http://e.example/p> "x" .',
    "application/ld+json": '{{"@id": "{iri}", "http://e.example/p": "x"}}',
    "application/rdf+xml": '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">'
    '<r:Description r:about="{iri}"><e:p>x</e:p></r:Description></r:RDF>',
    "text/html": "<p>x</p>",
}


def run(*arguments: str) -> tuple[int, Any]:
    done = forked.run(["verify", *arguments, "--json"], timeout=300)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("name", ["real", "tiny"])
def test_our_own_sites_are_sound(name: str, request: pytest.FixtureRequest) -> None:
    address = request.getfixturevalue(f"{name}_site")
    publication = request.getfixturevalue(name)[0]
    status, report = run(f"{address}/", "--base", publication.base, "--sample", "8")
    faults = [fault for verdict in report["verdicts"] for fault in verdict["faults"]]
    assert (status, faults) == (0, [])
    assert len(report["iris"]) == 8
    assert report["hint"] == ""
    assert [verdict["looked"] for verdict in report["verdicts"]] == [8] * len(CHECKS)
    assert report["requests"] > 100


class Bad(BaseHTTPRequestHandler):
    """Answers everything with 200 and Turtle, repeats forged hosts, lets nobody in."""

    def do_GET(self) -> None:
        if self.headers.get("Accept") == "":
            self.send_error(500)
            return
        body = f'<http://e.example/a> <http://e.example/p> "{self.headers.get("X-Forwarded-Host", "")}" .'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/turtle")
        self.send_header("Set-Cookie", "a=b")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_TRACE = do_GET

    def do_HEAD(self) -> None:
        self.send_error(405)

    def log_message(self, *_: Any) -> None: ...


class Confused(Bad):
    """Negotiates without saying so, and answers 304 before it does, with one ETag for all."""

    def do_GET(self) -> None:
        accept = self.headers.get("Accept", "").lower()
        kind = next((kind for kind in DATA if accept.startswith(kind)), "text/html")
        iri = f"http://{self.headers['Host']}{self.path}"
        body = DATA[kind].format(iri=iri if kind != "application/ld+json" else iri + "x").encode()
        status = 304 if self.headers.get("If-None-Match") else 200
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(0 if status == 304 else len(body)))
        self.end_headers()
        self.wfile.write(b"" if status == 304 else body)


class Packing(Bad):
    """Compresses under the ETag of the plain answer, and without saying that it depends on anything."""

    def do_GET(self) -> None:
        body = DATA["text/turtle"].format(iri=f"http://{self.headers['Host']}{self.path}").encode()
        packed = self.headers.get("Accept-Encoding") == "gzip"
        content = gzip.compress(body)[: -1 if self.path.endswith("cut") else None] if packed else body
        self.send_response(200)
        self.send_header("Content-Type", "text/turtle")
        self.send_header("ETag", '"one"')
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def site() -> Iterator[Callable[[type[BaseHTTPRequestHandler]], str]]:
    servers = []

    def start(handler: type[BaseHTTPRequestHandler]) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def faults(url: str) -> dict[str, list[Fault]]:
    return {check.name: list(check.look(Client(100), url + "thing")) for check in CHECKS}


def test_a_bad_site_fails(site: Callable[[type[BaseHTTPRequestHandler]], str]) -> None:
    found = faults(site(Bad))
    assert {name for name, rows in found.items() if rows} == {
        "dereferences", "negotiates", "weights", "validators", "HEAD", "refusals", "open to scripts", "forged host",
    }  # fmt: skip
    assert len(found["refusals"]) == 2


def test_a_confused_site_fails(site: Callable[[type[BaseHTTPRequestHandler]], str]) -> None:
    found = faults(site(Confused))
    assert "Vary" in str(found["Vary"])
    assert "gets 304" in str(found["validators"])
    assert "same triples" in str(found["same triples"])


def test_faults_of_compression_are_found(site: Callable[[type[BaseHTTPRequestHandler]], str]) -> None:
    url = site(Packing)
    found = [fault.detail for fault in faults(url)["codings"]]
    assert len(found) == 2
    assert "share a strong ETag" in found[0]
    assert "Vary" in found[1]
    assert "does not decode" in str(list(compresses(Client(10), url + "cut")))


def test_iris_that_lead_elsewhere_are_hinted_at(tiny_site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley.verify.run._is_here", lambda url: False)
    result = verify(Client(400), f"{tiny_site}/", [], 2)
    assert "add --base http://lichen.example/garden/." in result.hint
    assert result.verdicts[0].faults[0].iri.startswith("http://lichen.example/garden/")


def test_a_site_on_this_machine_is_asked_for_iris_that_lead_elsewhere(tiny_site: str) -> None:
    done = forked.run(["verify", f"{tiny_site}/", "--sample", "2"], timeout=300)
    assert done.returncode == 0, done.stdout
    assert "The IRIs begin with http://lichen.example/garden/." in done.stdout


def test_requests_are_bounded(tiny_site: str) -> None:
    status, report = run(f"{tiny_site}/", "--base", "http://lichen.example/garden/", "--requests", "40")
    assert status == 1
    assert (report["requests"], report["complete"]) == (40, False)


def test_a_site_that_does_not_answer_is_said(site: Callable[[type[BaseHTTPRequestHandler]], str]) -> None:
    command = [sys.executable, "-m", "parley", "verify", "http://127.0.0.1:1/"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert subprocess.run([*command[:-1], "ftp://x/"], capture_output=True, timeout=60, check=False).returncode == 2


def test_nothing_is_sent_that_could_change_a_site(site: Callable[[type[BaseHTTPRequestHandler]], str]) -> None:
    methods: list[str] = []

    class Noting(Confused):
        def handle_one_request(self) -> None:
            super().handle_one_request()
            methods.append(getattr(self, "command", None) or "")

    faults(site(Noting))
    assert {"GET", "HEAD", "TRACE"} <= set(methods)
    assert not {"POST", "PUT", "PATCH", "DELETE"} & set(methods)
