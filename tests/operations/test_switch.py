"""Check 33: releases change under load, and nobody notices but by what is said; rollback takes moments."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from switching import Load, make_editions

from parley.release.directory import StateDirectory

Serve = Callable[..., AbstractContextManager[str]]


def switched(serve_command: Serve, folder: Path, clients: int, times: int) -> tuple[Load, float]:
    """The load on a site that goes back and forth `times` between two releases; requests a second."""
    state = StateDirectory(folder / "state")
    first, second = make_editions(folder / "publication", state)
    with serve_command(folder / "publication", state=state.root, PARLEY_WORKERS="2") as address:
        load = Load(address, (first, second))

        def change() -> None:
            load.wait("B")
            for number in range(times):
                state.make_current((first, second)[number % 2])
                load.wait("AB"[number % 2])

        rate = load.run(clients, change)
    return load, rate


def test_33_switches_fail_and_mix_nothing(serve_command: Serve, tmp_path: Path) -> None:
    load, _ = switched(serve_command, tmp_path, clients=4, times=3)
    assert load.failures == []
    assert load.asked > 600
    assert min(load.seen[name] for name in "AB") > 150


@pytest.mark.slow
def test_33_switches_under_heavy_load(serve_command: Serve, tmp_path: Path) -> None:
    load, rate = switched(serve_command, tmp_path, clients=16, times=30)
    print(f"\n30 switches: {load.asked} requests at {rate:.0f} a second, {len(load.failures)} failed or mixed")
    assert load.failures == []
    assert load.asked > 10_000


def test_an_answer_of_two_releases_is_noticed() -> None:
    load = Load("", ("a" * 64, "b" * 64))
    assert load._look("/x", 200, "", b"edition A edition B")
    assert load._look("/x", 200, "", b'edition A <a href="/release/' + b"b" * 64 + b'/">')
    assert load._look("/x", 503, "", b"")
    assert load._look("/x", 200, '"t"', b"edition A") == ""
    assert load._look("/x", 200, '"t"', b"edition B")
