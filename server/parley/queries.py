"""Saved queries: SPARQL with a header of comments that says which question it answers, in words.

::

    # title@en: Which missions are past?
    # description@en: Missions that are said to have ended.
    # group@en: Missions
    # view: table
    # featured: yes
    # parameter place: iri, of ex:Place
    # parameter place@en: Place

    SELECT …

All is optional: without a title, the file's name serves. A text without `@language` is in no particular language.
What each view asks of a query stands in `views`, what a parameter is in `parameters`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from parley import parameters
from parley.errors import SourceError
from parley.parameters import Parameter
from parley.views import VIEWS

ENDING: Final = ".rq"

_NAME: Final = re.compile(r"[\w~-][\w.~-]{0,99}", re.ASCII)
_ENTRY: Final = re.compile(r"#\s*(title|description|group|view|featured)(?:@([^:\s]*))?\s*:(.*)", re.IGNORECASE)
_PARAMETER: Final = re.compile(r"#\s*parameter\s+([^\s:@]+)(?:@([^:\s]*))?\s*:(.*)", re.IGNORECASE)
_TAG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_FLAGS: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question, its answer's `view`, and the query without its header.

    `title`, `description` and `group`, the heading of lists, are by language tag, in lower case; "" if none is given.
    """

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    view: str
    featured: bool
    text: str
    parameters: tuple[Parameter, ...] = ()
    group: Mapping[str, str] = field(default_factory=dict)


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
    description, group = header.texts["description"], header.texts["group"]
    return SavedQuery(name, title, description, header.view, header.featured, kept, header.parameters(), group)


class _Header:
    """The comments before the query: what they declare, and those that are only comments."""

    def __init__(self, file: str, lines: Iterable[str]) -> None:
        self.file = file
        self.texts: dict[str, dict[str, str]] = {"title": {}, "description": {}, "group": {}}
        self.single: dict[str, str] = {}
        self.comments: list[str] = []
        self.declared: dict[str, Parameter] = {}
        self.labels: dict[str, dict[str, str]] = {}
        for number, line in enumerate(lines, start=1):
            found = _ENTRY.fullmatch(line.rstrip())
            if (parameter := _PARAMETER.fullmatch(line.rstrip())) is not None:
                self._parameter(number, parameter[1], parameter[2], parameter[3].strip())
            elif found is not None:
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
        self._text(number, key, known, language, value)

    def _text(self, number: int, key: str, known: dict[str, str], language: str | None, value: str) -> None:
        if language is not None and not _TAG.fullmatch(language):
            raise self._fault(
                number, f"“{language}” is no language tag.", "Write one such as en or fr-CA behind the @."
            )
        tag = (language or "").lower()
        if tag in known:
            raise self._fault(number, f"There is a second “{key}” in the same language.", "Keep one of them.")
        known[tag] = value

    def _parameter(self, number: int, name: str, language: str | None, value: str) -> None:
        if language is not None:
            if name not in self.declared or not value:
                raise self._fault(
                    number, f"There is no parameter “{name}” above, or no text.",
                    f"Declare it: “# parameter {name}: …”.",
                )  # fmt: skip
            self._text(number, f"parameter {name}", self.labels.setdefault(name, {}), language, value)
            return
        if not parameters.NAME.fullmatch(name) or name in parameters.TAKEN or name in self.declared:
            taken = ", ".join(sorted(parameters.TAKEN))
            raise self._fault(
                number, f"No parameter can be called “{name}” here.",
                f"Name a variable of the query, once, of letters, digits and underscores, but not {taken}.",
            )  # fmt: skip
        try:
            self.declared[name] = replace(parameters.declared(value), name=name)
        except ValueError as error:
            raise self._fault(
                number, f"{error}.".capitalize(),
                f"Write its type ({', '.join(parameters.TYPES)}), then “, required”, “, of CLASS”, “, in PROPERTY”,"
                " “, default VALUE”.",
            ) from None  # fmt: skip

    def parameters(self) -> tuple[Parameter, ...]:
        """The declared parameters with their labels, in the header's order."""
        return tuple(replace(one, label=self.labels.get(name, {})) for name, one in self.declared.items())

    def _fault(self, number: int, message: str, cure: str) -> SourceError:
        return SourceError(message, file=self.file, line=number, cure=cure)
