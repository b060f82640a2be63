"""A small client that sends exactly what it is told, and the two publications as served."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from parley.publication import Publication
from parley.release.index import Index
from parley.release.manifest import Manifest
from parley.urls import Urls

_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w*-]+="[^"]*")*)')
_PARAMETER = re.compile(r';\s*([\w*-]+)="([^"]*)"')


@dataclass
class Reply:
    """A response: `fields` are its header fields."""

    status: int
    fields: Message
    body: bytes

    def header(self, name: str) -> str:
        return ", ".join(self.fields.get_all(name) or [])

    @property
    def media_type(self) -> str:
        return self.header("Content-Type").partition(";")[0]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def links(self) -> set[tuple[str, str, str]]:
        """Target, relation, media type of every link of the Link field."""
        found = set()
        for target, parameters in _LINK.findall(self.header("Link")):
            known = dict(_PARAMETER.findall(parameters))
            found |= {(target, rel, known.get("type", "")) for rel in known.get("rel", "").split()}
        return found


@dataclass
class Place:
    """A served publication and what its release holds; requests go over one kept connection."""

    address: str
    publication: Publication
    manifest: Manifest
    index: Index
    urls: Urls
    connection: HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = HTTPConnection(urlsplit(self.address).netloc, timeout=60)

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **fields: str) -> Reply:
        """Send one request; `fields` are header fields, with `_` for `-`, and no others than Host are sent."""
        for attempt in (1, 2):
            try:
                return self._send(path, method, body, fields)
            except (ConnectionError, OSError):
                self.connection.close()  # the server closed it after an answer before
                if attempt == 2:
                    raise
        raise AssertionError

    def _send(self, path: str, method: str, body: bytes | None, fields: dict[str, str]) -> Reply:
        self.connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in fields.items():
            self.connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            self.connection.putheader("Content-Length", str(len(body)))
        self.connection.endheaders(body)
        response = self.connection.getresponse()
        return Reply(response.status, response.msg, response.read())

    def raw(self, head: bytes) -> bytes:
        """The bytes of the answer to a request whose head is sent as it is."""
        parts = urlsplit(self.address)
        with socket.create_connection((parts.hostname or "", parts.port or 0), 10) as connection:
            connection.sendall(head + b"\r\nConnection: close\r\n\r\n")
            answer = b""
            while data := connection.recv(65536):
                answer += data
        assert answer.startswith(b"HTTP/1.1 ")
        return answer

    def follow(self, path: str, **fields: Any) -> Reply:
        """As `ask`, through one redirect."""
        reply = self.ask(path, **fields)
        return self.ask(reply.header("Location"), **fields) if reply.status in (302, 303, 307, 308) else reply

    def sparql(self, query: str) -> list[dict[str, Any]]:
        """The bindings of a query, with the values only."""
        media_type, accept = "application/sparql-query", "application/sparql-results+json"
        reply = self.ask("/sparql", "POST", query.encode(), Content_Type=media_type, Accept=accept)
        assert reply.status == 200, reply.body
        rows = reply.json["results"]["bindings"]
        return [{name: term["value"] for name, term in row.items()} for row in rows]

    def subjects(self) -> list[str]:
        """Every named subject of the default graph."""
        query = "SELECT DISTINCT ?s WHERE { ?s ?p ?o FILTER isIRI(?s) } ORDER BY ?s"
        return [row["s"] for row in self.sparql(query)]


@pytest.fixture(scope="module", params=["real", "tiny"])
def place(request: pytest.FixtureRequest) -> Any:
    """Both publications, one after the other."""
    address = request.getfixturevalue(f"{request.param}_site")
    publication, _state, built = request.getfixturevalue(request.param)
    with Index.open(built.path / "index.sqlite") as index:
        urls = Urls(publication.base, publication.languages, has_fragments=index.has_fragments)
        found = Place(address, publication, built.manifest, index, urls)
        yield found
        found.connection.close()


ODD = (
    "é", "e\u0301", "\U0001f33f", "a%2Fb", "50%25", "o'neill", "(a)", "a;b=c", "a,b", "x?y=1", "deep/er/é",
    "~tilde", "a:b@c", "caf%E9", "up/../x", "a/./b", "/double", "in//side",
    "x?q=%C3%A9", "é%cc%81",
)  # fmt: skip
#: Long names, under the base and elsewhere; how many things point at one; a property that is used and never described.
LONG = [f"http://{host}.example/{letter * size}" for host in ("odd", "far") for letter in "aé" for size in (300, 1200)]
HUB = 250
#: Literals that tools like to “correct”.
_XSD = "http://www.w3.org/2001/XMLSchema#"
TERMS = (
    f'"01"^^<{_XSD}integer>', f'"1.500"^^<{_XSD}decimal>', f'"1"^^<{_XSD}boolean>', f'"1e3"^^<{_XSD}double>',
    f'"2019-03-01T07:05:00Z"^^<{_XSD}dateTime>', f'"2019-03-01T07:05:00+00:00"^^<{_XSD}dateTime>', '"relève"@fr-CA',
    '"<p>a &amp; b</p>"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML>',
    '"  \\t a\\n\\\\b\\"c\\u00A0 "', '"e\\u0301 é"', '""',
)  # fmt: skip
UNSAID = "http://far.example/vocabulary#unsaid"


@pytest.fixture(scope="module")
def live_odd(tmp_path_factory: pytest.TempPathFactory, built: Any, serve_command: Any) -> Any:
    """A publication whose things have odd names: accents in NFC and NFD, emoji, %2F, quotes, parentheses …"""
    folder = tmp_path_factory.mktemp("odd")
    base = "http://odd.example/"
    (folder / "publication.toml").write_text(
        f'base = "{base}"\nlanguages = ["en", "fr"]\n[title]\nen = "Odd"\n[description]\nen = "Odd names."\n'
        '[inference]\nprofile = "none"\n',
        encoding="utf-8",
    )
    lines = [
        f'<{base}{name}> a <{base}Thing> ; <http://www.w3.org/2000/01/rdf-schema#label> "{number}"@en .'
        for number, name in enumerate(ODD)
    ]
    lines += [f"<{iri}> a <{base}Thing> ." for iri in LONG]
    lines += [f"<{base}terms> <{base}term> {term} ." for term in TERMS]
    lines += [f'<{base}t{number}> <{base}near> <{base}hub> ; <{UNSAID}> "x" .' for number in range(HUB)]
    (folder / "data").mkdir()
    (folder / "data" / "odd.ttl").write_text("\n".join(lines), encoding="utf-8")
    publication, state, made = built(folder)
    with (
        serve_command(folder, state=state.root) as address,
        Index.open(made.path / "index.sqlite") as index,
    ):
        urls = Urls(base, publication.languages, has_fragments=index.has_fragments)
        found = Place(address, publication, made.manifest, index, urls)
        yield found, [base + name for name in ODD]
        found.connection.close()
