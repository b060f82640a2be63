"""Interface texts, and dates, numbers and names of languages as readers of a language write them.

A page is made for one of the publication's languages. Its interface speaks that language where `messages/` has a
catalogue for it, else English; `Interface.text_language` tells which, so that pages can mark every text's language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from parley.web.view import dates

FALLBACK = "en"

#: A catalogue: dotted key → text, or plural category → text.
Catalogue = Mapping[str, str | Mapping[str, str]]


def load_catalogues() -> dict[str, Catalogue]:
    """Every catalogue of the package: language tag → texts."""
    folder = files("parley.web") / "messages"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {
        name.removesuffix(".toml"): dict(_flat(tomllib.loads((folder / name).read_text(encoding="utf-8"))))
        for name in names
    }


def _flat(table: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, str | Mapping[str, str]]]:
    for key, value in table.items():
        if isinstance(value, str) or "other" in value:
            yield above + key, value
        else:
            yield from _flat(value, f"{above}{key}.")


@dataclass(frozen=True, slots=True)
class Interface:
    """The interface of pages in one language; call it with a key to get the text.

    `language` is the page's, `text_language` that of the interface texts.
    """

    language: str
    text_language: str
    catalogue: Catalogue
    locale: Locale

    @classmethod
    def of(cls, language: str, catalogues: Mapping[str, Catalogue]) -> Interface:
        """The interface for `language`: its own catalogue, its base language's, or English."""
        base = language.partition("-")[0].lower()
        text_language = next((tag for tag in (language, base) if tag in catalogues), FALLBACK)
        return cls(language, text_language, catalogues[text_language], _locale(text_language))

    def __call__(self, key: str, **values: Any) -> Markup:
        """The text of `key` as HTML, its placeholders filled with `values`, escaped unless they are Markup.

        A text with plural forms takes the form that `values["count"]` asks for. Raises KeyError for an unknown key.
        """
        entry = self.catalogue[key]
        if isinstance(entry, str) and not values:
            return _plain(entry)
        if not isinstance(entry, str):
            count = values["count"]
            values = {**values, "count": self.number(count)}
            entry = entry.get(self.locale.plural_form(count), entry["other"])
        return Markup(escape(entry)).format(**values)

    def number(self, value: int | float) -> str:
        """A number with the language's separators."""
        if isinstance(value, int) and 0 <= value < 1000:
            return str(value)
        return format_decimal(value, locale=self.locale)

    def size(self, count: int) -> str:
        """A number of bytes in the largest decimal unit that leaves at least 1."""
        value = float(count)
        for unit in ("B", "kB", "MB", "GB"):
            if value < 1000 or unit == "GB":
                break
            value /= 1000
        digits = 0 if unit == "B" or value >= 100 else 1
        return f"{format_decimal(round(value, digits), locale=self.locale)}\N{NO-BREAK SPACE}{self(f'unit.{unit}')}"

    def date(self, lexical: str, datatype: str) -> str | None:
        """The date or time as read in this language; None if it is no date, or not a valid one."""
        if not dates.is_date(datatype):
            return None
        words = dates.Words(*(str(self.catalogue[f"date.{name}"]) for name in dates.Words._fields))
        return dates.readable(lexical, datatype, self.locale, words)

    def language_name(self, tag: str) -> str:
        """What this interface calls the language `tag`; the tag itself where there is no name."""
        return _language_name(tag, str(self.locale))


@lru_cache(maxsize=1024)
def _language_name(tag: str, locale: str) -> str:
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale) or tag
    except (ValueError, UnknownLocaleError):
        return tag


@lru_cache(maxsize=256)
def own_name(tag: str) -> str:
    """The name of the language `tag` in that language, as a language switch shows it."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name()
    except (ValueError, UnknownLocaleError):
        return tag
    return (name[0].upper() + name[1:]) if name else tag


@lru_cache(maxsize=256)
def direction(tag: str) -> str:
    """`rtl` or `ltr`, by the script that the language tag implies."""
    try:
        return str(Locale.parse(tag, sep="-").text_direction)
    except (ValueError, UnknownLocaleError):
        return "ltr"


@lru_cache(maxsize=1024)
def _plain(entry: str) -> Markup:
    """A text without placeholders as HTML; doubled braces are single ones, as in texts with placeholders."""
    return Markup(escape(entry)).format()


@lru_cache(maxsize=64)
def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")
