"""A child of the zygote: walls itself in, and answers one query at a time until it is replaced.

Nothing here tries to survive a bad query. The kernel's timer ends a late one, the memory limit aborts a large one, a
stack overflow kills it; the zygote sees the death and forks another child.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from parley.engine import sandbox
from parley.engine.arrivals import Arrivals
from parley.engine.columns import with_columns
from parley.engine.config import DISCONNECTED, OUT_OF_MEMORY, Slot, ZygoteConfig
from parley.engine.dataset import check_dataset
from parley.engine.describe import Describer, take_apart
from parley.engine.diagnosis import diagnose, explain
from parley.engine.federation import Federation
from parley.engine.frames import Frame, Malformed, encode_object, receive_request
from parley.engine.guard import check
from parley.engine.hangup import HangupWatch
from parley.engine.results import Refused, ResultWriter, choose, refused, serialise
from parley.errors import QueryFault, ResultTooLarge, ServiceFailed

_MESSAGE_LENGTH = 500
#: Bytes by which an executor may have grown when it takes another query. What RocksDB has read, up to 64 MB, each would
#: keep for itself; a fresh one finds it in the system's cache of files, which all share.
_GROWTH = 8 * 1024 * 1024


class Executor:
    """One executor process. `slot` is memory shared with the zygote, `serial` its number there.

    `store` is the zygote's, opened before the fork: what it has read until then is shared.
    """

    def __init__(self, config: ZygoteConfig, listener: socket.socket, slot: Slot, serial: int, store: ox.Store) -> None:
        self._config = config
        self._listener = listener
        self._store = store
        self._slot = slot
        self._retired = False
        self._idle = False
        self._empty = ox.Store()
        self._describer = Describer(Path(config.index), config.limits.describe_triples) if config.index else None
        services = config.guard.services if config.guard else ()
        self._federation = Federation(Path(config.directory), config.limits) if services else None
        self._accepted = encode_object(Frame.ACCEPTED, {"executor": serial, "pid": os.getpid()})

    def run(self, report: int) -> None:
        """Put up the walls, say so on the pipe `report`, then serve; returns when it is retired.

        It is not replaced after each query: a fresh one costs as much as a dozen cheap ones, to fork and to copy the
        zygote's pages. One that has grown by `_GROWTH`, or had a slow query, which may leave much behind, is not kept.

        Raises OSError if a wall can't be put up.
        """
        limits = self._config.limits
        store = self._store
        sandbox.volunteer_for_oom()
        sandbox.forgo_core_dumps()
        memory = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        files = ("" if self._config.in_memory else self._config.store, self._config.index)
        landlock = sandbox.confine_files(*map(Path, filter(None, files)))
        sandbox.deny_system_calls()
        self._watch = HangupWatch(lambda: os._exit(DISCONNECTED))
        in_use, own = _pages(memory)
        sandbox.limit_memory(in_use * resource.getpagesize(), limits.query_memory + limits.query_stack)
        stack, _ = resource.getrlimit(resource.RLIMIT_STACK)
        os.write(report, json.dumps({"seccomp": True, "landlock": landlock, "stack": stack}).encode() + b"\n")
        signal.signal(signal.SIGUSR1, self._retire)
        arrivals = Arrivals(self._listener, self._watch)
        for _ in range(limits.recycle_after):
            self._idle = True
            if self._retired:
                return
            connection, is_new = arrivals.next()
            self._idle = False
            self._slot.begin()
            signal.setitimer(signal.ITIMER_REAL, limits.query_seconds)
            if self._serve(store, connection, self._accepted if is_new else b""):
                arrivals.keep()
            else:
                arrivals.leave()
            signal.setitimer(signal.ITIMER_REAL, 0)
            grown = (_pages(memory)[1] - own) * resource.getpagesize()
            self._slot.finish(grown)
            self._retired |= grown > _GROWTH

    def _retire(self, *_: object) -> None:
        """The zygote wants this process to end: at once when idle, else after the query.

        A client whose request was not read by then asks again.
        """
        self._retired = True
        if self._idle:
            os._exit(0)

    def _serve(self, store: ox.Store, connection: socket.socket, welcome: bytes) -> bool:
        """Answer a query, after the frame `welcome`; whether the connection is fit for another."""
        try:
            request = receive_request(connection)
            if request is None:
                return False
            seconds = min(float(request.get("seconds") or self._config.limits.query_seconds), 1e6)
            if seconds < self._config.limits.query_seconds:
                signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
            if request.get("heavy"):
                self._slot.begin(self._config.limits.quick_ms)
            if welcome:
                connection.sendall(welcome)
            with self._watch:
                rest = self._answer(store, connection, request)
            connection.sendall(rest)  # unwatched: a client may leave as soon as it has read this
        except Malformed as error:
            connection.sendall(encode_object(Frame.ERROR, {"kind": "malformed", "message": str(error)}))
            return False
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def _answer(self, store: ox.Store, connection: socket.socket, request: dict[str, Any]) -> bytes:
        """Evaluate, and send all of the answer but its last frames; returns those, or an ERROR frame."""
        try:
            results = self._evaluate(store, request)
            head, chosen = choose(results, request)
            writer = ResultWriter(connection, head, chosen, self._config.limits.result_bytes)
            serialise(results, chosen, writer, self._config.prefixes)
            return writer.rest()
        except (BrokenPipeError, ConnectionResetError):
            raise
        except Refused as error:
            return encode_object(Frame.ERROR, error.payload)
        except MemoryError:
            raise SystemExit(OUT_OF_MEMORY) from None
        except Exception as error:
            if isinstance(error, (ValueError, RuntimeError, OSError)):  # the engine's words for what it can't do
                found = explain(str(error)[:_MESSAGE_LENGTH], request["text"])
                return encode_object(Frame.ERROR, {"kind": "query-failed", **asdict(found)})
            message = f"{type(error).__name__}: {error}"[:_MESSAGE_LENGTH]
            return encode_object(Frame.ERROR, {"kind": "internal", "message": message})

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
                text = with_columns(text, request["text"], partial(self._variables_of, base_iri))
                return store.query(text, base_iri=base_iri, **dataset)
            return self._describer.describe(store, text, clause, base_iri, dataset)
        except (QueryFault, ResultTooLarge, ServiceFailed) as error:
            raise refused(error) from None
        except SyntaxError as error:
            parse = partial(self._empty.query, base_iri=base_iri)
            found = diagnose(self._complaint(error, request), request["text"], self._config.prefixes, parse)
            place = {"line": found.line, "column": found.column}
            raise Refused("query-syntax", found.message, cure=found.cure, **place) from None

    def _complaint(self, error: SyntaxError, request: dict[str, Any]) -> str:
        """What the engine says of the text as it was sent; `error` may be about what was made of it."""
        try:
            self._empty.query(request["text"], base_iri=request.get("base_iri"))
        except SyntaxError as its:
            return str(its)
        except (ValueError, RuntimeError, OSError):
            pass
        return str(error)

    def _variables_of(self, base_iri: str | None, text: str) -> list[str]:
        solutions = self._empty.query(text, base_iri=base_iri)
        return [variable.value for variable in solutions.variables] if isinstance(solutions, ox.QuerySolutions) else []

    def _federated(
        self, federation: Federation, store: ox.Store, text: str, base_iri: str | None, dataset: dict[str, Any]
    ) -> str:
        """The query with what other endpoints answered; without a broker this process is replaced by one that has."""
        try:
            return federation.resolve(store, text, base_iri, dataset)
        finally:
            self._retired |= federation.lost


def _pages(memory: int) -> tuple[int, int]:
    """Pages that this process may use, and those in memory that are of no file, from its open `statm`."""
    total, resident, of_files = map(int, os.pread(memory, 128, 0).split()[:3])
    return total, resident - of_files


def _has_graph(store: ox.Store, iri: str) -> bool:
    return store.contains_named_graph(ox.NamedNode(iri))
