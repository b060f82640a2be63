"""The reconciliation service over HTTP, and the schemas that its answers must satisfy."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

ROOT = Path(__file__).resolve().parents[3]
SUITES = Path(os.environ.get("PARLEY_SUITES") or ROOT.parent / "shared" / "suites") / "reconciliation"
VERSIONS = ("0.2", "1.0-draft")


@dataclass(slots=True)
class Schemas:
    """Validators by version and name; counts what was validated."""

    validators: dict[tuple[str, str], Any]
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def check(self, version: str, name: str, value: Any) -> Any:
        """`value`, which the schema `name` must accept."""
        errors = [error.message for error in self.validators[version, name].iter_errors(value)]
        assert errors == [], (version, name, errors[:3], json.dumps(value)[:500])
        self.seen[version, name] += 1
        return value


@pytest.fixture(scope="session")
def suites() -> Path:
    """The folder of the protocol's schemas and examples."""
    if not SUITES.is_dir():
        message = f"{SUITES} is missing; set PARLEY_SUITES"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return SUITES


@pytest.fixture(scope="session")
def schemas(suites: Path) -> Schemas:
    """The schemas of both versions; each knows those of its version by their addresses."""
    found = {}
    for version in VERSIONS:
        texts = {
            path.stem: json.loads(path.read_text()) for path in sorted((suites / version / "schemas").glob("*.json"))
        }
        registry = jsonschema_rs.Registry([(text["$id"], text) for text in texts.values()])
        for name, text in texts.items():
            if name != "openapi":
                found[version, name] = jsonschema_rs.validator_for(text, registry=registry)
    return Schemas(found)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Client:
    """Speaks the protocol with the service at `url`, sending the fields that a browser or OpenRefine sends."""

    url: str

    def get(self, path: str = "", **query: Any) -> Reply:
        """GET, with CORS as a page of another origin has it."""
        more = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self._send(urllib.request.Request(self.url + path + more))

    def form(self, path: str = "", **fields: Any) -> Reply:
        """POST of a form whose values are JSON, or texts as they are."""
        texts = {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in fields.items()}
        return self._send(urllib.request.Request(self.url + path, urllib.parse.urlencode(texts).encode()))

    def post(self, path: str, value: Any, kind: str = "application/json") -> Reply:
        """POST of JSON, or of the bytes as they are."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self._send(urllib.request.Request(self.url + path, body, {"Content-Type": kind}))

    def _send(self, request: urllib.request.Request) -> Reply:
        request.add_header("Origin", "http://127.0.0.1:3333")
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                reply = Reply(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            reply = Reply(error.code, error.headers, error.read())
        assert reply.headers["Access-Control-Allow-Origin"] == "*", request.full_url
        return reply


@pytest.fixture(scope="session")
def real_service(real_site: str) -> Client:
    """The service of our own publication."""
    return Client(f"{real_site}/reconcile")


@pytest.fixture(scope="session")
def tiny_service(tiny_site: str) -> Client:
    """The service of the tiny foreign publication."""
    return Client(f"{tiny_site}/reconcile")


@pytest.fixture(params=["real", "tiny"])
def service(request: pytest.FixtureRequest) -> Client:
    """Each of both services."""
    found: Client = request.getfixturevalue(f"{request.param}_service")
    return found


@pytest.fixture
def limited(serve_command: Callable[..., Any], tiny: Any) -> Iterator[Client]:
    """The tiny publication with limits that a test reaches at once."""
    settings = {
        "PARLEY_RECONCILE_QUERIES": "3",
        "PARLEY_RECONCILE_CHARACTERS": "30",
        "PARLEY_REQUEST_BODY": "20000",
    }
    with serve_command(ROOT / "tests" / "fixtures" / "tiny", state=tiny[1].root, **settings) as address:
        yield Client(f"{address}/reconcile")
