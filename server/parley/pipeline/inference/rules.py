"""Rules that OWL can't say: SPARQL CONSTRUCT queries in `ontology/rules/`, run once each over all that is known.

They compare dates, count, negate. Each rule sees the asserted graphs by name, and in the default graph the union of
these with what follows, what the rules before it (by file name) found included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from parley.engine.guard import GuardRules, check
from parley.errors import QueryFault, SourceError
from parley.roles import Role

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

FOLDER = "ontology/rules"
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_LONGEST_MESSAGE = 200


def rules_in(root: Path) -> tuple[Path, ...]:
    """The rules of the publication in `root`, by file name."""
    return tuple(sorted((root / FOLDER).glob("*.rq")))


@dataclass(frozen=True, slots=True)
class RuleRun:
    """One rule run: its file's `name` and `text`, the new `triples`, and the `store` it saw, which lacks them."""

    name: str
    text: str
    triples: tuple[ox.Triple, ...]
    store: ox.Store


def run_rules(
    root: Path, graph: ox.NamedNode, corpus: Corpus, closed: Iterable[ox.Triple], keep: Callable[[ox.Triple], bool]
) -> Iterator[RuleRun]:
    """Run the rules of the publication in `root` one after the other, each on what is known by then.

    `closed` is what the closure adds to the corpus, `graph` the name of the inferred graph, and `keep` tells which
    consequences count. Raises as `run_rule`.
    """
    paths = rules_in(root)
    if not paths:
        return
    store, default = ox.Store(), ox.DefaultGraph()
    reasoned = (role for role in Role if role.is_reasoned_over)
    store.bulk_extend(corpus.quads())
    store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object, default) for q in corpus.quads(*reasoned))
    _add(store, closed, graph)
    for path in paths:
        name = path.relative_to(root).as_posix()
        found = tuple(filter(keep, run_rule(path, name, store)))
        yield RuleRun(name, path.read_text(encoding="utf-8-sig"), found, store)
        _add(store, found, graph)


def _add(store: ox.Store, triples: Iterable[ox.Triple], graph: ox.NamedNode) -> None:
    names = (ox.DefaultGraph(), graph)
    store.extend(ox.Quad(t.subject, t.predicate, t.object, name) for t in triples for name in names)


def run_rule(path: Path, name: str, store: ox.Store) -> list[ox.Triple]:
    """The triples that the rule in `path` constructs and the default graph of `store` does not hold, sorted.

    `name` is how messages call the file. Raises SourceError, with line and column, for a rule that is no CONSTRUCT
    query or would ask another server.
    """
    text = path.read_text(encoding="utf-8-sig")
    _refuse(text, name)
    try:
        result = store.query(text)
    except (ValueError, RuntimeError, OSError) as error:
        raise SourceError(f"The rule can't be run: {error}.", file=name, cure="Correct the rule.") from error
    assert isinstance(result, ox.QueryTriples)  # _refuse saw to it
    default = ox.DefaultGraph()
    found = {t for t in result if ox.Quad(t.subject, t.predicate, t.object, default) not in store}
    return sorted(found, key=str)


def _refuse(text: str, name: str) -> None:
    try:
        check(text, GuardRules())
    except QueryFault as fault:
        raise _error(name, fault.line, fault.column, fault.message, "A rule reads this publication only.") from fault
    try:
        # parsed on a store without data: whatever the query is, it has nothing to work through
        result = ox.Store().query(text)
    except SyntaxError as error:
        match = _PLACE.match(str(error))
        line, column, message = (int(match[1]), int(match[2]), match[3]) if match else (None, None, str(error))
        raise _error(name, line, column, _shortened(message), "Correct the query.") from None
    says_construct = re.search(r"\bCONSTRUCT\b", _COMMENT.sub("", text), re.IGNORECASE)
    if not isinstance(result, ox.QueryTriples) or not says_construct:
        raise _error(name, 1, 1, "A rule must be a CONSTRUCT query.", "Say what follows: CONSTRUCT { … } WHERE { … }")


def _shortened(message: str) -> str:
    """The parser's list of all that could have come next is longer than anybody reads."""
    return message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + "…"


def _error(name: str, line: int | None, column: int | None, message: str, cure: str) -> SourceError:
    place = f"Column {column}: " if column is not None else ""
    return SourceError(f"{place}{message}", file=name, line=line, cure=cure)
