"""Queries that did not end well, and the HTTP status of each."""

from __future__ import annotations

from typing import Any

from parley.errors.base import ParleyError


class EngineError(ParleyError):
    """A query did not end well."""

    http_status = 503
    kind = "engine-error"


class QueryFault(EngineError):
    """The query's text is at fault, at `line` and `column` (from 1) where they are known."""

    http_status = 400

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        return f"{place}{super().__str__()}"


class QuerySyntaxError(QueryFault):
    """The text is not SPARQL 1.1 Query."""

    kind = "query-syntax"


class QueryRefused(QueryFault):
    """The text is SPARQL, but a limit or a policy refuses it before it runs."""

    kind = "query-refused"


class QueryTimeout(EngineError):
    """The query passed its deadline and was ended."""

    kind = "query-timeout"


class QueryTooLarge(EngineError):
    """The query passed its memory limit and was ended."""

    kind = "query-memory"


class ResultTooLarge(EngineError):
    """The result passed its size limit; what was sent is not complete."""

    kind = "result-too-large"


class ServiceFailed(EngineError):
    """Another endpoint that the query names could not be asked, or did not answer as it should."""

    http_status = 502
    kind = "service-failed"


class EngineBusy(EngineError):
    """No executor was free in time; try again after `retry_after` seconds."""

    kind = "engine-busy"

    def __init__(self, message: str, *, retry_after: int = 1, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class EngineLost(EngineError):
    """The executor, or the engine as a whole, is gone."""

    kind = "engine-lost"
