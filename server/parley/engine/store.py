"""The store as executors share it: opened by the zygote before it forks them."""

from __future__ import annotations

import warnings

import pyoxigraph as ox


def open_store(path: str, *, in_memory: bool) -> ox.Store:
    """The store at `path`, or a copy of it in memory, whose pages no query writes to. Raises OSError.

    RocksDB, which reads it from disk, has a few threads that wait for work in the background. Reading needs none of
    them, so it goes on after a fork, which only the thread that calls it survives.
    """
    warnings.filterwarnings("ignore", r"This process .* is multi-threaded", DeprecationWarning)
    store = ox.Store.read_only(path)
    if not in_memory:
        return store
    copy = ox.Store()
    copy.extend(store)
    return copy
