"""Values of `publication.toml`, checked; each fault is told by the name of its key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parley.errors import PublicationError

_FILE = "publication.toml"


def wrong(key: str, must: str) -> PublicationError:
    """The error that says what the value of `key` must be."""
    return PublicationError(f"{_FILE}: “{key}” must be {must}.", cure="Correct it.")


def text_of(table: Mapping[str, Any], key: str, *, required: bool = True) -> str:
    """The text under `key`; empty if there is none and none is required. Raises PublicationError."""
    value = table.get(key, "")
    if not isinstance(value, str):
        raise wrong(key, "text")
    if required and not value:
        raise PublicationError(f"{_FILE} has no “{key}”.", cure=f'Add a line such as {key} = "https://…/".')
    return value


def list_of_text(table: Mapping[str, Any], key: str) -> list[str]:
    """The texts under `key`, none of them empty. Raises PublicationError."""
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise wrong(key, "a list of texts")
    return value


def table_of(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The table under `key`. Raises PublicationError."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise wrong(key, "a table")
    return value


def choice(table: Mapping[str, Any], name: str, key: str, allowed: tuple[str, ...]) -> str:
    """The one value of the table called `name`, which holds nothing else; the first of `allowed` is the default.

    Raises PublicationError.
    """
    inner = table_of(table, name)
    value = inner.get(key, allowed[0])
    if set(inner) - {key} or value not in allowed:
        told = " or ".join(f'"{word}"' for word in allowed)
        raise wrong(name, f"a table with one key, {key} = {told}")
    return str(value)
