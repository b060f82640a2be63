"""The presentation model: names, values, facts with their footnotes, one fact told once, vocabularies."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pyoxigraph as ox
import pytest

from parley.release.records import Description, Statement
from parley.release.usage import KindLink, Use
from parley.roles import Role
from parley.urls import Urls
from parley.vocab import DCTERMS, OWL, RDF_TYPE, RDFS, SKOS, XSD
from parley.web.view import entity, inverse, vocabulary
from parley.web.view.i18n import Interface, load_catalogues
from parley.web.view.naming import Namer
from parley.web.view.values import Links, is_web, link, literal

BASE = "https://tide.example/"
LABEL = RDFS + "label"
CATALOGUES = load_catalogues()
Row = tuple[str, str, object, str, Role]


def term(value: object) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(value, ox.Literal | ox.BlankNode):
        return value
    text = str(value)
    return ox.BlankNode(text[2:]) if text.startswith("_:") else ox.NamedNode(text)


class Memory:
    """An index in memory: the same answers, from a list of rows."""

    def __init__(self, *rows: Row) -> None:
        self.statements = [
            Statement(subject, ox.NamedNode(p), term(o), graph, role)
            for s, p, o, graph, role in rows
            if isinstance(subject := term(s), ox.NamedNode | ox.BlankNode)
        ]

    def exists(self, iri: str) -> bool:
        return any(ox.NamedNode(iri) in (s.subject, s.object) for s in self.statements)

    def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        wanted = set(iris)
        found: dict[str, dict[str, str]] = {}
        for s in self.statements:
            named = isinstance(s.subject, ox.NamedNode) and s.predicate.value == LABEL
            if named and s.subject.value in wanted and isinstance(s.object, ox.Literal):
                found.setdefault(s.subject.value, {})[s.object.language or ""] = s.object.value
        return found

    def describe(self, iri: str, *, page: int = 1, page_size: int = 100) -> Description | None:
        me = ox.NamedNode(iri)
        outgoing = [s for s in self.statements if s.subject == me]
        seen: set[object] = set()
        for s in outgoing:  # grows while it is walked
            if isinstance(s.object, ox.BlankNode) and s.object not in seen:
                seen.add(s.object)
                outgoing += [t for t in self.statements if t.subject == s.object]
        incoming = [s for s in self.statements if s.object == me]
        return Description(iri, outgoing, incoming[:page_size], len(incoming)) if outgoing or incoming else None

    def topics(self, iris: Iterable[str]) -> dict[str, str]:
        return {iri: "place" for iri in iris if iri.startswith(BASE + "place/")}

    def classes(self) -> list[tuple[str, int]]:
        return [(BASE + "o#Wave", 3)]

    def properties(self) -> list[tuple[str, int]]:
        return [(BASE + "o#meets", 2)]

    def uses(self) -> dict[str, list[Use]]:
        return {BASE + "o#Wave": [Use(BASE + "o#meets", 2, 3), Use(LABEL, 2, 2)]}

    def kind_links(self) -> list[KindLink]:
        return []


def page(index: Memory, iri: str = BASE + "a", language: str = "en") -> entity.EntityView:
    interface = Interface.of(language, CATALOGUES)
    namer = Namer(index, interface, "en", {"o": BASE + "o#"})
    links = Links(Urls(BASE, ("en", "fr")), language, index.exists)
    found = index.describe(iri)
    assert found is not None
    return entity.view(index, inverse.folded(partial(inverse.inverses, index), found), namer, links, interface)


def section(view: entity.EntityView, key: str) -> dict[str, list[str]]:
    groups = next((s.groups for s in view.sections if s.key == key), ())
    return {g.label.text: [f.value.text.text for f in g.facts] for g in groups}


P1, P2, RULES = BASE + "passage/1", BASE + "passage/2", BASE + "graph/inferred"
A, B = BASE + "a", BASE + "b"
MEETS, MET_BY = BASE + "o#meets", BASE + "o#metBy"


def test_a_fact_cites_each_graph_that_says_it() -> None:
    view = page(
        Memory(
            (A, MEETS, B, P1, Role.PASSAGE),
            (A, MEETS, B, P2, Role.PASSAGE),
            (B, LABEL, ox.Literal("Bay", language="en"), P2, Role.PASSAGE),
        )
    )
    fact = view.sections[0].groups[0].facts[0]
    assert (fact.value.text.text, fact.notes, fact.inferred) == ("Bay", (1, 2), False)
    assert [note.graph for note in view.notes] == [P1, P2]


def test_what_only_follows_is_marked_and_cites_nothing() -> None:
    view = page(Memory((A, MEETS, B, RULES, Role.INFERRED)))
    assert [s.key for s in view.sections] == ["facts"]
    assert view.sections[0].groups[0].facts[0].inferred
    assert view.notes == ()


def test_what_a_rule_only_repeats_under_another_property_stands_apart() -> None:
    said, follows = (A, MEETS, B, P1, Role.PASSAGE), (A, BASE + "o#knows", B, RULES, Role.INFERRED)
    assert [s.key for s in page(Memory(said, follows)).sections] == ["facts", "follows"]
    more = (A, BASE + "o#knows", BASE + "c", RULES, Role.INFERRED)
    assert [s.key for s in page(Memory(said, follows, more)).sections] == ["facts"], "what adds something belongs there"


def test_a_property_stands_where_its_values_belong() -> None:
    where, when = BASE + "place/quay", ox.Literal("1998", datatype=ox.NamedNode(XSD + "gYear"))
    view = page(Memory((A, BASE + "o#at", where, P1, Role.PASSAGE), (A, BASE + "o#built", when, P1, Role.PASSAGE)))
    assert [s.key for s in view.sections] == ["when", "where"]
    assert [value.exact for value in view.glance] == [where]


def test_links_to_other_sites_stand_by_provider() -> None:
    same, other = "http://www.wikidata.org/entity/Q7", "https://example.net/x"
    rows = [(A, OWL + "sameAs", same, P1, Role.LINKS), (A, RDFS + "seeAlso", other, P1, Role.LINKS)]
    found = section(page(Memory(*rows)), "elsewhere")
    assert found == {"Wikidata": ["Q7"], "example.net": ["x"]}


def test_what_a_source_says_too_is_not_marked_as_inferred() -> None:
    view = page(Memory((A, MEETS, B, RULES, Role.INFERRED), (A, MEETS, B, P1, Role.PASSAGE)))
    assert not view.sections[0].groups[0].facts[0].inferred


def test_other_sources_are_marked() -> None:
    view = page(Memory((A, MEETS, B, BASE + "graph/atlas", Role.OUTSIDE)))
    assert view.sections[0].groups[0].facts[0].outside


def test_a_fact_and_its_mirror_image_are_told_once_with_the_footnote_of_the_source() -> None:
    index = Memory(
        (MET_BY, OWL + "inverseOf", MEETS, BASE + "graph/o", Role.ONTOLOGY),
        (B, MET_BY, A, P1, Role.PASSAGE),
        (A, MEETS, B, RULES, Role.INFERRED),
    )
    view = page(index)
    assert (view.incoming, view.incoming_total) == ((), 0)
    fact = view.sections[0].groups[0].facts[0]
    assert (fact.inferred, fact.notes) == (False, (1,))
    assert view.notes[0].graph == P1


def test_links_without_mirror_image_stay() -> None:
    view = page(Memory((B, MET_BY, A, P1, Role.PASSAGE), (A, MEETS, B, RULES, Role.INFERRED)))
    assert [g.property for g in view.incoming] == [MET_BY]
    assert view.incoming_total == 1


def test_symmetric_properties_are_their_own_inverse() -> None:
    index = Memory(
        (MEETS, RDF_TYPE, OWL + "SymmetricProperty", BASE + "graph/o", Role.ONTOLOGY),
        (A, MEETS, B, P1, Role.PASSAGE),
        (B, MEETS, A, RULES, Role.INFERRED),
    )
    assert page(index).incoming == ()


def test_names_are_told_once_by_the_best_property() -> None:
    name = ox.Literal("Tide", language="en")
    view = page(Memory((A, LABEL, name, P1, Role.PASSAGE), (A, SKOS + "prefLabel", name, P1, Role.PASSAGE)))
    assert section(view, "names") == {"preferred name": ["Tide"]}
    other = page(
        Memory((A, LABEL, ox.Literal("Ebb"), P1, Role.PASSAGE), (A, SKOS + "prefLabel", name, P1, Role.PASSAGE))
    )
    assert section(other, "names") == {"name": ["Ebb"], "preferred name": ["Tide"]}


def test_the_summary_is_in_the_language_of_the_page() -> None:
    rows: list[Row] = [
        (A, DCTERMS + "description", ox.Literal("What moves.", language="en"), P1, Role.PASSAGE),
        (A, DCTERMS + "description", ox.Literal("Ce qui bouge.", language="fr"), P1, Role.PASSAGE),
    ]
    for language, expected in (("en", "What moves."), ("fr", "Ce qui bouge.")):
        summary = page(Memory(*rows), language=language).summary
        assert summary is not None
        assert (summary.text, summary.language) == (expected, language)


def test_kinds_are_those_that_are_asserted() -> None:
    wave, thing = BASE + "o#Wave", BASE + "o#NaturalThing"
    rows: list[Row] = [(A, RDF_TYPE, wave, P1, Role.PASSAGE), (A, RDF_TYPE, thing, RULES, Role.INFERRED)]
    assert [kind.text.text for kind in page(Memory(*rows)).kinds] == ["wave"]
    assert [kind.text.text for kind in page(Memory(rows[1])).kinds] == ["natural thing"]


def test_blank_nodes_show_their_facts_and_lists_their_members() -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    index = Memory(
        (A, BASE + "o#order", ox.BlankNode("l1"), P1, Role.PASSAGE),
        ("_:l1", rdf + "first", B, P1, Role.PASSAGE),
        ("_:l1", rdf + "rest", ox.BlankNode("l2"), P1, Role.PASSAGE),
        ("_:l2", rdf + "first", ox.BlankNode("n"), P1, Role.PASSAGE),
        ("_:l2", rdf + "rest", rdf + "nil", P1, Role.PASSAGE),
        ("_:n", LABEL, ox.Literal("Nameless"), P1, Role.PASSAGE),
        ("_:n", MEETS, B, P1, Role.PASSAGE),
    )
    value = page(index).sections[0].groups[0].facts[0].value
    assert [item.text.text for item in value.items] == ["b", "Nameless"]
    assert [f.value.text.text for f in value.items[1].groups[0].facts] == ["b"]


def test_a_circle_of_blank_nodes_ends() -> None:
    index = Memory(
        (A, MEETS, ox.BlankNode("x"), P1, Role.PASSAGE),
        ("_:x", MEETS, ox.BlankNode("y"), P1, Role.PASSAGE),
        ("_:y", MEETS, ox.BlankNode("x"), P1, Role.PASSAGE),
    )
    inner = page(index).sections[0].groups[0].facts[0].value.groups[0].facts[0].value
    assert inner.groups == ()


def test_a_relation_without_a_name_is_shown_with_its_facts_but_not_the_way_back() -> None:
    node = BASE + "relation/1"
    index = Memory(
        (A, BASE + "o#partIn", node, P1, Role.PASSAGE),
        (node, RDF_TYPE, BASE + "o#Meeting", P1, Role.PASSAGE),
        (node, BASE + "o#party", A, P1, Role.PASSAGE),
        (node, BASE + "o#party", B, P1, Role.PASSAGE),
    )
    fact = page(index).sections[0].groups[0].facts[0]
    assert (fact.value.text.text, fact.value.href) == ("meeting", "/en/doc/relation/1")
    inner = fact.value.groups[0].facts
    assert [f.value.text.text for f in inner] == ["b"]
    assert (fact.notes, inner[0].notes) == ((1,), ()), "the footnote of the whole is not repeated inside"


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("http://example.org/a", True),
        ("https://example.org", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("data:text/html,<script>", False),
        ("file:///etc/passwd", False),
        ("urn:isbn:1", False),
        ("http:///nothing", False),
        ("http://[bad", False),
    ],
)
def test_only_web_addresses_become_links(iri: str, expected: bool) -> None:
    assert is_web(iri) is expected


def reader(language: str = "en") -> tuple[Namer, Links, Interface]:
    interface = Interface.of(language, CATALOGUES)
    return Namer(Memory(), interface, "en"), Links(Urls(BASE, ("en",)), None, lambda _iri: True), interface


def test_a_script_address_in_the_data_is_text() -> None:
    namer, links, interface = reader()
    assert link("javascript:alert(1)", namer, links).href is None
    hostile = ox.Literal("javascript:alert(1)", datatype=ox.NamedNode(XSD + "anyURI"))
    assert literal(hostile, namer, links, interface).href is None


@pytest.mark.parametrize(
    ("lexical", "datatype", "language", "expected"),
    [
        ("01", "integer", "en", "01"),
        ("12345", "integer", "en", "12,345"),
        ("-12345", "integer", "fr", "-12\N{NARROW NO-BREAK SPACE}345"),
        ("1999", "integer", "en", "1999"),
        ("1.500", "decimal", "fr", "1,500"),
        ("true", "boolean", "fr", "oui"),
        ("1e5", "double", "en", "1e5"),
        ("NaN", "double", "en", "NaN"),
        ("not a number", "integer", "en", "not a number"),
    ],
)
def test_numbers_keep_every_digit(lexical: str, datatype: str, language: str, expected: str) -> None:
    namer, links, interface = reader(language)
    value = literal(ox.Literal(lexical, datatype=ox.NamedNode(XSD + datatype)), namer, links, interface)
    assert value.text.text == expected


def test_unusual_datatypes_are_named() -> None:
    namer, links, interface = reader()
    value = literal(
        ox.Literal("<p>", datatype=ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML")),
        namer,
        links,
        interface,
    )
    assert value.datatype is not None
    assert (value.text.text, value.datatype.text) == ("<p>", "HTML")


def test_a_vocabulary_is_a_tree_with_uses() -> None:
    o = BASE + "o#"
    graph = BASE + "graph/o"
    index = Memory(
        (o + "Wave", RDF_TYPE, OWL + "Class", graph, Role.ONTOLOGY),
        (o + "Wave", SKOS + "definition", ox.Literal("What rolls.", language="en"), graph, Role.ONTOLOGY),
        (o + "TidalWave", RDF_TYPE, OWL + "Class", graph, Role.ONTOLOGY),
        (o + "TidalWave", RDFS + "subClassOf", o + "Wave", graph, Role.ONTOLOGY),
        (o + "TidalWave", OWL + "deprecated", ox.Literal("true"), graph, Role.ONTOLOGY),
        (o + "meets", RDF_TYPE, OWL + "ObjectProperty", graph, Role.ONTOLOGY),
        (o + "meets", RDFS + "domain", o + "Wave", graph, Role.ONTOLOGY),
        (o + "high", RDF_TYPE, o + "Level", graph, Role.ONTOLOGY),
    )
    interface = Interface.of("en", CATALOGUES)
    namer = Namer(index, interface, "en", {"o": o})
    links = Links(Urls(BASE, ("en",), has_fragments=lambda iri: iri == BASE + "o"), None, index.exists)
    chapters = vocabulary.view(
        index, BASE + "o", [o + n for n in ("Wave", "TidalWave", "meets", "high")], namer, links, interface
    ).chapters
    assert [c.nature for c in chapters] == ["classes", "properties", "individuals"]
    classes, properties, _ = chapters
    assert [(b.term.anchor, [c.term.anchor for c in b.branches]) for b in classes.tree] == [("Wave", ["TidalWave"])]
    tidal, wave = classes.terms
    assert (wave.uses, wave.compact, tidal.deprecated, tidal.parents[0].href) == (3, "o:Wave", True, "#Wave")
    assert wave.definition is not None
    assert wave.definition.text == "What rolls."
    assert [(value.text.text, things, triples) for value, things, triples in wave.profile] == [("meets", 2, 3)]
    assert properties.terms[0].uses == 2
    assert [g.label.text for g in properties.terms[0].groups] == ["said of"]


def test_a_property_nobody_asserts_mirrors_the_one_that_is() -> None:
    o, graph = BASE + "o#", BASE + "graph/o"
    index = Memory(
        (o + "metBy", OWL + "inverseOf", o + "meets", graph, Role.ONTOLOGY),
        (o + "above", OWL + "inverseOf", o + "below", graph, Role.ONTOLOGY),
        (o + "meets", OWL + "inverseOf", o + "metBy", RULES, Role.INFERRED),
    )

    def own(iri: str) -> list[Statement]:
        return [s for s in index.statements if s.subject == ox.NamedNode(iri)]

    names = [o + name for name in ("metBy", "meets", "above", "below")]
    assert vocabulary.mirrored(own, names, {o + "meets"}) == {o + "metBy": o + "meets", o + "above": o + "below"}
    assert vocabulary.mirrored(own, names, {o + "metBy"})[o + "meets"] == o + "metBy"
    assert vocabulary.mirrored(own, names, set(names)) == {}
    assert vocabulary.mirrored(own, names[:1], set()) == {}
