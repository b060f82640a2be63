"""Passages against copies of a source: a page of our own wording, in several states."""

import pyoxigraph as ox
import pytest

from parley.passages import OA, Passage, Status, canonical_text, digest, read_passages, verify

PAGE = """The garden’s gate\u00a0– opened in 1990 – is\u00adn’t locked.

Bees   come  in May. They leave in “September”."""
SENTENCES = ["The garden's gate - opened in 1990 - isn't locked.", "Bees come in May.", 'They leave in "September".']


def _passages() -> list[Passage]:
    text = canonical_text(PAGE)
    return [
        Passage(f"https://garden.example/p{n}", text.index(s), text.index(s) + len(s), digest(s))
        for n, s in enumerate(SENTENCES)
    ]


def _statuses(text: str) -> list[Status]:
    return [finding.status for finding in verify(text, _passages())]


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("e\u0301", "é"),
        ("a\u00a0\u202f\u200b b", "a b"),
        ("\ufeffx\u00ady", "xy"),
        ("‘a’ “b” c–d‑e", "'a' \"b\" c-d-e"),
        ("\n a\r\n\tb ", "a b"),
        ("a — b", "a — b"),  # an em dash stays
    ],
)
def test_canonical_text_version_1(given: str, canonical: str) -> None:
    assert canonical_text(given) == canonical
    assert canonical_text(canonical) == canonical


def test_a_faithful_copy_verifies_whatever_its_spaces_and_quotes() -> None:
    assert _statuses(PAGE) == [Status.VERIFIED] * 3
    assert _statuses(" ".join(SENTENCES)) == [Status.VERIFIED] * 3


def test_a_passage_behind_an_insertion_has_moved() -> None:
    findings = list(verify("New! " + PAGE, _passages()))
    assert [f.status for f in findings] == [Status.MOVED] * 3
    assert findings[0].found_at == len("New! ")


def test_a_changed_word_changes_its_passage_only() -> None:
    assert _statuses(PAGE.replace("Bees", "Wasp")) == [Status.VERIFIED, Status.CHANGED, Status.VERIFIED]


def test_a_copy_that_ends_early_misses_the_rest() -> None:
    assert _statuses(SENTENCES[0]) == [Status.VERIFIED, Status.MISSING, Status.MISSING]


def test_passages_are_read_from_selectors_and_checksums() -> None:
    passage = _passages()[0]
    node, selector, checksum = ox.NamedNode(passage.iri), ox.BlankNode(), ox.BlankNode()
    quads = [
        ox.Quad(node, ox.NamedNode(OA + "hasSelector"), selector),
        ox.Quad(selector, ox.NamedNode(OA + "start"), ox.Literal(passage.start)),
        ox.Quad(selector, ox.NamedNode(OA + "end"), ox.Literal(passage.end)),
        ox.Quad(node, ox.NamedNode("http://spdx.org/rdf/terms#checksum"), checksum),
        ox.Quad(checksum, ox.NamedNode("http://spdx.org/rdf/terms#checksumValue"), ox.Literal(passage.sha256.upper())),
    ]
    assert read_passages(quads) == [passage]
    assert read_passages(quads[:3]) == []
