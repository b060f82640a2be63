"""Tables as people have them: CSV or TSV of any delimiter and usual encoding, read whole, never written over."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from parley.errors import Misuse, SourceError

#: Delimiters tried, in this order where they fit equally well.
_DELIMITERS: Final = (",", ";", "\t", "|")
#: Rows looked at to find the delimiter.
_SAMPLE: Final = 50
#: Byte order marks and the encodings that they mean; the longer ones first.
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_LONGEST_CELL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """Header and rows of equal length, and how they were written: `marked` with a byte order mark, `end` of lines."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    end: str = "\n"
    marked: bool = False

    def column(self, name: str) -> int:
        """The number of the column called `name`. Raises Misuse, listing those there are, if there is none or two."""
        found = [number for number, title in enumerate(self.header) if title.strip() == name.strip()]
        if len(found) != 1:
            what = "no" if not found else "more than one"
            raise Misuse(f"There is {what} column “{name}”.", cure=f"There are: {', '.join(self.header)}.")
        return found[0]

    def with_columns(self, names: Sequence[str], cells: Sequence[Sequence[str]]) -> Table:
        """The table with further columns; a name that is taken gets a number."""
        taken, added = set(self.header), []
        for name in names:
            numbered = (f"{name}_{number}" for number in range(2, len(taken) + 3))
            added.append(next(title for title in (name, *numbered) if title not in taken))
            taken.add(added[-1])
        rows = [[*row, *more] for row, more in zip(self.rows, cells, strict=True)]
        return replace(self, header=[*self.header, *added], rows=rows)


def read_table(path: Path) -> Table:
    """The table in the file at `path`.

    Raises Misuse if it can't be opened, SourceError if it is empty, or a row is longer than the header (RFC 4180 §2).
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Misuse(f"{path} can't be read: {error.strerror}.", cure="Name a CSV or TSV file.") from None
    text, marked = _decoded(raw)
    delimiter = _delimiter(text, path)
    rows = _parsed(text, delimiter, path)
    if not rows:
        raise SourceError("The table is empty.", file=str(path), cure="Its first row must hold the names of columns.")
    header, *body = rows
    for number, row in enumerate(body, start=2):
        if any(row[len(header) :]):  # empty ones at the end are what spreadsheets leave behind
            raise SourceError(
                f"Row {number} has {len(row)} cells, the header {len(header)}.", file=str(path),
                cure="Quote cells that hold the delimiter.",
            )  # fmt: skip
    padded = [row[: len(header)] + [""] * (len(header) - len(row)) for row in body]
    return Table(header, padded, delimiter, "\r\n" if "\r\n" in text else "\n", marked)


def write_table(table: Table, path: Path, *, replacing: bool = False) -> None:
    """Write `table` in UTF-8 to `path`, whole or not at all. Raises Misuse if the file is there, unless `replacing`."""
    if path.exists() and not replacing:
        raise Misuse(f"{path} is there already.", cure="Name another file with --output, or give --force.")
    body = as_bytes(table)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
            draft.chmod(0o644)
            draft.replace(path)
        except BaseException:
            draft.unlink()
            raise
    except OSError as error:
        raise Misuse(f"{path} can't be written: {error.strerror}.", cure="Name another file with --output.") from None


def as_bytes(table: Table) -> bytes:
    """The table as it was written, in UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=table.delimiter, lineterminator=table.end).writerows([table.header, *table.rows])
    return out.getvalue().encode("utf-8-sig" if table.marked else "utf-8")


def _decoded(raw: bytes) -> tuple[str, bool]:
    """The text, and whether it began with a mark. Without one it is UTF-8, else what Windows writes in the West."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace"), True
    try:
        return raw.decode("utf-8"), False
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), False


def _delimiter(text: str, path: Path) -> str:
    """The delimiter that cuts the first rows into most cells, as many in each; tab for a .tsv that has one column."""
    usual = "\t" if path.suffix.lower() in (".tsv", ".tab") else ","
    best, chosen = (0.0, 1), usual
    for delimiter in dict.fromkeys((usual, *_DELIMITERS)):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        widths = []
        try:
            for row in reader:
                widths += [len(row)] if row else []
                if len(widths) == _SAMPLE:
                    break
        except csv.Error:
            continue
        if widths and widths[0] > 1:
            score = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
            best, chosen = max((best, chosen), (score, delimiter), key=lambda row: row[0])
    return chosen


def _parsed(text: str, delimiter: str, path: Path) -> list[list[str]]:
    before = csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [row for row in reader if row]
    except csv.Error as error:
        raise SourceError(
            f"The table is no CSV: {error}.", file=str(path), line=reader.line_num, cure="Close every quoted cell."
        ) from None
    finally:
        csv.field_size_limit(before)
