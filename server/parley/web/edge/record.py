"""What is counted and logged of a request: never who asked, nor the query string."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from parley.logs import ACCESS, FIELDS

log = logging.getLogger(ACCESS)

#: Methods told apart; a client may make up any other.
_METHODS: Final = frozenset(["GET", "HEAD", "POST", "OPTIONS"])
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


@dataclass(slots=True)
class Facts:
    """One request and its answer; `route` is the rule that matched, so that there are as many as there are routes."""

    method: str
    path: str
    release: str
    route: str = ""
    status: int = 0
    media_type: str = ""
    sent: int = 0
    #: How a query ended: "ok", "abandoned" or the kind of its problem; empty where there was none.
    outcome: str = ""
    _request_id: str = ""

    @property
    def request_id(self) -> str:
        """What names the request in the log and in an error; made when it is first wanted, which mostly it never is."""
        self._request_id = self._request_id or secrets.token_hex(8)
        return self._request_id


class Recorder:
    """Counts and logs the requests of one worker."""

    def __init__(self) -> None:
        registry = CollectorRegistry()  # what is asked reads the files that all workers write
        labels = ["route", "method", "status", "type"]
        self._requests = Counter("parley_requests", "Requests, by what was answered.", labels, registry=registry)
        self._seconds = Histogram(
            "parley_request_seconds", "Time to the last byte.", ["route"], buckets=_BUCKETS, registry=registry
        )
        self._sent = Counter("parley_sent_bytes", "Bytes of bodies sent.", ["route"], registry=registry)
        self._queries = Counter("parley_queries", "Queries, by how they ended.", ["outcome"], registry=registry)

    def record(self, facts: Facts, seconds: float, *, access_log: bool) -> None:
        """Count the request and, if wanted, log it."""
        method = facts.method if facts.method in _METHODS else "other"
        route = facts.route or "none"
        media_type = facts.media_type.partition(";")[0]
        requests, took, sent, queries = self._children(route, method, facts.status, media_type, facts.outcome)
        requests.inc()
        took.observe(seconds)
        sent.inc(facts.sent)
        if queries is not None:
            queries.inc()
        if access_log:
            _log(facts, method, route, seconds)

    @lru_cache(maxsize=1024)  # noqa: B019  # a worker has one recorder, and there are as many as there are variants
    def _children(
        self, route: str, method: str, status: int, media_type: str, outcome: str
    ) -> tuple[Counter, Histogram, Counter, Counter | None]:
        """The counters with their labels: looking them up takes longer than counting."""
        requests = self._requests.labels(route, method, str(status), media_type)
        queries = self._queries.labels(outcome) if outcome else None
        return requests, self._seconds.labels(route), self._sent.labels(route), queries


def _log(facts: Facts, method: str, route: str, seconds: float) -> None:
    fields = {
        "request_id": facts.request_id,
        "method": method,
        "path": facts.path[:500],
        "route": route,
        "status": facts.status,
        "ms": round(seconds * 1000, 2),
        "bytes": facts.sent,
        "release": facts.release[:12],
        "outcome": facts.outcome,
    }
    log.info("%(method)s %(path)s %(status)s %(bytes)s bytes %(ms)s ms %(request_id)s", fields, extra={FIELDS: fields})
