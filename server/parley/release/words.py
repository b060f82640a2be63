"""Pure functions on words: which label to show, what to ask the full-text index for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

# What the tokenizer "unicode61" takes for a word: letters and digits of any script.
_WORD: Final = re.compile(r"[^\W_]+")
#: Letters that carry their mark inside, so that no decomposition takes it off.
_LETTERS: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
#: A space that is not between two digits.
_SPACE: Final = re.compile(r"(?<!\d) | (?!\d)")
#: What stands between two names of one thing, and brackets around the second.
_BETWEEN: Final = re.compile(r"\s[-–—/|]\s|;\s")
_BRACKETS: Final = {")": "(", "]": "["}
# What French and Italian elide before a vowel: l'eau, d'eau, qu'il, dell'acqua.
_ELISION: Final = re.compile(r"\b(?:[cdjlmnst]|qu|dell|nell|all|dall|sull|un)['\u2019\u02bc](?=\w)")
_BRITISH: Final = re.compile(r"isation(?=s?\b)")
#: Articles that one list has before a name and another leaves out.
_ARTICLES: Final = frozenset(("the", "a", "an", "le", "la", "les", "un", "une", "der", "die", "das")) | frozenset(
    ("ein", "eine", "el", "los", "las", "il", "lo", "gli")
)


def choose_label(labels: Mapping[str, str], language: str | None, default: str | None = None) -> tuple[str, str] | None:
    """The label to show a reader of `language`, with its language tag; None if there is no label.

    In this order: that very language, its base (`fr` for `fr-ca`) or another variant of it, a label without a
    language, the `default` language likewise, any.

    >>> choose_label({"en": "Sea", "fr": "Mer"}, "fr-CA")
    ('Mer', 'fr')
    """
    for wanted in (language, None, default):
        if wanted is None:
            if "" in labels:
                return labels[""], ""
        elif (tag := _nearest(labels, wanted.lower())) is not None:
            return labels[tag], tag
    return next(((text, tag) for tag, text in labels.items()), None)


def _nearest(labels: Mapping[str, str], language: str) -> str | None:
    if language in labels:
        return language
    base = language.partition("-")[0]
    return base if base in labels else next((tag for tag in labels if tag.partition("-")[0] == base), None)


def pick_label(
    iri: str, labels: Mapping[str, str], language: str | None, default: str | None = None
) -> tuple[str, str]:
    """As `choose_label`, and the last part of the IRI where there is no label.

    >>> pick_label("http://example.org/l%C3%A0", {}, "fr")
    ('là', '')
    """
    return choose_label(labels, language, default) or (unquote(re.split(r"[/#]", iri.rstrip("/#"))[-1]), "")


def fold(text: str) -> str:
    """`text` as a key under which spellings of one name meet: without case, accents, punctuation, leading articles.

    British -isation and American -ization are one. Canonically equivalent texts have equal keys; "" if there is no
    letter or digit.

    >>> fold("L\u2019École « Saint-Éloi »") == fold("école saint eloi")
    True
    >>> fold("The Sea"), fold("A"), fold("S/RES/1244 (1999)")
    ('sea', 'a', 's res 1244 1999')
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)
    words = _WORD.findall(_BRITISH.sub("ization", _ELISION.sub("", plain)))
    return " ".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)


@lru_cache(maxsize=20_000)
def compact(key: str) -> str:
    """A folded text without its spaces, which writers set as they please; those between two numbers stay.

    >>> compact(fold("Cyber-Security")), compact(fold("N.A.T.O.")), compact("1 244 of 1999")
    ('cybersecurity', 'nato', '1 244of1999')
    """
    return _SPACE.sub("", key)


def compound(text: str) -> tuple[str, str] | None:
    """The two parts of a text that gives a name twice: before and in brackets, or around a dash or stroke.

    >>> compound("United Stones (USE)"), compound("USE – United Stones"), compound("Stone-cutters")
    (('United Stones', 'USE'), ('USE', 'United Stones'), None)
    """
    text = text.strip()
    if opening := _BRACKETS.get(text[-1:]):
        main, found, side = text[:-1].rpartition(opening)
        parts = [main, side] if found else []
    else:
        parts = _BETWEEN.split(text, maxsplit=1)
    return (parts[0].strip(), parts[1].strip()) if len(parts) == 2 and all(map(fold, parts)) else None


def match_expression(text: str) -> str:
    """The FTS5 query for all words of `text`, the last one as a prefix if it has two letters; "" if there is no word.

    Every word is quoted, so nothing in `text` is taken for an operator.

    >>> match_expression('sea OR "gre')
    '"sea" "OR" "gre"*'
    """
    return " ".join(word_expressions(text))


def word_expressions(text: str) -> list[str]:
    """The FTS5 query for each word of `text`, as `match_expression` joins them.

    >>> word_expressions("deep sea")
    ['"deep"', '"sea"*']
    """
    words = _WORD.findall(text)[:16]
    if not words:
        return []
    last = f'"{words[-1]}"' + ("*" if len(words[-1]) > 1 and not text[-1:].isspace() else "")
    return [*(f'"{word}"' for word in words[:-1]), last]
