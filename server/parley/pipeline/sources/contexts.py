"""Remote contexts of JSON-LD: replaced by local copies, never fetched.

A context named by its address is looked up in the publication's own folder `contexts/`, then among the copies that
come with Parley (`pipeline/contexts/`). In either, `index.json` maps addresses to files of the same folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from parley.errors import SourceError
from parley.pipeline.sources.discover import CONTEXTS

_INDEX = "index.json"
_KEY = re.compile(r'(?<!\\)"@context"\s*:\s*')
_MAX_DEPTH = 16  # of contexts that name contexts


class Contexts:
    """The local copies that one publication can use.

    `root` is the publication's folder. Raises SourceError if its `contexts/index.json` is wrong.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files = {**_index(_bundled(), "Parley"), **_index(root / CONTEXTS, CONTEXTS)}

    def inlined(self, text: str, file: str) -> str:
        """The JSON of `file` with every remote context replaced; its lines stay in place.

        Raises SourceError, with the line, for a context without a local copy.
        """
        decoder, pieces, end = json.JSONDecoder(), [], 0
        for match in _KEY.finditer(text):
            if match.start() < end:
                continue
            try:
                value, stop = decoder.raw_decode(text, match.end())
            except (ValueError, RecursionError):
                break  # the parser names the place better
            if _names_remote(value):
                line = text.count("\n", 0, match.start()) + 1
                local = json.dumps(self._resolved(value, file, line, 0), ensure_ascii=False)
                pieces += [text[end : match.end()], local, "\n" * text.count("\n", match.end(), stop)]
                end = stop
        return "".join(pieces) + text[end:]

    def _resolved(self, value: Any, file: str, line: int, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise SourceError("The contexts name each other in a circle.", file=file, line=line, cure="Break it.")
        if isinstance(value, str):
            return self._resolved(self._copy(value, file, line), file, line, depth + 1)
        if isinstance(value, list):
            parts = (self._resolved(part, file, line, depth + 1) for part in value)
            return [item for part in parts for item in (part if isinstance(part, list) else [part])]
        if not isinstance(value, dict):
            return value
        own = {key: self._term(entry, file, line, depth) for key, entry in value.items() if key != "@import"}
        if imported := value.get("@import"):
            base = self._resolved(imported, file, line, depth + 1)
            return {**base, **own} if isinstance(base, dict) else [*base, own]
        return own

    def _term(self, entry: Any, file: str, line: int, depth: int) -> Any:
        """A term's definition, whose own (scoped) context may be remote too (JSON-LD 1.1 §4.1.8)."""
        if isinstance(entry, dict) and "@context" in entry:
            return {**entry, "@context": self._resolved(entry["@context"], file, line, depth + 1)}
        return entry

    def _copy(self, address: str, file: str, line: int) -> Any:
        path = self._files.get(_normal(address))
        if path is None:
            raise SourceError(
                f"The context {address} is remote, and there is no local copy of it.", file=file, line=line,
                cure=f"Save it in {CONTEXTS}/ and name it in {CONTEXTS}/{_INDEX}: "
                f'{{"{address}": "FILE"}}; or write the context into the file.',
            )  # fmt: skip
        try:
            return json.loads(path.read_text(encoding="utf-8"))["@context"]
        except (OSError, ValueError, KeyError, TypeError):
            name = f"{CONTEXTS}/{path.name}"
            raise SourceError("The file has no readable @context.", file=name, cure="Correct it.") from None


def _names_remote(value: Any) -> bool:
    """Whether a context is, or holds anywhere, the address of another."""
    if isinstance(value, str):
        return True
    if isinstance(value, list):
        return any(_names_remote(part) for part in value)
    if not isinstance(value, dict):
        return False
    scoped = (entry["@context"] for entry in value.values() if isinstance(entry, dict) and "@context" in entry)
    return "@import" in value or any(_names_remote(context) for context in scoped)


def _normal(address: str) -> str:
    """Addresses that differ only in http or https, or in a final slash, name one context."""
    return re.sub(r"^https:", "http:", address).rstrip("/")


def _bundled() -> Traversable:
    return files("parley.pipeline") / "contexts"


def _index(folder: Traversable | Path, name: str) -> dict[str, Traversable | Path]:
    index = folder / _INDEX
    if not index.is_file():
        return {}
    try:
        table = json.loads(index.read_text(encoding="utf-8"))
        if not isinstance(table, Mapping):
            raise TypeError
        return {_normal(address): folder / file for address, file in table.items()}
    except (ValueError, TypeError):
        raise SourceError(
            "The file is no table of addresses and file names.", file=f"{name}/{_INDEX}",
            cure='Write {"https://…": "FILE", …}.',
        ) from None  # fmt: skip
