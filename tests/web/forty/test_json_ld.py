"""JSON-LD: the published context, and documents in the form that a client asks for (requirements R5 and R6)."""

from __future__ import annotations

import json
from typing import Any

import pyoxigraph as ox
import pytest

PROFILE = "http://www.w3.org/ns/json-ld#"


def a_document(place: Any) -> str:
    iri = next(i for i in place.subjects() if i.startswith(place.publication.base) and "#" not in i)
    return str(place.urls.document(iri))


def triples(body: bytes) -> set[str]:
    dataset = ox.Dataset(ox.parse(body, format=ox.RdfFormat.JSON_LD))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def test_context_is_published_for_ever_and_for_all(place: Any) -> None:
    reply = place.ask(f"/context/{place.manifest.id}.jsonld")
    assert (reply.status, reply.media_type) == (200, "application/ld+json")
    assert "immutable" in reply.header("Cache-Control")
    assert reply.header("Access-Control-Allow-Origin") == "*"
    inline = place.ask(a_document(place) + ".jsonld").json["@context"]
    assert inline
    assert inline.items() <= reply.json["@context"].items()
    assert place.ask("/context/none.jsonld").status == 404


@pytest.mark.parametrize("profile", ["expanded", "compacted", "flattened", "framed"])
def test_profile_is_honoured_by_accept_and_by_parameter(place: Any, profile: str) -> None:
    document = a_document(place)
    plain = place.ask(document, Accept="application/ld+json")
    accept = f'application/ld+json;profile="{PROFILE}{profile}", text/turtle;q=0.1'
    asked = place.ask(document, Accept=accept)
    assert asked.header("Content-Type") == f'application/ld+json;profile="{PROFILE}{profile}"'
    assert [target for target, rel, _ in asked.links if rel == "profile"] == [PROFILE + profile]
    assert not [target for target, rel, _ in plain.links if rel == "profile"]
    named = place.ask(asked.header("Content-Location"))
    assert (named.status, named.body) == (200, asked.body)
    assert len({plain.header("ETag"), asked.header("ETag")}) == 2
    assert triples(asked.body) == triples(plain.body)
    assert len(triples(plain.body)) > 3


def test_expanded_form_has_no_context_and_says_everything_in_full(place: Any) -> None:
    nodes = json.loads(place.ask(f"{a_document(place)}.jsonld?profile=expanded").body)
    assert isinstance(nodes, list)
    assert len(nodes) > 1
    for node in nodes:
        for name, values in node.items():
            if name != "@id":
                assert isinstance(values, list)
                assert name == "@type" or ("://" in name and all(set(v) & {"@id", "@value", "@list"} for v in values))


def test_unknown_profile_is_refused_by_parameter_and_passed_over_in_accept(place: Any) -> None:
    document = a_document(place)
    assert place.ask(f"{document}.jsonld?profile=nonsense").status == 406
    reply = place.ask(document, Accept='application/ld+json;profile="http://example.org/none"')
    assert (reply.status, reply.header("Content-Type")) == (200, "application/ld+json")


def test_framed_form_is_a_tree_from_the_thing(place: Any) -> None:
    iri = next(i for i in place.subjects() if i.startswith(place.publication.base) and "#" not in i)
    tree = place.ask(f"{place.urls.document(iri)}.jsonld?profile=framed").json
    prefix, _, local = tree["@id"].partition(":")
    assert iri in (tree["@id"], f"{tree['@context'].get(prefix, '')}{local}")
    assert "@graph" not in tree
    full = [node["@id"] for node in nodes_in(tree) if len(node) > 1]
    assert len(full) == len(set(full)), "a node stands in full twice"
    assert len(full) - len(tree.get("@included", ())) > 1, "nothing hangs from the thing"


def nodes_in(value: Any) -> list[dict[str, Any]]:
    """All objects with an @id in a document, however deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict) and "@id" in value else []
    return own + [node for part in inner for node in nodes_in(part)]
