"""Interface texts: complete in every language, plural forms, numbers and sizes as readers write them."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from parley.web.view.i18n import FALLBACK, Catalogue, Interface, direction, load_catalogues, own_name

TEMPLATES = Path(__file__).resolve().parents[3] / "server" / "parley" / "web" / "templates"
CATALOGUES = load_catalogues()


def placeholders(entry: object) -> set[str]:
    texts = [entry] if isinstance(entry, str) else list(entry.values())  # type: ignore[attr-defined]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name} - {"count"}


def differences(one: Catalogue, other: Catalogue) -> list[str]:
    """Keys that only one of two catalogues has, or whose placeholders or plural forms differ."""
    found = sorted(set(one) ^ set(other))
    for key in sorted(set(one) & set(other)):
        same_shape = isinstance(one[key], str) == isinstance(other[key], str)
        if not same_shape or placeholders(one[key]) != placeholders(other[key]):
            found.append(key)
    return found


def test_catalogues_are_equal() -> None:
    assert set(CATALOGUES) >= {"en", "fr"}
    assert len(CATALOGUES[FALLBACK]) > 150
    for tag, catalogue in CATALOGUES.items():
        assert differences(CATALOGUES[FALLBACK], catalogue) == [], tag


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "x"}, {"a": "x", "b": "y"}),
        ({"a": "{n} x"}, {"a": "{m} x"}),
        ({"a": "x"}, {"a": {"one": "x", "other": "y"}}),
    ],
)
def test_a_difference_is_noticed(one: Catalogue, other: Catalogue) -> None:
    assert differences(one, other) != []


def test_every_key_that_templates_name_exists() -> None:
    named = set()
    for template in TEMPLATES.glob("*.html"):
        named |= set(re.findall(r"ui\([\"']([\w.-]+)[\"'][,)]", template.read_text(encoding="utf-8")))
    assert len(named) > 60
    assert named - set(CATALOGUES[FALLBACK]) == set()


def test_no_text_ends_up_as_markup_by_accident() -> None:
    assert CATALOGUES
    for catalogue in CATALOGUES.values():
        for key, entry in catalogue.items():
            assert "<" not in str(entry), key


def test_values_are_escaped() -> None:
    interface = Interface.of("en", CATALOGUES)
    assert interface("search.title_for", query="<b>") == "“&lt;b&gt;”"


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("en", 0, "0 results"),
        ("en", 1, "One result"),
        ("en", 1234, "1,234 results"),
        ("fr", 0, "0 résultat"),  # French counts nothing as singular
        ("fr", 2, "2 résultats"),
        ("de", 2, "2 results"),
    ],
)
def test_plural_forms(language: str, count: int, expected: str) -> None:
    assert Interface.of(language, CATALOGUES)("search.found", count=count) == expected


def test_a_singular_that_also_counts_nothing_says_the_number() -> None:
    forms = [entry for entry in CATALOGUES["fr"].values() if not isinstance(entry, str)]
    assert len(forms) >= 8
    assert [form["one"] for form in forms if "{count}" not in form["one"]] == []


@pytest.mark.parametrize(
    ("language", "text_language"), [("fr", "fr"), ("fr-CA", "fr"), ("de", "en"), ("zz", "en"), ("zh-Hant", "en")]
)
def test_a_language_without_catalogue_gets_english(language: str, text_language: str) -> None:
    interface = Interface.of(language, CATALOGUES)
    assert (interface.language, interface.text_language) == (language, text_language)


@pytest.mark.parametrize(
    ("language", "size", "expected"),
    [("en", 0, "0 B"), ("en", 999, "999 B"), ("en", 1000, "1 kB"), ("en", 42_690, "42.7 kB"),
     ("fr", 42_690, "42,7 ko"), ("fr", 3_400_000_000_000, "3 400 Go")],
)  # fmt: skip
def test_sizes(language: str, size: int, expected: str) -> None:
    shown = Interface.of(language, CATALOGUES).size(size)
    assert re.sub(r"\s", " ", shown) == expected


def test_names_of_languages() -> None:
    interface = Interface.of("fr", CATALOGUES)
    assert interface.language_name("de") == "allemand"
    assert interface.language_name("not a tag") == "not a tag"
    assert [own_name(tag) for tag in ("fr", "es", "xx-nonsense!")] == ["Français", "Español", "xx-nonsense!"]
    assert [direction(tag) for tag in ("ar", "fr", '"><img src=x>')] == ["rtl", "ltr", "ltr"]
