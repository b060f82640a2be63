"""The tree form of a JSON-LD document: all statements, each node once, however the links run."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from parley.formats import JSON_LD
from parley.serialise import serialise
from parley.serialise.framed import framed

EX = "http://example.org/"
CASES = {
    "a cycle": "ex:a ex:p ex:b . ex:b ex:p ex:a .",
    "to itself": "ex:a ex:p ex:a .",
    "shared": "ex:a ex:p ex:b, ex:c . ex:b ex:q ex:d . ex:c ex:q ex:d . ex:d ex:r 1 .",
    "two ways in": "ex:b ex:p ex:a ; ex:q ex:a, ex:c . ex:c ex:p ex:a .",
    "only mentioned": "ex:b a ex:a ; ex:p ex:a .",
    "blank": "ex:a ex:p [ ex:q [ ex:r ex:a ] ] .",
    "list": "ex:a ex:p (ex:b ex:c ex:b) . ex:b ex:q 1 . ex:c ex:p ex:a .",
    "in a list": "ex:b ex:p (ex:a) .",
    "apart": "ex:a ex:p 1 . ex:b ex:p 2 . ex:a2 ex:p 3 .",
    "deep": "ex:a ex:p ex:n0 ." + "".join(f" ex:n{n} ex:p ex:n{n + 1} ." for n in range(3000)),
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_tree_means_what_the_flat_document_means(text: str) -> None:
    quads = list(ox.parse(f"@prefix ex: <{EX}> . {text}", format=ox.RdfFormat.TURTLE))
    tree = framed(serialise(quads, JSON_LD, {"ex": EX}), EX + "a")
    assert json.loads(tree)["@id"] == "ex:a"
    assert canonical(ox.parse(tree, format=ox.RdfFormat.JSON_LD)) == canonical(quads)


def canonical(quads: object) -> set[str]:
    dataset = ox.Dataset(quads)  # type: ignore[arg-type]
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def test_nodes_are_embedded_once_and_links_to_the_thing_hang_from_it() -> None:
    text = "ex:a ex:p ex:b . ex:b ex:q 'x' . ex:c ex:r ex:a ; ex:q 'y' . ex:d ex:q ex:b ."
    quads = list(ox.parse(f"@prefix ex: <{EX}> . {text}", format=ox.RdfFormat.TURTLE))
    tree = json.loads(framed(serialise(quads, JSON_LD, {"ex": EX}), EX + "a"))
    assert tree["ex:p"] == {"@id": "ex:b", "ex:q": "x"}
    assert tree["@reverse"] == {"ex:r": [{"@id": "ex:c", "ex:q": "y"}]}
    assert tree["@included"] == [{"@id": "ex:d", "ex:q": {"@id": "ex:b"}}]
