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


def busy(message: str, limits: Limits) -> EngineBusy:
    """An EngineBusy that says when it is worth trying again: when half of the running queries will have ended."""
    seconds = max(1, math.ceil(limits.query_seconds / 2))
    return EngineBusy(message, retry_after=seconds, cure=f"Try again in {seconds} seconds.")


def error_of_fate(fate: str, limits: Limits, seconds: float) -> EngineError:
    """The error for a query whose executor ended with `fate` (as the zygote calls it); it had `seconds` to run."""
    if fate == "timeout":
        cure = "Make it more selective, or add a LIMIT."
        return QueryTimeout(f"The query did not end within its {seconds:g} seconds.", cure=cure)
    if fate == "memory":
        return QueryTooLarge(
            f"The query used more memory than its limit of {limits.query_memory // 2**20} MiB.",
            cure="Avoid sorting or grouping large results; add a LIMIT.",
        )
    if fate == "busy":
        return busy(
            f"The query took longer than {limits.quick_ms} ms, and {limits.slow_max} slow ones were running already.",
            limits,
        )
    cause = "crashed" if fate == "crash" else "was ended from outside"
    return EngineLost(f"The query's process {cause} before the answer was complete.", cure="Simplify the query.")


def error_of_frame(payload: Mapping[str, Any]) -> ParleyError:
    """The error that an ERROR frame stands for."""
    kind, message = str(payload["kind"]), str(payload["message"])
    line, column = payload.get("line"), payload.get("column")
    if kind == "query-syntax":
        return QuerySyntaxError(message, line=line, column=column, cure=str(payload.get("cure", "")))
    if kind == "query-refused":
        return QueryRefused(message, line=line, column=column, cure=str(payload.get("cure", "")))
    if kind == "query-failed":
        return QueryRefused(f"The query can't be evaluated: {message}.", cure="Correct the query.")
    if kind == "service-failed":
        return ServiceFailed(message, cure=str(payload.get("cure", "")))
    if kind == "result-too-large":
        cure = str(payload.get("cure") or "Ask for less, in pages with LIMIT and OFFSET.")
        return ResultTooLarge(message, cure=cure)
    if kind == "not-acceptable":
        available = tuple(payload["available"])
        return NotAcceptable(message, available=available, cure="Accept one of these: " + ", ".join(available) + ".")
    return EngineLost(f"The query's process failed: {message}.", cure="Report this query.")
