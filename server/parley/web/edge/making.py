"""What is being made at this moment, to be kept: who asks for the same waits for it, and does not have it made again.

Without that, a page or a costly query that nobody had asked for before, and that many ask for at once, would be
answered as many times over. Nobody waits twice: where what was waited for is not kept after all, each makes its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from types import TracebackType
from typing import Final, Self

from parley.errors import ParleyError, QueryTimeout, QueryTooLarge, ResultTooLarge

#: What befalls a query whoever asks it: those who waited are told the same.
_EVERYBODYS: Final = (QueryTimeout, QueryTooLarge, ResultTooLarge)


class Turn:
    """Somebody's making of what `key` stands for, which ends with the block, or before it; for one event loop."""

    __slots__ = ("_ended", "_failure", "_key", "_turns")

    def __init__(self, turns: dict[Hashable, Turn], key: Hashable | None) -> None:
        self._turns = turns
        self._key = key
        self._ended: asyncio.Event | None = None  # made for the first who waits: mostly nobody does
        self._failure: ParleyError | None = None

    def __enter__(self) -> Self:
        if self._key is not None:
            self._turns.setdefault(self._key, self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, _EVERYBODYS):
            self._failure = error
        self.end()

    def end(self) -> None:
        """Let those who wait go on: it is kept by now, or will not be."""
        if self._key is not None and self._turns.get(self._key) is self:
            del self._turns[self._key]
        if self._ended is not None:
            self._ended.set()

    async def wait(self) -> None:
        """Wait for the end; raises what it failed with, if it would fail so for anybody."""
        self._ended = self._ended or asyncio.Event()
        await self._ended.wait()
        if self._failure is not None:
            raise self._failure


class Making:
    """All that is being made for one cache."""

    def __init__(self) -> None:
        self._turns: dict[Hashable, Turn] = {}

    async def wait(self, key: Hashable) -> None:
        """Wait while somebody makes what `key` stands for; see `Turn.wait`."""
        turn = self._turns.get(key)
        if turn is not None:
            await turn.wait()

    def turn(self, key: Hashable | None) -> Turn:
        """The caller's own making of it; of what is not kept, whose key is None, nobody hears."""
        return Turn(self._turns, key)

    def __len__(self) -> int:
        return len(self._turns)
