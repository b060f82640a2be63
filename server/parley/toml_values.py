"""Values of `publication.toml`, checked; each fault is told by the name of its key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from parley.errors import PublicationError

_FILE = "publication.toml"
#: An absolute IRI (RFC 3987), as strict as Turtle is about what stands between < and >.
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\]*')
#: A prefix that Turtle, SPARQL and XML take.
_PREFIX = re.compile(r"[^\W\d_](?:[\w.-]*[\w-])?")
#: A well-formed language tag (RFC 5646 §2.1), its language of two or three letters: none of more is registered.
_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+)",
    re.ASCII | re.IGNORECASE,
)


def wrong(key: str, must: str, cure: str = "Correct it.") -> PublicationError:
    """The error that says what the value of `key` must be."""
    return PublicationError(f"{_FILE}: “{key}” must be {must}.", cure=cure, key=key)


def placed(error: PublicationError, text: str) -> PublicationError:
    """`error` with the line of `text`, the file's, where its key stands."""
    key = re.escape(error.key)
    found = re.search(rf"""^[ \t]*(?:["']?{key}["']?[ \t]*=|\[[ \t]*["']?{key}["']?[ \t]*\])""", text, re.MULTILINE)
    if not error.key or found is None:
        return error
    line = text.count("\n", 0, found.start()) + 1
    message = error.message.replace(f"{_FILE}: ", f"{_FILE}:{line}: ", 1)
    return PublicationError(message, cure=error.cure, key=error.key)


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


def is_iri(text: object) -> bool:
    """Whether `text` is an absolute IRI.

    >>> is_iri("urn:x:ä"), is_iri("CC BY"), is_iri("http://ex.org/<a>")
    (True, False, False)
    """
    return isinstance(text, str) and _IRI.fullmatch(text) is not None


def is_prefix(name: str) -> bool:
    """Whether every syntax takes `name` as a prefix.

    >>> is_prefix("dct"), is_prefix("a b"), is_prefix("_x"), is_prefix("v1.")
    (True, False, False, False)
    """
    return _PREFIX.fullmatch(name) is not None


def is_language(tag: str) -> bool:
    """Whether `tag` is a well-formed tag of a language.

    >>> [is_language(tag) for tag in ("en", "pt-BR", "zh-Hant-TW", "x-elvish", "english", "en-")]
    [True, True, True, True, False, False]
    """
    return _LANGUAGE.fullmatch(tag) is not None


def iri_of(table: Mapping[str, Any], key: str) -> str | None:
    """The absolute IRI under `key`, if there is one. Raises PublicationError."""
    value = text_of(table, key, required=False)
    if value and not is_iri(value):
        raise wrong(key, f"an absolute IRI, not “{value}”")
    return value or None


def prefixes_of(table: Mapping[str, Any], key: str) -> dict[str, str]:
    """The prefixes and namespaces under `key`. Raises PublicationError."""
    found = table_of(table, key)
    for name, namespace in found.items():
        if not is_prefix(name):
            raise wrong(key, f"a table of prefixes, letters first, then letters, digits, - and ., not “{name}”")
        if not is_iri(namespace):
            raise wrong(key, f"a table of prefixes with absolute IRIs, which that of {name}, “{namespace}”, is not")
    return found


def languages_of(table: Mapping[str, Any], key: str) -> list[str]:
    """The language tags under `key`. Raises PublicationError."""
    tags = list_of_text(table, key)
    if odd := [tag for tag in tags if not is_language(tag)]:
        known = _tag_of(odd[0])
        cure = f'Write "{known}".' if known else "Write the tag of the language (BCP 47)."
        raise wrong(key, f"language tags such as en or pt-BR, not “{odd[0]}”", cure)
    folded = [tag.lower() for tag in tags]
    if twice := [tag for tag in tags if folded.count(tag.lower()) > 1]:
        raise wrong(key, f"a list of different languages, in which “{twice[0]}” stands once")
    return tags


def _tag_of(name: str) -> str | None:
    """The tag of the language that is called so in English or in itself."""
    from babel import Locale  # reads a large table, which nobody else needs here

    names = {str(tag).replace("_", "-"): str(text) for tag, text in Locale("en").languages.items()}
    wanted = name.lower()
    english = next((tag for tag, text in names.items() if text.lower() == wanted), None)
    return english or next((tag for tag in names if _own_name(tag).lower() == wanted), None)


def _own_name(tag: str) -> str:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-").get_display_name() or ""
    except (ValueError, UnknownLocaleError):
        return ""
