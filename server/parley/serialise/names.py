"""Compact names: IRIs abbreviated with prefixes, and which prefixes were used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# A safe part of PN_PREFIX and PN_LOCAL (Turtle §6.5): no escapes, no dot at an end.
_LETTER: Final = "A-Za-zÀ-ÖØ-öø-\u02ff\u0370-\u037d\u037f-\u1fff\u3001-\ud7ff"
_PREFIX: Final = re.compile(rf"(?:[{_LETTER}](?:[{_LETTER}0-9_.-]*[{_LETTER}0-9_-])?)?")
_LOCAL: Final = re.compile(rf"(?:[{_LETTER}0-9_](?:[{_LETTER}0-9_.-]*[{_LETTER}0-9_-])?)?")
_SPLIT: Final = re.compile(r"(.*[#/:])([^#/:]*)", re.DOTALL)
_REMEMBERED: Final = 100_000


class Names:
    """Abbreviates IRIs; `used` are the prefixes that were needed so far."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefix_of: dict[str, str] = {}
        for prefix, namespace in prefixes.items():
            if _PREFIX.fullmatch(prefix):
                self._prefix_of.setdefault(namespace, prefix)
        self._known: dict[str, str | None] = {}
        self.used: dict[str, str] = {}

    def compact(self, iri: str) -> str | None:
        """`prefix:local` for `iri`, or None if there is no such name.

        >>> Names({"ex": "http://example.org/"}).compact("http://example.org/a")
        'ex:a'
        >>> Names({"ex": "http://example.org/"}).compact("http://example.org/a/b") is None
        True
        """
        if iri in self._known:
            return self._known[iri]
        name = None
        if (match := _SPLIT.fullmatch(iri)) and match[1] in self._prefix_of and _LOCAL.fullmatch(match[2]):
            prefix = self._prefix_of[match[1]]
            self.used[prefix] = match[1]
            name = f"{prefix}:{match[2]}"
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[iri] = name
        return name
