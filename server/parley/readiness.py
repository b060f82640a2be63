"""What a service manager wants to be told: `sd_notify`, which is one datagram to the socket that it names."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)


def tell_manager(state: str, environ: Mapping[str, str] = os.environ) -> None:
    """Send `state`, such as READY=1, to the manager that started this process, if it asked for it (systemd: notify).

    A manager that can't be reached is no reason not to serve: it is logged.
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # a name that is not in the file system begins with a zero byte
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notifier:
            notifier.sendto(state.encode(), address)
    except OSError as error:
        log.warning("the service manager could not be told %s: %s", state, error)
