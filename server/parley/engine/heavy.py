"""A memory of queries that proved heavy: sent again, they wait for a slow place instead of crowding out quick ones."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from parley.engine.failures import busy
from parley.engine.protocol import Limits, QueryRequest
from parley.errors import EngineBusy, QueryTimeout, QueryTooLarge

#: How long a query is remembered after it was last seen to be heavy, in seconds, and how many are.
_SECONDS = 60.0
_CAPACITY = 4096


class HeavyQueries:
    """The memory of one client of an engine; for one event loop's thread.

    Without it the same few queries, sent over and over, would each hold an executor for `quick_ms` every time.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: OrderedDict[int, float] = OrderedDict()
        self._places = asyncio.Semaphore(limits.slow_max)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self, request: QueryRequest) -> AsyncIterator[bool]:
        """Whether `request` is known to be heavy; if so, it waits for its turn, and has it while the block lasts.

        Raises EngineBusy if its turn does not come within `queue_wait`, or too many wait.
        """
        if not self._knows(request):
            yield False
            return
        await self._acquire()
        try:
            yield True
        finally:
            self._places.release()

    async def _acquire(self) -> None:
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

    def _refusal(self) -> EngineBusy:
        limits = self._limits
        return busy(
            "The query was slow before, and as many slow ones as the limit (slow_queries) of "
            f"{limits.slow_max} are running already.",
            limits,
            "slow_queries",
            limits.slow_max,
        )

    @contextmanager
    def watch(self, request: QueryRequest) -> Iterator[None]:
        """Remember `request` if the block, in which its executor works, ends by one of its limits."""
        try:
            yield
        except (QueryTimeout, QueryTooLarge, EngineBusy):
            self.remember(request)
            raise

    def remember(self, request: QueryRequest) -> None:
        """Take `request` for heavy from now on."""
        key = _key(request)
        self._known[key] = time.monotonic() + _SECONDS
        self._known.move_to_end(key)
        if len(self._known) > _CAPACITY:
            self._known.popitem(last=False)

    def _knows(self, request: QueryRequest) -> bool:
        if not self._known:
            return False
        key = _key(request)
        until = self._known.get(key)
        if until is None:
            return False
        if until < time.monotonic():
            del self._known[key]
            return False
        return True


def _key(request: QueryRequest) -> int:
    return hash((request.text, request.default_graphs, request.named_graphs))
