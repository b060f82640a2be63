"""Checks 9 and 17: the OpenAPI description is complete, its examples answer, every method is right or refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest


def description(place: Any) -> dict[str, Any]:
    reply = place.ask("/api/openapi.json")
    assert (reply.status, reply.media_type) == (200, "application/json")
    found: dict[str, Any] = reply.json
    return found


def examples(place: Any) -> Iterator[tuple[str, str, str, str, str]]:
    """Path, method, target, media type and body of every request that the description gives in full."""
    for path, operations in description(place)["paths"].items():
        for method, operation in operations.items():
            given = {row["name"]: row for row in operation["parameters"]}
            needed = [row for row in given.values() if row["required"]]
            if any("example" not in row for row in needed):
                continue
            target = path
            for row in needed:
                target = target.replace(f"{{{row['name']}}}", quote(str(row["example"])))
            query = {name: row["example"] for name, row in given.items() if row["in"] == "query" and "example" in row}
            if query and path not in ("/search", "/doc/", "/api/linkset"):
                target += "?" + urlencode(query)
            for media_type, body in operation.get("requestBody", {}).get("content", {"": {}}).items():
                if media_type and "example" not in body:
                    continue
                text = body.get("example", "")
                data = urlencode(text) if isinstance(text, dict) else text
                if media_type == "application/json":
                    data = json.dumps(text)
                yield path, method.upper().removeprefix("X-"), target, media_type, data


def test_17_every_example_answers(place: Any) -> None:
    asked = 0
    for path, method, target, media_type, data in examples(place):
        fields = {"Content_Type": media_type} if media_type else {}
        reply = place.ask(target, method, data.encode() if media_type else None, **fields)
        accepted = (200, 302, 303, 308) if path not in UNANSWERED else (404, 200)
        assert reply.status in accepted, (method, target, reply.status, reply.body)
        asked += 1
    assert asked >= 20


def test_09_every_answer_says_what_it_is(place: Any) -> None:
    negotiated = 0
    for _path, method, target, _media_type, _data in examples(place):
        if method != "GET":
            continue
        for accept in ("*/*", "text/html"):
            reply = place.ask(target, Accept=accept)
            for name in ("Cache-Control", "Access-Control-Allow-Origin", "X-Content-Type-Options"):
                assert reply.header(name), (target, name)
            assert sum(len(name) + len(value) + 4 for name, value in reply.fields.items()) < 4096, target
            chosen_by_address = "format=" in target
            if reply.status == 200 and "Accept" in reply.header("Vary").split(", ") and not chosen_by_address:
                negotiated += 1
                for name in ("Content-Location", "ETag"):
                    assert reply.header(name), (target, accept, name)
    assert negotiated >= 10


#: There is no favicon, and the tiny publication names no contact; its base is no thing.
UNANSWERED = ("/favicon.ico", "/.well-known/security.txt", "/doc/")


def test_09_every_route_is_described(place: Any) -> None:
    found = description(place)
    assert found["openapi"].startswith("3.1")
    assert len(found["paths"]) >= 20
    identifiers = [operation["operationId"] for path in found["paths"].values() for operation in path.values()]
    assert len(identifiers) == len(set(identifiers))
    for path in found["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert all(row.get("required") for row in operation["parameters"] if row["in"] == "path")


CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def fuzz(address: str, cases: int, phases: str, folder: Path) -> None:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/api/openapi.json", "--url", address]
    command += [
        "--checks",
        CHECKS,
        "--max-examples",
        str(cases),
        "--seed",
        "40",
        "--phases",
        phases,
    ]
    command += ["--generation-deterministic", "--no-color", "--warnings", "off", "--continue-on-failure"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "sparql_bodies", "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=900, env=environment, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "passed" in done.stdout


def test_fuzzing_finds_no_failure(tiny_site: str, tmp_path: Path) -> None:
    fuzz(tiny_site, 5, "examples,fuzzing", tmp_path)


@pytest.mark.slow
def test_fuzzing_finds_no_failure_at_length(tiny_site: str, tmp_path: Path) -> None:
    fuzz(tiny_site, 100, "examples,coverage,fuzzing", tmp_path)


def test_09_head_options_and_other_methods(place: Any) -> None:
    routes = 0
    for path, operations in description(place)["paths"].items():
        target = path
        for row in next(iter(operations.values()))["parameters"]:
            if row["in"] == "path":
                target = target.replace(f"{{{row['name']}}}", quote(str(row.get("example", "x"))))
        routes += 1
        get, head = place.ask(target), place.ask(target, "HEAD")
        assert (head.status, head.body) == (get.status, b""), target
        for name in ("Content-Type", "ETag", "Vary", "Cache-Control", "Content-Location", "Link", "Location", "Allow"):
            assert head.header(name) == get.header(name), (target, name)
        options = place.ask(target, "OPTIONS")
        assert options.status in (200, 204), target
        allowed = {method.upper().removeprefix("X-") for method in operations} | {"HEAD", "OPTIONS"}
        assert set(options.header("Allow").split(", ")) == allowed, target
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - allowed:
            refused = place.ask(target, method)
            assert (refused.status, refused.media_type) == (405, "application/problem+json"), (method, target)
            assert set(refused.header("Allow").split(", ")) == allowed, target
    assert routes >= 20
