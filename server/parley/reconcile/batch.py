"""A batch of queries from the parsed JSON to the answer in the form of its version; one bad query fails alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from parley.errors import BadRequest, ContentTooLarge
from parley.reconcile.faults import BatchTimeout
from parley.reconcile.matcher import Match, Matcher
from parley.reconcile.query import Query, Reader
from parley.reconcile.wording import Wording, item
from parley.release.index import Index
from parley.settings import Settings


@dataclass(frozen=True, slots=True)
class Service:
    """What answers: a release, its limits, the words of the answer; `absolute` expands prefixed names.

    `feature_names` are the readable names of matching features, by their ids; `aside`: see `Matcher`.
    """

    index: Index
    settings: Settings
    wording: Wording
    absolute: Callable[[str], str]
    feature_names: Mapping[str, str]
    aside: tuple[str, ...] = ()

    def version_0_2(self, batch: Any) -> dict[str, Any]:
        """The result batch for a query batch, as its schemas of version 0.2 have them.

        Raises BadRequest if it is no batch, ContentTooLarge if there are too many queries, BatchTimeout.
        """
        if not isinstance(batch, dict):
            raise BadRequest("The batch is no JSON object.", cure='Send {"q0": {"query": "…"}, …}.')
        answers = self._answered(batch.values(), self._reader().version_0_2)
        return {key: _keyed("result", answer) for key, answer in zip(batch, answers, strict=True)}

    def version_1_0(self, batch: Any) -> dict[str, Any]:
        """The same for version 1.0-draft, whose results are in the order of the queries."""
        queries = batch.get("queries") if isinstance(batch, dict) else None
        if not isinstance(queries, list):
            raise BadRequest("The batch has no list “queries”.", cure='Send {"queries": [{"conditions": […]}]}.')
        answers = self._answered(queries, self._reader().version_1_0)
        return {"results": [_keyed("candidates", answer) for answer in answers]}

    def _reader(self) -> Reader:
        return Reader(self.settings.reconcile_characters, self.absolute)

    def _answered(self, queries: Iterable[Any], read: Callable[[Any], Query]) -> list[list[Any] | BadRequest]:
        queries = list(queries)
        most, seconds = self.settings.reconcile_queries, self.settings.reconcile_seconds
        if len(queries) > most:
            raise ContentTooLarge(
                f"The batch has {len(queries)} queries.", cure=f"Send up to {most} (reconcile_queries under [limits])."
            )
        matcher, end = Matcher(self.index, self.absolute, self.aside), time.monotonic() + seconds
        found: list[list[Match] | BadRequest] = []
        for value in queries:
            if time.monotonic() > end:
                raise BatchTimeout(
                    f"The batch takes longer than {seconds:g} seconds: {len(found)} of {len(queries)} are answered.",
                    cure="Send fewer queries at once (the limit is reconcile_seconds under [limits]).",
                )
            try:
                query = read(value)
                found.append(matcher.match(query))
            except BadRequest as error:
                found.append(error)
        self.wording.learn(match.iri for one in found if isinstance(one, list) for match in one)
        return [[self._candidate(m) for m in one] if isinstance(one, list) else one for one in found]

    def _candidate(self, match: Match) -> dict[str, Any]:
        """A candidate with its features; the fields are the same in both versions."""
        features = [
            {"id": "name", "value": round(match.name_score, 1)},
            {"id": "exact", "value": match.settled},
            {"id": "links", "value": match.links},
        ]
        features += [{"id": f"property:{iri}", "value": round(100 * share, 1)} for iri, share in match.agreements]
        return item(self.wording, match.iri) | {
            "type": self.wording.kinds(match.types),
            "score": round(match.score, 1),
            "match": match.certain,
            "features": [
                {"id": f["id"], "name": self._feature_name(str(f["id"])), "value": f["value"]} for f in features
            ],
        }

    def _feature_name(self, identifier: str) -> str:
        kind, _, property_ = identifier.partition(":")
        name = self.feature_names[kind]
        return f"{name}: {self.wording.name(property_)}" if property_ else name


def _keyed(member: str, answer: list[Any] | BadRequest) -> dict[str, Any]:
    if isinstance(answer, BadRequest):
        return {member: [], "error": str(answer)}
    return {member: answer}
