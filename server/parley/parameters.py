"""Parameters of saved queries: declared in the query's header, read from text into RDF terms.

::

    # parameter place: iri, of ex:Place
    # parameter place@en: Place
    # parameter theme: iri, of skos:Concept, in dcterms:subject
    # parameter since: date, default 1995-01-01
    # parameter name: string, required

`of` names a class, whose things a form offers by name; with `in`, only those that this property leads to, so that few
choices find nothing. The name is that of a variable of the query. Without a value, and without a default, that variable
is like any other.
`binding` gives it one.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyoxigraph as ox

from parley.errors import BadRequest
from parley.vocab import XSD

Term = ox.NamedNode | ox.Literal

#: Characters of a value; a query's own limit (query_length) holds besides.
LONGEST: Final = 2000
#: Names that mean something else where parameters are given.
TAKEN: Final = frozenset(["format", "limit", "offset", "page", "query", "timeout", "view"])
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")

_DECLARATION: Final = re.compile(
    r"(?P<type>[a-z]+)(?:\s*,\s*(?P<required>required))?(?:\s*,\s*of\s+(?P<of>\S+?))?"
    r"(?:\s*,\s*in\s+(?P<led>\S+?))?(?:\s*,\s*default\s+(?P<default>\S.*))?"
)
_PREFIXED: Final = re.compile(r"([A-Za-z][\w.-]*)?:([^\s<>\"{}|\\^`]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Type:
    """A type of values: what `?name=` may hold, as a regular expression, in words, in JSON Schema and in forms.

    `datatype` is that of the literal, `python` raises ValueError for what the pattern lets pass and is none.
    """

    name: str
    pattern: str
    words: str
    schema: Mapping[str, Any]
    control: str
    datatype: str = XSD + "string"
    python: Callable[[str], object] = str


_INTEGER: Final = r"[+-]?[0-9]{1,18}"
TYPES: Final[Mapping[str, Type]] = {
    one.name: one
    for one in (
        Type("iri", r"\S+", "an IRI, or a prefixed name", {"type": "string", "format": "iri"}, "text"),
        Type("string", r"(?s:.*)", "text", {"type": "string"}, "text"),
        Type("integer", _INTEGER, "a whole number", {"type": "integer"}, "number", XSD + "integer", int),
        Type(
            "decimal", r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", "a number such as 1.5", {"type": "number"}, "text",
            XSD + "decimal",
        ),
        Type("boolean", r"true|false", "true or false", {"type": "boolean"}, "boolean", XSD + "boolean"),
        Type(
            "date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date such as 1999-06-10",
            {"type": "string", "format": "date"}, "date", XSD + "date", datetime.date.fromisoformat,
        ),
        Type(
            "lang", r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*|\*", "a language tag such as en",
            {"type": "string", "pattern": r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*|\*)$"}, "text",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `of` is the class whose instances a form offers, as written; `led`, too, is the property that must
    lead to them; `label` is by language tag.
    """

    name: str
    type: Type
    required: bool = False
    of: str | None = None
    led: str | None = None
    default: str | None = None
    label: Mapping[str, str] = field(default_factory=dict)

    def term(self, value: str, prefixes: Mapping[str, str]) -> Term:
        """The RDF term that `value` is; an IRI may be a prefixed name of `prefixes`.

        Raises BadRequest, which says what the parameter takes.
        """
        try:
            if len(value) > LONGEST or not re.fullmatch(self.type.pattern, value):
                raise ValueError
            self.type.python(value)
            if self.type.name == "iri":
                return ox.NamedNode(expanded(value, prefixes))
            return ox.Literal(value, datatype=ox.NamedNode(self.type.datatype))
        except ValueError:
            raise BadRequest(
                f"The parameter “{self.name}” is “{value[:80]}”.",
                cure=f"Give {self.type.words}, of at most {LONGEST} characters.",
            ) from None


def declared(text: str) -> Parameter:
    """The parameter, without its name, that a header declares by `text`. Raises ValueError with what is wrong.

    >>> declared("date, default 1999-06-10").default
    '1999-06-10'
    """
    found = _DECLARATION.fullmatch(text)
    if found is None or found["type"] not in TYPES:
        raise ValueError(f"“{text}” declares no parameter")
    of = found["of"]
    if of and found["type"] != "iri":
        raise ValueError("only a parameter of type iri can be “of” a class")
    if found["led"] and not of:
        raise ValueError("only a parameter “of” a class can be “in” a property")
    if found["required"] and found["default"]:
        raise ValueError("a required parameter has no default")
    return Parameter("", TYPES[found["type"]], bool(found["required"]), of, found["led"], found["default"])


def expanded(value: str, prefixes: Mapping[str, str]) -> str:
    """The IRI that `value` is: in angle brackets, as a prefixed name of one of `prefixes`, or itself.

    >>> expanded("ex:a", {"ex": "http://example.com/"}), expanded("urn:x:y", {"ex": "http://example.com/"})
    ('http://example.com/a', 'urn:x:y')
    """
    if value.startswith("<") and value.endswith(">"):
        return value[1:-1]
    found = _PREFIXED.fullmatch(value)
    if found is not None and (found[1] or "") in prefixes:
        return prefixes[found[1] or ""] + found[2]
    return value
