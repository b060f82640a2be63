"""What holds of sound data as a whole and no shape can say, since SHACL sees neither named graphs nor sets of values.

Each test takes a `store`, so that mutants of the data can be put before it (`mutation_trial`).
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox
import pytest

BASE = "https://w3id.org/nato-osce/"
HEAD = f"""PREFIX natosce: <{BASE}ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX spdx: <http://spdx.org/rdf/terms#> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
"""
#: Qualifiers and the times that editors describe are words that all passages share: they tie nothing together.
COMMON = """SELECT ?x {
  { ?x a natosce:Qualifier }
  UNION { GRAPH ?g { ?x a natosce:TimeSpan } FILTER NOT EXISTS { ?g a natosce:Passage } }
}"""
IN_PASSAGES = "SELECT ?g ?s ?p ?o { ?g a natosce:Passage . GRAPH ?g { ?s ?p ?o } }"

Row = tuple[str, ...]


def rows(store: ox.Store, query: str) -> list[Row]:
    found = store.query(HEAD + query)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [tuple(str(solution[name]) for name in names) for solution in found]


def apart(statements: Iterable[Row], common: set[str]) -> dict[str, int]:
    """The graphs whose statements (graph, subject, property, object) fall into several parts, and how many."""
    parents: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        while parents.setdefault(node, node) != node:
            node = parents[node]
        return node

    for graph, subject, _property, object_ in statements:
        start = root((graph, subject))
        if object_.startswith("<") and object_ not in common:
            parents[start] = root((graph, object_))
    parts: defaultdict[str, set[str]] = defaultdict(set)
    for node in list(parents):
        parts[node[0]].add(root(node)[1])
    return {graph: len(found) for graph, found in parts.items() if len(found) > 1}


def test_what_a_passage_says_hangs_together(store: ox.Store) -> None:
    """A statement in the wrong passage stands alone there, and leaves a gap where it belongs."""
    types = "FILTER(?p != <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>)"
    statements = rows(store, IN_PASSAGES.replace(" } }", f" {types} }} }}"))
    assert len(statements) >= 700
    common = {name for (name,) in rows(store, COMMON)}
    assert len(common) >= 40
    assert apart(statements, common) == {}


def test_statements_that_do_not_hang_together_are_found() -> None:
    together = [("g", "<a>", "<p>", "<b>"), ("g", "<c>", "<p>", "<b>"), ("g", "<c>", "<q>", '"1"')]
    assert apart(together, set()) == {}
    assert apart(together, {"<b>"}) == {"g": 2}
    assert apart([*together, ("g", "<d>", "<p>", "<e>")], set()) == {"g": 2}


def test_a_passage_that_speaks_of_a_claim_says_what_kind_it_is(store: ox.Store) -> None:
    """Relations, stances and their like get their kind in a passage: in each one that says something of them."""
    statements = rows(store, IN_PASSAGES)
    typed = {(graph, subject) for graph, subject, property_, _o in statements if property_.endswith("#type>")}
    claims = {subject for _graph, subject in typed}
    kinds = rows(store, "SELECT ?x { { ?x a natosce:Relation } UNION { ?x a natosce:Stance } }")
    claims |= {subject for (subject,) in kinds}
    assert len(claims) >= 70
    bare = {(graph, subject) for graph, subject, _p, _o in statements if subject in claims} - typed
    assert sorted(bare) == []


def test_passages_stand_in_the_source_in_their_order(store: ox.Store) -> None:
    query = "SELECT ?n ?start ?end { ?p natosce:orderNumber ?n ; oa:hasSelector [ oa:start ?start ; oa:end ?end ] }"
    found = sorted(tuple(int(term.split('"')[1]) for term in row) for row in rows(store, query))
    assert len(found) >= 50
    assert [number for number, _start, _end in found] == list(range(1, len(found) + 1))
    assert [(a, b) for a, b in itertools.pairwise(found) if a[2] > b[1]] == []


def test_no_two_passages_have_the_same_checksum_or_paraphrase(store: ox.Store) -> None:
    for path, least in (("spdx:checksum/spdx:checksumValue", 50), ("natosce:paraphrase", 100)):
        found = [value for _p, value in rows(store, f"SELECT DISTINCT ?p ?v {{ ?p {path} ?v }}")]
        assert len(found) >= least
        assert len(found) == len(set(found))


def test_everything_said_to_be_something_has_an_asserted_kind(store: ox.Store) -> None:
    """A kind that only follows from the properties in use says nothing about what was meant."""
    ours = f"FILTER(STRSTARTS(STR(?x), '{BASE}') && !STRSTARTS(STR(?x), '{BASE}ontology'))"
    described = rows(store, f"SELECT DISTINCT ?x {{ GRAPH ?g {{ ?x ?p ?o }} {ours} }}")
    asserted = "GRAPH ?g { ?x a ?c } FILTER(!STRENDS(STR(?g), 'graph/inferred'))"
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for thing, kind in rows(store, f"SELECT ?x ?c {{ {asserted} {ours} }}"):
        kinds[thing].add(kind.rpartition("#")[2].rstrip(">"))
    assert len(described) >= 500
    assert sorted(x for (x,) in described if not kinds[x]) == []
    assert sorted(x for x, found in kinds.items() if "Theme" in found and "Concept" not in found) == []
    passages = {x for x, found in kinds.items() if found & {"Heading", "Sentence", "ListItem"}}
    assert sorted(x for x in passages if "Passage" not in kinds[x]) == []
    mapped = {x for (x,) in rows(store, "SELECT ?x { GRAPH ?g { ?x foaf:focus ?thing } }")}
    assert sorted(x for x in mapped if "Concept" not in kinds[x]) == []


def test_labels_come_in_both_languages_and_by_both_properties(store: ox.Store) -> None:
    """Whatever has a label at all, descriptions of graphs and geometries included."""
    labels: defaultdict[str, dict[str, set[str]]] = defaultdict(lambda: {"label": set(), "prefLabel": set()})
    ours = f"FILTER(STRSTARTS(STR(?x), '{BASE}') && !STRSTARTS(STR(?x), '{BASE}ontology'))"
    query = f"SELECT ?x ?p ?l {{ VALUES ?p {{ rdfs:label skos:prefLabel }} GRAPH ?g {{ ?x ?p ?l }} {ours} }}"
    for thing, property_, label in rows(store, query):
        if "/graph/data/catalogue" not in thing and "shape/" not in thing:
            labels[thing][property_.rpartition("#")[2].rstrip(">")].add(label)
    assert len(labels) >= 350
    wrong = {
        thing: found
        for thing, found in labels.items()
        if "prefLabel" in found
        and found["prefLabel"]
        and (found["label"] != found["prefLabel"] or sorted(x[-3:] for x in found["label"]) != ["@en", "@fr"])
    }
    assert wrong == {}


#: Properties whose values the editors' labels name: the label of a participation says who, and in what.
ECHOED = (
    "conductedBy", "participant", "participatedEvent", "names", "established", "represents", "tiedParty", "issuedBy",
    "inSection", "hasDirectPart",
)  # fmt: skip


def test_a_name_is_found_without_the_acronym_behind_it(store: ox.Store) -> None:
    """Who types a name in full leaves out what the label puts in brackets; another label is then the name alone."""
    kinds = "VALUES ?kind { natosce:Agent natosce:Programme }"
    labelled = rows(store, f"SELECT ?x (STR(?l) AS ?name) {{ {kinds} ?x a ?kind ; rdfs:label ?l }}")
    others = set(rows(store, "SELECT ?x (LCASE(STR(?l)) AS ?name) { ?x skos:altLabel ?l }"))
    bracketed = [(x, f'{said[1]}"') for x, label in labelled if (said := re.fullmatch(r"(.+) \([^ )]+\)\"", label))]
    assert len(bracketed) >= 25
    assert [(x, name) for x, name in bracketed if (x, name.casefold()) not in others] == []


def roots(label: str) -> set[str]:
    """The words of a label, cut after six letters, and its acronyms."""
    text = label.strip('"').split('"')[0]
    return {word[:6] for word in re.findall(r"\w{4,}", text.casefold())} | set(re.findall(r"\b[A-Z]{2,}\b", text))


@pytest.mark.parametrize("name", ECHOED)
def test_a_label_names_the_values_of(store: ox.Store, name: str) -> None:
    words: defaultdict[str, set[str]] = defaultdict(set)
    for thing, label in rows(store, "SELECT ?x ?l { ?x rdfs:label|skos:altLabel ?l }"):
        words[thing] |= roots(label)
    stated = f"GRAPH ?g {{ ?x natosce:{name} ?y }} FILTER(!STRENDS(STR(?g), 'graph/inferred'))"
    found = rows(store, f"SELECT ?x ?y {{ {stated} }}")
    assert len(found) >= 3
    assert [(x, y) for x, y in found if words[y] and not words[x] & words[y]] == []


def test_numbers_are_the_same_in_both_languages(store: ox.Store) -> None:
    numbers: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    for passage, text in rows(store, "SELECT ?p ?t { ?p natosce:paraphrase ?t }"):
        numbers[passage][text[-3:]] = sorted(re.findall(r"\d+", text))
    assert len(numbers) >= 50
    assert {p: found for p, found in numbers.items() if len({*map(tuple, found.values())}) != 1} == {}


def test_the_editors_answer_for_every_graph_that_is_no_passage(store: ox.Store) -> None:
    graphs = """SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o }
        FILTER(CONTAINS(STR(?g), 'graph/editorial/') || CONTAINS(STR(?g), 'graph/outside/')) }"""
    described = {
        x for (x,) in rows(store, "SELECT ?x { ?x prov:wasAttributedTo ?who ; natosce:reason ?why ; a prov:Entity }")
    }
    outside = {x for (x,) in rows(store, "SELECT ?x { ?x prov:wasDerivedFrom ?source }")}
    found = {x for (x,) in rows(store, graphs)}
    assert len(found) >= 10
    assert sorted(found - described) == []
    assert sorted(x for x in found if "/outside/" in x and x not in outside) == []


def test_nothing_is_described_that_no_source_speaks_of(store: ox.Store) -> None:
    """Apart from the record itself: passages, sections, decisions, and words that shared times are made of."""
    described = """SELECT DISTINCT ?x { GRAPH ?g { ?x a ?c } FILTER(STRSTARTS(STR(?c), STR(natosce:)))
        FILTER(CONTAINS(STR(?g), 'graph/editorial/') || CONTAINS(STR(?g), 'graph/data/themes'))
        MINUS { ?x a natosce:Passage } MINUS { ?x a natosce:Section } MINUS { ?x a natosce:EditorialDecision } }"""
    told = rows(store, IN_PASSAGES)
    told += rows(store, "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?g), 'graph/outside/')) }")
    used = {term for _g, subject, _p, object_ in told for term in (subject, object_)}
    used |= {x for (x,) in rows(store, "SELECT ?x { ?time natosce:temporalStatus ?x }")}
    found = {x for (x,) in rows(store, described)}
    assert len(found) >= 200
    assert sorted(found - used) == []


#: What the first segment of an IRI promises, where it is not the name of the class.
PROMISED = {
    "decision": "EditorialDecision", "page": "SourcePage", "list": "ThemeList", "time": "TimeSpan",
    "organisation": "Organisation", "programme": "Programme",
}  # fmt: skip


def test_a_thing_is_of_the_kind_that_its_address_promises(store: ox.Store) -> None:
    ours = f"FILTER(STRSTARTS(STR(?c), STR(natosce:)) && STRSTARTS(STR(?x), '{BASE}'))"
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for thing, kind in rows(store, f"SELECT DISTINCT ?x ?c {{ ?x a ?c {ours} }}"):
        kinds[thing.removeprefix(f"<{BASE}")].add(kind.rpartition("#")[2].rstrip(">"))
    assert len(kinds) >= 400
    promised = {thing: PROMISED.get(first := thing.partition("/")[0], first.capitalize()) for thing in kinds}
    assert sorted(thing for thing, kind in promised.items() if kind not in kinds[thing]) == []
