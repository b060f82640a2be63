"""The Reconciliation Service API 0.2 and 1.0-draft: every kind of answer, of both publications, against the schemas."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

BASE = "https://w3id.org/nato-osce/"
TERMS = BASE + "ontology#"
GARDEN = "http://lichen.example/garden/"
NAMES = {"real": ("KFOR", TERMS + "Force", TERMS), "tiny": ("Findling", GARDEN + "ontology#Stone", GARDEN)}


def publication(service: Any, real_service: Any) -> str:
    return "real" if service is real_service else "tiny"


def test_the_suites_agree_with_their_own_examples(suites: Path, schemas: Any) -> None:
    judged = {True: 0, False: 0}
    for (version, name), validator in schemas.validators.items():
        for verdict, kind in ((True, "valid"), (False, "invalid")):
            for path in (suites / version / "examples" / name / kind).glob("*.json"):
                assert validator.is_valid(json.loads(path.read_text())) is verdict, path
                judged[verdict] += 1
    assert judged[True] >= 55 and judged[False] >= 25, judged


def test_manifests(service: Any, schemas: Any) -> None:
    old = schemas.check("0.2", "manifest", service.get().json)
    assert old["batchSize"] >= 1 and len(old["defaultTypes"]) >= 3
    assert set(old["suggest"]) == {"entity", "type", "property"} and "{{id}}" in old["view"]["url"]
    new = schemas.check("1.0-draft", "manifest", service.get("/1.0").json)
    assert new["standardizedScore"] is True and "identifierSpace" not in new
    assert service.get().headers["ETag"] != service.get("/1.0").headers["ETag"]


def test_a_browser_gets_a_page_about_the_service(service: Any) -> None:
    page = service.get(format="html")
    assert page.headers["Content-Type"].startswith("text/html") and b"OpenRefine" in page.body
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_batches_of_both_versions_agree(service: Any, real_service: Any, schemas: Any) -> None:
    name, kind, _ = NAMES[publication(service, real_service)]
    old = service.form(queries={"q7": {"query": name, "type": kind, "type_strict": "should", "limit": 3}})
    candidates = schemas.check("0.2", "reconciliation-result-batch", old.json)["q7"]["result"]
    query = {"type": kind, "limit": 3, "conditions": [{"matchType": "name", "propertyValue": name}]}
    for path in ("/1.0/match", "/1.0/reconcile", ""):
        new = schemas.check("1.0-draft", "reconciliation-result-batch", service.post(path, {"queries": [query]}).json)
        assert new["results"][0]["candidates"] == candidates
    assert candidates[0]["match"] is True and 90 <= candidates[0]["score"] <= 100
    assert {feature["id"] for feature in candidates[0]["features"]} == {"name", "exact", "links"}
    assert all(kind in [t["id"] for t in candidate["type"]] for candidate in candidates)
    got = service.get(queries=json.dumps({"q7": {"query": name, "type": [kind], "limit": 3}}))
    assert got.json["q7"]["result"] == candidates


def test_suggestions(service: Any, real_service: Any, schemas: Any) -> None:
    name, kind, terms = NAMES[publication(service, real_service)]
    for root, version in (("", "0.2"), ("/1.0", "1.0-draft")):
        entities = schemas.check(
            version, "suggest-entities-response", service.get(f"{root}/suggest/entity", prefix=name[:3]).json
        )
        assert 1 <= len(entities["result"]) <= 20
        exact = service.get(f"{root}/suggest/entity", prefix=name).json["result"][0]
        by_id = service.get(f"{root}/suggest/entity", prefix=exact["id"]).json["result"]
        assert by_id[0]["id"] == exact["id"]
        types = schemas.check(version, "suggest-types-response", service.get(f"{root}/suggest/type").json)
        assert len(types["result"]) >= 3
        called = next(row["name"] for row in types["result"] if row["id"].startswith(terms))
        assert called in [row["name"] for row in service.get(f"{root}/suggest/type", prefix=called[:4]).json["result"]]
        properties = schemas.check(version, "suggest-properties-response", service.get(f"{root}/suggest/property").json)
        assert len(properties["result"]) >= 5
        rest = service.get(f"{root}/suggest/property", cursor=3).json["result"]
        assert rest[0] == properties["result"][3]
    assert kind in [row["id"] for row in service.get("/suggest/type", prefix=kind).json["result"]]


def test_data_extension(service: Any, real_service: Any, schemas: Any) -> None:
    _name, kind, _ = NAMES[publication(service, real_service)]
    proposed = schemas.check("0.2", "data-extension-property-proposal", service.get("/properties", type=kind).json)
    again = schemas.check(
        "1.0-draft", "data-extension-property-proposal", service.get("/1.0/extend/propose", type=kind, limit=3).json
    )
    assert again["properties"] == proposed["properties"][:3] and again["limit"] == 3
    found = service.form(queries={"q": {"query": NAMES[publication(service, real_service)][0], "type": kind}})
    iri = found.json["q"]["result"][0]["id"]
    query = {"ids": [iri, "urn:nobody"], "properties": [{"id": row["id"]} for row in proposed["properties"]]}
    schemas.check("0.2", "data-extension-query", query)
    old = schemas.check("0.2", "data-extension-response", service.form(extend=query).json)
    new = schemas.check("1.0-draft", "data-extension-response", service.post("/1.0/extend", query).json)
    assert len(old["meta"]) == len(proposed["properties"]) >= 2
    texts = {row["id"]: {cell["id"]: len(cell["values"]) for cell in row["properties"]} for row in new["rows"]}
    assert texts == {i: {p: len(cells) for p, cells in row.items()} for i, row in old["rows"].items()}
    assert any(old["rows"][iri].values()) and not any(old["rows"]["urn:nobody"].values())


def test_terms_of_the_vocabulary_and_kinds_set_aside_are_not_suggested(real_service: Any) -> None:
    found = [row["id"] for row in real_service.get("/suggest/entity", prefix="mission").json["result"]]
    assert found and not any("ontology#" in iri for iri in found)
    found = [row["id"] for row in real_service.get("/suggest/entity", prefix="section").json["result"]]
    assert not any("/section/" in iri for iri in found)
    offered = [row["name"] for row in real_service.get(lang="en").json["defaultTypes"]]
    assert "organisation" in offered and not {"section", "passage", "naming"} & set(offered)


def test_any_thing_may_be_asked_for_as_such(real_service: Any) -> None:
    query = {"query": "KFOR", "type": "http://www.w3.org/2002/07/owl#Thing"}
    assert real_service.form(queries={"q": query}).json["q"]["result"][0]["match"] is True


def test_values_keep_their_kinds(tiny_service: Any) -> None:
    terms = GARDEN + "ontology#"
    properties = [{"id": terms + name} for name in ("count", "thickness", "seenAt", "growsOn")]
    label = {"id": "http://www.w3.org/2000/01/rdf-schema#label", "settings": {"language": "es"}}
    query = {"ids": [GARDEN + "exemplar/é"], "properties": [*properties, label]}
    (row,) = tiny_service.form(extend=query).json["rows"].values()
    assert row[terms + "count"] == [{"int": 1}] and row[terms + "thickness"] == [{"float": 1.5}]
    assert row[terms + "seenAt"] == [{"str": "2019-03-01T07:05:00.000Z"}]
    assert row[terms + "growsOn"] == [{"id": GARDEN + "findling", "name": "Findling"}]
    assert row[label["id"]] == [{"str": "Liquen amarillo"}]
    (new,) = tiny_service.post("/1.0/extend", query).json["rows"]
    assert new["properties"][-1]["values"] == [{"str": "Liquen amarillo", "lang": "es"}]


def test_previews_are_framable_and_without_scripts(service: Any, real_service: Any) -> None:
    entities = service.get("/suggest/entity", prefix=NAMES[publication(service, real_service)][0]).json["result"]
    for root in ("", "/1.0"):
        page = service.get(f"{root}/preview", id=entities[0]["id"])
        policy = page.headers["Content-Security-Policy"]
        assert "frame-ancestors *" in policy and "default-src 'none'" in policy and "script-src" not in policy
        assert page.headers["X-Frame-Options"] is None
        assert b"<script" not in page.body and entities[0]["name"].encode() in page.body
    assert service.get("/preview", id="urn:nobody").status == 404


def test_previews_say_which_language_they_are_in(real_service: Any) -> None:
    for tag in ("en", "fr"):
        page = real_service.get("/preview", id="https://w3id.org/nato-osce/mission/kvm", lang=tag)
        assert f'<html lang="{tag}">'.encode() in page.body


def test_markup_in_names_stays_text(tiny_service: Any) -> None:
    page = tiny_service.get("/preview", id=GARDEN + "exemplar/o'hara")
    assert page.status == 200 and b"<script" not in page.body and b"&lt;script&gt;" in page.body


def test_languages_by_path_parameter_and_header(real_site: str, real_service: Any) -> None:
    client = type(real_service)
    queries = json.dumps({"q": {"query": "UNMIK"}})
    french = client(f"{real_site}/fr/reconcile").get(queries=queries)
    assert french.json == real_service.get(queries=queries, lang="fr").json
    assert french.headers["Content-Language"] == "fr" and "MINUK" in french.json["q"]["result"][0]["name"]
    assert "UNMIK" in real_service.get(queries=queries, lang="en").json["q"]["result"][0]["name"]
    manifest = client(f"{real_site}/fr/reconcile").get().json
    assert re.search(r"/fr/reconcile$", manifest["suggest"]["entity"]["service_url"])


def test_the_service_is_announced(real_site: str, real_service: Any) -> None:
    root = type(real_service)(real_site)
    rows = root.get("/.well-known/api-catalog").json["linkset"]
    assert "/reconcile" in [row["anchor"] for row in rows]
    paths = root.get("/api/openapi.json").json["paths"]
    assert {"/reconcile", "/reconcile/1.0/match", "/reconcile/suggest/{kind}"} <= paths.keys()
    assert b"/reconcile" in root.get("/en/").body


def test_scripts_of_other_origins_may_send_json(real_service: Any) -> None:
    asked = {
        "Origin": "http://x.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    request = urllib.request.Request(f"{real_service.url}/1.0/match", headers=asked, method="OPTIONS")
    with urllib.request.urlopen(request, timeout=30) as reply:
        assert "POST" in reply.headers["Access-Control-Allow-Methods"]
        assert "Content-Type" in reply.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("kind", ["manifest", "suggest-entities-response", "reconciliation-result-batch"])
def test_a_schema_refuses_what_is_wrong(schemas: Any, kind: str) -> None:
    wrong = {
        "manifest": {"name": 1},
        "suggest-entities-response": {"result": [{}]},
        "reconciliation-result-batch": {"q": {}, "results": 1},
    }
    for version in ("0.2", "1.0-draft"):
        assert not schemas.validators[version, kind].is_valid(wrong[kind])


def test_every_kind_of_answer_was_validated(schemas: Any, service: Any, real_service: Any) -> None:
    """Runs after the others of this module: how many answers the schemas saw, by kind."""
    answers = ("manifest", "reconciliation-result-batch", "suggest-entities-response", "suggest-types-response")
    more = ("suggest-properties-response", "data-extension-response", "data-extension-property-proposal")
    for version in ("0.2", "1.0-draft"):
        assert {
            name: schemas.seen[version, name] for name in (*answers, *more) if schemas.seen[version, name] < 2
        } == {}
