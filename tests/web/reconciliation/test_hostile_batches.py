"""Batches that are wrong, too large or meant to hurt: one bad query fails alone, limits are named, nothing is slow."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

GOOD = {"query": "Findling"}


def result(service: Any, query: Any) -> Any:
    return service.form(queries={"bad": query, "good": GOOD}).json


@pytest.mark.parametrize(
    "query",
    [
        {},
        [],
        None,
        7,
        {"query": ""},
        {"query": None},
        {"query": {"a": 1}},
        {"query": "x", "limit": -1},
        {"query": "x", "limit": "many"},
        {"query": "x", "limit": 1e400},
        {"query": "x", "properties": {}},
        {"query": "x", "properties": [{"pid": "", "v": 1}]},
        {"query": "x", "properties": [{"pid": "p"}]},
        {"query": "x", "properties": [{"pid": "p", "v": [[1]]}]},
        {"query": "x", "properties": [{"pid": "p", "v": "y"}] * 21},
        {"query": "y" * 1001},
        {"query": "Findling", "type": "Stein"},
        {"query": "Findling", "type": ["http://lichen.example/garden/ontology#Stien"]},
        {"query": "Findling", "properties": [{"pid": "http://lichen.example/garden/ontology#plcae", "v": "x"}]},
    ],
)
def test_one_bad_query_fails_alone(tiny_service: Any, schemas: Any, query: Any) -> None:
    found = schemas.check("0.2", "reconciliation-result-batch", result(tiny_service, query))
    assert found["bad"]["result"] == [] and found["bad"]["error"]
    assert found["good"]["result"][0]["match"] is True


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"conditions": []},
        {"conditions": [{"propertyValue": "x"}]},
        {"conditions": [{"matchType": "name"}]},
        {"conditions": [{"matchType": "property", "propertyValue": "x"}]},
        {"conditions": [{"matchType": "name", "propertyValue": "x"}], "limit": 0.2},
        {"conditions": [{"matchType": "property", "propertyId": "p", "propertyValue": "x", "matchQuantifier": "most"}]},
        {"conditions": [{"matchType": "property", "propertyId": "p", "propertyValue": "x", "matchQualifier": "Odd"}]},
    ],
)
def test_one_bad_query_of_the_draft_fails_alone(tiny_service: Any, schemas: Any, query: Any) -> None:
    good = {"conditions": [{"matchType": "name", "propertyValue": "Findling"}]}
    answer = tiny_service.post("/1.0/match", {"queries": [query, good]}).json
    bad, found = schemas.check("1.0-draft", "reconciliation-result-batch", answer)["results"]
    assert bad["candidates"] == [] and bad["error"]
    assert found["candidates"][0]["match"] is True


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '"q"', "{'q': 1}", "[" * 100_000, '{"q": {"query": "\\ud800"}}', '{"a": ' * 5000, "9" * 5000],
)
def test_what_is_no_batch_is_refused_clearly(tiny_service: Any, text: str) -> None:
    answer = tiny_service.form(queries=text)
    assert answer.status == 400 and answer.json["cure"], answer.body[:200]
    assert tiny_service.post("/1.0/match", text.encode()).status == 400


def test_other_bodies_are_refused(tiny_service: Any) -> None:
    assert tiny_service.post("/1.0/match", b"<a/>", "application/xml").status == 415
    assert tiny_service.form(nothing="x").status == 400
    assert tiny_service.get("/suggest/nonsense").status == 404
    assert tiny_service.get("/suggest/type", cursor="-1").status == 400
    assert tiny_service.get("/properties", limit="many").status == 400
    assert tiny_service.post("/1.0/extend", {"ids": "x", "properties": []}).status == 400
    assert tiny_service.post("/1.0/extend", {"ids": [], "properties": ["p"]}).status == 400


def test_limits_are_named(limited: Any) -> None:
    many = limited.form(queries={f"q{number}": GOOD for number in range(4)})
    assert many.status == 413 and "reconcile_queries" in many.json["cure"]
    assert limited.post("/1.0/extend", {"ids": ["a"] * 4, "properties": []}).status == 413
    assert len(limited.form(queries={f"q{number}": GOOD for number in range(3)}).json) == 3
    long = limited.form(queries={"q": {"query": "x" * 31}})
    assert "reconcile_characters" in long.json["q"]["error"]
    assert limited.form(queries={"q": {"query": "x" * 30_000}}).status == 413
    assert limited.get().json["batchSize"] == 3


#: Texts that mean something to a query language, a full-text index, a regular expression, a terminal.
POISON = [
    "x> ?p ?o } #", "' OR 1=1 --", '"*" NEAR("a" "b")', "label:a", "^a*$", "((((((", "%", "_%_", "a\x00c", "\u202eabc",
    "\ufeff", "🌿", "e\u0301" * 300, "á" * 900, " " * 500, "the the the", "a " * 400, "{{7*7}}", "${id}",
    "Q" + "9" * 900, "http://" + "a/" * 400, "http://[", "urn:x:" + "%" * 500, "\r\nX: y", "*" * 800, "l'" * 400,
]  # fmt: skip


def test_poison_is_text(service: Any, schemas: Any) -> None:
    batch = {f"q{number}": {"query": text} for number, text in enumerate(POISON)}
    assert len(batch) >= 25
    start = time.monotonic()
    answer = schemas.check("0.2", "reconciliation-result-batch", service.form(queries=batch).json)
    assert time.monotonic() - start < 20  # a hang, not a benchmark
    assert answer.keys() == batch.keys()
    certain = [key for key, row in answer.items() if any(candidate["match"] for candidate in row["result"])]
    assert certain == []
    for text in POISON:
        assert service.get("/suggest/entity", prefix=text).status == 200
        assert service.get("/suggest/type", prefix=text).status == 200


def test_wrong_identifiers_are_no_errors(service: Any) -> None:
    ids = ["", " ", "http://", "_:b0", "x" * 900, "\x00", "urn:<>"]
    rows = service.form(extend={"ids": ids, "properties": [{"id": "http://www.w3.org/2000/01/rdf-schema#label"}]})
    assert rows.status == 200 and len(rows.json["rows"]) == len(ids)
    for text in ids:
        assert service.get("/preview", id=text).status == 404


def test_a_crowd_gets_answers_or_is_sent_away(tiny_service: Any) -> None:
    batch = {f"q{number}": {"query": f"Flechte {number} auf dem Stein"} for number in range(100)}
    statuses: list[int] = []

    def send() -> None:
        reply = tiny_service.form(queries=batch)
        statuses.append(reply.status)
        if reply.status == 503:
            assert reply.headers["Retry-After"] and reply.json["type"].endswith("/service-busy")
        else:
            assert len(reply.json) == 100

    crowd = [threading.Thread(target=send) for _ in range(12)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(60)
    assert len(statuses) == 12 and set(statuses) <= {200, 503} and 200 in statuses
    assert tiny_service.get().status == 200


def test_time_is_limited(serve_command: Any, tiny: Any, tiny_service: Any) -> None:
    folder = Path(__file__).resolve().parents[2] / "fixtures" / "tiny"
    with serve_command(folder, state=tiny[1].root, PARLEY_RECONCILE_SECONDS="0.05") as address:
        client = type(tiny_service)(f"{address}/reconcile")
        conditions = [
            {"pid": "http://www.w3.org/2000/01/rdf-schema#label", "v": [f"{n} Stein" * 40 for n in range(10)]}
        ] * 10
        batch = {f"q{number}": {"query": "Flechte Stein", "properties": conditions} for number in range(100)}
        reply = client.form(queries=json.dumps(batch))
    assert reply.status == 503 and "reconcile_seconds" in reply.json["cure"] and reply.headers["Retry-After"]
