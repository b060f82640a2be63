"""Axioms compiled into rules, each a head and a list of premises without lists or class expressions left in it.

The same consequences as the general rules of OWL 2 RL (Profiles §4.3), from another implementation: it explains what
the reasoner only states, and a test compares the two. A rule belongs to one axiom, so an explanation can name it.
Left out, as in `closure_input`: keys, and what would make two literals the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from parley.pipeline.inference.expressions import Expressions, Facts
from parley.vocab import OWL, OWL_SAME_AS, RDF_TYPE, RDFS

#: Terms in N-Triples syntax; in rules also variables, `?x`.
Triple = tuple[str, str, str]


def _owl(name: str) -> str:
    return f"<{OWL}{name}>"


def _rdfs(name: str) -> str:
    return f"<{RDFS}{name}>"


TYPE: Final = f"<{RDF_TYPE}>"
SAME: Final = f"<{OWL_SAME_AS}>"
SUB_CLASS: Final = _rdfs("subClassOf")
SUB_PROPERTY: Final = _rdfs("subPropertyOf")
_CHAIN: Final = _owl("propertyChainAxiom")


@dataclass(frozen=True, slots=True)
class Rule:
    """If all of `body` holds, so does `head`.

    `name` is the rule's in OWL 2 Profiles, or the file of a publication's own rule; `axiom` is the axiom in Turtle
    with full IRIs.
    """

    name: str
    head: Triple
    body: tuple[Triple, ...]
    axiom: str


def compile_axioms(triples: Iterable[Triple]) -> list[Rule]:
    """The rules of all axioms in `triples`, sorted, each once."""
    facts = Facts(triples)
    found = [*_properties(facts), *_chains(facts), *_classes(facts), *_schema(facts)]
    if any(rule.head[1] == SAME for rule in found) or facts.pairs(SAME):
        found += _EQUALITY
    unique = {(rule.head, rule.body): rule for rule in reversed(found)}
    return sorted(unique.values(), key=lambda rule: (rule.name, rule.head, rule.body))


def _axiom(subject: str, predicate: str, object_: str) -> str:
    return f"{subject} {predicate} {object_}"


def _properties(facts: Facts) -> Iterator[Rule]:
    """Rules of a property or a pair of them (table 5)."""
    for p, q in facts.pairs(SUB_PROPERTY):
        yield Rule("prp-spo1", ("?x", q, "?y"), (("?x", p, "?y"),), _axiom(p, SUB_PROPERTY, q))
    for p, q in facts.pairs(_owl("equivalentProperty")):
        axiom = _axiom(p, _owl("equivalentProperty"), q)
        yield Rule("prp-eqp1", ("?x", q, "?y"), (("?x", p, "?y"),), axiom)
        yield Rule("prp-eqp2", ("?x", p, "?y"), (("?x", q, "?y"),), axiom)
    for p, q in facts.pairs(_owl("inverseOf")):
        axiom = _axiom(p, _owl("inverseOf"), q)
        yield Rule("prp-inv1", ("?y", q, "?x"), (("?x", p, "?y"),), axiom)
        yield Rule("prp-inv2", ("?y", p, "?x"), (("?x", q, "?y"),), axiom)
    for kind, (name, head, body) in _CHARACTERISTICS.items():
        for p in facts.members(_owl(kind)):
            filled = tuple(_fill(pattern, p) for pattern in body)
            yield Rule(name, _fill(head, p), filled, _axiom(p, TYPE, _owl(kind)))


def _fill(pattern: Triple, property_: str) -> Triple:
    return pattern[0], property_ if pattern[1] == "P" else pattern[1], pattern[2]


_CHARACTERISTICS: Final[dict[str, tuple[str, Triple, tuple[Triple, ...]]]] = {
    "SymmetricProperty": ("prp-symp", ("?y", "P", "?x"), (("?x", "P", "?y"),)),
    "TransitiveProperty": ("prp-trp", ("?x", "P", "?z"), (("?x", "P", "?y"), ("?y", "P", "?z"))),
    "FunctionalProperty": ("prp-fp", ("?y", SAME, "?z"), (("?x", "P", "?y"), ("?x", "P", "?z"))),
    "InverseFunctionalProperty": ("prp-ifp", ("?x", SAME, "?z"), (("?x", "P", "?y"), ("?z", "P", "?y"))),
}


def _chains(facts: Facts) -> Iterator[Rule]:
    for p, head in facts.pairs(_CHAIN):
        steps = facts.items(head)
        body = tuple((f"?v{n}", step, f"?v{n + 1}") for n, step in enumerate(steps))
        yield Rule("prp-spo2", ("?v0", p, f"?v{len(steps)}"), body, _axiom(p, _CHAIN, facts.turtle(head)))


def _classes(facts: Facts) -> Iterator[Rule]:
    """Rules of domains, ranges and class axioms, with class expressions taken apart (tables 5, 6 and 7)."""
    expressions = Expressions(facts)
    for predicate, name, member in (("domain", "prp-dom", "?x"), ("range", "prp-rng", "?y")):
        for p, class_ in facts.pairs(_rdfs(predicate)):
            for kind, more, head in expressions.heads(class_, member):
                axiom = _axiom(p, _rdfs(predicate), facts.turtle(class_))
                yield Rule(kind or name, head, (("?x", p, "?y"), *more), axiom)
    for lower, upper, name, axiom in _inclusions(facts):
        for under, alternative in expressions.bodies(lower, "?x"):
            for over, more, head in expressions.heads(upper, "?x"):
                yield resolve(Rule(over or under or name, head, (*alternative, *more), axiom))
    for class_ in facts.stated_expressions():
        for over, more, head in expressions.heads(class_, "?x"):
            yield Rule(over or "cax-sco", head, (("?x", TYPE, class_), *more), facts.turtle(class_))


def _inclusions(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    """Each “every A is a B”: A, B, the rule's name for plain classes, the axiom."""
    for a, b in facts.pairs(SUB_CLASS):
        yield a, b, "cax-sco", _axiom(facts.turtle(a), SUB_CLASS, facts.turtle(b))
    for a, b in facts.pairs(_owl("equivalentClass")):
        axiom = _axiom(facts.turtle(a), _owl("equivalentClass"), facts.turtle(b))
        yield a, b, "cax-eqc1", axiom
        yield b, a, "cax-eqc2", axiom
    for named, expression in facts.named_expressions():
        axiom = _axiom(named, _owl("equivalentClass"), facts.turtle(expression))
        yield named, expression, "cax-eqc1", axiom
        yield expression, named, "cax-eqc2", axiom


def resolve(rule: Rule) -> Rule:
    """`rule` with its conditions `(variable, "=", constant)` carried out, which stand for `owl:oneOf`."""
    for variable, sign, constant in rule.body:
        if sign != "=":
            continue
        head, *body = (_swap(pattern, variable, constant) for pattern in (rule.head, *rule.body) if pattern[1] != "=")
        return resolve(replace(rule, head=head, body=tuple(body)))
    return rule


def _swap(pattern: Triple, old: str, new: str) -> Triple:
    subject, predicate, object_ = (new if term == old else term for term in pattern)
    return subject, predicate, object_


def _general(name: str, text: str) -> Rule:
    """A rule without an axiom of its own: the premises are axioms. Written `head < premise . premise`."""
    words = {"sub": SUB_CLASS, "subp": SUB_PROPERTY, "same": SAME, "eqc": _owl("equivalentClass")}
    words |= {"eqp": _owl("equivalentProperty"), "on": _owl("onProperty"), "value": _owl("hasValue")}
    words |= {"some": _owl("someValuesFrom"), "all": _owl("allValuesFrom")}
    head, _sign, body = text.partition(" < ")

    def pattern(words_: str) -> Triple:
        subject, predicate, object_ = (words.get(word, word) for word in words_.split())
        return subject, predicate, object_

    return Rule(name, pattern(head), tuple(map(pattern, body.split(" . "))), "")


#: Without eq-trans, which is eq-rep-o about `owl:sameAs`.
_EQUALITY: Final = (
    _general("eq-sym", "?y same ?x < ?x same ?y"),
    _general("eq-rep-s", "?z ?p ?y < ?x ?p ?y . ?x same ?z"),
    _general("eq-rep-p", "?x ?q ?y < ?x ?p ?y . ?p same ?q"),
    _general("eq-rep-o", "?x ?p ?z < ?x ?p ?y . ?y same ?z"),
)

_SCHEMA: Final = (
    _general("scm-sco", "?x sub ?z < ?x sub ?y . ?y sub ?z"),
    _general("scm-spo", "?x subp ?z < ?x subp ?y . ?y subp ?z"),
    _general("scm-eqc1", "?x sub ?y < ?x eqc ?y"),
    _general("scm-eqc1", "?y sub ?x < ?x eqc ?y"),
    _general("scm-eqc2", "?x eqc ?y < ?x sub ?y . ?y sub ?x"),
    _general("scm-eqp1", "?x subp ?y < ?x eqp ?y"),
    _general("scm-eqp1", "?y subp ?x < ?x eqp ?y"),
    _general("scm-eqp2", "?x eqp ?y < ?x subp ?y . ?y subp ?x"),
    _general("scm-hv", "?x sub ?y < ?x value ?v . ?x on ?p . ?y value ?v . ?y on ?q . ?p subp ?q"),
    _general("scm-svf1", "?x sub ?y < ?x some ?c . ?x on ?p . ?y some ?d . ?y on ?p . ?c sub ?d"),
    _general("scm-svf2", "?x sub ?y < ?x some ?c . ?x on ?p . ?y some ?c . ?y on ?q . ?p subp ?q"),
    _general("scm-avf1", "?x sub ?y < ?x all ?c . ?x on ?p . ?y all ?d . ?y on ?p . ?c sub ?d"),
    _general("scm-avf2", "?y sub ?x < ?x all ?c . ?x on ?p . ?y all ?c . ?y on ?q . ?p subp ?q"),
)


def _schema(facts: Facts) -> Iterator[Rule]:
    """Rules among axioms (table 9), for the hierarchies that a reader sees."""
    yield from _SCHEMA
    for predicate, name in (("intersectionOf", "scm-int"), ("unionOf", "scm-uni")):
        for class_, head in facts.pairs(_owl(predicate)):
            axiom = _axiom(facts.turtle(class_), _owl(predicate), facts.turtle(head))
            for member in facts.items(head):
                pair = (class_, SUB_CLASS, member) if name == "scm-int" else (member, SUB_CLASS, class_)
                yield Rule(name, pair, (), axiom)
