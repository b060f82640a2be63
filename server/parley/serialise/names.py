"""Compact names: IRIs abbreviated with prefixes, and which prefixes were used."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

# A safe part of PN_PREFIX and PN_LOCAL (Turtle §6.5): no escapes, no dot at an end.
_LETTER: Final = "A-Za-zÀ-ÖØ-öø-\u02ff\u0370-\u037d\u037f-\u1fff\u3001-\ud7ff"
_PREFIX: Final = re.compile(rf"(?:[{_LETTER}](?:[{_LETTER}0-9_.-]*[{_LETTER}0-9_-])?)?")
_LOCAL: Final = re.compile(rf"(?:[{_LETTER}0-9_](?:[{_LETTER}0-9_.-]*[{_LETTER}0-9_-])?)?")
_SPLIT: Final = re.compile(r"(.*[#/:])([^#/:]*)", re.DOTALL)
_REMEMBERED: Final = 20_000

#: A compact name and its prefix; the name is empty where there is none.
Short = tuple[str, str]


class Prefixes(dict[str, str]):
    """Prefixes and their namespaces, with the names made with them: the same few stand in every document of a site.

    To be shared, by threads too, and not to be changed.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        super().__init__(prefixes)
        self._prefix_of: dict[str, str] = {}
        for prefix, namespace in prefixes.items():
            if _PREFIX.fullmatch(prefix):
                self._prefix_of.setdefault(namespace, prefix)
        self._by_lower_case = {prefix.lower(): prefix for prefix in prefixes}
        self._parts: dict[frozenset[str], Prefixes] = {}
        self._known: dict[str, Short] = {}

    def short(self, iri: str) -> Short:
        """`prefix:local` for `iri` and the prefix; empty if there is no such name."""
        try:
            return self._known[iri]
        except KeyError:
            pass
        name, prefix = "", ""
        if (match := _SPLIT.fullmatch(iri)) and match[1] in self._prefix_of and _LOCAL.fullmatch(match[2]):
            prefix = self._prefix_of[match[1]]
            name = f"{prefix}:{match[2]}"
        if len(self._known) >= _REMEMBERED:
            self._known = {}
        self._known[iri] = name, prefix
        return name, prefix

    def without(self, names: Collection[str]) -> Prefixes:
        """Those that are none of `names`, whatever their case."""
        left_out = frozenset(self._by_lower_case.keys() & names)
        if left_out not in self._parts:
            self._parts[left_out] = Prefixes({p: n for p, n in self.items() if p.lower() not in left_out})
        return self._parts[left_out]


class Names:
    """Abbreviates IRIs; `used` are the prefixes that were needed so far."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = prefixes if isinstance(prefixes, Prefixes) else Prefixes(prefixes)
        self._used: set[str] = set()

    @property
    def used(self) -> dict[str, str]:
        """The prefixes that were needed so far, sorted, with their namespaces."""
        return {prefix: self._prefixes[prefix] for prefix in sorted(self._used)}

    def compact(self, iri: str) -> str | None:
        """`prefix:local` for `iri`, or None if there is no such name.

        >>> Names({"ex": "http://example.org/"}).compact("http://example.org/a")
        'ex:a'
        >>> Names({"ex": "http://example.org/"}).compact("http://example.org/a/b") is None
        True
        """
        name, prefix = self._prefixes.short(iri)
        if not name:
            return None
        self._used.add(prefix)
        return name
