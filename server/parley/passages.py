"""Passages of a source, checked against a reader's own copy without republishing it.

A passage has a position (`oa:TextPositionSelector`, code points, end exclusive) and a SHA-256, both over the source's
canonical text, version 1: Unicode NFC; curly quotes and apostrophes straight, non-breaking and en dashes as hyphens;
soft hyphens and byte order marks dropped; every run of white space one space, ends trimmed.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

import pyoxigraph as ox

OA = "http://www.w3.org/ns/oa#"
_START, _END = OA + "start", OA + "end"

_FOLDED = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛", "'"),
        **dict.fromkeys("“”„‟", '"'),
        **dict.fromkeys("‑–", "-"),  # non-breaking hyphen, en dash
        **dict.fromkeys("\u00ad\ufeff", ""),  # soft hyphen, byte order mark
    }
)
# Python's \s lacks the zero-width space, which web pages are full of.
_SPACE = re.compile(r"[\s\u200b]+")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class Status(Enum):
    """What became of a passage in a copy of the source."""

    VERIFIED = "verified"
    MOVED = "moved"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a source's canonical text: code points from `start` to before `end`, with its SHA-256 in hex."""

    iri: str
    start: int
    end: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The status of one passage; `found_at` is its present start if it has moved."""

    passage: Passage
    status: Status
    found_at: int | None = None


def canonical_text(text: str) -> str:
    r"""`text` in canonical form, version 1.

    >>> canonical_text(" L’un\u00a0– l\u00adautre ")
    "L'un - lautre"
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).translate(_FOLDED)).strip(" ")


def digest(text: str) -> str:
    """SHA-256 of a stretch of canonical text, in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_passages(quads: Iterable[ox.Quad]) -> list[Passage]:
    """The passages that `quads` describe: whatever has a position selector and a SHA-256, in order of position.

    Both may stand on the passage itself or one step away, as Web Annotation and SPDX have it.
    """
    values: dict[str, list[tuple[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]]] = {}
    for quad in quads:
        values.setdefault(str(quad.subject), []).append((quad.predicate.value, quad.object))
    found = []
    for subject, own in values.items():
        near = [*own, *(pair for _, o in own if not isinstance(o, ox.Literal) for pair in values.get(str(o), []))]
        literals = [(p, o.value) for p, o in near if isinstance(o, ox.Literal)]
        start = next((int(v) for p, v in literals if p == _START), None)
        end = next((int(v) for p, v in literals if p == _END), None)
        sha = next((v.lower() for _, v in literals if _SHA256.fullmatch(v)), None)
        if start is not None and end is not None and sha and subject.startswith("<"):
            found.append(Passage(subject[1:-1], start, end, sha))
    return sorted(found, key=lambda p: (p.start, p.end, p.iri))


def verify(text: str, passages: Iterable[Passage]) -> Iterator[Finding]:
    """Compare each passage with `text`, a reader's copy of the source, in any white space and quoting style."""
    canonical = canonical_text(text)
    for passage in passages:
        if digest(canonical[passage.start : passage.end]) == passage.sha256:
            yield Finding(passage, Status.VERIFIED)
        elif (place := _search(canonical, passage)) is not None:
            yield Finding(passage, Status.MOVED, place)
        else:
            yield Finding(passage, Status.CHANGED if passage.start < len(canonical) else Status.MISSING)


def _search(canonical: str, passage: Passage) -> int | None:
    """Where the passage stands now; only the starts of words are tried, as passages start at one."""
    length = passage.end - passage.start
    starts = [0, *(match.end() for match in re.finditer(r"[ (\"']", canonical))]
    starts.sort(key=lambda start: abs(start - passage.start))
    return next((s for s in starts if digest(canonical[s : s + length]) == passage.sha256), None)
