"""The ASGI callable: what HTTP asks of a server and WSGI can't say. Flask does the rest, in a few threads.

Raw paths, exactly one Host, limits, HEAD, streams from executors, an abort that the client notices when an answer
breaks off, and the end of a query whose client has gone. The event loop is never blocked. What is kept whole goes out
from here, in messages made once; everything else is an `Exchange`.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from parley.errors import ParleyError
from parley.web.edge.asgi import Receive, Scope, Send
from parley.web.edge.cache import Kept, key_of
from parley.web.edge.exchange import Exchange
from parley.web.edge.head import RequestHead
from parley.web.edge.intake import check_head
from parley.web.edge.record import Facts, Recorder
from parley.web.edge.sending import send_kept
from parley.web.edge.sites import Served, Sites


class Edge:
    """The ASGI application of one worker."""

    def __init__(self, sites: Sites, pool: ThreadPoolExecutor) -> None:
        self._sites = sites
        self._pool = pool
        self._recorder = Recorder()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's scope (ASGI 3.0)."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = RequestHead.of(scope)
        with self._sites.lease() as served:
            kept = _kept(served, head)
            if kept is None:
                await Exchange(served, self._pool, self._recorder, head, scope, receive, send).run()
            else:
                await self._send_kept(kept, served, head, send)

    async def _send_kept(self, kept: Kept, served: Served, head: RequestHead, send: Send) -> None:
        began = time.monotonic()
        facts = Facts(head.method, head.path, served.site.manifest.id)
        await send_kept(kept, head, facts, send)
        access_log = served.site.settings.access_log == "on"
        self._recorder.record(facts, time.monotonic() - began, access_log=access_log)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._sites.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._sites.close()
        self._pool.shutdown(wait=False)
        await send({"type": "lifespan.shutdown.complete"})


def _kept(served: Served, head: RequestHead) -> Kept | None:
    """What is kept for a request; None if there is nothing, or if it is not sound: its exchange says why."""
    key = key_of(head)
    if key is None or (kept := served.cache.get(key) or served.results.get(key)) is None:
        return None
    try:
        check_head(head, served.site.settings)
    except ParleyError:
        return None
    return kept
