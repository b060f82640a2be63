"""The one table of the publisher's own settings: where it listens, what it keeps, every limit.

A value comes from the first of: the command line, the environment (`PARLEY_<NAME>`), the tables `[server]` and
`[limits]` of `publication.toml`, the default below. An unknown key is an error, so is a value out of range.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from parley.errors import SettingError

MIB = 1024 * 1024


def _setting(default: Any, help_text: str, *, table: str, **bounds: Any) -> Any:
    """A field with what is known about it; `bounds` are `minimum` and `maximum` of a number, `choices` of a text.

    With `or_url` a text may be a URL beside its choices.
    """
    meta = {"help": help_text, "table": table, "minimum": 0, "maximum": 2**53, "choices": (), "or_url": False, **bounds}
    return field(default=default, metadata=meta)


def _server(default: Any, help_text: str, **bounds: Any) -> Any:
    return _setting(default, help_text, table="server", **bounds)


def _limit(default: Any, help_text: str, **bounds: Any) -> Any:
    return _setting(default, help_text, table="limits", **bounds)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, typed; `table()` lists them for the docs and for `parley settings`."""

    host: str = _server("127.0.0.1", "Address the server listens on.")
    port: int = _server(8000, "Port the server listens on; 0 takes a free one.", maximum=65535)
    workers: int = _server(1, "Web worker processes.", minimum=1, maximum=256)
    prefix: str = _server("", "Path under which a proxy mounts the site, such as /data; empty for the root.")
    public_url: str = _server(
        "", "Address under which users see the site, for sitemaps and the like; empty: the publication's base."
    )
    security_contact: str = _server("", "mailto: or https: address for security.txt; empty: the data set's contact.")
    accessibility_contact: str = _server(
        "", "mailto: or https: address for the accessibility statement; empty: the data set's contact."
    )
    engine: str = _server(
        "disk",
        "Where queries are answered: disk, our own engine over the release's store; memory, the same over a copy that "
        "is read at the start, of half a gigabyte for a million triples; or the URL of another SPARQL endpoint.",
        choices=("disk", "memory"),
        or_url=True,
    )
    services: str = _server(
        "", "SPARQL endpoints that SERVICE in a query may name: their URLs, with blanks between; empty: none."
    )
    service_networks: str = _server(
        "", "Private networks, such as 10.0.0.0/8, to which the host names in `services` may lead; empty: none."
    )
    state: str = _server("", "Directory of releases; empty: .parley in the publication, else the user's state folder.")
    signing_key: str = _server(
        "", "SSH key that `parley sign` signs with, or a public key whose private part an agent holds; empty: none."
    )
    keep: int = _server(5, "Releases that `parley gc` keeps.", minimum=1)
    verify_at_start: int = _server(
        256 * MIB, "Bytes of a release that are hashed before it is served; above, in the background."
    )
    log_level: str = _server("info", "debug, info, warning or error.", choices=("debug", "info", "warning", "error"))
    log_format: str = _server("text", "text or json: one object a line.", choices=("text", "json"))
    access_log: str = _server("off", "on: a line for every request, without address and query.", choices=("off", "on"))
    metrics: str = _server("", "Private address for Prometheus, such as 127.0.0.1:9464; empty: none.")
    drain_notice: float = _server(
        0.5, "Time that /readyz says 503 before no more connections are taken, after SIGTERM, in seconds.", maximum=600
    )
    drain_seconds: float = _server(
        30.0, "Time that requests in flight get to end after SIGTERM, in seconds.", maximum=3600
    )
    disk_floor: int = _server(64 * MIB, "Free bytes in the directory of releases below which /readyz says 503.")

    executors: int = _limit(2, "Query processes that wait for work.", minimum=1, maximum=256)
    slow_queries: int = _limit(2, "Queries that may run longer than `quick_milliseconds` at once.", maximum=256)
    quick_milliseconds: int = _limit(250, "Time after which a query counts as slow, in ms.", minimum=1)
    query_seconds: float = _limit(10.0, "Wall time of a query, in seconds.", minimum=0.05)
    query_memory: int = _limit(1024 * MIB, "Memory of a query beyond the store's, in bytes.", minimum=64 * MIB)
    query_length: int = _limit(65536, "Length of a query, in bytes.", minimum=1)
    query_depth: int = _limit(100, "Nesting depth of a query.", minimum=1)
    query_joins: int = _limit(
        128, "Parts of one group of a query: triple patterns, path steps, list members.", minimum=1
    )
    query_operators: int = _limit(2000, "Operators of a query: UNION, |, ||, &&, !, arithmetic.", minimum=1)
    result_bytes: int = _limit(1024 * MIB, "Size of a result, in bytes.", minimum=1)
    describe_triples: int = _limit(100_000, "Triples that one DESCRIBE query may answer with.", minimum=1)
    queue_seconds: float = _limit(5.0, "Time a query waits for a free executor, in seconds.")
    queue_length: int = _limit(64, "Queries that wait for a free executor at once.")
    spool_bytes: int = _limit(4 * MIB, "Result bytes held for a reader slower than its query, in bytes.", minimum=65536)
    queries_per_executor: int = _limit(5000, "Queries after which an executor is replaced at the latest.", minimum=1)
    service_seconds: float = _limit(
        5.0, "Time another endpoint has to answer one request of SERVICE, in seconds.", minimum=0.05
    )
    service_bytes: int = _limit(16 * MIB, "Size of its answer, in bytes.", minimum=1)
    service_rows: int = _limit(10_000, "Solutions that one SERVICE may bring.", minimum=1)
    service_requests: int = _limit(10, "Requests to other endpoints that one query may cause.", minimum=1)
    request_line: int = _limit(16384, "Length of a request's path and query string, in bytes.", minimum=256)
    request_body: int = _limit(5 * MIB, "Size of a request's body, in bytes.", minimum=1)
    incoming_page: int = _limit(100, "Incoming links shown on one page.", minimum=1)
    page_terms: int = _limit(
        500, "Hash IRIs that the page of their document tells in full; of more, each has a page of its own.", minimum=1
    )

    api_rows: int = _limit(10_000, "Rows of a saved query that `limit` may ask for at once.", minimum=1)
    reconcile_queries: int = _limit(
        100, "Queries in one reconciliation batch, things in one data extension.", minimum=1
    )
    reconcile_characters: int = _limit(1000, "Length of a value in a reconciliation query, in characters.", minimum=1)
    reconcile_seconds: float = _limit(5.0, "Time for a reconciliation batch, in seconds.", minimum=0.05)
    reconcile_batches: int = _limit(4, "Reconciliation batches that a worker answers at once.", minimum=1, maximum=256)

    validations: int = _limit(1, "Validations of sent data at once, in each worker.", minimum=1, maximum=64)
    validation_seconds: float = _limit(20.0, "Time for the validation of sent data, in seconds.", minimum=0.5)
    validation_memory: int = _limit(512 * MIB, "Memory for the validation of sent data, in bytes.", minimum=64 * MIB)
    validation_bytes: int = _limit(20 * MIB, "Size of sent data after decompression, in bytes.", minimum=1)
    validation_report: int = _limit(16 * MIB, "Size of a validation report, in bytes.", minimum=1024)

    add_bytes: int = _limit(256 * MIB, "Size of what `parley add` unpacks, and of one file of it, in bytes.", minimum=1)
    add_memory: int = _limit(4096 * MIB, "Memory for reading what `parley add` adds, in bytes.", minimum=64 * MIB)
    add_seconds: float = _limit(600.0, "Time for reading what `parley add` adds, in seconds.", minimum=0.5)
    add_files: int = _limit(10_000, "Files in an archive that `parley add` unpacks.", minimum=1)

    infer_triples: int = _limit(25_000, "Triples above which OWL RL closure is refused.")
    report_seconds: float = _limit(
        30.0, "Time that a build spends on shapes whose violations it but reports, in seconds.", minimum=0.1
    )
    xml_expansion: int = _limit(16 * MIB, "Characters that the entities of one XML file may expand to.")
    file_bytes: int = _limit(4096 * MIB, "Size of one source file after decompression, in bytes.", minimum=1)
    canonical_seconds: float = _limit(60.0, "Time for the canonical labels of blank nodes, in seconds.", minimum=0.1)

    @classmethod
    def load(
        cls, tables: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str], **overrides: Any
    ) -> Settings:
        """Settings from the tables of `publication.toml`, the environment and the command line, in rising order.

        Raises SettingError for an unknown key, a wrong type or a value out of range.
        """
        values: dict[str, Any] = {}
        known = {f.name: f for f in fields(cls)}
        for table, entries in tables.items():
            for key, value in entries.items():
                if key not in known or known[key].metadata["table"] != table:
                    names = ", ".join(f.name for f in fields(cls) if f.metadata["table"] == table)
                    raise SettingError(f"[{table}] has no setting “{key}”.", cure=f"It has: {names}.")
                values[key] = _checked(known[key], value, f"[{table}] {key}")
        for name, entry in known.items():
            text = environment.get(f"PARLEY_{name.upper()}")
            if text is not None:
                values[name] = _checked(entry, _parsed(entry, text), f"PARLEY_{name.upper()}")
        for name, value in overrides.items():
            if value is not None:
                values[name] = _checked(known[name], value, f"--{name.replace('_', '-')}")
        return cls(**values)

    @classmethod
    def table(cls) -> list[tuple[str, str, Any, str]]:
        """Rows of (table, name, default, help), in the order of declaration."""
        return [(f.metadata["table"], f.name, f.default, f.metadata["help"]) for f in fields(cls)]

    @property
    def endpoint(self) -> str:
        """The URL of the endpoint that answers queries in our stead; "" where our own engine does."""
        return "" if self.engine in ("disk", "memory") else self.engine

    def as_dict(self) -> dict[str, Any]:
        """Name → value, for JSON."""
        return dataclasses.asdict(self)


def _parsed(entry: dataclasses.Field[Any], text: str) -> Any:
    kind: type[Any] = type(entry.default)
    try:
        return kind(text)
    except ValueError:
        raise SettingError(
            f"PARLEY_{entry.name.upper()} is “{text}”, which is no {kind.__name__}.",
            cure="Correct or unset it.",
        ) from None


def _checked(entry: dataclasses.Field[Any], value: Any, where: str) -> Any:
    kind = type(entry.default)
    if kind is float and type(value) is int:
        value = float(value)
    if isinstance(value, Path):
        value = str(value)
    if type(value) is not kind:
        raise SettingError(f"{where} is {value!r}, but must be of type {kind.__name__}.", cure="Correct it.")
    low, high = entry.metadata["minimum"], entry.metadata["maximum"]
    if kind is not str and not low <= value <= high:
        raise SettingError(f"{where} is {value}, but must lie between {low:g} and {high:g}.", cure="Correct it.")
    choices = entry.metadata["choices"]
    is_url = entry.metadata["or_url"] and str(value).startswith(("http://", "https://"))
    if choices and value not in choices and not is_url:
        listed = ", ".join(choices) + (", or a URL" if entry.metadata["or_url"] else "")
        raise SettingError(f"{where} is “{value}”, but must be one of {listed}.", cure="Correct it.")
    return value
