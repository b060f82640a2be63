"""Answers kept whole in a worker's memory: a repeated page costs no Flask. Belongs to one release and ends with it."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import replace
from typing import Final

from parley.web.edge.asgi import Message, body_message, start_message
from parley.web.edge.head import RequestHead
from parley.web.edge.making import Making
from parley.web.http import caching
from parley.web.http.answer import Answer

#: Bytes of all bodies kept, and of one.
TOTAL_BYTES: Final = 32 * 1024 * 1024
LARGEST_BODY: Final = 512 * 1024
#: What an answer takes besides its body and its key: header fields and objects.
_OVERHEAD: Final = 2048
#: The request header fields that choose among the variants; whatever varies by another is not kept.
_VARYING: Final = frozenset(["accept", "accept-language", "accept-encoding"])

Key = tuple[str | bytes, ...]

#: The body of what has none.
NOTHING: Final = body_message(b"", last=True)


def key_of(head: RequestHead, body: bytes = b"") -> Key | None:
    """What tells requests apart that may be answered from the cache; None for one that may not.

    The content of a QUERY request is part of it, with its type (RFC 10008 §2.7); without, there is none yet.
    """
    if not head.is_plain:
        return None
    fields = head.fields
    # an absent field and an empty one mean the same (RFC 9110 §12.5.1)
    accept, language = fields.get(b"accept", b""), fields.get(b"accept-language", b"")
    key = (head.path, head.query, accept, language, head.coding())
    if head.method == "QUERY":
        return (*key, fields.get(b"content-type", b""), hashlib.sha256(body).digest()) if body else None
    return None if head.has_body else key


def sealed(answer: Answer) -> Answer:
    """A whole answer to a query, with a strong ETag over its bytes for the weak one that its query was given.

    The tag that the query was given stands for the query; its result may come in another order the next time. An answer
    without any, whose query depends on time or chance, stays without.
    """
    assert isinstance(answer.body, bytes)
    headers = [(name, value) for name, value in answer.headers if name not in ("ETag", "Content-Length")]
    if len(headers) < len(answer.headers) and any(name == "ETag" for name, _ in answer.headers):
        content_type = next(value for name, value in headers if name == "Content-Type")
        tag = hashlib.sha256(content_type.encode() + b"\0" + answer.body).hexdigest()[:32]
        headers.append(("ETag", f'"{tag}"'))
    headers.append(("Content-Length", str(len(answer.body))))
    return Answer(answer.status, headers, answer.body, answer.work, answer.route)  # `replace` is slow


class Kept:
    """An answer that is kept, as the messages that send it and the 304 that takes its place."""

    __slots__ = ("_unchanged", "body", "media_type", "route", "start", "tag")

    def __init__(self, answer: Answer) -> None:
        assert isinstance(answer.body, bytes)
        fields = dict(answer.headers)
        self.tag = fields["ETag"]
        self.media_type = fields.get("Content-Type", "")
        self.route = answer.route
        self.start: Message = start_message(answer.status, answer.headers)
        self.body: Message = body_message(answer.body, last=True)
        self._unchanged: Message | None = None

    @property
    def unchanged(self) -> Message:
        """The 304, made when it is first wanted: most answers are never asked for again."""
        if self._unchanged is None:
            fields = [field for field in self.start["headers"] if field[0].decode("latin-1") in caching.KEPT]
            self._unchanged = {**self.start, "status": 304, "headers": fields}
        return self._unchanged

    def messages_for(self, head: RequestHead) -> tuple[Message, Message]:
        """What answers a request: the answer, without its body if that is not wanted, or the 304 in its place."""
        if self.is_known_to(head):
            return self.unchanged, NOTHING
        return self.start, NOTHING if head.method == "HEAD" else self.body

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body["body"])

    def is_known_to(self, head: RequestHead) -> bool:
        """Whether the request's `If-None-Match` names the answer's ETag (RFC 9110 §13.1.2)."""
        given = head.field(b"if-none-match")
        return bool(given) and (given == self.tag or caching.names(given, self.tag.strip('"')))


def revalidated(answer: Answer, head: RequestHead) -> Answer:
    """`answer`, or the 304 that takes its place if the request's `If-None-Match` names its ETag."""
    given = head.field(b"if-none-match")
    tag = dict(answer.headers).get("ETag") if given else None
    if tag is None or not caching.names(given, tag.removeprefix("W/").strip('"')):
        return answer
    headers = [(name, value) for name, value in answer.headers if name.lower() in caching.KEPT]
    return replace(answer, status=304, headers=headers, body=b"")


class ResponseCache:
    """The least recently used answers go first; for one event loop's thread. `making` has those that are to come."""

    def __init__(self, total_bytes: int = TOTAL_BYTES) -> None:
        self.making = Making()
        self._total = total_bytes
        self._used = 0
        self._answers: OrderedDict[Key, Kept] = OrderedDict()

    def get(self, key: Key) -> Kept | None:
        """The answer kept under `key`."""
        kept = self._answers.get(key)
        if kept is not None:
            self._answers.move_to_end(key)
        return kept

    def put(self, key: Key, answer: Answer) -> Kept | None:
        """Keep `answer` if it may be kept: whole, public, with a strong validator, varying by nothing unusual."""
        if key in self._answers or not _may_be_kept(answer):
            return None
        kept = self._answers[key] = Kept(answer)
        self._used += _size(key, kept)
        while self._used > self._total:
            self._used -= _size(*self._answers.popitem(last=False))
        return kept


def _may_be_kept(answer: Answer) -> bool:
    if answer.status != 200 or answer.work is not None or not isinstance(answer.body, bytes):
        return False
    fields = dict(answer.headers)
    return (
        len(answer.body) <= LARGEST_BODY
        and fields.get("ETag", "").startswith('"')
        and fields.get("Cache-Control", "").startswith("public")
        and {name.strip().lower() for name in fields.get("Vary", "").split(",") if name.strip()} <= _VARYING
        and "Set-Cookie" not in fields
    )


def _size(key: Key, kept: Kept) -> int:
    return kept.size + sum(map(len, key)) + _OVERHEAD
