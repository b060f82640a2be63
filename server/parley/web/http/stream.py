"""What a view returns when an executor must write the body: a Flask response without one, and the query to run."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from flask import Response

from parley.engine.protocol import Answer, ContentKind, Engine, Head, QueryRequest

#: Makes the page that shows a result: its kind and syntax, and its bytes, or None if they passed the page's limit.
#: Called inside the request's context.
Page = Callable[[Head, bytes | None], Response]

#: Something else than a query that must not run here, as an answer to wait for.
Task = Callable[[], AbstractAsyncContextManager[Answer]]


@dataclass(frozen=True, slots=True)
class Work:
    """What an engine is asked, or another task, and what becomes of the answer; see `Stream`."""

    query: QueryRequest | Task
    page: Page | None = None
    paged: frozenset[ContentKind] = frozenset()
    page_bytes: int = 2 * 1024 * 1024

    def opened(self, engine: Engine) -> AbstractAsyncContextManager[Answer]:
        """The answer to wait for; `engine` is asked the query."""
        return engine.query(self.query) if isinstance(self.query, QueryRequest) else self.query()


class Stream(Response):
    """A response whose body is the result of `query`, or of another task, streamed by the edge as it comes.

    The headers set on it are sent with the result; `Content-Type` follows from what the engine answers. Results of the
    kinds in `paged` are buffered instead, up to `page_bytes`, and `page` makes the response of them.
    """

    def __init__(
        self,
        query: QueryRequest | Task,
        *,
        page: Page | None = None,
        paged: Collection[ContentKind] = (),
        page_bytes: int = 2 * 1024 * 1024,
    ) -> None:
        super().__init__()
        self.headers.clear()
        self.work = Work(query, page, frozenset(paged) if page else frozenset(), page_bytes)


def fields_of_content(head: Head) -> list[tuple[str, str]]:
    """The header fields that depend on what kind of query it was; tables are offered as files, never shown in place."""
    fields = [("Content-Type", head.format.content_type)]
    if head.format.media_type in ("text/csv", "text/tab-separated-values"):
        fields.append(("Content-Disposition", f'attachment; filename="results.{head.format.extension}"'))
    return fields
