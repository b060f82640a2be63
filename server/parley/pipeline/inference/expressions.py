"""Class expressions of OWL 2 RL taken apart into plain patterns (Profiles §4.3, table 6).

As what a thing is by an axiom (`heads`), an expression yields consequences; as what an axiom asks for (`bodies`), it
yields premises. Expressions without consequences in OWL 2 RL yield none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from parley.vocab import OWL, RDF, RDF_FIRST, RDF_NIL, RDF_REST, RDF_TYPE, XSD

_TYPE: Final = f"<{RDF_TYPE}>"
_FIRST, _REST, _NIL = f"<{RDF_FIRST}>", f"<{RDF_REST}>", f"<{RDF_NIL}>"
_SAME: Final = f"<{OWL}sameAs>"
_THING: Final = f"<{OWL}Thing>"
_DATATYPES: Final = (f"<{XSD}", f"<{RDF}langString", f"<{RDF}PlainLiteral")
_SEVERAL: Final = tuple(f"<{OWL}{name}>" for name in ("intersectionOf", "unionOf", "oneOf"))
_ON: Final = f"<{OWL}onProperty>"
_DEEPEST: Final = 32

Pattern = tuple[str, str, str]
#: Name of the OWL 2 RL rule (or empty), further premises, consequence.
Head = tuple[str, tuple[Pattern, ...], Pattern]
#: Name of the OWL 2 RL rule (or empty), premises.
Body = tuple[str, tuple[Pattern, ...]]


class Facts:
    """Triples by predicate and by subject, in sorted order, and the lists among them."""

    def __init__(self, triples: Iterable[Pattern]) -> None:
        self._pairs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self._objects: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._about: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for subject, predicate, object_ in sorted(triples):
            self._pairs[predicate].append((subject, object_))
            self._objects[subject, predicate].append(object_)
            if subject.startswith("_:"):
                self._about[subject].append((predicate, object_))

    def pairs(self, predicate: str) -> list[tuple[str, str]]:
        """Subject and object of every triple with this predicate."""
        return self._pairs.get(predicate, [])

    def members(self, class_: str) -> list[str]:
        """The things stated to be of the class."""
        return [subject for subject, object_ in self.pairs(_TYPE) if object_ == class_]

    def value(self, subject: str, name: str) -> str | None:
        """The value of a property of OWL's namespace, if there is one."""
        found = self._objects.get((subject, f"<{OWL}{name}>"))
        return found[0] if found else None

    def items(self, head: str) -> list[str]:
        """The members of a list."""
        found, seen = [], set()
        while head != _NIL and head not in seen:
            seen.add(head)
            found += self._objects.get((head, _FIRST), [])[:1]
            head = next(iter(self._objects.get((head, _REST), [])), _NIL)
        return found

    def is_expression(self, node: str) -> bool:
        """Whether something is said about `node` that makes it more than a name."""
        return any((node, predicate) in self._objects for predicate in (*_SEVERAL, _ON))

    def named_expressions(self) -> Iterator[tuple[str, str]]:
        """Named classes that carry an expression themselves, with a node that stands for it alone."""
        for predicate in (*_SEVERAL, _ON):
            for subject, _object in self.pairs(predicate):
                if subject.startswith("<"):
                    yield subject, f"={subject}"

    def stated_expressions(self) -> list[str]:
        """The nameless expressions that something is stated to be of."""
        return sorted({o for _s, o in self.pairs(_TYPE) if o.startswith("_:") and self.is_expression(o)})

    def turtle(self, node: str, depth: int = 0) -> str:
        """`node` in Turtle with full IRIs, blank nodes written out."""
        node = node.removeprefix("=")
        if not node.startswith("_:") or depth > _DEEPEST:
            return node
        if (node, _FIRST) in self._objects:
            return f"( {' '.join(self.turtle(item, depth + 1) for item in self.items(node))} )"
        parts = [f"{p} {self.turtle(o, depth + 1)}" for p, o in self._about[node] if p != _TYPE]
        return f"[ {' ; '.join(parts)} ]"


class Expressions:
    """Takes class expressions apart; variables are new ones at each call."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._number = 0

    def _new(self) -> str:
        self._number += 1
        return f"?y{self._number}"

    def heads(self, class_: str, thing: str) -> Iterator[Head]:
        """What follows from `thing` being of `class_`."""
        node = class_.removeprefix("=")
        if class_.startswith("<"):
            yield "", (), (thing, _TYPE, class_)
            return
        if members := self._facts.value(node, "intersectionOf"):
            for member in self._facts.items(members):
                for name, more, head in self.heads(member, thing):
                    yield name or "cls-int2", more, head
        if property_ := self._facts.value(node, "onProperty"):
            yield from self._restricted(node, property_, thing)

    def _restricted(self, node: str, property_: str, thing: str) -> Iterator[Head]:
        facts = self._facts
        if value := facts.value(node, "hasValue"):
            yield "cls-hv1", (), (thing, property_, value)
        if filler := facts.value(node, "allValuesFrom"):
            other = self._new()
            for name, more, head in self.heads(filler, other):
                yield name or "cls-avf", ((thing, property_, other), *more), head
        limit = facts.value(node, "maxCardinality") or facts.value(node, "maxQualifiedCardinality") or ""
        if limit.startswith('"1"'):
            one, other = self._new(), self._new()
            pair = ((thing, property_, one), (thing, property_, other))
            qualifier = facts.value(node, "onClass")
            if qualifier is None or qualifier == _THING:
                yield "cls-maxc2", pair, (one, _SAME, other)
                return
            for _name, of_one in self.bodies(qualifier, one):
                for _same, of_other in self.bodies(qualifier, other):
                    yield "cls-maxqc3", (*pair, *of_one, *of_other), (one, _SAME, other)

    def bodies(self, class_: str, thing: str) -> Iterator[Body]:
        """The ways in which `thing` can be known to be of `class_`."""
        node, facts = class_.removeprefix("="), self._facts
        if class_.startswith("<"):
            if not class_.startswith(_DATATYPES):
                yield "", ((thing, _TYPE, class_),)
            return
        if members := facts.value(node, "intersectionOf"):
            for parts in product(*(list(self.bodies(member, thing)) for member in facts.items(members))):
                yield "cls-int1", tuple(pattern for _name, part in parts for pattern in part)
        if members := facts.value(node, "unionOf"):
            for member in facts.items(members):
                yield from (("cls-uni", part) for _name, part in self.bodies(member, thing))
        if members := facts.value(node, "oneOf"):
            for member in facts.items(members):
                yield "cls-oo", ((thing, "=", member),)
        if property_ := facts.value(node, "onProperty"):
            yield from self._asked(node, property_, thing)

    def _asked(self, node: str, property_: str, thing: str) -> Iterator[Body]:
        if value := self._facts.value(node, "hasValue"):
            yield "cls-hv2", ((thing, property_, value),)
        if filler := self._facts.value(node, "someValuesFrom"):
            other = self._new()
            if filler == _THING:
                yield "cls-svf2", ((thing, property_, other),)
            else:
                for _name, part in self.bodies(filler, other):
                    yield "cls-svf1", ((thing, property_, other), *part)
