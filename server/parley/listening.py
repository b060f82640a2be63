"""The listening sockets, and what to tell the operator where it can't be had."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from parley.errors import Misuse

_BACKLOG: Final = 1024


@contextmanager
def listen(host: str, port: int, count: int = 1) -> Iterator[list[socket.socket]]:
    """`count` listening sockets on one address, among which the kernel shares out the connections.

    Raises Misuse, which names the address and the cure, if it can't be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listeners = [socket.socket(family, kind, protocol)]
    except OSError as error:
        raise Misuse(f"“{host}” is no address of this machine: {error}.", cure="Set another with --host.") from error
    with ExitStack() as opened:
        opened.enter_context(listeners[0])
        try:
            listeners[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listeners[0].bind(address)
            # only now: with it, the first would be bound beside those of another program that is there already
            listeners[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            for _ in range(count - 1):
                listeners.append(opened.enter_context(socket.socket(family, kind, protocol)))
                listeners[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                listeners[-1].bind(listeners[0].getsockname())
            for listener in listeners:
                listener.listen(_BACKLOG)
                listener.setblocking(False)
        except (OSError, OverflowError) as error:
            raise _refused(host, port, error) from error
        yield listeners


def _refused(host: str, port: int, error: Exception) -> Misuse:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return Misuse(
            f"Port {port} of {host} is in use by another program.",
            cure="Choose another with --port (0 takes any free one), or end that program.",
        )
    if number == errno.EACCES:
        return Misuse(f"Port {port} may not be used without privileges.", cure="Choose one above 1023 with --port.")
    return Misuse(f"Can't listen on {host}, port {port}: {error}.", cure="Choose others with --host and --port.")


def split_address(text: str) -> tuple[str, int]:
    """Host and port of `host:port`; raises Misuse if it is none.

    >>> split_address("[::1]:9464")
    ('::1', 9464)
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise Misuse(f"“{text}” is no address with a port.", cure="Write it as 127.0.0.1:9464.")
    return host.removeprefix("[").removesuffix("]"), int(port)
