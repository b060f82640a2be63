"""What is remembered of an index is what stands in it, however much is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release import nodes
from parley.release.directory import StateDirectory
from parley.release.index import Index
from parley.release.nodes import Nodes, lines_of

GARDEN = "http://lichen.example/garden/"


@pytest.fixture
def index(tiny: tuple[Publication, StateDirectory, Built]) -> Iterator[Index]:
    with Index.open(tiny[2].path / "index.sqlite") as opened:
        yield opened


@pytest.fixture
def asked(index: Index) -> tuple[Nodes, list[str]]:
    """Nodes, and the queries that they ask the index."""
    queries: list[str] = []

    def rows(sql: str, *values: object) -> list[tuple[object, ...]]:
        queries.append(sql)
        return index._rows(sql, *values)

    return Nodes(rows), queries


def test_what_was_found_is_not_looked_up_again(asked: tuple[Nodes, list[str]]) -> None:
    found, queries = asked
    first = found.get(GARDEN + "becher"), found.get(GARDEN + "nothing")
    assert first[0] is not None and first[1] is None
    assert (found.get(GARDEN + "becher"), found.get(GARDEN + "nothing")) == first
    assert len(queries) == 2
    labels = found.labels([GARDEN + "becher", GARDEN + "findling", GARDEN + "nothing"])
    assert labels.keys() == {GARDEN + "becher", GARDEN + "findling"}
    assert found.labels([GARDEN + "findling", GARDEN + "nothing"]) == {GARDEN + "findling": labels[GARDEN + "findling"]}
    assert found.exists(GARDEN + "findling") and not found.exists(GARDEN + "nothing")
    assert len(queries) == 3


def test_memory_is_bounded_and_forgetting_changes_no_answer(
    asked: tuple[Nodes, list[str]], index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "_DESCRIBED", 3)
    monkeypatch.setattr(nodes, "_LABELLED", 3)
    small, whole = Nodes(index._rows), asked[0]
    names = [name for _, name in index.subjects()]
    assert len(names) > 20
    for _ in range(2):
        for name in names:
            assert small.get(name) == whole.get(name)
            assert len(small._described.values) <= 3 and len(small._labelled.values) <= 3
        assert small.labels(names) == whole.labels(names)


def test_large_descriptions_are_not_kept(asked: tuple[Nodes, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "_LARGEST", 10)
    found, queries = asked
    assert found.get(GARDEN + "becher") == found.get(GARDEN + "becher")
    assert len(queries) == 2


def test_lines_end_where_quads_do() -> None:
    """Literals may hold the other line ends of Unicode as they are (RDFC-1.0 §5)."""
    quads = '<s:> <p:> "a\u2028b\u0085c" <g:> .\n<s:> <p:> "d" <g:> .\n'
    assert [line.object for line in lines_of(quads.encode())] == ['"a\u2028b\u0085c"', '"d"']
    assert "".join(line.text for line in lines_of(quads.encode())) == quads
