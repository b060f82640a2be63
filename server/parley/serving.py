"""What the supervisor leaves word of in its run directory: what is to be served, and the site's state.

Each is a file that is replaced atomically. The web workers look at them; the supervisor knows nothing of the web.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from parley.errors import ReleaseError
from parley.settings import Settings

_STATE_FILE: Final = "state.json"


@dataclass(frozen=True, slots=True)
class Serving:
    """The content of `serving.json`: the release to serve, its engine's directory, the settings in force.

    `run` is the directory in which the file is, where the supervisor leaves word of the site's state.
    """

    release: Path
    engine: Path
    settings: Settings
    run: Path | None = None

    @classmethod
    def read(cls, path: Path) -> Serving:
        """Raises ReleaseError if the file is missing or not what the supervisor writes."""
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            return cls(Path(value["release"]), Path(value["engine"]), Settings(**value["settings"]), path.parent)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ReleaseError(f"{path} can't be read: {error}.", cure="Start the site with `parley serve`.") from error

    def write(self, path: Path) -> None:
        """Replace `path` atomically."""
        value: dict[str, Any] = {
            "release": str(self.release),
            "engine": str(self.engine),
            "settings": self.settings.as_dict(),
        }
        _replace(path, value)


def tell_state(run: Path, facts: Mapping[str, object]) -> None:
    """Leave word of the site's state in the directory `run`."""
    _replace(run / _STATE_FILE, facts)


def told_state(run: Path | None) -> Mapping[str, Any]:
    """What was said last; nothing where nothing was, or there is no such directory."""
    try:
        found = json.loads((run / _STATE_FILE).read_bytes()) if run else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _replace(path: Path, value: Mapping[str, object]) -> None:
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(value), encoding="utf-8")
    draft.replace(path)
