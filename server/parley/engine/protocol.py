"""What an engine is: its limits, a request, an answer. No engine is imported here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol, Self

from parley.formats import RESULTS_JSON, TURTLE, Format
from parley.settings import MIB, Settings

#: The settings' defaults: the one table of them.
_DEFAULTS = Settings()

#: What the body of an answer holds.
ContentKind = Literal["bindings", "boolean", "triples"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query, and all queries together, may use. Times are in seconds unless named otherwise, sizes in bytes.

    query_seconds   wall time of a query, from its first byte read to its last byte taken by the client
    query_memory    address space beyond what an idle executor has
    query_stack     stack of an executor: deep enough for any text within `query_length`
    result_bytes    length of a result
    describe_triples triples that a DESCRIBE query answers with
    query_length    length of the text in UTF-8
    query_depth     nesting of `{ ( [ <<`
    query_joins     parts of one group (triple patterns, path steps, list members): planning takes their 4th power
    query_operators operators in all (`UNION`, `|`, `||`, `&&`, `!`, arithmetic)
    executors       children that wait for queries
    quick_ms        age in milliseconds at which a query counts as slow
    slow_max        slow queries at once
    queue_wait      time that a query waits for an executor
    queue_length    queries that wait at once
    recycle_after   queries after which an executor is replaced
    service_seconds time that another endpoint has to answer one request of SERVICE
    service_bytes   length of its answer
    service_rows    solutions in the answers to one SERVICE
    service_requests requests to other endpoints that one query makes
    spool_bytes     result bytes that the client side holds for a reader slower than the executor
    """

    query_seconds: float = _DEFAULTS.query_seconds
    query_memory: int = _DEFAULTS.query_memory
    query_stack: int = 256 * MIB
    result_bytes: int = _DEFAULTS.result_bytes
    describe_triples: int = _DEFAULTS.describe_triples
    query_length: int = _DEFAULTS.query_length
    query_depth: int = _DEFAULTS.query_depth
    query_joins: int = _DEFAULTS.query_joins
    query_operators: int = _DEFAULTS.query_operators
    executors: int = _DEFAULTS.executors
    quick_ms: int = _DEFAULTS.quick_milliseconds
    slow_max: int = _DEFAULTS.slow_queries
    queue_wait: float = _DEFAULTS.queue_seconds
    queue_length: int = _DEFAULTS.queue_length
    recycle_after: int = _DEFAULTS.queries_per_executor
    spool_bytes: int = _DEFAULTS.spool_bytes
    service_seconds: float = _DEFAULTS.service_seconds
    service_bytes: int = _DEFAULTS.service_bytes
    service_rows: int = _DEFAULTS.service_rows
    service_requests: int = _DEFAULTS.service_requests

    def to_json(self) -> dict[str, float]:
        """All limits by name."""
        return asdict(self)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The limits that a site's settings name."""
        return cls(
            query_seconds=settings.query_seconds,
            query_memory=settings.query_memory,
            result_bytes=settings.result_bytes,
            describe_triples=settings.describe_triples,
            query_length=settings.query_length,
            query_depth=settings.query_depth,
            query_joins=settings.query_joins,
            query_operators=settings.query_operators,
            executors=settings.executors,
            quick_ms=settings.quick_milliseconds,
            slow_max=settings.slow_queries,
            queue_wait=settings.queue_seconds,
            queue_length=settings.queue_length,
            recycle_after=settings.queries_per_executor,
            spool_bytes=settings.spool_bytes,
            service_seconds=settings.service_seconds,
            service_bytes=settings.service_bytes,
            service_rows=settings.service_rows,
            service_requests=settings.service_requests,
        )

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The limits that `to_json` wrote; unknown names are an error (TypeError)."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """One SPARQL 1.1 query with its protocol parameters.

    `results` is the syntax wanted if the answer is bindings or a boolean, `graph` that if it is triples; None means
    that the client takes no such answer (the engine then raises NotAcceptable). `default_graphs` and `named_graphs` are
    the dataset given in the protocol request; if there is either they replace `FROM` and `FROM NAMED`
    (SPARQL 1.1 Protocol, 2.1.4). `seconds` lowers the deadline, never raises it.
    """

    text: str
    results: Format | None = RESULTS_JSON
    graph: Format | None = TURTLE
    base_iri: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What is known before the first byte: the kind of content and its syntax."""

    kind: ContentKind
    format: Format


class Answer(Protocol):
    """A query that has begun to answer.

    Iteration gives chunks of the result and raises an EngineError if it can't be completed: what came before is then
    not a result.
    """

    @property
    def head(self) -> Head:
        """Kind and syntax of the content."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def abort(self) -> None:
        """End the query at once; for a client that has gone."""


class Engine(Protocol):
    """Something that answers SPARQL queries."""

    def query(self, request: QueryRequest) -> AbstractAsyncContextManager[Answer]:
        """Run a query; entering waits for the head.

        Raises QuerySyntaxError, QueryRefused, NotAcceptable, QueryTimeout, QueryTooLarge, ResultTooLarge, EngineBusy or
        EngineLost, on entering and while iterating. Leaving the block ends a query that still runs.
        """

    async def status(self) -> Mapping[str, Any]:
        """Counters and facts for metrics and health checks; raises EngineLost when there is no engine."""

    def close(self) -> None:
        """Let go of what is kept between queries; those that run come to their end. In the event loop's thread."""
