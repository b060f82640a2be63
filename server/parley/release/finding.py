"""The part of the index that finds things."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from parley.release import facets, search
from parley.release.facets import Choices
from parley.release.records import Hit
from parley.release.wanted import Wanted
from parley.release.words import pick_label


class Finding:
    """Finds things by words, kind, theme, place and years; what runs SQL and knows the labels is the index."""

    _rows: Callable[..., list[tuple[Any, ...]]]  # SQL and its values → rows

    def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        """For each of `iris` that has any: language tag (or empty) → label."""
        raise NotImplementedError

    def search(
        self, wanted: str | Wanted, *, language: str | None = None, limit: int = 20, offset: int = 0, some: bool = False
    ) -> list[Hit]:
        """Things that are as `wanted`: whose texts contain all its words (the last may be unfinished), best first.

        With `some`, things that contain any, those with most words first. `language` chooses among the labels of a
        hit, and puts hits in that language before equal ones.
        """
        wanted = Wanted(wanted, some) if isinstance(wanted, str) else wanted
        found = search.find(self._rows, wanted, (language or "").lower(), limit, offset) if _asks(wanted) else []
        return self._hits(found, language)

    def count_hits(self, wanted: str | Wanted, *, some: bool = False) -> int:
        """How many things `search` finds in all."""
        wanted = Wanted(wanted, some) if isinstance(wanted, str) else wanted
        return search.count(self._rows, wanted) if _asks(wanted) else 0

    def suggest(self, beginning: str, *, language: str | None = None, limit: int = 10) -> list[Hit]:
        """Things one of whose names has all words of `beginning`, the last one perhaps unfinished, best first."""
        return self._hits(search.suggest(self._rows, beginning, limit), language)

    def choices(self, wanted: Wanted) -> Choices:
        """How many things are as `wanted`, and how many of them every further choice would leave."""
        return facets.choices(self._rows, wanted)

    def topics(self, iris: Iterable[str]) -> dict[str, str]:
        """The topic (see `parley.topics`) of each of `iris` that has one."""
        sql = (
            "SELECT n.name, n.topic FROM json_each(?) AS wanted CROSS JOIN node n ON n.name = wanted.value"
            " WHERE n.topic IS NOT NULL"
        )
        return dict(self._rows(sql, json.dumps(list(dict.fromkeys(iris)))))

    def _hits(self, found: list[tuple[str, str | None]], language: str | None) -> list[Hit]:
        labels = self.labels(iri for iri, _kind in found)
        return [Hit(iri, *pick_label(iri, labels.get(iri, {}), language), kind) for iri, kind in found]


def _asks(wanted: Wanted) -> bool:
    return bool(wanted.words.strip()) or wanted.narrowed
