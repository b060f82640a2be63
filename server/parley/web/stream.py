"""What a view returns when an executor must write the body: a Flask response without one, and the query to run."""

from __future__ import annotations

from collections.abc import Callable, Collection

from flask import Response

from parley.engine.protocol import ContentKind, Head, QueryRequest

#: Makes the page that shows a result: its kind and syntax, and its bytes, or None if they passed the page's limit.
#: Called inside the request's context.
Page = Callable[[Head, bytes | None], Response]


class Stream(Response):
    """A response whose body is the result of `query`, streamed by the edge as it comes.

    The headers set on it are sent with the result; `Content-Type` follows from what the engine answers. Results of the
    kinds in `paged` are buffered instead, up to `page_bytes`, and `page` makes the response of them.
    """

    def __init__(
        self,
        query: QueryRequest,
        *,
        page: Page | None = None,
        paged: Collection[ContentKind] = (),
        page_bytes: int = 2 * 1024 * 1024,
    ) -> None:
        super().__init__()
        self.headers.clear()
        self.query = query
        self.page = page
        self.paged = frozenset(paged) if page else frozenset()
        self.page_bytes = page_bytes
