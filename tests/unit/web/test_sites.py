"""Which site a request gets: the one it started with, whatever is served by then."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from parley.errors import ReleaseError
from parley.serving import Serving
from parley.settings import Settings
from parley.web.edge import sites
from parley.web.edge.sites import Served, Sites
from parley.web.site import Site


class FakeSite(SimpleNamespace):
    """Knows its name and whether it has been closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


def opener(serving: Serving) -> Served:
    if serving.release.name == "broken":
        raise ReleaseError("broken")
    site = FakeSite(name=serving.release.name)
    return Served(cast(Site, site), cast(Any, None), cast(Any, SimpleNamespace(close=lambda: None)))


def name(served: Served) -> str:
    return str(cast(Any, served.site).name)


def closed(served: Served) -> bool:
    return bool(cast(Any, served.site).closed)


def point_at(path: Path, release: str) -> None:
    Serving(Path("/releases") / release, Path("/engine"), Settings()).write(path)


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    """Leave the garbage collector as it was."""
    yield
    gc.unfreeze()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


async def settle(held: Sites, wanted: str) -> None:
    """Ask again and again, as requests do, until `wanted` is served."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        with held.lease() as served:
            if name(served) == wanted:
                return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{wanted} is not served")


def test_request_in_flight_keeps_its_site_and_the_last_one_closes_it(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    async def scenario() -> None:
        path = tmp_path / "serving.json"
        point_at(path, "first")
        held = Sites(path, opener, pool)
        await held.start()
        with held.lease() as old:
            point_at(path, "second")
            await settle(held, "second")
            assert name(old) == "first"
            assert not closed(old)
        pool.submit(lambda: None).result()
        assert closed(old)
        with held.lease() as new:
            held.close()
            assert not closed(new)
        pool.submit(lambda: None).result()
        assert closed(new)

    asyncio.run(scenario())


def test_release_that_cannot_be_opened_changes_nothing_and_is_tried_once(
    tmp_path: Path, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites, "LOOK_INTERVAL", 0.0)
    tried: list[str] = []

    def counting(serving: Serving) -> Served:
        tried.append(serving.release.name)
        return opener(serving)

    async def scenario() -> None:
        path = tmp_path / "serving.json"
        point_at(path, "first")
        held = Sites(path, counting, pool)
        await held.start()
        point_at(path, "broken")
        for _ in range(20):
            with held.lease() as served:
                assert name(served) == "first"
            await asyncio.sleep(0.01)
        path.unlink()
        await settle(held, "first")
        point_at(path, "third")
        await settle(held, "third")
        assert tried == ["first", "broken", "third"]

    asyncio.run(scenario())


def test_nobody_waits_for_garbage_to_be_looked_for_in_what_stays(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    async def scenario() -> None:
        path = tmp_path / "serving.json"
        point_at(path, "first")
        held = Sites(path, opener, pool)
        await held.start()
        assert gc.get_freeze_count() > 10_000
        with held.lease() as served:
            first: Any = served.site
        first.itself = first  # a ring, as applications are
        gone = weakref.ref(first)
        del first, served
        for release in ("second", "third"):
            point_at(path, release)
            await settle(held, release)
            assert gc.get_freeze_count() > 10_000
        assert gone() is None, "a server that goes over to a new release each night would fill up with the old ones"

    asyncio.run(scenario())


def test_file_is_looked_at_at_most_every_200_ms(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    async def scenario() -> None:
        path = tmp_path / "serving.json"
        point_at(path, "first")
        held = Sites(path, opener, pool)
        await held.start()
        with held.lease():
            pass
        point_at(path, "second")
        for _ in range(50):
            with held.lease() as served:
                assert name(served) == "first"
        await asyncio.sleep(sites.LOOK_INTERVAL)
        await settle(held, "second")

    asyncio.run(scenario())


def test_start_without_a_readable_file_is_an_error(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    (tmp_path / "serving.json").write_text("{}")
    for path in (tmp_path / "missing.json", tmp_path / "serving.json"):
        with pytest.raises(ReleaseError):
            asyncio.run(Sites(path, opener, pool).start())
