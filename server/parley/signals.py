"""Signals as bytes in a pipe, for a loop that waits with `select`."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def signals() -> Iterator[int]:
    """A descriptor that becomes readable at SIGINT, SIGTERM, SIGHUP or SIGCHLD, and yields their numbers as bytes."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    old = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(old)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


def received(wake: int) -> set[int]:
    """The signals that have come."""
    with contextlib.suppress(BlockingIOError):
        return set(os.read(wake, 4096))
    return set()


def signalled(wake: int, seconds: float, wanted: set[signal.Signals]) -> bool:
    """Whether one of the signals `wanted` comes within that time."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        select.select([wake], [], [], left)
        if received(wake) & wanted:
            return True
    return False
