"""A memory of queries that proved heavy: sent again, they wait for a slow place instead of crowding out quick ones.

Texts that differ by constants, variables, blanks and comments only are one shape: a program that fills in a template,
or whoever makes each text a new one, is known by that. A shape counts as heavy from its second heavy query on, and no
longer once its queries are quick again: what is heavy for one constant may be quick for most.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar

from parley.engine.failures import busy
from parley.engine.protocol import Limits, QueryRequest
from parley.engine.tokens import IRI
from parley.errors import EngineBusy

V = TypeVar("V")

#: How long a query is remembered after it was last seen to be heavy, in seconds, and how many are.
_SECONDS = 60.0
_CAPACITY = 4096
#: Heavy queries, less quick ones, from which on a shape counts as heavy; and how many are remembered of one.
_HEAVY_SHAPE, _HEAVIEST_SHAPE = 2, 4
#: Characters of a text that make its shape.
_SHAPE_LENGTH = 4096
#: What a shape leaves out: all but keywords, brackets, operators and the marks between patterns.
_FILLING = re.compile(
    rf"""(?: [ \t\r\n]++ | \#[^\r\n]*+ | "(?:[^"\\]|\\.)*+"?+ | '(?:[^'\\]|\\.)*+'?+
    | {IRI} | [?$]\w++ | \d[\w.]*+ | @[\w-]++ | (?<!\w)\w*+:[\w%-]*+ )++""",
    re.VERBOSE | re.DOTALL,
)


class HeavyQueries:
    """The memory of one client of an engine; for one event loop's thread.

    Without it the same few queries, sent over and over, would each hold an executor for `quick_ms` every time.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: OrderedDict[int, float] = OrderedDict()
        self._shapes: OrderedDict[int, _Shape] = OrderedDict()
        self._places = asyncio.Semaphore(limits.slow_max)
        self._waiting = 0

    async def enter(self) -> None:
        """Wait for the turn of a heavy query, which lasts until `leave`.

        Raises EngineBusy if it does not come within `queue_wait`, or too many wait.
        """
        if self._waiting >= self._limits.queue_length:
            raise self._refusal()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._limits.queue_wait):
                await self._places.acquire()
        except TimeoutError:
            raise self._refusal() from None
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        """The turn is over."""
        self._places.release()

    def _refusal(self) -> EngineBusy:
        limits = self._limits
        return busy(
            "The query was slow before, and as many slow ones as the limit (slow_queries) of "
            f"{limits.slow_max} are running already.",
            limits,
            "slow_queries",
            limits.slow_max,
        )

    def remember(self, request: QueryRequest) -> None:
        """Take `request` for heavy from now on."""
        until = time.monotonic() + _SECONDS
        _put(self._known, _key(request), until)
        shape = _shape(request)
        known = self._shapes.get(shape)
        weight = known.weight if known and known.until > time.monotonic() else 0
        _put(self._shapes, shape, _Shape(until, min(weight + 1, _HEAVIEST_SHAPE)))

    def relieve(self, request: QueryRequest) -> None:
        """`request` was quick: its shape is the lighter for it."""
        if self._shapes and (known := self._shapes.get(_shape(request))):
            known.weight -= 1

    def knows(self, request: QueryRequest) -> bool:
        """Whether `request`, or its shape, is known to be heavy."""
        if not self._known:
            return False
        now = time.monotonic()
        if self._known.get(_key(request), now) > now:
            return True
        shape = self._shapes.get(_shape(request))
        return shape is not None and shape.until > now and shape.weight >= _HEAVY_SHAPE


@dataclass(slots=True)
class _Shape:
    """Until when a shape is remembered, and how many of its queries were heavy, less those that were quick."""

    until: float
    weight: int


def _put(memory: OrderedDict[int, V], key: int, value: V) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > _CAPACITY:
        memory.popitem(last=False)


def _key(request: QueryRequest) -> int:
    return hash((request.text, request.default_graphs, request.named_graphs))


def _shape(request: QueryRequest) -> int:
    return hash(_FILLING.sub("_", request.text[:_SHAPE_LENGTH]).upper())
