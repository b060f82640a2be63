"""Forward chaining by levels (semi-naive), remembering for every consequence the cheapest way to it.

What is asserted has level 0; a consequence found in round n has level n, and its premises lower ones. So following the
premises always ends, in spite of inverse, symmetric and equivalent terms that lead back and forth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from parley.pipeline.inference.axiom_rules import SAME, TYPE, Rule, Triple

_Bindings = dict[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Derivation:
    """How a statement follows: `cost` counts the steps down to what is asserted, `rule` is a place in the rules."""

    cost: int
    rule: int
    premises: tuple[Triple, ...]


class _Known:
    """The triples known so far, by predicate and one end, or by ends alone for rules about any predicate."""

    def __init__(self) -> None:
        self.all: set[Triple] = set()
        self._by: defaultdict[tuple[str, str, str], list[Triple]] = defaultdict(list)

    def add(self, triple: Triple) -> None:
        """Find `triple` from now on; most triples fit no rule, and are only in `all`."""
        subject, predicate, object_ = triple
        for s, o in ((subject, ""), ("", object_), ("", "")):
            self._by[s, predicate, o].append(triple)
            self._by[s, "", o].append(triple)

    def matching(self, subject: str, predicate: str, object_: str) -> Sequence[Triple]:
        """The triples with these terms; an empty one matches any."""
        if subject and object_:
            if predicate:
                triple = (subject, predicate, object_)
                return (triple,) if triple in self.all else ()
            return [triple for triple in self._by.get((subject, "", ""), ()) if triple[2] == object_]
        return self._by.get((subject, predicate, object_), ())


class _Rules:
    """The rules, found by the predicate (and, for types, the class) of each premise."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._waiting: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for number, rule in enumerate(rules):
            for place, (_subject, predicate, object_) in enumerate(rule.body):
                of_class = predicate == TYPE and not object_.startswith("?")
                key = ("" if predicate.startswith("?") else predicate, object_ if of_class else "")
                self._waiting[key].append((number, place))

    def fitting(self, triple: Triple) -> Iterator[tuple[int, int]]:
        """Rule and place of each premise that `triple` may be."""
        yield from self._waiting.get((triple[1], ""), ())
        if triple[1] == TYPE:
            yield from self._waiting.get((TYPE, triple[2]), ())
        yield from self._waiting.get(("", ""), ())

    def use(self, triple: Triple) -> bool:
        """Whether `triple` may be a premise."""
        return next(self.fitting(triple), None) is not None


def chain(asserted: Iterable[Triple], rules: Sequence[Rule]) -> dict[Triple, Derivation]:
    """All that follows from `asserted` by `rules`, each with its cheapest derivation among those of least level.

    Equal input gives equal derivations, in whatever order it comes.
    """
    known, waiting, derived = _Known(), _Rules(rules), dict[Triple, Derivation]()
    new: Mapping[Triple, Derivation | None] = dict.fromkeys(asserted)
    first = {rule.head: Derivation(1, number, ()) for number, rule in enumerate(rules) if not rule.body}
    while new or first:
        known.all.update(new)
        useful = [triple for triple in new if waiting.use(triple)]
        for triple in useful:
            known.add(triple)
        found = {triple: derivation for triple, derivation in first.items() if triple not in known.all}
        first = {}
        for triple in useful:
            for number, place in waiting.fitting(triple):
                _apply(rules[number], number, place, triple, known, derived, found)
        derived.update(found)
        new = found
    return derived


def _apply(
    rule: Rule, number: int, place: int, triple: Triple, known: _Known,
    derived: Mapping[Triple, Derivation], found: dict[Triple, Derivation],
) -> None:  # fmt: skip
    """Note in `found` what `rule` yields with `triple` as its premise at `place`."""
    bindings = _bind(rule.body[place], triple, {})
    if bindings is None:
        return
    rest = [pattern for position, pattern in enumerate(rule.body) if position != place]
    for solution in _solutions(rest, bindings, known):
        head = _fill(rule.head, solution)
        if head in known.all or not _is_statement(head):
            continue
        premises = tuple(_fill(pattern, solution) for pattern in rule.body)
        cost = 1 + sum(derived[premise].cost for premise in premises if premise in derived)
        derivation = Derivation(cost, number, premises)
        if head not in found or derivation < found[head]:
            found[head] = derivation


def _solutions(patterns: list[Triple], bindings: _Bindings, known: _Known) -> Iterator[_Bindings]:
    if not patterns:
        yield bindings
        return
    # the pattern with the fewest open ends first
    chosen = min(patterns, key=lambda pattern: sum(term.startswith("?") and term not in bindings for term in pattern))
    rest = [pattern for pattern in patterns if pattern is not chosen]
    subject, predicate, object_ = (bindings.get(term, "") if term.startswith("?") else term for term in chosen)
    for triple in list(known.matching(subject, predicate, object_)):
        if (extended := _bind(chosen, triple, bindings)) is not None:
            yield from _solutions(rest, extended, known)


def _bind(pattern: Triple, triple: Triple, bindings: _Bindings) -> _Bindings | None:
    extended = dict(bindings)
    for term, value in zip(pattern, triple, strict=True):
        if not term.startswith("?"):
            if term != value:
                return None
        elif extended.setdefault(term, value) != value:
            return None
    return extended


def _fill(pattern: Triple, bindings: _Bindings) -> Triple:
    subject, predicate, object_ = (bindings.get(term, term) for term in pattern)
    return subject, predicate, object_


def _is_statement(triple: Triple) -> bool:
    """Whether it is RDF and says something; closures also speak about literals, and nothing follows from that here."""
    subject, predicate, object_ = triple
    if predicate == SAME and (subject == object_ or object_.startswith('"')):
        return False
    return not subject.startswith('"') and predicate.startswith("<")
