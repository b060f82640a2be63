"""Tables as RDF: CSV by its metadata (CSV on the Web, minimal mode), SSSOM mappings.

CSVW: https://www.w3.org/TR/csv2rdf/#minimal-mode · SSSOM: https://mapping-commons.github.io/sssom/
"""

from __future__ import annotations

import csv
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from parley.errors import SourceError
from parley.parameters import expanded
from parley.vocab import PREFIXES, XSD

Subject = ox.NamedNode | ox.BlankNode
METADATA: Final = "-metadata.json"
SSSOM: Final = ".sssom.tsv"
_REMOTE: Final = ("url", "tableSchema", "@id", "dialect")
_INSTALL: Final = "Install it: pip install 'parley[tables]'."


def load_library(file: str) -> None:
    """Import what reads tables, which looks at the system's time zone as it is imported. Raises SourceError."""
    try:
        import csvw  # noqa: F401  # for what importing it does
    except ImportError:
        raise SourceError("Tables need the library csvw.", file=file, cure=_INSTALL) from None


def csvw(metadata: Path, prefixes: Mapping[str, str], most_bytes: int) -> Iterator[ox.Triple]:
    """The triples of the tables that `metadata` describes, which lie beside it.

    Raises SourceError for what the metadata or a cell has wrong, and for anything that would have to be fetched.
    """
    load_library(metadata.name)
    from csvw import Table, TableGroup

    many = _refuse_remote(metadata)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found: Any = TableGroup.from_file(metadata) if many else Table.from_file(metadata)
            for table in found.tables if many else [found]:
                _check_size(metadata.with_name(str(table.url)), most_bytes)
                for number, row in enumerate(table.iterdicts(strict=True), start=1):
                    yield from _row(table, row, number, metadata.name, dict(PREFIXES) | dict(prefixes))
        except (ValueError, TypeError, KeyError, OSError, AttributeError, UnicodeError, Warning) as error:
            raise SourceError(
                f"The table does not fit its metadata: {error}.",
                file=metadata.name,
                cure="Correct one of them.",
            ) from None


def _check_size(table: Path, most: int) -> None:
    if table.stat().st_size > most:
        raise SourceError(
            f"The table holds more than {most:,} bytes.", file=table.name, cure="Raise add_bytes under [limits]."
        )


def _refuse_remote(metadata: Path) -> bool:
    """Whether the metadata describe several tables.

    Nothing is fetched: tables, schemas and dialects lie beside the metadata. Raises SourceError for what does not.
    """
    try:
        found = json.loads(metadata.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"The metadata is no JSON: {error}.", file=metadata.name, cure="Correct it.") from None
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            for key, inner in value.items():
                if key in _REMOTE and isinstance(inner, str) and _leaves(inner):
                    raise SourceError(
                        f"The metadata names {inner[:200]}, which would have to be fetched.", file=metadata.name,
                        cure="Put the file beside it and name it.",
                    )  # fmt: skip
                waiting.append(inner)
    return isinstance(found, dict) and "tables" in found


def _leaves(reference: str) -> bool:
    return "://" in reference or reference.startswith(("/", "\\")) or ".." in Path(reference).parts


def _row(
    table: Any, row: Mapping[str, Any], number: int, file: str, prefixes: Mapping[str, str]
) -> Iterator[ox.Triple]:
    blank = ox.BlankNode(f"row{number}")
    cells = {
        **{key: value for key, value in row.items() if value is not None},
        "_row": number,
        "_sourceRow": number + 1,
    }
    for column in table.tableSchema.columns:
        if column.suppressOutput:
            continue
        subject = _expanded(column.inherit("aboutUrl"), cells, prefixes) or blank
        stated = _expanded(column.inherit("propertyUrl"), {**cells, "_name": column.header}, prefixes)
        if stated is None:
            raise SourceError(
                f"The column “{column.header}” has no propertyUrl.", file=file, cure="Give it one, or suppressOutput."
            )
        template = column.inherit("valueUrl")
        values = row.get(column.header) if not column.virtual else column.inherit("default")
        for value in values if isinstance(values, list) else [values]:
            if template is not None and (column.virtual or value is not None):
                node = _expanded(template, {**cells, column.header: value}, prefixes)
                if node is not None:
                    yield ox.Triple(subject, stated, node)
            elif value is not None and value != "":
                yield ox.Triple(subject, stated, _literal(column, value))


def _expanded(template: Any, cells: Mapping[str, Any], prefixes: Mapping[str, str]) -> ox.NamedNode | None:
    if template is None:
        return None
    text = template.expand(**{key: str(value) for key, value in cells.items()})
    return ox.NamedNode(expanded(text, prefixes))


def _literal(column: Any, value: Any) -> ox.Literal:
    datatype, language = column.inherit("datatype"), column.inherit("lang")
    base = datatype.base if datatype is not None else "string"
    if base == "string" and language and language != "und":
        return ox.Literal(str(value), language=language)
    lexical = datatype.formatted(value) if datatype is not None and base != "string" else str(value)
    return ox.Literal(lexical, datatype=ox.NamedNode(XSD + base))


#: Columns whose values the mapping triple itself holds; the others are evidence that stays in the table.
_NEEDED: Final = ("subject_id", "predicate_id", "object_id")
_ENTRY: Final = re.compile(r"#\s+([A-Za-z][\w.-]*)\s*:\s*[\"']?(\S+?)[\"']?\s*")
_LABELS: Final = {"subject_label": "subject_id", "object_label": "object_id"}
LABEL: Final = ox.NamedNode(PREFIXES["rdfs"] + "label")
_NO_PREFIX: Final = ("http", "https", "urn", "doi", "info", "tag", "mailto", "ftp", "ark")


def sssom(path: Path, prefixes: Mapping[str, str]) -> Iterator[ox.Triple]:
    """The mappings of an SSSOM table as triples: `subject_id predicate_id object_id`; labels of what is mapped.

    Identifiers are IRIs, or CURIEs of the table's `curie_map` or of `prefixes`. Negated mappings are left out.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise SourceError("The table is not UTF-8.", file=path.name, cure="Save it as UTF-8.") from None
    size = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    known = {**PREFIXES, **prefixes, **_curie_map(lines[:size])}
    rows = csv.DictReader(lines[size:], delimiter="\t", quoting=csv.QUOTE_MINIMAL)
    if missing := [name for name in _NEEDED if name not in (rows.fieldnames or ())]:
        raise SourceError(
            f"The table has no column {missing[0]}.",
            file=path.name,
            line=size + 1,
            cure="Name it as SSSOM does.",
        )
    for number, row in enumerate(rows, start=size + 2):
        if (row.get("predicate_modifier") or "").strip().lower() == "not":
            continue
        try:
            ends = {name: _identified((row[name] or "").strip(), known) for name in _NEEDED}
        except ValueError as error:
            raise SourceError(
                f"An identifier is no IRI: {error}.", file=path.name, line=number,
                cure="Correct it, or declare its prefix in the curie_map of the table's head.",
            ) from None  # fmt: skip
        yield ox.Triple(*(ends[name] for name in _NEEDED))
        for column, end in _LABELS.items():
            if label := (row.get(column) or "").strip():
                yield ox.Triple(ends[end], LABEL, ox.Literal(label))


def _identified(text: str, known: Mapping[str, str]) -> ox.NamedNode:
    """The IRI that `text` is, in full or with one of the `known` prefixes. Raises ValueError."""
    prefix, _, _ = text.partition(":")
    if not text.startswith("<") and prefix not in known and prefix.lower() not in _NO_PREFIX:
        raise ValueError(f"“{text[:80]}” has an unknown prefix")
    return ox.NamedNode(expanded(text, known))


def _curie_map(header: list[str]) -> dict[str, str]:
    """The prefixes of the `curie_map` in the commented header, a list in YAML."""
    found, inside = {}, False
    for line in header:
        if re.fullmatch(r"#\s?\w+\s*:.*", line) and not line.startswith(("#  ", "#\t")):
            inside = line.removeprefix("#").strip().startswith("curie_map")
        elif inside and (entry := _ENTRY.fullmatch(line)):
            found[entry[1]] = entry[2]
    return found
