"""An end to work in libraries that know none."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TimeIsUp(BaseException):
    """The time is over; no `Exception`, so that no library takes it for a fault of its own."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp in the body after `seconds`; only the main thread can be interrupted, others run on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
