"""A child of the zygote: opens the store, walls itself in, and answers one query at a time until it is replaced.

Nothing here tries to survive a bad query. The kernel's timer ends a late one, the memory limit aborts a large one, a
stack overflow kills it; the zygote sees the death and forks another child.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph as ox

from parley.engine import sandbox
from parley.engine.config import DISCONNECTED, OUT_OF_MEMORY, Slot, ZygoteConfig
from parley.engine.dataset import check_dataset
from parley.engine.describe import Describer, take_apart
from parley.engine.diagnosis import diagnose
from parley.engine.failures import result_too_large
from parley.engine.federation import Federation
from parley.engine.frames import CHUNK, Frame, Malformed, encode_frame, encode_object, receive_request
from parley.engine.guard import check
from parley.engine.hangup import HangupWatch, has_hung_up
from parley.errors import EngineError, QueryFault, ResultTooLarge, ServiceFailed
from parley.formats import RDF_FORMATS, RDF_XML, RESULT_FORMATS, Format, by_name

#: A local name that XML allows ends the IRI; RDF/XML can't write a predicate without one.
_XML_NAME_AT_END = re.compile(r"[^\W\d][\w.\-·]*\Z")
_MESSAGE_LENGTH = 500


class _Refused(Exception):
    """An answer that is an error frame: kind and message."""

    def __init__(self, kind: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.payload: dict[str, Any] = {"kind": kind, "message": message, **details}


def _refused(error: EngineError) -> _Refused:
    """The error frame for an error of ours."""
    place = {"line": error.line, "column": error.column} if isinstance(error, QueryFault) else {}
    return _Refused(error.kind, error.message, cure=error.cure, limit=error.limit, **place)


class _ResultWriter:
    """A file object for the engine's serialisers: cuts what they write into frames, the first one with the head."""

    def __init__(self, connection: socket.socket, head: dict[str, str], limit: int) -> None:
        self._connection = connection
        self._pending = bytearray(encode_object(Frame.HEAD, head))
        self._data = bytearray()
        self._limit = limit
        self.size = 0

    def write(self, data: bytes) -> int:
        """Take bytes of the result; raises _Refused above the limit."""
        self.size += len(data)
        if self.size > self._limit:
            raise _refused(result_too_large(self._limit))
        self._data += data
        while len(self._data) >= CHUNK:
            self._send(bytes(self._data[:CHUNK]))
            del self._data[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """Nothing: frames go out when they are full."""

    def rest(self) -> bytes:
        """What is left to send: the last data and the END frame."""
        if self._data:
            self._pending += encode_frame(Frame.DATA, bytes(self._data))
        self._pending += encode_object(Frame.END, {"bytes": self.size})
        return bytes(self._pending)

    def _send(self, data: bytes) -> None:
        self._pending += encode_frame(Frame.DATA, data)
        self._connection.sendall(self._pending)
        self._pending.clear()


class Executor:
    """One executor process. `slot` is memory shared with the zygote, `serial` its number there."""

    def __init__(self, config: ZygoteConfig, listener: socket.socket, slot: Slot, serial: int) -> None:
        self._config = config
        self._listener = listener
        self._slot = slot
        self._retired = False
        self._idle = False
        self._describer = Describer(Path(config.index), config.limits.describe_triples) if config.index else None
        services = config.guard.services if config.guard else ()
        self._federation = Federation(Path(config.directory), config.limits) if services else None
        self._accepted = encode_object(Frame.ACCEPTED, {"executor": serial, "pid": os.getpid()})

    def run(self, report: int) -> None:
        """Open the store, put up the walls, say so on the pipe `report`, then serve; returns when it is retired.

        Raises OSError if the store can't be opened or a wall can't be put up.
        """
        limits = self._config.limits
        store = ox.Store.read_only(str(self._config.store))
        sandbox.volunteer_for_oom()
        sandbox.forgo_core_dumps()
        memory = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        landlock = sandbox.confine_files(*map(Path, filter(None, (self._config.store, self._config.index))))
        sandbox.deny_system_calls()
        self._watch = HangupWatch(lambda: os._exit(DISCONNECTED))
        in_use = int(os.read(memory, 64).split()[0]) * resource.getpagesize()
        os.close(memory)
        sandbox.limit_memory(in_use, limits.query_memory + limits.query_stack)
        stack, _ = resource.getrlimit(resource.RLIMIT_STACK)
        os.write(report, json.dumps({"seccomp": True, "landlock": landlock, "stack": stack}).encode() + b"\n")
        signal.signal(signal.SIGUSR1, self._retire)
        for _ in range(limits.recycle_after):
            if self._retired:
                return
            self._idle = True
            connection, _address = self._listener.accept()
            self._idle = False
            with connection:
                self._slot.begin()
                signal.setitimer(signal.ITIMER_REAL, limits.query_seconds)
                self._serve(store, connection)
                signal.setitimer(signal.ITIMER_REAL, 0)
                self._slot.finish()

    def _retire(self, *_: object) -> None:
        """The zygote wants this process to end: at once when idle, else after the query.

        A client whose connection was taken but not accepted by then asks again.
        """
        self._retired = True
        if self._idle:
            os._exit(0)

    def _serve(self, store: ox.Store, connection: socket.socket) -> None:
        try:
            request = receive_request(connection)
            if request is None or has_hung_up(connection):
                return
            seconds = min(float(request.get("seconds") or self._config.limits.query_seconds), 1e6)
            if seconds < self._config.limits.query_seconds:
                signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
            if request.get("heavy"):
                self._slot.begin(self._config.limits.quick_ms)
            connection.sendall(self._accepted)
            with self._watch.over(connection):
                rest = self._answer(store, connection, request)
            connection.sendall(rest)  # unwatched: a client may leave as soon as it has read this
        except Malformed as error:
            connection.sendall(encode_object(Frame.ERROR, {"kind": "malformed", "message": str(error)}))
        except (BrokenPipeError, ConnectionResetError):
            return

    def _answer(self, store: ox.Store, connection: socket.socket, request: dict[str, Any]) -> bytes:
        """Evaluate, and send all of the answer but its last frames; returns those, or an ERROR frame."""
        try:
            results = self._evaluate(store, request)
            head, chosen = _choose(results, request)
            writer = _ResultWriter(connection, head, self._config.limits.result_bytes)
            self._serialise(results, chosen, writer)
            return writer.rest()
        except (BrokenPipeError, ConnectionResetError):
            raise
        except _Refused as error:
            return encode_object(Frame.ERROR, error.payload)
        except MemoryError:
            raise SystemExit(OUT_OF_MEMORY) from None
        except Exception as error:
            kind = "query-failed" if isinstance(error, (ValueError, RuntimeError, OSError)) else "internal"
            message = f"{type(error).__name__}: {error}"[:_MESSAGE_LENGTH]
            return encode_object(Frame.ERROR, {"kind": kind, "message": message})

    def _evaluate(self, store: ox.Store, request: dict[str, Any]) -> Any:
        text, base_iri = request["text"], request.get("base_iri")
        dataset: dict[str, Any] = {}
        defaults, named = request.get("default_graphs"), request.get("named_graphs")
        try:
            if self._config.guard is not None:
                check(text, self._config.guard)
                check_dataset(text, base_iri, (*(defaults or ()), *(named or ())), partial(_has_graph, store))
            if defaults or named:
                dataset["default_graph"] = [ox.NamedNode(iri) for iri in defaults or ()]
                dataset["named_graphs"] = [ox.NamedNode(iri) for iri in named or ()]
            if self._federation is not None:
                text = self._federated(self._federation, store, text, base_iri, dataset)
            clause = take_apart(text) if self._describer else None
            if self._describer is None or clause is None:
                return store.query(text, base_iri=base_iri, **dataset)
            return self._describer.describe(store, text, clause, base_iri, dataset)
        except (QueryFault, ResultTooLarge, ServiceFailed) as error:
            raise _refused(error) from None
        except SyntaxError as error:
            parse = partial(ox.Store().query, base_iri=base_iri)
            found = diagnose(str(error), request["text"], self._config.prefixes, parse)
            place = {"line": found.line, "column": found.column}
            raise _Refused("query-syntax", found.message, cure=found.cure, **place) from None

    def _federated(
        self, federation: Federation, store: ox.Store, text: str, base_iri: str | None, dataset: dict[str, Any]
    ) -> str:
        """The query with what other endpoints answered; without a broker this process is replaced by one that has."""
        try:
            return federation.resolve(store, text, base_iri, dataset)
        finally:
            self._retired |= federation.lost

    def _serialise(self, results: Any, chosen: Format, writer: _ResultWriter) -> None:
        if chosen.results is not None:
            results.serialize(writer, format=chosen.results)
            return
        triples = map(_checked_for_xml, results) if chosen is RDF_XML else results
        ox.serialize(triples, cast(IO[bytes], writer), format=chosen.oxigraph, prefixes=dict(self._config.prefixes))


def _has_graph(store: ox.Store, iri: str) -> bool:
    return store.contains_named_graph(ox.NamedNode(iri))


def _choose(results: Any, request: dict[str, Any]) -> tuple[dict[str, str], Format]:
    """The head of the answer and the format that the client prefers for this class of result."""
    kind = {"QuerySolutions": "bindings", "QueryBoolean": "boolean"}.get(type(results).__name__, "triples")
    name, table = ("graph", RDF_FORMATS) if kind == "triples" else ("results", RESULT_FORMATS)
    chosen = by_name(str(request.get(name)), table)
    if chosen is None:
        raise _Refused(
            "not-acceptable",
            f"The query answers with {kind}, and no accepted format can hold that.",
            available=[f.media_type for f in table],
        )
    return {"kind": kind, "format": chosen.name}, chosen


def _checked_for_xml(triple: ox.Triple) -> ox.Triple:
    """The triple; raises _Refused if RDF/XML can't hold it (the engine would write XML that is not well-formed)."""
    if not _XML_NAME_AT_END.search(triple.predicate.value):
        raise _Refused(
            "not-acceptable",
            f"RDF/XML can't write the predicate <{triple.predicate.value}>.",
            available=[f.media_type for f in RDF_FORMATS if f is not RDF_XML],
        )
    return triple
