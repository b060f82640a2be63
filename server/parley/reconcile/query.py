"""What a client asks: the queries of both versions of the protocol as one form, checked before any look-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from parley.errors import BadRequest

#: Candidates for a query that does not say how many, and the most it may ask for.
USUAL_LIMIT: Final = 5
HIGHEST_LIMIT: Final = 100
#: Conditions of a query, and values of a condition.
CONDITIONS: Final = 20
VALUES: Final = 50

QUANTIFIERS: Final = ("any", "all", "none")


@dataclass(frozen=True, slots=True)
class Condition:
    """A constraint on a property: some, all or none of `values`, texts or IRIs, must be among its values."""

    property: str
    values: tuple[str, ...]
    quantifier: str = "any"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One question: `names` a thing may be called, `ids` it may have; `types` it must have one of (or `all_types`)."""

    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    all_types: bool = False
    conditions: tuple[Condition, ...] = ()
    limit: int = USUAL_LIMIT
    offset: int = 0
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads queries; `longest` is how many characters a value may have, `absolute` expands prefixed names."""

    longest: int
    absolute: Callable[[str], str]

    def version_0_2(self, value: Any) -> Query:
        """A query of version 0.2. Raises BadRequest, which says what is wrong with it."""
        members = _members(value)
        types = members.get("type", [])
        names = self._texts([members["query"]], "query") if "query" in members else ()
        properties = [] if members.get("properties") is None else members["properties"]
        if not isinstance(properties, list) or not all(isinstance(one, dict) for one in properties):
            raise BadRequest("“properties” is no list of objects.")
        conditions = [self._condition(one, "pid", "v") for one in _few(properties, CONDITIONS, "properties")]
        if not any(names) and not conditions:
            raise BadRequest("The query has neither “query” nor “properties”.", cure="Give one of them.")
        return Query(
            names=names,
            types=self._types(types if isinstance(types, list) else [types]),
            all_types=members.get("type_strict") == "all",
            conditions=tuple(conditions),
            limit=_limit(members.get("limit")),
        )

    def version_1_0(self, value: Any) -> Query:
        """A query of version 1.0-draft. Raises BadRequest, which says what is wrong with it."""
        members = _members(value)
        conditions = members.get("conditions")
        if not isinstance(conditions, list) or not conditions or not all(isinstance(one, dict) for one in conditions):
            raise BadRequest("The query has no “conditions”.", cure="Give a list of one or more.")
        by_type: dict[Any, list[dict[str, Any]]] = {"name": [], "id": [], "property": []}
        for one in _few(conditions, CONDITIONS, "conditions"):
            if one.get("matchType") not in by_type:
                raise BadRequest("A condition has no “matchType”.", cure="Use name, id or property.")
            by_type[one["matchType"]].append(one)
        language = members.get("lang")
        return Query(
            names=tuple(text for one in by_type["name"] for text in self._values(one, "propertyValue")),
            ids=tuple(text for one in by_type["id"] for text in self._values(one, "propertyValue")),
            types=self._types([members["type"]] if "type" in members else []),
            conditions=tuple(self._condition(one, "propertyId", "propertyValue") for one in by_type["property"]),
            limit=_limit(members.get("limit")),
            offset=_limit(members["offset"], lowest=0) if "offset" in members else 0,
            language=language if isinstance(language, str) else None,
        )

    def _condition(self, value: dict[str, Any], name: str, content: str) -> Condition:
        property_ = value.get(name)
        if not isinstance(property_, str) or not property_:
            raise BadRequest(f"A property has no “{name}”.", cure="Name the property.")
        quantifier, qualifier = value.get("matchQuantifier", "any"), value.get("matchQualifier")
        if quantifier not in QUANTIFIERS:
            raise BadRequest("“matchQuantifier” is unknown.", cure=f"Use {', '.join(QUANTIFIERS)}.")
        if qualifier:
            raise BadRequest("“matchQualifier” is not known here.", cure="Leave it out.")
        (text,) = self._texts([property_], name)
        return Condition(self.absolute(text), self._values(value, content), quantifier, value.get("required") is True)

    def _values(self, condition: dict[str, Any], name: str) -> tuple[str, ...]:
        if name not in condition:
            raise BadRequest(f"A condition has no “{name}”.", cure="Give the value.")
        value = condition[name]
        values = _few(value if isinstance(value, list) else [value], VALUES, name)
        return self._texts([one.get("id") if isinstance(one, dict) else one for one in values], name)

    def _types(self, values: Iterable[Any]) -> tuple[str, ...]:
        found = [one.get("id") if isinstance(one, dict) else one for one in values if one]
        return tuple(self.absolute(text) for text in self._texts(_few(found, VALUES, "type"), "type") if text)

    def _texts(self, values: Iterable[Any], name: str) -> tuple[str, ...]:
        found = []
        for value in values:
            if isinstance(value, bool):
                text = "true" if value else "false"
            elif isinstance(value, int | float):
                text = str(value)
            elif isinstance(value, str):
                text = value
            else:
                raise BadRequest(f"“{name}” holds something that is neither text nor number.")
            if len(text) > self.longest:
                raise BadRequest(
                    f"“{name}” has {len(text)} characters.",
                    cure=f"Send up to {self.longest} (reconcile_characters under [limits]).",
                )
            found.append(text)
        return tuple(found)


def _members(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadRequest("A query is no JSON object.", cure="Send an object a query.")
    return value


def _few(values: list[Any], most: int, name: str) -> list[Any]:
    if len(values) > most:
        raise BadRequest(f"“{name}” has {len(values)} entries.", cure=f"Send up to {most}.")
    return values


def _limit(value: Any, lowest: int = 1) -> int:
    if value is None or value == 0:
        return USUAL_LIMIT if lowest else 0
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value < 10**9:
        raise BadRequest("“limit” is no positive number.", cure=f"Give one from 1 to {HIGHEST_LIMIT}.")
    return min(int(value), HIGHEST_LIMIT)
