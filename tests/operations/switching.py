"""A load on a site whose release changes again and again, and a look at every answer: whole, and of one release."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote, urlsplit

from parley.pipeline.build import build
from parley.publication import load
from parley.release.directory import StateDirectory

BASE = "http://switch.example/"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_QUERY = quote(f"SELECT DISTINCT ?v WHERE {{ ?s <{_LABEL}> ?v }}")
#: Address and Accept; each answer tells by its labels, or by the release's id in it, of which release it is.
REQUESTS = (
    ("/doc/hub", "text/turtle"), ("/doc/hub.jsonld", "*/*"), ("/en/doc/hub.html", "text/html"), ("/", "text/html"),
    (f"/sparql?query={_QUERY}", "application/sparql-results+json"), ("/downloads", "text/html"), ("/doc/t1.nt", "*/*"),
    ("/.well-known/void?format=nt", "*/*"), ("/version", "*/*"), ("/t2", "*/*"),
)  # fmt: skip
_MARK = re.compile(rb"edition [A-Z]")
#: What a description says of the release before it.
_PREVIOUS = re.compile(rb"<http://www\.w3\.org/ns/dcat#previousVersion> <[^>]*>")
_RELEASE = re.compile(rb'(?:release/|"release": "|<code title=")([0-9a-f]{64})')


def make_editions(folder: Path, state: StateDirectory, names: str = "AB") -> list[str]:
    """Build one release for each letter of `names`, whose every label is “edition” and that letter; their ids."""
    (folder / "data").mkdir(parents=True)
    (folder / "publication.toml").write_text(
        f'base = "{BASE}"\nlanguages = ["en"]\n[title]\nen = "Switch"\n[description]\nen = "Editions of the same."\n'
        '[inference]\nprofile = "none"\n'
    )
    found = []
    for name in names:
        lines = [
            f'<{BASE}t{n}> <{_LABEL}> "edition {name}" . <{BASE}t{n}> <{BASE}near> <{BASE}hub> .' for n in range(60)
        ]
        (folder / "data" / "things.ttl").write_text("\n".join(lines))
        found.append(build(load(folder, {}, state=str(state.root)), state).id)
    return found


@dataclass
class Load:
    """What several clients, each on a connection that it keeps, have been answered."""

    address: str
    releases: Sequence[str]
    asked: int = 0
    failures: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _bodies: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, clients: int, change: Callable[[], None]) -> float:
        """Ask with `clients` connections until `change` returns; requests a second."""
        threads = [threading.Thread(target=self._client, args=(number,)) for number in range(clients)]
        start = time.monotonic()
        for thread in threads:
            thread.start()
        try:
            change()
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
        return self.asked / (time.monotonic() - start)

    def wait(self, edition: str, more: int = 150) -> None:
        """Until `more` answers are known to be of `edition`."""
        wanted, end = self.seen[edition] + more, time.monotonic() + 60
        while self.seen[edition] < wanted:
            assert time.monotonic() < end, f"edition {edition} is not served: {self.failures[:3]}"
            time.sleep(0.02)

    def _client(self, number: int) -> None:
        parts = urlsplit(self.address)
        connection = HTTPConnection(parts.netloc, timeout=30)
        while not self._stop.is_set():
            path, accept = REQUESTS[number % len(REQUESTS)]
            number += 1
            try:
                connection.request("GET", parts.path + path, headers={"Accept": accept})
                answer = connection.getresponse()
                fault = self._look(parts.path + path, answer.status, answer.headers.get("ETag", ""), answer.read())
            except (OSError, HTTPException) as error:
                fault = f"{path}: {error!r}"
                connection.close()
            with self._lock:
                self.asked += 1
                if fault:
                    self.failures.append(fault)
        connection.close()

    def _look(self, path: str, status: int, tag: str, body: bytes) -> str:
        """What is wrong with an answer; "" if nothing is."""
        if status != (303 if path.endswith("/t2") else 200):
            return f"{path}: {status}"
        marks = {mark[-1:].decode() for mark in _MARK.findall(body)}
        own = _PREVIOUS.sub(b"", body)
        marks |= {"AB"[self.releases.index(name.decode())] for name in _RELEASE.findall(own)}
        if len(marks) > 1:
            return f"{path}: of {len(marks)} releases"
        if tag and self._bodies.setdefault((path, tag), body) != body:
            return f"{path}: one ETag for two bodies"
        with self._lock:
            self.seen.update(marks)
        return ""
