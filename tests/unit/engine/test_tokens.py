"""The form of a query is what its tokens say, found without them."""

from __future__ import annotations

import random
import time

import pytest

from parley.engine.tokens import PROLOGUE, form_of, tokens

#: What texts are made of here: legal, nearly legal, and what looks like a keyword within something else.
PIECES = (
    *("SELECT", "ask", "PREFIX ex: <urn:ex>", "prefix", "BASE <urn:>", "base-", "VERSION '1.2'", "PREFIX.", "PREFIXa"),
    *("PREFIX:", "PREFIX-:", "ex:a.b", ":", "a", "a\\:", "\\:", "1", "1:", "1.5e3", "%", "-", ".", "-:", "é", "_:b"),
    *("'s'", '"', "'", '"""', "'''", "<urn:a>", "<", "<<", "<?s?p>", "?x", "*", "{", "# c SELECT\n", "#", "^^", "@en"),
    *("\\u0041", "\\n", "\\"),
)


def by_tokens(text: str) -> str:
    for token in tokens(text):
        if token.kind == "keyword":
            if (word := token.text.upper()) not in PROLOGUE:
                return word
        elif token.kind not in ("name", "iri", "string"):
            return ""
    return ""


def test_the_form_is_the_first_keyword_after_the_prologue() -> None:
    assert form_of("# SELECT\nPREFIX a.b: <urn:select> BASE <urn:> prefix : <ASK>\n describe*{}") == "DESCRIBE"
    assert form_of("PREFIX a: <urn:a> { SELECT") == form_of("") == form_of("\\u0041SK {}") == ""


def test_it_is_what_the_tokens_say_whatever_the_text() -> None:
    made = random.Random(4)
    for _ in range(20_000):
        glue = made.choice(("", " "))
        text = glue.join(made.choices(PIECES, k=made.randrange(1, 8)))
        assert form_of(text) == by_tokens(text), text


@pytest.mark.parametrize("piece", PIECES)
def test_it_is_found_in_no_time(piece: str) -> None:
    for text in (piece * (60_000 // len(piece)), f"{piece} " * (60_000 // len(piece))):
        began = time.perf_counter()
        form_of(text)
        assert time.perf_counter() - began < 0.1
