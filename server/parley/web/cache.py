"""Answers kept whole in a worker's memory: a repeated page costs no Flask. Belongs to one release and ends with it."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from parley.web import caching
from parley.web.adapter import Answer
from parley.web.compression import coding_of

#: Bytes of all bodies kept, and of one.
TOTAL_BYTES: Final = 32 * 1024 * 1024
LARGEST_BODY: Final = 512 * 1024
_OVERHEAD: Final = 2048
Key = tuple[bytes, ...]
#: The request header fields that choose among the variants; whatever varies by another is not kept.
_VARYING: Final[Key] = (b"accept", b"accept-language")
#: Fields that ask for something else than the whole current answer.
_SPECIAL: Final = frozenset(
    [b"if-match", b"if-modified-since", b"if-unmodified-since", b"if-range", b"range",
     b"authorization", b"content-length", b"transfer-encoding", b"accept-datetime"]
)  # fmt: skip
#: Those that every request with a body has.
_FRAMING: Final = frozenset([b"content-length", b"transfer-encoding"])


def key_of(scope: Mapping[str, Any], body: bytes = b"") -> Key | None:
    """What tells requests apart that may be answered from the cache; None for one that may not.

    The content of a QUERY request is part of it, with its type (RFC 10008 §2.7); without, there is none yet.
    """
    special, varying = _SPECIAL, _VARYING
    content: Key = ()
    if scope["method"] == "QUERY" and body:
        special, varying = _SPECIAL - _FRAMING, (*_VARYING, b"content-type")
        content = (hashlib.sha256(body).digest(),)
    elif scope["method"] not in ("GET", "HEAD"):
        return None
    fields: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in special:
            return None
        if name in varying:
            fields[name] = fields[name] + b"," + value if name in fields else value
    # an absent field and an empty one mean the same (RFC 9110 §12.5.1)
    coding = coding_of(scope["headers"]).encode()
    values = (fields.get(name, b"") for name in varying)
    return (scope["raw_path"], scope["query_string"], coding, *values, *content)


def sealed(answer: Answer) -> Answer:
    """A whole answer to a query, with a strong ETag over its bytes for the weak one that its query was given.

    The tag that the query was given stands for the query; its result may come in another order the next time. An answer
    without any, whose query depends on time or chance, stays without.
    """
    assert isinstance(answer.body, bytes)
    fields = dict(answer.headers)
    headers = [(name, value) for name, value in answer.headers if name not in ("ETag", "Content-Length")]
    if "ETag" in fields:
        tag = hashlib.sha256(fields["Content-Type"].encode() + b"\0" + answer.body).hexdigest()[:32]
        headers.append(("ETag", f'"{tag}"'))
    return replace(answer, headers=[*headers, ("Content-Length", str(len(answer.body)))])


def revalidated(answer: Answer, scope: Mapping[str, Any]) -> Answer:
    """`answer`, or the 304 that takes its place if the request's `If-None-Match` names its ETag (RFC 9110 §13.1.2)."""
    given = [value for name, value in scope["headers"] if name == b"if-none-match"]
    tag = dict(answer.headers).get("ETag") if given else None
    if tag is None or not caching.names(b", ".join(given).decode("latin-1"), tag.removeprefix("W/").strip('"')):
        return answer
    headers = [(name, value) for name, value in answer.headers if name.lower() in caching.KEPT]
    return replace(answer, status=304, headers=headers, body=b"")


class ResponseCache:
    """The least recently used answers go first; for one event loop's thread."""

    def __init__(self, total_bytes: int = TOTAL_BYTES) -> None:
        self._total = total_bytes
        self._used = 0
        self._answers: OrderedDict[Key, Answer] = OrderedDict()

    def get(self, key: Key) -> Answer | None:
        """The answer kept under `key`."""
        answer = self._answers.get(key)
        if answer is not None:
            self._answers.move_to_end(key)
        return answer

    def put(self, key: Key, answer: Answer) -> None:
        """Keep `answer` if it may be kept: whole, public, with a strong validator, varying by nothing unusual."""
        if not _may_be_kept(answer) or key in self._answers:
            return
        self._answers[key] = answer
        self._used += _size(key, answer)
        while self._used > self._total:
            old = self._answers.popitem(last=False)
            self._used -= _size(*old)


def _may_be_kept(answer: Answer) -> bool:
    fields = dict(answer.headers)
    varying = {name.strip().lower().encode() for name in fields.get("Vary", "").split(",") if name.strip()}
    return (
        answer.status == 200
        and answer.stream is None
        and isinstance(answer.body, bytes)
        and len(answer.body) <= LARGEST_BODY
        and fields.get("ETag", "").startswith('"')
        and fields.get("Cache-Control", "").startswith("public")
        and varying <= {*_VARYING, b"accept-encoding"}
        and "Set-Cookie" not in fields
    )


def _size(key: Key, answer: Answer) -> int:
    return len(answer.body if isinstance(answer.body, bytes) else b"") + sum(map(len, key)) + _OVERHEAD
