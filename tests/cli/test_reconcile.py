"""`parley reconcile` on tables as people have them, on a folder and on a service."""

from __future__ import annotations

import codecs
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from parley.reconcile.table import read_table

GARDEN = "http://lichen.example/garden/"
ROWS = [
    ["1", "Findling", "x"],
    ["2", "Flechte, die gelbe", ""],
    ["3", "", ""],
    ["4", "qqqq", ""],
    ["5", "FINDLING", ""],
]
ADDED = ["iri", "label", "score", "status", "candidates"]


def written(delimiter: str, end: str, encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows([["nr", "Näme", "iri"], *ROWS])
    return out.getvalue().encode(encoding)


FORMS = {
    "plain": written(",", "\n", "utf-8"),
    "excel": written(";", "\r\n", "utf-8-sig"),
    "tabs": written("\t", "\n", "utf-8"),
    "bars": written("|", "\n", "utf-8"),
    "windows": written(";", "\r\n", "cp1252"),
    "utf-16": codecs.BOM_UTF16_LE + written("\t", "\r\n", "utf-16-le"),
}


@pytest.fixture
def state(tiny: Any) -> dict[str, str]:
    return {"PARLEY_STATE": str(tiny[1].root)}


TINY = Path(__file__).resolve().parents[1] / "fixtures" / "tiny"


@pytest.mark.parametrize("form", FORMS)
def test_any_table_gets_its_columns_and_keeps_its_own(parley: Any, tmp_path: Path, state: Any, form: str) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(FORMS[form])
    done = parley("reconcile", table, "--column", "Näme", "--publication", TINY, "--language", "de", **state)
    assert done.returncode == 0, done.stderr
    assert table.read_bytes() == FORMS[form]
    found = read_table(tmp_path / "table.reconciled.csv")
    assert found.header == ["nr", "Näme", "iri", "iri_2", "label", "score", "status", "candidates"]
    assert [row[:3] for row in found.rows] == ROWS
    assert [row[6] for row in found.rows] == ["matched", "ambiguous", "empty", "unmatched", "matched"]
    assert found.rows[0][3:6] == [GARDEN + "findling", "Findling", "100"] and found.rows[4][3:6] == found.rows[0][3:6]
    assert found.rows[1][3] == "" and "Gelbflechte" in found.rows[1][7]
    assert "5 rows: 2 matched" in done.stderr
    assert (found.marked, found.delimiter) == (form in ("excel", "utf-16"), read_table(table).delimiter)


def test_a_kind_and_a_property_narrow(parley: Any, tmp_path: Path, state: Any) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,stone\nFindling,\nBecherflechte,Findling\nBecherflechte,Mauer\n")
    options = ("--column", "name", "--publication", TINY, "--output", "-")
    grows = f"stone={GARDEN}ontology#growsOn"
    done = parley("reconcile", table, *options, "--type", "Exemplar", "--property", grows, **state)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["status"] for row in rows] == ["unmatched", "matched", "ambiguous"]
    assert rows[1]["iri"] == GARDEN + "becher" and rows[2]["candidates"].startswith(GARDEN + "becher")


def test_what_spreadsheets_leave_behind_is_no_fault(parley: Any, tmp_path: Path, state: Any) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes('nr;Näme\r\n1;FINDLING;;\r\n;;;\r\n\r\n2;"Find\nling"\r\n'.encode("cp1252"))
    done = parley("reconcile", table, "--column", "Näme", "--publication", TINY, "--output", "-", **state)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout), delimiter=";"))
    assert [(row["nr"], row["status"]) for row in rows] == [("1", "matched"), ("", "empty"), ("2", "matched")]


def test_a_service_answers_like_the_folder(parley: Any, tmp_path: Path, state: Any, tiny_site: str) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes(FORMS["plain"])
    options = ("--column", "Näme", "--output", "-")
    here = parley("reconcile", table, *options, "--publication", TINY, "--language", "de", **state)
    there = parley("reconcile", table, *options, "--service", f"{tiny_site}/de/reconcile")
    assert there.returncode == 0 and here.stdout == there.stdout


def test_the_table_itself_is_never_overwritten(parley: Any, tmp_path: Path, state: Any) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name\nFindling\n")
    (tmp_path / "link.csv").symlink_to(table)
    for output in (table, tmp_path / "link.csv"):
        done = parley(
            "reconcile", table, "--column", "name", "--publication", TINY, "--output", output, "--force", **state
        )
        assert (done.returncode, table.read_text()) == (2, "name\nFindling\n")
    other = tmp_path / "other.csv"
    other.write_text("mine")
    call = ("reconcile", table, "--column", "name", "--publication", TINY, "--output", other)
    assert parley(*call, **state).returncode == 2 and other.read_text() == "mine"
    done = parley(*call, "--force", "--json", **state)
    assert json.loads(done.stdout)["statuses"] == {"matched": 1} and "findling" in other.read_text()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize(
    ("content", "options", "status", "words"),
    [
        (b"", (), 1, "empty"),
        (b"a,b\n1,2,3\n", (), 1, "Row 2 has 3 cells"),
        (b'a,b\n"1,2\n', (), 1, "no CSV"),
        (b"b,c\n1,2\n", (), 2, "no column"),
        (b"a,a\n1,2\n", (), 2, "more than one column"),
        (b"a,b\n1,2\n", ("--type", "Nothing"), 2, "no class called"),
        (b"a,b\n1,2\n", ("--property", "b"), 2, "COLUMN=PROPERTY"),
        (b"a,b\n1,2\n", ("--property", "z=rdf:type"), 2, "no column"),
        (b"a,b\n1,2\n", ("--property", "b=rdf:tpye"), 2, "no property “rdf:tpye”"),
        (b"a,b\n1,2\n", ("--service", "ftp://x"), 2, "no web address"),
        (b"a,b\n1,2\n", ("--service", "http://127.0.0.1:9"), 1, "does not answer"),
    ],
)
def test_what_is_wrong_is_said(
    parley: Any, tmp_path: Path, state: Any, content: bytes, options: tuple[str, ...], status: int, words: str
) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes(content)
    done = parley("reconcile", table, "--column", "a", "--publication", TINY, *options, **state)
    assert done.returncode == status and words in done.stderr, done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["t.csv"]


def test_a_file_that_is_not_there(parley: Any) -> None:
    done = parley("reconcile", "nowhere.csv", "--column", "a", "--publication", TINY)
    assert done.returncode == 2 and "can't be read" in done.stderr
