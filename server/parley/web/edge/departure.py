"""Ends the work for a client that has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from parley.web.edge.asgi import Receive

#: Seconds in which work goes on though its client has left.
UNWATCHED: Final = 0.05


async def until_disconnect(work: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Await `work`, but cancel it as soon as the client leaves: its executor is then free for others.

    Nobody watches in the first moments: most queries are answered by then, and a watcher costs more than they do.
    """
    loop, exchange = asyncio.get_running_loop(), asyncio.current_task()
    assert exchange is not None
    departure = _Departure(exchange, receive)
    timer = loop.call_later(UNWATCHED, departure.watch)
    try:
        await work
    except asyncio.CancelledError:
        if not departure.happened:
            raise
        exchange.uncancel()
    finally:
        timer.cancel()
        departure.forget()


class _Departure:
    """Cancels `exchange` when its client leaves, once it watches."""

    def __init__(self, exchange: asyncio.Task[Any], receive: Receive) -> None:
        self.happened = False
        self._exchange = exchange
        self._receive = receive
        self._watcher: asyncio.Task[None] | None = None

    def watch(self) -> None:
        self._watcher = asyncio.get_running_loop().create_task(self._wait())

    def forget(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.happened = True
        self._exchange.cancel()
