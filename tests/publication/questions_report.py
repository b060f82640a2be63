"""What the saved queries answer, and whether the page says so: `python tests/publication/questions_report.py [NAME…]`

Builds the publication if that is due, puts each question to its release, and prints the rows; what differs from the
expected rows is marked. With names of saved queries, those only. Exit status 1 if an answer differs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from test_questions import QUESTIONS, answers, query_text

from parley.pipeline.build import build
from parley.publication import load
from parley.release.directory import StateDirectory

ROOT = Path(__file__).resolve().parents[2]


def main(names: list[str]) -> int:
    """Print every question with its rows; the exit status."""
    publication = load(ROOT, {})
    store = ox.Store.read_only(str(build(publication, StateDirectory.locate(publication)).path / "store"))
    asked = [question for question in QUESTIONS if not names or question["id"] in names]
    wrong = [question["id"] for question in asked if not _told(store, question)]
    print(f"{len(asked)} questions, {len(asked) - len(wrong)} answered as expected", *wrong, sep="\n  ")
    return 1 if wrong or not asked else 0


def _told(store: ox.Store, question: dict[str, Any]) -> bool:
    """Print one question, its rows, and the difference from those expected; whether there is none."""
    expected = {tuple(row) for row in question["rows"]}
    found = answers(store, query_text(question), question.get("columns", [""]))
    print(f"\n{question['en']}\n{question['fr']}")
    for row in found:
        print("  " if row in expected else "! ", " | ".join(row))
    for row in sorted(expected - set(found)):
        print("- ", " | ".join(row))
    if not found:
        print("   no row")
    return set(found) == expected


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
