"""The process that asks other endpoints for executors, which have no network: `python -m parley.engine.broker …`.

Each executor has a connection to it, over which go requests as in `frames`: the endpoint and the query. It asks nobody
but the endpoints on its own list, at addresses that it has checked (see `services`), follows no redirect, and passes on
what comes, unread, up to the limits on time and bytes. Standard input is a lifeline: when it closes, the broker ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from parley.engine import sandbox
from parley.engine.config import BROKER_SOCKET
from parley.engine.control import listen
from parley.engine.exchange import Exchange
from parley.engine.frames import Frame, Malformed, encode_end, encode_frame, encode_object, receive_request
from parley.engine.protocol import Limits
from parley.engine.services import ServiceDenied, Services
from parley.errors import EngineLost
from parley.formats import RESULTS_JSON, RESULTS_XML

#: JSON wherever there is a choice: the engine reads it in a stream, and it has no entities.
ACCEPT: Final = f"{RESULTS_JSON.media_type}, {RESULTS_XML.media_type};q=0.5"
_ADDRESSES_TRIED: Final = 2
_EXCERPT: Final = 200


class ServiceError(Exception):
    """The endpoint could not be asked, or did not answer as it should; `kind` is `failed` or `limit`."""

    def __init__(self, message: str, kind: str = "failed") -> None:
        super().__init__(message)
        self.kind = kind


class Broker:
    """Serves the executors of one zygote."""

    def __init__(self, services: Services, limits: Limits) -> None:
        self._services = services
        self._limits = limits

    def run(self, listener: socket.socket) -> None:
        """Take connections for ever: there are never more than executors."""
        while True:
            connection, _address = listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, Malformed):
            while (request := receive_request(connection)) is not None:
                try:
                    for part in self._answer(request):
                        connection.sendall(part)
                except ServiceError as error:
                    connection.sendall(encode_object(Frame.ERROR, {"kind": error.kind, "message": str(error)}))

    def _answer(self, request: dict[str, Any]) -> Iterator[bytes]:
        endpoint = str(request["endpoint"])
        seconds = self._limits.service_seconds
        with _Call(self._services, endpoint, seconds) as call:
            media_type, most = call.ask(request["text"])
            yield encode_object(Frame.HEAD, {"type": media_type, "most": most})
            size = 0
            while data := call.read():
                size += len(data)
                if size > (limit := self._limits.service_bytes):
                    raise ServiceError(f"answers with more than the limit (service_bytes) of {limit} bytes", "limit")
                yield encode_frame(Frame.DATA, data)
            yield encode_end(size)


class _Call:
    """One request to `endpoint`; after `seconds` its connection is shut down, whatever it is waiting for."""

    def __init__(self, services: Services, endpoint: str, seconds: float) -> None:
        self._services = services
        self._endpoint = endpoint
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._exchange: Exchange | None = None
        self._handle: socket.socket | None = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> _Call:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._exchange is not None:
            self._exchange.close()
        if self._handle is not None:
            self._handle.close()

    def ask(self, query: str) -> tuple[str, int | None]:
        """Send `query`; the answer's media type, and above how many solutions it is cut. Raises ServiceError."""
        try:
            self._exchange = Exchange(self._endpoint, self._seconds, self._connected())
            status, content_type = self._exchange.send(query, ACCEPT, (), ())
            self._check_time()
            if status == 200 and not self._exchange.cut:
                return content_type, self._exchange.most_rows
            said = " ".join(self._exchange.read().decode("utf-8", "replace").split())[:_EXCERPT]
        except (OSError, EngineLost) as error:
            raise self._failure(error) from None
        if status == 200:
            raise ServiceError(f"does not answer in full: {self._exchange.cut}")
        if 300 <= status < 400:
            raise ServiceError(f"answers with a redirect (status {status}), which is not followed")
        raise ServiceError(f"answers with status {status}" + (f": {said}" if said else ""))

    def read(self) -> bytes:
        """The next bytes of the answer, none at its end. Raises ServiceError where it breaks off."""
        assert self._exchange is not None
        try:
            data = self._exchange.read()
            self._check_time()
            return data
        except EngineLost as error:
            raise self._failure(error) from None

    def _check_time(self) -> None:
        """What our own end of the connection cut short may look whole. Raises EngineLost."""
        if time.monotonic() >= self._end:
            raise EngineLost("late")

    def _failure(self, error: Exception) -> ServiceError:
        if time.monotonic() >= self._end:
            return ServiceError(f"did not answer within the limit (service_seconds) of {self._seconds:g} seconds")
        if isinstance(error, ssl.SSLError):
            return ServiceError("has no valid certificate, or does not speak TLS")
        return ServiceError("broke off its answer" if "broke off" in str(error) else "can't be reached")

    def _connected(self) -> socket.socket:
        """A connection to an address that was checked; for https with the certificate of the endpoint's name."""
        try:
            addresses = self._services.addresses(self._endpoint)
        except ServiceDenied as error:
            raise ServiceError(str(error)) from None
        connection = self._connect(addresses[:_ADDRESSES_TRIED])
        self._handle = connection.dup()  # wrapping takes the first descriptor away from its object
        self._timer = threading.Timer(max(self._end - time.monotonic(), 0), self._expire)
        self._timer.daemon = True
        self._timer.start()
        if not self._endpoint.startswith("https:"):
            return connection
        return ssl.create_default_context().wrap_socket(connection, server_hostname=Exchange.host_of(self._endpoint))

    def _connect(self, addresses: list[tuple[Any, ...]]) -> socket.socket:
        failure: OSError = OSError("no address")
        for family, address in addresses:
            connection = socket.socket(family, socket.SOCK_STREAM)
            connection.settimeout(max(self._end - time.monotonic(), 0.01))
            try:
                connection.connect(address)
            except OSError as error:
                failure = error
                connection.close()
            else:
                return connection
        raise failure

    def _expire(self) -> None:
        assert self._handle is not None
        with contextlib.suppress(OSError):
            self._handle.shutdown(socket.SHUT_RDWR)


def _leave_with_lifeline() -> None:
    while os.read(sys.stdin.fileno(), 64):
        pass
    os._exit(0)


def main() -> None:
    """Run a broker: its directory, its `Services` and its `Limits` in JSON, and its parent's id are the arguments."""
    directory, services, limits, parent = sys.argv[1:5]
    sandbox.die_with_parent(int(parent), signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the supervisor, which then ends this process
    sandbox.forgo_core_dumps()
    threading.Thread(target=_leave_with_lifeline, daemon=True).start()
    found = Limits.from_json(json.loads(limits))
    Broker(Services.from_json(services), found).run(listen(Path(directory) / BROKER_SOCKET, 256))


if __name__ == "__main__":
    main()
