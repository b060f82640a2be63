"""What the tests of the publication share: the store of its release."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release.directory import StateDirectory


@pytest.fixture(scope="session")
def store(real: tuple[Publication, StateDirectory, Built]) -> ox.Store:
    """The store of the release, as the executors open it."""
    return ox.Store.read_only(str(real[2].path / "store"))
