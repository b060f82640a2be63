"""What validation found: rows in a fixed order, with a text per language, ready for people and for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from parley.pipeline.origins import Place

#: Severities that a report can contain and still conform; any other one, named or private, is an obstacle.
_HARMLESS = frozenset(["warning", "info"])


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`, else in its base language, English, no language, or the first there is.

    >>> in_language({"fr": "trop", "en": "too many"}, "fr-CH")
    'trop'
    """
    for tag in (language, language.partition("-")[0], "en", ""):
        if tag in texts:
            return texts[tag]
    return next((texts[tag] for tag in sorted(texts)), "")


@dataclass(frozen=True, slots=True)
class Row:
    """One validation result (SHACL §3.6.2).

    `focus`, `path`, `value` and `shape` are in Turtle syntax, shortened by the publication's prefixes; `path` and
    `value` are empty where the result has none. `severity` is the local name in lower case: violation, warning, info.
    `component` is the constraint component's local name. `messages` and `cure` hold a text per language tag; "" is the
    tag of a text without one. `place` is where the focus node is described, line approximate.
    """

    focus: str
    path: str
    value: str
    severity: str
    shape: str
    component: str
    messages: Mapping[str, str]
    cure: Mapping[str, str]
    place: Place | None = None

    @property
    def is_violation(self) -> bool:
        """Whether this row alone keeps the data from conforming."""
        return self.severity not in _HARMLESS

    def text(self, language: str = "en") -> str:
        """The row for a terminal: place, severity, node and path, message, value, cure."""
        what = f"{self.focus} {self.path}".rstrip()
        value = f" [{self.value}]" if self.value else ""
        cure = in_language(self.cure, language)
        line = f"{self.place or '?'}: {self.severity}: {what}: {in_language(self.messages, language)}{value}"
        return f"{line}\n    → {cure}" if cure else line

    def __str__(self) -> str:
        return self.text()

    def as_dict(self) -> dict[str, Any]:
        """The row for JSON."""
        return {
            "focus": self.focus,
            "path": self.path or None,
            "value": self.value or None,
            "severity": self.severity,
            "shape": self.shape,
            "component": self.component,
            "messages": dict(self.messages),
            "cure": dict(self.cure),
            "file": self.place.file if self.place else None,
            "line": self.place.line if self.place else None,
            "line_is_approximate": True,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of validation: `results` sorted by node, path, value and shape, and notes about the run itself.

    `conforms` is false as soon as one result is a violation: warnings are shown, but stop no build (SHACL §3.6.1.1
    would call any result a failure to conform). `shapes` and `focus_nodes` say how much was looked at.
    """

    results: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    shapes: int = 0
    focus_nodes: int = 0
    seconds: float = field(default=0.0, compare=False)

    @property
    def conforms(self) -> bool:
        """Whether nothing stands against publishing the data."""
        return not any(row.is_violation for row in self.results)

    @property
    def violations(self) -> tuple[Row, ...]:
        """The rows that stand against it."""
        return tuple(row for row in self.results if row.is_violation)

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON; without the time taken, so that it is the same from run to run."""
        return {
            "conforms": self.conforms,
            "violations": len(self.violations),
            "warnings": len(self.results) - len(self.violations),
            "shapes": self.shapes,
            "focus_nodes": self.focus_nodes,
            "notes": list(self.notes),
            "results": [row.as_dict() for row in self.results],
        }
