"""Themes as a tree."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from parley.release.records import Description, Statement
from parley.roles import Role
from parley.urls import Urls
from parley.vocab import SKOS
from parley.web.view.i18n import Interface, load_catalogues
from parley.web.view.naming import Namer
from parley.web.view.themes import CONCEPTS, Branch, hierarchy, tree
from parley.web.view.values import Links

BASE = "https://tide.example/"


class Thesaurus:
    """Concepts in memory: pairs of narrower and broader; those of `inferred` only follow."""

    def __init__(self, *pairs: tuple[str, str], inferred: tuple[tuple[str, str], ...] = (), more: int = 0) -> None:
        self.pairs = [(pair, Role.THEMES) for pair in pairs] + [(pair, Role.INFERRED) for pair in inferred]
        names = dict.fromkeys(name for pair, _ in self.pairs for name in pair)
        self.names = [*names, *(f"n{n}" for n in range(more))]

    def instances(self, class_iri: str, limit: int = 100, offset: int = 0) -> list[str]:
        return [BASE + name for name in self.names][:limit]

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description:
        rows = [
            Statement(ox.NamedNode(iri), ox.NamedNode(SKOS + "broader"), ox.NamedNode(BASE + up), BASE + "g", role)
            for (low, up), role in self.pairs
            if BASE + low == iri
        ]
        return Description(iri, list(rows), [], 7)

    def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        return {}


def shown(source: Thesaurus) -> list[object]:
    namer = Namer(source, Interface.of("en", load_catalogues()), "en")
    links = Links(Urls(BASE, ("en",)), None, lambda _: True)

    def plain(branches: tuple[Branch, ...]) -> list[object]:
        return [b.value.text.text if not b.branches else (b.value.text.text, plain(b.branches)) for b in branches]

    return plain(tree(hierarchy(source), namer, links, {}, str))


def test_narrower_themes_stand_below_broader_ones() -> None:
    found = shown(Thesaurus(("tide", "sea"), ("ebb", "tide"), ("bay", "sea"), inferred=(("ebb", "sea"),)))
    assert found == [("sea", ["bay", ("tide", ["ebb"])])]


def test_a_circle_and_two_parents_end_and_each_theme_stands_once() -> None:
    assert shown(Thesaurus(("a", "b"), ("b", "a"))) == [("a", ["b"])]
    assert str(shown(Thesaurus(("c", "a"), ("c", "b")))).count("'c'") == 1


def test_a_large_thesaurus_is_no_tree() -> None:
    assert shown(Thesaurus(more=CONCEPTS + 1)) == []
    assert len(shown(Thesaurus(more=CONCEPTS))) == CONCEPTS
