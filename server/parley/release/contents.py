"""What a release says of its downloads: the list that is written with them."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

_LIST: Final = "dumps/dumps.json"


def contents(release: Path, files: Collection[str]) -> dict[str, dict[str, Any]]:
    """Name → scope (all, asserted, mappings, or the class of a table), rows, linksets.

    `files` are those of the manifest; empty if there is no such list among them.
    """
    if _LIST not in files:
        return {}
    rows = json.loads((release / _LIST).read_text(encoding="utf-8"))
    return {row["name"]: row for row in rows}
