"""The answer to a query, made of the frames that come from an executor."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from typing import Final, Protocol

from parley.engine.failures import error_of_fate, error_of_frame
from parley.engine.frames import Frame, decode_end
from parley.engine.incoming import Incoming
from parley.engine.protocol import Head, Limits
from parley.errors import EngineError, EngineLost
from parley.formats import RDF_FORMATS, RESULT_FORMATS, by_name

#: Beyond its deadline an executor is dead, but on a machine that is short of processors a niced one takes long to die:
#: the caller need not wait for that.
GRACE_SECONDS: Final = 0.5


class Asked(Protocol):
    """Who was asked, and knows what became of an executor."""

    @property
    def limits(self) -> Limits:
        """The limits that the messages name."""

    async def cause_of_death(self, executor: int, seconds: float) -> EngineError:
        """The error that says why an executor has ended in the middle of a query that had `seconds`."""


class SocketAnswer:
    """An `Answer` that comes from an executor; made by `EngineClient.query` only. `executor_pid` is for logs."""

    head: Head

    def __init__(self, asked: Asked, incoming: Incoming, seconds: float) -> None:
        self._asked = asked
        self._incoming = incoming
        self._received = 0
        self._seconds = seconds
        self._deadline = incoming.accepted_at + seconds + GRACE_SECONDS
        #: Seconds from the moment that an executor took the query until it began to answer.
        self.age = time.monotonic() - incoming.accepted_at

    @property
    def executor_pid(self) -> int:
        """Process id of the executor."""
        return int(self._executor()["pid"])

    def _executor(self) -> dict[str, int]:
        said: dict[str, int] = json.loads(self._incoming.executor or b'{"executor": 0, "pid": 0}')
        return said

    async def begin(self) -> None:
        """Wait for the head; raises what `Engine.query` raises."""
        kind, content = await self._frame()
        if kind is not Frame.HEAD:
            raise _unexpected(kind)
        head = _head_of(content)
        if head is None:
            raise _unexpected(kind)
        self.head = head

    def __aiter__(self) -> SocketAnswer:
        return self

    async def __anext__(self) -> bytes:
        """A chunk of at most 64 kB; raises an EngineError where the answer breaks off."""
        kind, content = await self._frame()
        if kind is Frame.DATA:
            self._received += len(content)
            return content
        if kind is Frame.END and decode_end(content) == self._received:
            raise StopAsyncIteration
        raise _unexpected(kind)

    def abort(self) -> None:
        """See `Answer.abort`. The executor notices the closed connection."""
        self._incoming.abort()

    async def _frame(self) -> tuple[Frame, bytes]:
        try:
            found = self._incoming.ready() or await self._incoming.frame(
                max(self._deadline - time.monotonic(), GRACE_SECONDS)
            )
        except TimeoutError:
            raise error_of_fate("timeout", self._asked.limits, self._seconds) from None
        except ConnectionError:
            raise await self._asked.cause_of_death(self._executor()["executor"], self._seconds) from None
        if found[0] is Frame.ERROR:
            raise error_of_frame(json.loads(found[1]))
        return found


@lru_cache(maxsize=64)  # there is one for each kind and format
def _head_of(content: bytes) -> Head | None:
    head = json.loads(content)
    chosen = by_name(head["format"], RDF_FORMATS if head["kind"] == "triples" else RESULT_FORMATS)
    return Head(head["kind"], chosen) if chosen else None


def _unexpected(kind: Frame) -> EngineLost:
    return EngineLost(f"The query engine sent an unexpected {kind.name} frame.", cure="Restart the server.")
