"""Saved queries: SPARQL with a header of comments that says which question it answers, in words.

::

    # title@en: Which missions are past?
    # description@en: Missions that are said to have ended.
    # view: table
    # featured: yes

    SELECT …

All is optional: without a title, the file's name serves. A text without `@language` is in no particular language.
What each view asks of a query stands in `views`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from parley.errors import SourceError
from parley.views import VIEWS

ENDING: Final = ".rq"

_NAME: Final = re.compile(r"[\w~-][\w.~-]{0,99}", re.ASCII)
_ENTRY: Final = re.compile(r"#\s*(title|description|view|featured)(?:@([^:\s]*))?\s*:(.*)", re.IGNORECASE)
_TAG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_FLAGS: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question, its answer's `view`, and the query without its header.

    `title` and `description` are by language tag, in lower case; "" if none is given.
    """

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    view: str
    featured: bool
    text: str


def parse(file: str, source: str) -> SavedQuery:
    """The saved query in the file called `file` (a path with `/`), whose text is `source`.

    Raises SourceError, with the line, if the header says something twice, in no language, or what is not understood.
    """
    name = file.rpartition("/")[2].removesuffix(ENDING)
    if not _NAME.fullmatch(name):
        raise SourceError(
            f"“{name}” can't be part of an address.", file=file,
            cure="Name the file with letters, digits, hyphens, dots and underscores.",
        )  # fmt: skip
    lines = source.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines()
    size = next((n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    header, body = _Header(file, lines[:size]), [line.rstrip() for line in lines[size:]]
    if not any(line.strip() for line in body):
        raise SourceError("The file holds no query.", file=file, cure="Write the query below its header.")
    kept = "\n".join([*header.comments, *body]).strip() + "\n"
    spoken = name.replace("-", " ").replace("_", " ")
    title = header.texts["title"] or {"": spoken[:1].upper() + spoken[1:]}
    return SavedQuery(name, title, header.texts["description"], header.view, header.featured, kept)


class _Header:
    """The comments before the query: what they declare, and those that are only comments."""

    def __init__(self, file: str, lines: Iterable[str]) -> None:
        self.file = file
        self.texts: dict[str, dict[str, str]] = {"title": {}, "description": {}}
        self.single: dict[str, str] = {}
        self.comments: list[str] = []
        for number, line in enumerate(lines, start=1):
            found = _ENTRY.fullmatch(line.rstrip())
            if found is not None:
                self._entry(number, found[1].lower(), found[2], found[3].strip())
            elif line.strip():
                self.comments.append(line.rstrip())
        self.view = self.single.get("view", next(iter(VIEWS)))
        self.featured = _FLAGS[self.single.get("featured", "no")]

    def _entry(self, number: int, key: str, language: str | None, value: str) -> None:
        known = self.texts.get(key)
        if not value:
            raise self._fault(number, f"“{key}” has no value.", "Write it behind the colon, or remove the line.")
        if known is None:
            allowed = tuple(VIEWS if key == "view" else _FLAGS)
            if language is not None or value.lower() not in allowed or key in self.single:
                raise self._fault(number, f"“{key}” is “{value}”.", f"Give it once, as one of: {', '.join(allowed)}.")
            self.single[key] = value.lower()
            return
        if language is not None and not _TAG.fullmatch(language):
            raise self._fault(
                number, f"“{language}” is no language tag.", "Write one such as en or fr-CA behind the @."
            )
        tag = (language or "").lower()
        if tag in known:
            raise self._fault(number, f"There is a second “{key}” in the same language.", "Keep one of them.")
        known[tag] = value

    def _fault(self, number: int, message: str, cure: str) -> SourceError:
        return SourceError(message, file=self.file, line=number, cure=cure)
