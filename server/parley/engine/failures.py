"""From what goes wrong in executors to the errors that callers see."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from parley.engine.protocol import Limits
from parley.errors import (
    EngineBusy,
    EngineError,
    EngineLost,
    NotAcceptable,
    ParleyError,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    ResultTooLarge,
    ServiceFailed,
)


def busy(message: str, limits: Limits, setting: str, value: float) -> EngineBusy:
    """An EngineBusy because of the limit `setting` of `value`.

    It says when it is worth trying again: when half of the running queries will have ended.
    """
    seconds = max(1, math.ceil(limits.query_seconds / 2))
    return EngineBusy(message, retry_after=seconds, cure=f"Try again in {seconds} seconds.", limit=(setting, value))


def queue_full(limits: Limits) -> EngineBusy:
    """The error for a query that may not even wait."""
    message = f"As many queries as the limit (queue_length) of {limits.queue_length} are waiting already."
    return busy(message, limits, "queue_length", limits.queue_length)


def too_slow(limits: Limits, seconds: float) -> QueryTimeout:
    """The error for a query that had `seconds`: the limit, or less where the request asked for less."""
    cure = "Make it more selective, or add a LIMIT."
    if seconds < limits.query_seconds:
        message = f"The query did not end within the {seconds:g} s that the request gives it (timeout)."
        return QueryTimeout(message, cure=cure, limit=("timeout", seconds))
    message = f"The query did not end within the limit (query_seconds) of {seconds:g} s."
    return QueryTimeout(message, cure=cure, limit=("query_seconds", seconds))


def result_too_large(limit: int) -> ResultTooLarge:
    """The error for a result of more than `limit` bytes."""
    return ResultTooLarge(
        f"The result is larger than the limit (result_bytes) of {limit} bytes.",
        cure="Ask for less, in pages with LIMIT and OFFSET.",
        limit=("result_bytes", limit),
    )


def error_of_fate(fate: str, limits: Limits, seconds: float) -> EngineError:
    """The error for a query whose executor ended with `fate` (as the zygote calls it); it had `seconds` to run."""
    if fate == "timeout":
        return too_slow(limits, seconds)
    if fate == "memory":
        return QueryTooLarge(
            f"The query used more memory than the limit (query_memory) of {limits.query_memory // 2**20} MiB.",
            cure="Avoid sorting or grouping large results; add a LIMIT.",
            limit=("query_memory", limits.query_memory),
        )
    if fate == "busy":
        return busy(
            f"The query took longer than {limits.quick_ms} ms, and as many slow ones as the limit (slow_queries) of "
            f"{limits.slow_max} were running already.",
            limits,
            "slow_queries",
            limits.slow_max,
        )
    cause = "crashed" if fate == "crash" else "was ended from outside"
    return EngineLost(f"The query's process {cause} before the answer was complete.", cure="Simplify the query.")


def error_of_frame(payload: Mapping[str, Any]) -> ParleyError:
    """The error that an ERROR frame stands for."""
    kind, message = str(payload["kind"]), str(payload["message"])
    line, column = payload.get("line"), payload.get("column")
    limit = (str(passed[0]), passed[1]) if (passed := payload.get("limit")) else None
    if kind == "query-syntax":
        return QuerySyntaxError(message, line=line, column=column, cure=str(payload.get("cure", "")))
    if kind == "query-refused":
        return QueryRefused(message, line=line, column=column, cure=str(payload.get("cure", "")), limit=limit)
    if kind == "query-failed":
        cure = str(payload.get("cure") or "Correct the query.")
        return QueryRefused(
            f"The query can't be evaluated: {message.rstrip('.')}.", line=line, column=column, cure=cure
        )
    if kind == "service-failed":
        return ServiceFailed(message, cure=str(payload.get("cure", "")))
    if kind == "result-too-large":
        return ResultTooLarge(message, cure=str(payload.get("cure", "")), limit=limit)
    if kind == "not-acceptable":
        available = tuple(payload["available"])
        return NotAcceptable(message, available=available, cure="Accept one of these: " + ", ".join(available) + ".")
    return EngineLost(f"The query's process failed: {message}.", cure="Report this query.")
