"""Why a statement holds, as people read it: a tree from the statement down to the sources that assert it.

Pages and the command `parley why` show the same tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import pyoxigraph as ox

from parley.release.passage import described_text, position
from parley.release.records import Description, Rule, Terms, Why
from parley.release.words import choose_label
from parley.roles import Role
from parley.vocab import RDF_TYPE
from parley.web.view.i18n import Interface
from parley.web.view.naming import LabelSource, Namer, Text
from parley.web.view.values import Links, Value, link, literal

_IRI: Final = re.compile(r"<([^<>\s]+)>")
_TYPE: Final = f"<{RDF_TYPE}>"
#: Letters for the variables of a rule, in the order in which it names them.
_LETTERS: Final = "xyzuvwabcdefgh"


class Source(LabelSource, Protocol):
    """The part of the release's index that explanations need."""

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        """All that is said about `iri`."""


@dataclass(frozen=True, slots=True)
class Asserter:
    """A graph that asserts a statement: its name and page, its role, what it says, where in the source it stands.

    `position` are the first code point and the one after the last, in the source's canonical text.
    """

    graph: str
    label: Text
    href: str | None
    role: Role
    detail: Text | None = None
    position: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule in words. `title` or `sentence` says it to people, `axiom` is what stands in the ontology."""

    name: str
    axiom: str
    sentence: str
    title: Text | None = None

    @property
    def words(self) -> str:
        """What the rule says."""
        return self.title.text if self.title else self.sentence


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of the tree; `repeated` if it stands further up with all that explains it."""

    statement: Terms
    subject: Value
    predicate: Value
    object: Value
    asserters: tuple[Asserter, ...] = ()
    rule: RuleWords | None = None
    premises: tuple[Step, ...] = ()
    repeated: bool = False


def tree(source: Source, why: Why, namer: Namer, links: Links, interface: Interface) -> Step:
    """The tree of `why` for the reader that `namer`, `links` and `interface` stand for."""
    namer.learn(iri for statement in _statements(why, set()) for term in statement for iri in _IRI.findall(term)[:1])
    return _Writer(source, namer, links, interface).step(why)


def as_json(step: Step) -> dict[str, Any]:
    """The tree as members of JSON: terms in N-Triples syntax, words in the reader's language."""
    subject, predicate, object_ = step.statement
    told: dict[str, Any] = {"subject": subject, "predicate": predicate, "object": object_}
    told["asserted_in"] = [
        {"graph": one.graph, "role": one.role.value, "label": one.label.text}
        | ({"text": one.detail.text} if one.detail else {})
        | ({"start": one.position[0], "end": one.position[1]} if one.position else {})
        for one in step.asserters
    ]
    if step.rule is not None:
        told["rule"] = {"name": step.rule.name, "axiom": step.rule.axiom, "words": step.rule.words}
        told["repeated" if step.repeated else "follows_from"] = step.repeated or list(map(as_json, step.premises))
    return told


def _statements(why: Why, seen: set[Terms]) -> Iterable[Terms]:
    if why.statement not in seen:
        seen.add(why.statement)
        yield why.statement
        for premise in why.premises:
            yield from _statements(premise, seen)


class _Writer:
    """Writes one tree; a statement that comes again is told once."""

    def __init__(self, source: Source, namer: Namer, links: Links, interface: Interface) -> None:
        self.source, self.namer, self.links, self.interface = source, namer, links, interface
        self.told: set[Terms] = set()
        self.known: dict[str, Asserter] = {}

    def step(self, why: Why) -> Step:
        subject, predicate, object_ = why.statement
        parts = (why.statement, self.value(subject), self.term(predicate), self.value(object_))
        asserters = tuple(self.asserter(graph, role) for graph, role in why.graphs)
        if why.rule is None:
            return Step(*parts, asserters)
        repeated = why.statement in self.told
        self.told.add(why.statement)
        premises = () if repeated else tuple(self.step(premise) for premise in why.premises)
        return Step(*parts, asserters, self.rule(why.rule), premises, repeated)

    def value(self, term: str) -> Value:
        if term.startswith("<"):
            return link(term[1:-1], self.namer, self.links)
        if term.startswith('"'):
            parsed = next(iter(ox.parse(f"<s:> <p:> {term} .", format=ox.RdfFormat.N_TRIPLES))).object
            if isinstance(parsed, ox.Literal):
                return literal(parsed, self.namer, self.links, self.interface)
        return Value(self.text("value.unnamed"))

    def term(self, term: str) -> Value:
        if term == _TYPE:
            return Value(self.text("why.is_a"), exact=RDF_TYPE)
        iri = term[1:-1]
        return Value(self.namer.term(iri), *self.links.to(iri), exact=iri)

    def asserter(self, graph: str, role: Role) -> Asserter:
        if graph not in self.known:
            href, _external = self.links.to(graph)
            text, place = None, None
            if role is Role.PASSAGE:
                found = described_text(self.source, graph, self.interface.language)
                text = Text(*found) if found else None
                place = position(self.source, graph)
            self.known[graph] = Asserter(graph, self.namer.thing(graph), href, role, text, place)
        return self.known[graph]

    def rule(self, rule: Rule) -> RuleWords:
        title = choose_label(rule.titles, self.interface.language)
        axiom = _IRI.sub(lambda match: self.namer.compact(match[1]), rule.axiom)
        sentence = self.sentence(rule.head, rule.body) if rule.head else ""
        return RuleWords(rule.name, axiom, sentence, Text(*title) if title else None)

    def sentence(self, head: Terms, body: tuple[Terms, ...]) -> str:
        """The rule as “if … and …, then …”, with the labels of what it names."""
        letters: dict[str, str] = {}
        premises = [self.clause(pattern, letters) for pattern in body]
        conclusion = self.clause(head, letters)
        if not premises:
            return self.text("why.always", conclusion=conclusion).text
        joined = self.text("why.and").text.join(premises)
        return self.text("why.if", premises=joined, conclusion=conclusion).text

    def clause(self, pattern: Terms, letters: dict[str, str]) -> str:
        subject, predicate, object_ = pattern
        verb = self.variable(predicate, letters) or self.term(predicate).text.text
        quoted = verb if predicate.startswith("?") or predicate == _TYPE else self.quoted(verb)
        return f"{self.named(subject, letters)} {quoted} {self.named(object_, letters)}"

    def named(self, term: str, letters: dict[str, str]) -> str:
        if term.startswith("<"):
            return self.quoted(self.namer.term(term[1:-1]).text)
        return self.variable(term, letters) or self.quoted(self.value(term).text.text)

    def variable(self, term: str, letters: dict[str, str]) -> str | None:
        if not term.startswith("?"):
            return None
        return letters.setdefault(term, _LETTERS[len(letters) % len(_LETTERS)])

    def quoted(self, text: str) -> str:
        return self.text("why.quoted", text=text).text

    def text(self, key: str, **values: str) -> Text:
        """A text of the interface as plain text: whoever shows it escapes it."""
        return Text(self.interface(key, **values).unescape(), self.interface.text_language)
