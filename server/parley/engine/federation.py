"""SERVICE (SPARQL 1.1 Federated Query): asked through the broker, then put into the query as VALUES.

The engine would ask by itself, but an executor has no network, and nobody limits what the engine does. A SERVICE
clause is a pattern of its own, evaluated elsewhere and joined: its solutions written as inline data mean the same. What
stands before it in its group is evaluated first, where that is possible, so that the other endpoint is asked about
these values only (FedX's bound join) and not for all it has.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import pyoxigraph as ox

from parley.engine.clauses import Clause, first_service, from_clauses, prologue_of
from parley.engine.config import BROKER_SOCKET
from parley.engine.frames import FRAME_HEADER, Frame, decode_header, encode_options, encode_request
from parley.engine.guard import position
from parley.engine.protocol import Limits
from parley.errors import QueryRefused, ResultTooLarge, ServiceFailed
from parley.formats import RESULTS_JSON, RESULTS_XML, by_content_type

#: Solutions sent along in one request: as text, with the query around them, within most endpoints' limits.
_BATCH: Final = 200
#: Beyond its own deadline the broker gets this long to say so.
_GRACE_SECONDS: Final = 1.0
_CURE: Final = "Try again later, or write SERVICE SILENT to do without its answer."

Row = tuple[ox.NamedNode | ox.Literal, ...]


class BrokerLost(Exception):
    """The connection to the broker can't be used any more."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a query's text means where it is evaluated: the store, the base of relative IRIs, the request's dataset."""

    store: ox.Store
    base_iri: str | None
    dataset: Mapping[str, Any]


class Federation:
    """The SERVICE clauses of one executor's queries; `directory` holds the broker's socket.

    Make it before the walls: afterwards nothing can be connected. `lost` says that it is of no more use.
    """

    def __init__(self, directory: Path, limits: Limits) -> None:
        self._limits = limits
        self._empty = ox.Store()
        self._broker = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._broker.settimeout(limits.service_seconds + _GRACE_SECONDS)
        self.lost = self._broker.connect_ex(str(directory / BROKER_SOCKET)) != 0
        self._requests = 0

    def resolve(self, store: ox.Store, text: str, base_iri: str | None, dataset: Mapping[str, Any]) -> str:
        """The query `text` with solutions in place of its SERVICE clauses.

        Raises SyntaxError as the engine does, QueryRefused and ResultTooLarge at a limit, ServiceFailed where another
        endpoint fails and the clause is not SILENT.
        """
        self._requests = 0
        if first_service(text) is None:
            return text
        self._check(text, base_iri)
        place = _Place(store, base_iri, dataset)
        while (clause := first_service(text)) is not None:
            text = text[: clause.start] + self._data(text, clause, place) + text[clause.end :]
        return text

    def _check(self, text: str, base_iri: str | None) -> None:
        """Errors in the text as it was sent; what it asks is not evaluated, there being no data and no network."""
        try:
            self._empty.query(text, base_iri=base_iri)
        except SyntaxError:
            raise
        except (OSError, RuntimeError, ValueError):
            return

    def _data(self, text: str, clause: Clause, place: _Place) -> str:
        """The clause's solutions as inline data."""
        prologue = prologue_of(text)
        names = self._variables(f"{prologue}\nSELECT * {clause.body}", place)
        try:
            return _values(names, list(self._solutions(text, clause, names, place)))
        except (ServiceFailed, BrokerLost) as error:
            if clause.silent:  # §2.3: as if it had one solution without bindings
                return _values(names, [(None,) * len(names)])
            if isinstance(error, BrokerLost):
                raise ServiceFailed("Other endpoints can't be asked just now.", cure=_CURE) from None
            raise

    def _solutions(
        self, text: str, clause: Clause, names: Sequence[str], place: _Place
    ) -> Iterator[tuple[str | None, ...]]:
        """The solutions as terms in SPARQL syntax, None where unbound."""
        base = f"BASE <{place.base_iri}>\n" if place.base_iri else ""
        head = f"{base}{prologue_of(text)}\nSELECT * "
        known = self._known(text, clause, names, place)
        if known is None:
            queries = [f"{head}{clause.body}"]
        else:
            shared, rows = known
            parts = (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))
            queries = [f"{head}{{ {_values(shared, [tuple(map(str, r)) for r in p])} {clause.body} }}" for p in parts]
        count = 0
        for query in queries:
            for row in self._ask(text, clause, query, names, place.base_iri):
                count += 1
                if count > (limit := self._limits.service_rows):
                    raise ResultTooLarge(
                        f"<{clause.endpoint}> has more solutions than the limit (service_rows) of {limit}.",
                        cure="Make the pattern in SERVICE more selective, or add a LIMIT in a subquery.",
                        limit=("service_rows", limit),
                    )
                yield row

    def _known(
        self, text: str, clause: Clause, names: Sequence[str], place: _Place
    ) -> tuple[list[str], list[Row]] | None:
        """Variables that the clause shares with what stands before it, and their values there.

        None if it is not known, or if there are too many: then it is asked for all.
        """
        if not clause.before.strip():
            return None
        prologue = prologue_of(text)
        try:
            shared = [n for n in self._variables(f"{prologue}\nSELECT * {{ {clause.before} }}", place) if n in names]
            most = _BATCH * max(self._limits.service_requests - self._requests, 1)
            if not shared:
                return None
            query = (
                f"{prologue}\nSELECT DISTINCT {' '.join(f'?{n}' for n in shared)}\n{from_clauses(text)}\n"
                f"WHERE {{ {clause.before} }} LIMIT {most + 1}"
            )
            solutions = place.store.query(query, base_iri=place.base_iri, **place.dataset)
        except (SyntaxError, ValueError, RuntimeError):
            return None
        assert isinstance(solutions, ox.QuerySolutions)
        rows = [tuple(solution) for solution in solutions]
        if len(rows) > most:
            return None
        # only what is bound everywhere, and means the same elsewhere: then no solution can come twice
        kept = [n for n in range(len(shared)) if all(isinstance(row[n], (ox.NamedNode, ox.Literal)) for row in rows)]
        distinct = dict.fromkeys(tuple(row[n] for n in kept) for row in rows)
        return ([shared[n] for n in kept], list(distinct)) if kept else None

    def _variables(self, query: str, place: _Place) -> list[str]:
        found = self._empty.query(query, base_iri=place.base_iri)
        assert isinstance(found, ox.QuerySolutions)
        return [variable.value for variable in found.variables]

    def _ask(
        self, text: str, clause: Clause, query: str, names: Sequence[str], base_iri: str | None
    ) -> Iterator[tuple[str | None, ...]]:
        self._requests += 1
        if self._requests > (limit := self._limits.service_requests):
            line, column = position(text, clause.start)
            raise QueryRefused(
                f"The query causes more requests to other endpoints than the limit (service_requests) of {limit}.",
                line=line,
                column=column,
                cure="Split it into several queries.",
                limit=("service_requests", limit),
            )
        answer = self._receive(clause.endpoint, query)
        try:
            found = ox.parse_query_results(answer.content, format=answer.syntax)
            if not isinstance(found, ox.QuerySolutions):
                raise ValueError("it is a boolean")
            blank = urljoin(base_iri or "", f"/.well-known/genid/{self._requests}-") if base_iri else "urn:bnode:"
            present = {variable.value for variable in found.variables}
            solutions = list(found)
            if answer.most is not None and len(solutions) >= answer.most:
                raise ServiceFailed(
                    f"<{clause.endpoint}> cuts answers at {answer.most} solutions, and gave as many.",
                    cure="Make the pattern in SERVICE more selective.",
                )
            for solution in solutions:
                yield tuple(_term(solution[n], blank) if n in present else None for n in names)
        except (SyntaxError, ValueError, OSError) as error:
            raise ServiceFailed(f"The answer of <{clause.endpoint}> can't be read: {error}.", cure=_CURE) from None

    def _receive(self, endpoint: str, query: str) -> _Answered:
        """What the endpoint answers, whole. Raises ServiceFailed, ResultTooLarge or BrokerLost."""
        answer = _Answered()
        try:
            self._broker.sendall(encode_request(encode_options({"endpoint": endpoint}), query))
            while True:
                kind, length = decode_header(self._exactly(FRAME_HEADER.size))
                content = self._exactly(length)
                if kind is Frame.DATA:
                    answer.content += content
                elif kind is Frame.HEAD:
                    head = json.loads(content)
                    answer.content_type, answer.most = head["type"], head["most"]
                elif kind is Frame.END:
                    break
                else:
                    raise _failure(endpoint, json.loads(content))
        except OSError:
            self.lost = True
            raise BrokerLost from None
        syntax = by_content_type(answer.content_type, (RESULTS_JSON, RESULTS_XML))
        if syntax is None:
            message = f"<{endpoint}> answers in “{answer.content_type[:80]}”, which holds no solutions."
            raise ServiceFailed(message, cure=_CURE)
        return replace(answer, syntax=syntax.results)

    def _exactly(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            part = self._broker.recv(min(length - len(data), 1 << 20))
            if not part:
                raise ConnectionResetError
            data += part
        return bytes(data)


@dataclass(slots=True)
class _Answered:
    """An endpoint's answer: media type, content, number of solutions at which it is cut, syntax once it is known."""

    content_type: str = ""
    content: bytes = b""
    most: int | None = None
    syntax: Any = None


def _failure(endpoint: str, payload: Mapping[str, Any]) -> ServiceFailed | ResultTooLarge:
    message = f"<{endpoint}> {payload['message']}."
    if payload.get("kind") == "limit":
        return ResultTooLarge(message, cure="Make the pattern in SERVICE more selective.")
    return ServiceFailed(message, cure=_CURE)


def _term(term: Any, blank: str) -> str | None:
    """A term in SPARQL syntax; a blank node as an IRI (RDF 1.1 Concepts §3.5): VALUES can't hold one."""
    if isinstance(term, ox.BlankNode):
        return f"<{blank}{term.value}>"
    if isinstance(term, ox.Triple):
        raise ValueError("it holds triple terms")
    return None if term is None else str(term)


def _values(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    lines = " ".join(f"({' '.join('UNDEF' if term is None else term for term in row)})" for row in rows)
    return f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {lines} }}"
