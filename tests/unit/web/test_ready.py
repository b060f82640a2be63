"""A site that is opened is ready: nobody waits for what could be done before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.serving import Serving
from parley.settings import Settings
from parley.web.server import open_served


def test_all_templates_are_compiled(tiny: tuple[Publication, StateDirectory, Any], tmp_path: Path) -> None:
    release = tiny[1].current()
    assert release is not None
    served = open_served(Serving(release, tmp_path, Settings()))
    environment = served.app.jinja_env
    assert environment.cache is not None
    names = environment.list_templates()
    assert len(names) >= 25
    assert len(environment.cache) == len(names)
    served.site.close()
