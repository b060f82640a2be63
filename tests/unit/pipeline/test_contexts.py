"""Remote contexts of JSON-LD: local copies, never the network."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from parley.errors import SourceError
from parley.pipeline.corpus import Corpus

Reading = Callable[..., Corpus]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any) -> None:
        pytest.fail("a context was fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("address", ["http://schema.org", "https://schema.org/"])
def test_schema_org_comes_with_us(corpus_of: Reading, address: str) -> None:
    text = json.dumps(
        {"@context": address, "type": "Person", "@id": "http://ex.org/a", "name": "A", "url": "http://a.org/"}
    )
    assert [str(q)[: str(q).rindex(" ")] for q in corpus_of({"x.json": text}).quads()] == [
        "<http://ex.org/a> <http://schema.org/name> \"A\"",
        "<http://ex.org/a> <http://schema.org/url> <http://a.org/>",
        "<http://ex.org/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://schema.org/Person>",
    ]  # fmt: skip


def test_a_context_of_the_publication_wins_and_may_name_others(corpus_of: Reading) -> None:
    scoped = {"@id": "http://ex.org/q", "@context": "https://schema.org"}
    files = {
        "contexts/index.json": json.dumps({"https://schema.org/": "mine.json", "https://ex.org/c": "c.jsonld"}),
        "contexts/mine.json": json.dumps({"@context": {"name": "http://ex.org/mine"}}),
        "contexts/c.jsonld": json.dumps({"@context": ["http://schema.org", {"q": scoped}]}),
        "x.jsonld": '{"@context": ["https://ex.org/c",\n{"r": "http://ex.org/r"}],\n"name": "N", '
        '"q": {"name": "M", "r": 1}}',
    }  # fmt: skip
    predicates = sorted(quad.predicate.value for quad in corpus_of(files).quads())
    assert predicates == ["http://ex.org/mine", "http://ex.org/mine", "http://ex.org/q", "http://ex.org/r"]


@pytest.mark.parametrize(
    "context",
    ['"https://unknown.org/c"', '["https://schema.org", "https://unknown.org/c"]',
     '{"q": {"@id": "http://ex.org/q", "@context": "https://unknown.org/c"}}', '{"@import": "https://unknown.org/c"}'],
)  # fmt: skip
def test_an_unknown_context_is_an_error_with_the_cure(corpus_of: Reading, context: str) -> None:
    with pytest.raises(SourceError, match=r"https://unknown\.org/c is remote.*contexts/index\.json") as caught:
        corpus_of({"x.jsonld": f'{{"@id": "http://ex.org/a",\n"@context": {context}, "q": 1}}'})
    assert (caught.value.file, caught.value.line) == ("x.jsonld", 2)


def test_lines_stay_where_they_were(corpus_of: Reading) -> None:
    text = '{"@context": [\n"https://schema.org",\n{}],\n"name": {"@value": "x", "@language": "d_e"}}'
    with pytest.raises(SourceError) as caught:
        corpus_of({"x.jsonld": text})
    assert caught.value.line == 4


@pytest.mark.parametrize(
    "files",
    [
        {"contexts/index.json": "[]"},
        {"contexts/index.json": '{"https://c.org": "missing.json"}'},
        {"contexts/index.json": '{"https://c.org": "c.json"}', "contexts/c.json": "{}"},
        {"contexts/index.json": '{"https://c.org": "c.json"}', "contexts/c.json": '{"@context": "https://c.org"}'},
    ],
)
def test_a_wrong_folder_of_contexts_is_an_error(corpus_of: Reading, files: dict[str, str]) -> None:
    with pytest.raises(SourceError) as caught:
        corpus_of({**files, "x.jsonld": '{"@context": "https://c.org", "@id": "http://ex.org/a", "p": 1}'})
    assert caught.value.cure
