"""What the pages of one release ask again and again, remembered: it can't change while the release is served."""

from __future__ import annotations

from functools import lru_cache, partial

from parley.web.view import entity, inverse
from parley.web.view.facts import Source

#: Entries of each kind, a few hundred bytes each.
_ENTRIES = 8192


class Memory:
    """Answers from memory what `source`, the index of a release, was asked before; safe in several threads."""

    def __init__(self, source: Source) -> None:
        self.inverses = lru_cache(_ENTRIES)(partial(inverse.inverses, source))
        self.paraphrase = lru_cache(_ENTRIES)(partial(entity.paraphrase, source))
