"""Data extension: the values of chosen properties of things that were found, for more columns of a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from parley.errors import BadRequest, ContentTooLarge
from parley.reconcile.values import Values
from parley.reconcile.wording import Wording
from parley.release.index import Index
from parley.release.records import Term
from parley.vocab import XSD

#: Properties that one request may ask for.
PROPERTIES: Final = 50
_INTEGERS: Final = frozenset(XSD + name for name in ("integer", "int", "long", "short", "nonNegativeInteger"))
_NUMBERS: Final = frozenset(XSD + name for name in ("decimal", "double", "float"))
#: No longer numbers: beyond them JSON readers round.
_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Column:
    """A property asked for: at most `limit` values (0: all), texts in `language` ("": of the answer; "*": any)."""

    id: str
    property: str
    limit: int = 0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Extender:
    """Reads data extension queries and answers them; `most` is how many things one may name."""

    index: Index
    wording: Wording
    absolute: Callable[[str], str]
    most: int

    def version_0_2(self, query: Any) -> dict[str, Any]:
        """The answer in the form of version 0.2. Raises BadRequest or ContentTooLarge."""
        ids, columns = self._read(query)
        rows = {
            iri: {column.id: [_without_language(cell) for cell in cells] for column, cells in row}
            for iri, row in self._rows(ids, columns)
        }
        return {"meta": self._meta(columns), "rows": rows}

    def version_1_0(self, query: Any) -> dict[str, Any]:
        """The answer in the form of version 1.0-draft. Raises BadRequest or ContentTooLarge."""
        ids, columns = self._read(query)
        rows = [
            {"id": iri, "properties": [{"id": column.id, "values": cells} for column, cells in row]}
            for iri, row in self._rows(ids, columns)
        ]
        return {"meta": self._meta(columns), "rows": rows}

    def _read(self, query: Any) -> tuple[list[str], list[Column]]:
        members = query if isinstance(query, dict) else {}
        ids, properties = members.get("ids"), members.get("properties")
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            raise BadRequest("“ids” is no list of texts.", cure='Send {"ids": […], "properties": [{"id": …}]}.')
        if not isinstance(properties, list):
            raise BadRequest("“properties” is no list.", cure='Send {"ids": […], "properties": [{"id": …}]}.')
        if len(ids) > self.most or len(properties) > PROPERTIES:
            raise ContentTooLarge(
                f"There are {len(ids)} ids and {len(properties)} properties.",
                cure=f"Send up to {self.most} ids (reconcile_queries under [limits]) and {PROPERTIES} properties.",
            )
        return ids, [self._column(one) for one in properties]

    def _column(self, value: Any) -> Column:
        if not isinstance(value, dict) or not isinstance(value.get("id"), str):
            raise BadRequest("A property has no “id”.", cure="Name it as /reconcile/properties does.")
        settings = value.get("settings")
        settings = settings if isinstance(settings, dict) else {}
        limit, language = str(settings.get("limit") or 0), str(settings.get("language") or "")
        if not (limit.isascii() and limit.isdigit() and len(limit) < 10):
            raise BadRequest("The setting “limit” is no number.", cure="Give a number; 0 for all values.")
        return Column(value["id"], self.absolute(value["id"]), int(limit), language.lower())

    def _meta(self, columns: Iterable[Column]) -> list[dict[str, str]]:
        return [self.wording.named(column.property) | {"id": column.id} for column in columns]

    def _rows(self, ids: list[str], columns: list[Column]) -> list[tuple[str, list[tuple[Column, list[Any]]]]]:
        values = Values(self.index)
        chosen = {
            iri: [self._chosen(values.of(self.absolute(iri)).get(column.property, []), column) for column in columns]
            for iri in dict.fromkeys(ids)
        }
        cells = (cell for row in chosen.values() for terms in row for cell in terms)
        self.wording.learn(term.value for term in cells if isinstance(term, ox.NamedNode))
        return [
            (iri, [(column, self._cells(terms)) for column, terms in zip(columns, row, strict=True)])
            for iri, row in chosen.items()
        ]

    def _chosen(self, terms: list[Term], column: Column) -> list[Term]:
        """The values of one cell: of texts with a language, those in the one that is wanted where there are any."""
        shown = [term for term in terms if isinstance(term, ox.NamedNode | ox.Literal)]
        tagged = [term for term in shown if isinstance(term, ox.Literal) and term.language]
        wanted = (column.language or self.wording.language).lower().partition("-")[0]
        fitting = [term for term in tagged if (term.language or "").partition("-")[0] == wanted]
        if column.language != "*" and fitting:
            shown = [term for term in shown if term not in tagged or term in fitting]
        shown.sort(key=str)
        return [*shown[: column.limit or None]]

    def _cells(self, terms: list[Term]) -> list[dict[str, Any]]:
        return [self._cell(term) for term in terms]

    def _cell(self, term: Term) -> dict[str, Any]:
        if isinstance(term, ox.NamedNode):
            return dict(self.wording.named(term.value)) if self.index.exists(term.value) else {"str": term.value}
        assert isinstance(term, ox.Literal)
        text, kind = term.value, term.datatype.value
        if kind in _INTEGERS and text.lstrip("+-").isdigit() and len(text) <= _DIGITS:
            return {"int": int(text)}
        if kind in _NUMBERS and len(text) <= _DIGITS and (number := _number(text)) is not None:
            return {"float": number}
        return {"str": text} | ({"lang": term.language} if term.language else {})


def _without_language(cell: dict[str, Any]) -> dict[str, Any]:
    """The cell as version 0.2 has it, whose texts have no languages."""
    return {name: value for name, value in cell.items() if name != "lang"}


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
