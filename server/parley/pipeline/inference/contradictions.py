"""Contradictions as people can act on them: which things, which axiom, which file.

owlrl reports one contradiction several times: in both directions, once per equal thing, once per round. Its messages
are taken apart, folded and sorted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from parley.pipeline.inference.closure import Closure
from parley.pipeline.inference.known import Known

_N = r"(\S+?)"
#: Axioms whose contradictions are found among the types stated for a thing.
_ABOUT_TYPES: Final = frozenset(["owl:disjointWith", "owl:complementOf", "owl:Nothing"])
_DIFFER: Final = "{0} and {1} are stated to differ, but follow to be the same"
_DIFFERS_FROM_ITSELF: Final = "{0} is stated to differ from itself"


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of message: how owlrl words it, the axiom, our words, which groups may be swapped, which are things."""

    pattern: re.Pattern[str]
    axiom: str
    text: str
    symmetric: tuple[int, int] | None = None
    things: tuple[int, ...] = ()


def _kind(
    pattern: str, axiom: str, text: str, symmetric: tuple[int, int] | None = None, things: tuple[int, ...] = (0,)
) -> _Kind:
    return _Kind(re.compile(pattern.replace("@", _N)), axiom, text, symmetric, things)


_KINDS: Final[tuple[_Kind, ...]] = (
    _kind(r"'sameAs' and 'differentFrom' .*: \(@, @\)$", "owl:differentFrom",
          _DIFFER, (0, 1), (0, 1)),
    _kind(r"'sameAs' and 'AllDifferent' .*: \(@, @\)$", "owl:AllDifferent",
          _DIFFER, (0, 1), (0, 1)),
    _kind(r"Irreflexive property used on @ with @$", "owl:IrreflexiveProperty",
          "{0} is related to itself by {1}, which is irreflexive"),
    _kind(r"Erroneous usage of asymmetric property @ on @ and @$", "owl:AsymmetricProperty",
          "{1} and {2} are related both ways by {0}, which is asymmetric", (1, 2), (1, 2)),
    _kind(r"Disjoint properties in an 'AllDisjointProperties' .*: \(@, @,@\) and \(\1,@,\3\)$",
          "owl:AllDisjointProperties",
          "{0} and {2} are related by both {1} and {3}, which are disjoint", (1, 3), (0, 2)),
    _kind(r"Erroneous usage of disjoint properties @ and @ on @ and @$", "owl:propertyDisjointWith",
          "{2} and {3} are related by both {0} and {1}, which are disjoint", (0, 1), (2, 3)),
    _kind(r"Negative \((?:object|datatype)\) property assertion violated for: \(@, @, (.+)\)$",
          "owl:NegativePropertyAssertion", "{0} {1} {2} is stated to be false, but follows"),
    _kind(r"@ is defined of type 'Nothing'$", "owl:Nothing", "{0} is of a class that can have no members"),
    _kind(r"Violation of complementarity for classes @ and @ on element @$", "owl:complementOf",
          "{2} is in {0} and in its complement {1}", (0, 1), (2,)),
    _kind(r"Erroneous usage of maximum cardinality with @ and (.+)$", "owl:maxCardinality",
          "{1} is the value of a property that has none on {0}", None, (1,)),
    _kind(r"Erroneous usage of maximum qualified cardinality with @, @ and (.+)$", "owl:maxQualifiedCardinality",
          "{2}, of class {1}, is the value of a property that has none such on {0}", None, (2,)),
    _kind(r"Disjoint classes @ and @ have a common individual @$", "owl:disjointWith",
          "{2} is in {0} and in {1}, which are disjoint", (0, 1), (2,)),
    _kind(r"Lexical value of the literal '(.*)' does not match its datatype \(@\)$", "datatype",
          "“{0}” is no value of {1}", None, ()),
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Contradiction:
    """One contradiction: `things` are the terms to look for in the sources, the terms of the text are its arguments."""

    axiom: str
    text: str
    arguments: tuple[str, ...]
    things: tuple[str, ...]

    def line(self, known: Known) -> str:
        """The contradiction in one line, with labels, stated types and places where they are known."""
        words = [_named(argument, known) for argument in self.arguments]
        where = sorted({str(known.found[thing]) for thing in self.things if thing in known.found})
        place = f" See {', '.join(where)}." if where else ""
        stated = [type_ for thing in self.things for type_ in known.types.get(thing, ()) if self.axiom in _ABOUT_TYPES]
        types = f" Stated types: {'; '.join(stated)}." if stated else ""
        text = _DIFFERS_FROM_ITSELF if self.text == _DIFFER and len(set(self.arguments)) == 1 else self.text
        return f"{text.format(*words)} ({self.axiom}).{types}{place}"


def contradictions(closure: Closure) -> list[Contradiction]:
    """All contradictions of `closure`, each once, sorted."""
    found = {_read(message) for message in _individuals(closure)}
    for subject, property_, one, other in closure.clashes:
        arguments = (str(subject), str(property_), str(one), str(other))
        text = "{0} has two values of {1}, which allows one: “{2}” and “{3}”"
        found.add(Contradiction("owl:FunctionalProperty or owl:maxCardinality 1", text, arguments, arguments[:1]))
    return sorted(c for c in found if not _repeats(c, found))


def _repeats(contradiction: Contradiction, found: set[Contradiction]) -> bool:
    """Whether it says that a thing differs from itself, which follows as soon as two that differ are the same."""
    things = set(contradiction.things)
    return (
        contradiction.text == _DIFFER
        and len(things) == 1
        and any(c.text == _DIFFER and things < set(c.things) for c in found)
    )


def _individuals(closure: Closure) -> Iterable[str]:
    """The messages; those about complements name a class where they mean its members, so these are looked up."""
    for message in closure.messages:
        match = re.fullmatch(r"Violation of complementarity for classes (\S+) and (\S+) on element \S+", message)
        if match is None:
            yield message
            continue
        for member in _common_members(closure.graph, match[1], match[2]):
            yield f"Violation of complementarity for classes {match[1]} and {match[2]} on element {member}"


def _common_members(graph: Graph, one: str, other: str) -> list[Node]:
    def members(name: str) -> set[Node]:
        return {m for node in (URIRef(name), BNode(name)) for m in graph.subjects(RDF.type, node)}

    return sorted((m for m in members(one) & members(other) if not isinstance(m, Literal)), key=str)


def _read(message: str) -> Contradiction:
    for kind in _KINDS:
        if (match := kind.pattern.match(message)) is None:
            continue
        arguments = list(match.groups())
        if kind.symmetric is not None:
            low, high = kind.symmetric
            arguments[low], arguments[high] = sorted((arguments[low], arguments[high]))
        return Contradiction(kind.axiom, kind.text, tuple(arguments), tuple(arguments[i] for i in kind.things))
    # a message that a newer owlrl words differently is still a contradiction
    return Contradiction("OWL 2 RL", "{0}", (message,), ())


def _named(argument: str, known: Known) -> str:
    if not re.match(r"[A-Za-z][\w+.-]*:\S", argument) or " " in argument:
        return "an anonymous class" if re.fullmatch(r"\w{20,}", argument) else argument
    name, label = known.names.iri(argument), known.labels.get(argument)
    return f"{name} (“{label}”)" if label else name
