"""The accessibility statement of any publication: whom it names, and that it says so if nobody is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.serving import Serving
from parley.settings import Settings
from parley.web.app import create_app
from parley.web.site import Site


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("mailto:help@example.org", '<a href="mailto:help@example.org">help@example.org</a>'),
        ("https://example.org/help?a=1&b=2", '<a href="https://example.org/help?a=1&amp;b=2">'),
        ("javascript:alert(1)", "Write to javascript:alert(1),"),
        ("", "has named no contact for this yet"),
        ("http://lichen.example/garden/about", "has named no contact for this yet"),
        ("http://lichen.example/garden/ada", '<a href="/de/ada">http://lichen.example/garden/ada</a>'),
    ],
)
def test_who_is_named(tiny: tuple[Publication, StateDirectory, Any], tmp_path: Path, contact: str, shown: str) -> None:
    release = tiny[1].current()
    assert release is not None
    site = Site.open(Serving(release, tmp_path, Settings(accessibility_contact=contact)))
    page = create_app(site).test_client().get("/de/about/accessibility").text
    site.close()
    assert shown in page and 'href="javascript' not in page
    assert 'lang="de">Der Flechtengarten</span>”' in page, "the site's name in its own language"
