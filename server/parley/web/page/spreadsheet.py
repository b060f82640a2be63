"""Answers as a table for spreadsheets: names beside IRIs, headings in words, and nothing that is run as a formula.

CSV has no types: Excel and LibreOffice take a cell that begins with a sign of formulas for one, and what it says may
send the reader's other cells elsewhere. Such a cell gets an apostrophe in front, which they show as text. So this is
not the data value for value: that is CSV as the W3C defines it, which stays as it is.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flask import Response

from parley.errors import BadRequest, ResultTooLarge
from parley.formats import RESULTS_CSV, SPREADSHEET
from parley.web.page import pages
from parley.web.view import columns
from parley.web.view.i18n import Interface

#: Bytes of an answer in JSON that become one table.
LONGEST: Final = 8 * 1024 * 1024
#: What begins a formula in some spreadsheet, signs of full width included, also behind blanks and line breaks.
_FORMULA: Final = re.compile(r"[\s\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n\0]")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
#: Excel reads UTF-8 only where a file begins so.
_MARK: Final = "\ufeff"


def guarded(text: str) -> str:
    """`text` as no spreadsheet takes it for a formula; numbers stay numbers.

    >>> guarded("=1+1"), guarded("-12.5"), guarded("Kelp"), guarded(" @SUM(A1)")
    ("'=1+1", '-12.5', 'Kelp', "' @SUM(A1)")
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def respond(name: str, body: bytes | None) -> Response:
    """The answer `body`, in SPARQL's JSON, as the file called `name`; refused if it is too long, or no table."""
    if body is None:
        raise ResultTooLarge(
            f"The answer is longer than {LONGEST} bytes.",
            cure=f"Take it as {RESULTS_CSV.label}, or a part of it, with limit and offset.",
        )
    result = json.loads(body)
    if "results" not in result:
        raise BadRequest("Yes or no is no table.", cure="Take the answer in another format.")
    return file(name, written(result["head"].get("vars", ()), result["results"]["bindings"]))


def file(name: str, text: str) -> Response:
    """A table as the file called `name`, to be kept and not shown in place."""
    response = Response(text.encode("utf-8"), content_type=SPREADSHEET.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{SPREADSHEET.extension}"'
    return response


def written(variables: Sequence[str], bindings: Sequence[Mapping[str, Any]]) -> str:
    """The table: for each variable a column, and one more for the IRIs where its values are things with a name."""
    namer, interface = pages.namer(), pages.interface()
    iris = {term["value"] for row in bindings for term in row.values() if term["type"] == "uri"}
    namer.learn(iris)
    names = {iri: label.text for iri in iris if (label := namer.label(iri)) is not None}
    things = {name for name in variables if any(_iri(row, name) in names for row in bindings)}
    head: list[str] = []
    for name, heading in zip(
        variables, columns.headings(variables, pages.memory().columns(), namer, interface), strict=True
    ):
        words = pages.capitalised(heading.text)
        head += [words, f"{words} (IRI)"] if name in things else [words]
    return _file([head, *(_cells(row, variables, things, names) for row in bindings)], interface)


def rewritten(text: str) -> str:
    """A table in CSV as it is made for spreadsheets: the same cells, guarded."""
    return _file(csv.reader(io.StringIO(text, newline="")), pages.interface())


def _file(rows: Iterable[Iterable[str]], interface: Interface) -> str:
    buffer = io.StringIO()
    # Where a comma parts the decimals, spreadsheets expect a semicolon between cells.
    writer = csv.writer(buffer, delimiter=";" if "," in interface.number(1.5) else ",", lineterminator="\r\n")
    writer.writerows(map(guarded, row) for row in rows)
    return _MARK + buffer.getvalue()


def _cells(
    row: Mapping[str, Any], variables: Iterable[str], things: set[str], names: Mapping[str, str]
) -> Iterable[str]:
    for name in variables:
        iri = _iri(row, name)
        if name in things:
            yield names.get(iri, "") if iri else _text(row, name)
            yield iri
        else:
            yield _text(row, name)


def _iri(row: Mapping[str, Any], name: str) -> str:
    return str(row[name]["value"]) if name in row and row[name]["type"] == "uri" else ""


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row[name]["value"] if name in row else ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
