"""The parameters of a saved query as a request gives them: read, bound, shown again in the page's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlencode

from flask import request

from parley import binding
from parley.errors import BadRequest
from parley.parameters import TAKEN, Parameter, expanded
from parley.queries import SavedQuery
from parley.web.page import asking, pages
from parley.web.site import current_site
from parley.web.view.asking import Question
from parley.web.view.naming import Text, collation

#: A form offers the instances of a class up to this many; above, it takes an IRI as text.
CHOICES = 500
_DIGITS = 9


@dataclass(frozen=True)
class Given:
    """A saved query with what a request gives: `values` by parameter as sent, the bound `text`, its part of the rows.

    `missing` are the required parameters without a value: the query can't be asked.
    """

    saved: SavedQuery
    values: Mapping[str, str]
    text: str
    missing: tuple[str, ...]
    limit: int | None
    offset: int

    def address(self, ending: str = "", **more: object) -> str:
        """The address of this very answer, with `ending` and further parameters; None leaves one out."""
        fields: dict[str, object] = {**self.values, "limit": self.limit, "offset": self.offset or None, **more}
        query = urlencode({name: value for name, value in fields.items() if value is not None})
        path = pages.local(f"queries/{self.saved.name}{ending}")
        return f"{path}?{query}" if query else path

    @cached_property
    def variant(self) -> tuple[str, ...]:
        """What tells this answer from others of the same query."""
        return (self.text, *self.missing)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: `choices` are IRIs with their names, if there are few enough, `chosen` is one of them."""

    parameter: Parameter
    label: Text
    value: str
    chosen: str = ""
    choices: tuple[tuple[str, Text], ...] = ()


def read(saved: SavedQuery, *, strict: bool) -> Given:
    """What the request gives to `saved`; `strict` refuses names that are no parameter of it, as a program would want.

    An empty value is none. Raises BadRequest for a value that is not of its parameter's type.
    """
    known = {one.name: one for one in saved.parameters}
    if strict and (unknown := sorted(set(request.args) - known.keys() - TAKEN)):
        names = ", ".join(known) or "none"
        raise BadRequest(
            f"“{unknown[0][:80]}” is no parameter of this query.", cure=f"It has: {names}; and format, limit, offset."
        )
    twice = next((name for name in known if len(request.args.getlist(name)) > 1), None)
    if twice is not None:
        raise BadRequest(f"The parameter “{twice}” is given more than once.", cure="Give it once.")
    values = {name: request.args.get(name) or one.default or "" for name, one in known.items()}
    terms = binding.terms(saved.parameters, values, current_site().publication.all_prefixes)
    limit, offset = _number("limit", current_site().settings.api_rows), _number("offset", None) or 0
    text = binding.bound(saved.text, terms)
    if binding.form(saved.text) == "SELECT":
        text = binding.part(text, limit, offset)
    elif limit is not None or offset:
        raise BadRequest("Only the rows of a SELECT query have a limit and an offset.", cure="Leave them out.")
    missing = tuple(name for name, one in known.items() if one.required and not values[name])
    return Given(saved, {name: value for name, value in values.items() if value}, text, missing, limit, offset)


def refuse_missing(given: Given) -> None:
    """Raise BadRequest if a required parameter has no value."""
    if given.missing:
        names = ", ".join(f"“{name}”" for name in given.missing)
        raise BadRequest(f"The query needs a value of {names}.", cure=f"Add “?{given.missing[0]}=…” to the address.")


def fields(given: Given) -> list[Field]:
    """The form's fields, labelled in the page's language."""
    found = []
    for one in given.saved.parameters:
        label = pages.localised(one.label)
        value = given.values.get(one.name, "")
        chosen = expanded(value, current_site().publication.all_prefixes) if one.of and value else ""
        found.append(Field(one, label if label.text else Text(one.name), value, chosen, _choices(one, chosen)))
    return found


def _choices(parameter: Parameter, chosen: str) -> tuple[tuple[str, Text], ...]:
    """The things offered for the parameter by name, if there are few; the one asked for is always among them."""
    namer, offered = pages.namer(), _offered(parameter)
    if not 0 < len(offered) <= CHOICES:
        return ()
    namer.learn(offered)
    named = sorted(((iri, namer.thing(iri)) for iri in offered), key=lambda pair: collation(pair[1].text))
    if chosen and chosen not in offered:
        named.insert(0, (chosen, namer.thing(chosen)))
    return tuple(named)


def _takes(parameter: Parameter, iri: str) -> bool:
    """Whether `iri` is of the parameter's class, and led to by its property, be it among those that a form lists."""
    offered = _offered(parameter)
    if parameter.of is None or len(offered) <= CHOICES:
        return iri in offered
    return current_site().index.is_instance(iri, *_scope(parameter, parameter.of))


def _scope(parameter: Parameter, of: str) -> tuple[str, str | None]:
    """The class and the property that a parameter's things are of and led to by, as IRIs."""
    prefixes = current_site().publication.all_prefixes
    return expanded(of, prefixes), expanded(parameter.led, prefixes) if parameter.led else None


def _offered(parameter: Parameter) -> tuple[str, ...]:
    """The instances of the parameter's class, those that its property leads to; one more than a form takes at most."""
    if parameter.of is None:
        return ()
    class_iri, led = _scope(parameter, parameter.of)
    return pages.memory().instances(class_iri, CHOICES + 1, led)


def concerning(iri: str) -> list[Question]:
    """The saved queries that can be asked about the thing `iri`: it is offered for one of their parameters."""
    found = []
    for saved in current_site().queries:
        fitting = next((one for one in saved.parameters if _takes(one, iri)), None)
        if fitting is not None and not any(one.required for one in saved.parameters if one is not fitting):
            question = asking.question(saved)
            found.append(replace(question, href=f"{question.href}?{urlencode({fitting.name: iri})}"))
    return found


def _number(name: str, most: int | None) -> int | None:
    """A whole number from 0 (for `limit` from 1) to `most`; None if it is not given."""
    text = request.args.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS) or (most is not None and int(text) < 1):
        least, largest = (0, 10**_DIGITS - 1) if most is None else (1, most)
        raise BadRequest(f"“{name}” is “{text[:40]}”.", cure=f"Give a whole number from {least} to {largest}.")
    if most is not None and int(text) > most:
        raise BadRequest(
            f"“{name}” is {text}; the most rows at once (api_rows) are {most}.",
            cure="Ask for fewer, then for the rest by “offset”; or leave “limit” out for all.",
        )
    return int(text)
