"""Tables for spreadsheets: what begins like a formula is no formula there."""

from __future__ import annotations

import pytest

from parley.web.page.spreadsheet import guarded


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "=cmd|' /C calc'!A0", "+1+cmd|x", "-2+3", "@SUM(A1)", "\t=1", " =1", "\n=1", "\r=1", "\x00=1", "\tx",
        "＝1+1", "＋1", "－1+1", "＠x", "-", "+33 1 23", '=HYPERLINK("http://x","y")', "-1-1", "--1", "\u00a0=1",
    ],
)  # fmt: skip
def test_formulas_become_text(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "NATO", "-1", "+2.5", "-3e5", "1+1", "a=b", "http://x/=1", "'=1", "é", "1999-06"])
def test_numbers_and_all_else_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text
