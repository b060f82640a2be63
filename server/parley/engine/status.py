"""Asking an engine's zygote how it is, without an event loop."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from parley.engine.config import CONTROL_SOCKET


def read_status(directory: Path) -> dict[str, Any] | None:
    """Counters and facts of the engine whose sockets are in `directory`; None if it does not answer in a second."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1.0)
            connection.connect(str(directory / CONTROL_SOCKET))
            connection.sendall(b'{"ask": "status"}')
            with connection.makefile("rb") as answer:
                status: dict[str, Any] = json.loads(answer.readline())
                return status
    except (OSError, ValueError):
        return None
