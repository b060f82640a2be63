"""What the data say twice agrees: dates and their bounds, names and labels, stances and relations, mappings and links.

Each test takes a `store`, so that mutants of the data can be put before it (`mutation_trial`).
"""

from __future__ import annotations

import calendar
import csv
import re
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import SH, Graph, URIRef
from rdflib.collection import Collection

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/nato-osce/"
PREFIXES = {
    "natosce": f"{BASE}ontology#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "base": BASE,
    "oa": "http://www.w3.org/ns/oa#",
}
HEAD = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
MAPPINGS = ROOT / "data" / "links" / "mappings.sssom.tsv"

Row = tuple[str, ...]


def rows(store: ox.Store, query: str) -> list[Row]:
    """Lexical forms and IRIs; "" for what is unbound."""
    found = store.query(HEAD + query)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [tuple(str(getattr(solution[name], "value", "")) for name in names) for solution in found]


def first_and_last(stated: str) -> tuple[str, str]:
    """The first and the last day of a date in EDTF, without its time and zone; "" if it is open.

    >>> first_and_last("200X"), first_and_last("1999-02")
    (('2000-01-01', '2009-12-31'), ('1999-02-01', '1999-02-28'))
    """
    if stated in ("", ".."):
        return "", ""
    year, _dash, rest = re.split(r"[T?~%]", stated)[0].partition("-")
    month, _dash, day = rest.partition("-")
    first, last = (int(year.replace("X", digit)) for digit in "09")
    days = calendar.monthrange(last, int(month or 12))[1]
    return f"{first:04}-{month or '01'}-{day or '01'}", f"{last:04}-{month or '12'}-{day or days}"


#: What the granularity of a date in EDTF is called; a whole day need not be called anything.
GRANULARITY = (
    ("T", "minute"), ("X", "part-of-decade"), (r"\d-\d\d-\d\d", ""), (r"\d-\d\d", "month"), (r"\d{4}", "year"),
)  # fmt: skip


def disagreements(stated: str, precision: str, bounds: Row) -> list[str]:
    """What is wrong with precision and bounds (earliest and latest start, earliest and latest end) of a date."""
    expected = next(name for pattern, name in GRANULARITY if re.search(pattern, stated))
    wrong = [f"precision {precision}"] if precision not in (expected, "day" if expected == "" else expected) else []
    start, _slash, end = stated.partition("/")
    days = (*first_and_last(start), *first_and_last(end or ("" if "/" in stated else start)))
    told = dict(zip(("startEarliest", "startLatest", "endEarliest", "endLatest"), bounds, strict=True))
    wrong += [f"{name} {b}" for (name, b), day in zip(told.items(), days, strict=True) if b and day and b != day]
    needed = dict(zip(told, days, strict=True))
    if not expected:  # a whole day, or several: the inner bounds are the outer ones
        needed = {name: needed[name] for name in ("startEarliest", "endLatest")}
    return wrong + [f"no {name}" for name, day in needed.items() if day and not told[name]]


def test_dates_and_bounds_agree(store: ox.Store) -> None:
    names = ("precision", "startEarliest", "startLatest", "endEarliest", "endLatest")
    parts = " ".join(f"OPTIONAL {{ ?x natosce:{name} ?{name} }}" for name in names)
    dated = "?x natosce:stated|natosce:statedElsewhere ?s"
    query = f"SELECT ?x ?s {' '.join(f'?{name}' for name in names)} {{ {dated} {parts} }}"
    found = rows(store, query)
    assert len(found) >= 10
    wrong = {
        row[0].removeprefix(BASE): problems
        for row in found
        if (problems := disagreements(row[1], row[2].rpartition("/")[2], row[3:]))
    }
    assert wrong == {}


def test_a_date_that_disagrees_is_found() -> None:
    assert disagreements("1999-06", "month", ("1999-06-01", "1999-06-30", "1999-06-01", "1999-06-30")) == []
    assert disagreements("1999-06", "year", ("1998-06-01", "", "", "")) == [
        "precision year", "startEarliest 1998-06-01", "no startLatest", "no endEarliest", "no endLatest",
    ]  # fmt: skip


def words(text: str) -> set[str]:
    return set(re.findall(r"\w{2,}", text.casefold()))


def test_a_name_that_the_page_gives_is_that_of_the_label(store: ox.Store) -> None:
    """At least two thirds of its words: the labels complete a name, and put the acronym behind it."""
    labels: defaultdict[str, set[str]] = defaultdict(set)
    for thing, label in rows(store, "SELECT ?x ?l { ?x rdfs:label|skos:altLabel ?l }"):
        labels[thing] |= words(label)
    given = rows(store, "SELECT ?x ?n { ?x natosce:nameGiven|natosce:acronym ?n }")
    assert len(given) >= 60
    foreign = [(x, name) for x, name in given if 3 * len(words(name) & labels[x]) < 2 * len(words(name))]
    assert foreign == []


def test_a_stance_on_a_relation_is_about_its_parties(store: ox.Store) -> None:
    """Where it says whom it is about: all who take part in the relation, but for those who hold the stance."""
    query = """SELECT ?stance ?party { ?stance natosce:aboutRelation/natosce:party ?party ; natosce:aboutAgent ?any
        FILTER NOT EXISTS { ?stance natosce:aboutAgent|natosce:holder ?party } }"""
    assert len(rows(store, "SELECT ?s { ?s natosce:aboutRelation ?r ; natosce:aboutAgent ?a }")) >= 2
    assert rows(store, query) == []


def test_a_decision_rests_on_passages_that_mention_what_it_is_about(store: ox.Store) -> None:
    query = """SELECT ?decision ?thing { ?decision natosce:decisionAbout ?thing . ?thing natosce:mentionedIn ?any
        FILTER NOT EXISTS { ?decision natosce:restsOn ?p . ?p natosce:mentions ?thing } }"""
    assert len(rows(store, "SELECT ?d { ?d natosce:decisionAbout/natosce:mentionedIn ?any }")) >= 30
    assert rows(store, query) == []


def mappings() -> tuple[dict[str, str], list[dict[str, str]]]:
    """The prefixes of the mapping set, and its rows."""
    lines = MAPPINGS.read_text(encoding="utf-8").splitlines()
    prefixes = dict(re.findall(r"^#  ([\w-]+): (\S+)$", "\n".join(lines), re.MULTILINE))
    rows = [line for line in lines if not line.startswith("#")]
    return prefixes, list(csv.DictReader(rows, delimiter="\t"))


def test_mappings_and_links_are_the_same(store: ox.Store) -> None:
    prefixes, table = mappings()
    columns = ("subject_id", "predicate_id", "object_id")
    made = [row for row in table if not row["predicate_modifier"]]
    mapped = {tuple(_expanded(row[column], prefixes) for column in columns) for row in made}
    assert len(mapped) >= 120
    predicates = " ".join(sorted({f"<{predicate}>" for _s, predicate, _o in mapped}))
    linked = f"VALUES ?p {{ {predicates} }} GRAPH ?g {{ ?s ?p ?o }} FILTER(CONTAINS(STR(?g), '/links'))"
    query = f"SELECT ?s ?p ?o {{ {linked} }}"
    assert sorted(mapped ^ set(rows(store, query))) == []


def test_each_mapping_has_its_justification_and_evidence() -> None:
    """Negative ones too; `sssom validate` (sssom-py 0.4.21) has nothing to say."""
    _prefixes, table = mappings()
    assert {row["predicate_modifier"] for row in table} == {"", "Not"}
    assert {row["mapping_justification"] for row in table} == {"semapv:ManualMappingCuration"}
    assert [row for row in table if not row["comment"]] == []


def test_what_must_not_be_linked_is_what_the_shape_refuses() -> None:
    prefixes, table = mappings()
    negative = {_expanded(row["object_id"], prefixes) for row in table if row["predicate_modifier"]}
    shapes = Graph().parse(ROOT / "shapes" / "links.ttl")
    refused = Collection(shapes, shapes.value(URIRef(f"{BASE}shape/ItemToKeepApart"), SH["in"]))  # type: ignore[arg-type]
    assert len(negative) >= 9
    assert {str(item) for item in refused} == negative


def _expanded(name: str, prefixes: dict[str, str]) -> str:
    prefix, _colon, local = name.partition(":")
    return prefixes[prefix] + local


def test_a_concept_is_called_as_what_it_stands_for(store: ox.Store) -> None:
    """A thing may be linked through a concept of its own, of the same name."""
    ours = f"FILTER(STRSTARTS(STR(?c), '{BASE}concept/'))"
    linked = rows(store, f"SELECT ?c ?t {{ GRAPH ?g {{ ?c foaf:focus ?t }} {ours} }}")
    assert len(linked) >= 10
    assert [(c, t) for c, t in linked if c.rpartition("/")[2] != t.rpartition("/")[2]] == []
    labels: defaultdict[str, set[str]] = defaultdict(set)
    for thing, label in rows(store, "SELECT ?x ?l { GRAPH ?g { ?x rdfs:label|skos:altLabel ?l } }"):
        labels[thing] |= words(label)
    named = rows(store, f"SELECT ?c ?l {{ GRAPH ?g {{ ?c rdfs:label ?l }} {ours} }}")
    focus = {c: t for c, t in linked}  # noqa: C416
    foreign = [(c, label) for c, label in named if not words(label) & labels[focus.get(c, "")]]
    assert foreign == []


#: What a thing of a kind must tell: population, then the property, which may be said not to be stated, or several of
#: which one will do.
TOLD = {
    "a relation: its time": (
        "?x a natosce:Relation MINUS { ?x a natosce:Complementarity } MINUS { ?x a natosce:Effect }", "time",
    ),
    "a stance of others than the page: its time": (
        "?x natosce:holder ?who MINUS { ?who a natosce:SourcePage }", "time",
    ),
    "a mission: its name": ("?x a natosce:Mission", "nameGiven"),
    "a mission: its place": ("?x a natosce:Mission", "place"),
    "a force: its name": ("?x a natosce:Force", "nameGiven"),
    "a force: its place": ("?x a natosce:Force", "place"),
    "a force: who leads it": ("?x a natosce:Force", "ledBy"),
    "a force: who mandated it": ("?x a natosce:Force", "mandatedBy"),
    "meetings that recur: how often": ("?x a natosce:EventSeries", "frequency"),
    "meetings that recur: where": ("?x a natosce:EventSeries", "place"),
    "an activity that is no cause: who conducts it": (
        "?x a natosce:Activity MINUS { ?x natosce:isCauseIn ?effect }", "conductedBy",
    ),
    "a city: its name": ("?x a natosce:City", "nameGiven"),
    "a resolution: its name": ("?x a natosce:Resolution", "nameGiven"),
    "an organisation: a name": ("?x a natosce:Organisation", "nameGiven acronym"),
    "a unit: a name or whose it is": ("?x a natosce:Unit", "nameGiven belongsTo"),
    "a resolution: its symbol": ("?x a natosce:Resolution", "symbol"),
    "an establishment: by whom": ("?x a natosce:Establishment", "establisher"),
    "a norm: what it is about": ("?x a natosce:Norm", "theme concerns underlies quality nameGiven"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TOLD)
def test_nothing_that_is_due_is_left_out(store: ox.Store, kind: str) -> None:
    population, properties = TOLD[kind]
    told = "|".join(f"natosce:{name}" for name in properties.split()).replace("natosce:symbol", "dcterms:identifier")
    silent = "" if "|" in told else f"FILTER NOT EXISTS {{ ?x natosce:notStated {told} }}"
    missing = f"SELECT DISTINCT ?x {{ {population} FILTER NOT EXISTS {{ ?x {told} ?value }} {silent} }}"
    assert len(rows(store, f"SELECT DISTINCT ?x {{ {population} }}")) >= 3
    assert [x for (x,) in rows(store, missing)] == []


def test_a_place_read_from_the_heading_is_the_editors_and_not_the_passages(store: ox.Store) -> None:
    """A sentence that names no place asserts none: the decision says why, and the place stands beside it."""
    read = "?d natosce:decisionAbout ?x FILTER(STRENDS(STR(?d), '-place') && !STRENDS(STR(?d), '-as-place'))"
    found = set(rows(store, f"SELECT ?x ?g {{ {read} GRAPH ?g {{ ?x natosce:place ?place }} }}"))
    things = {x for (x,) in rows(store, f"SELECT ?x {{ {read} }}")}
    assert len(things) >= 8
    assert found == {(x, f"{BASE}graph/editorial/decisions") for x in things}


def test_a_position_is_that_of_the_place_of_its_name(store: ox.Store) -> None:
    query = """SELECT ?place ?geometry ?wkt { GRAPH ?g { ?place geo:hasGeometry ?geometry }
        OPTIONAL { ?geometry geo:asWKT ?wkt } }"""
    found = rows(store, "PREFIX geo: <http://www.opengis.net/ont/geosparql#> " + query)
    assert len(found) >= 3
    assert [row for row in found if row[0].rpartition("/")[2] != row[1].rpartition("/")[2] or not row[2]] == []


#: Other labels that share no word with the label: true synonyms.
SYNONYMS = {"mine clearance"}


def test_another_label_has_a_word_of_the_label_or_its_initials(store: ox.Store) -> None:
    labels: defaultdict[str, set[str]] = defaultdict(set)
    initials: defaultdict[str, set[str]] = defaultdict(set)
    for thing, label in rows(store, "SELECT ?x ?l { GRAPH ?g { ?x rdfs:label ?l } }"):
        labels[thing] |= {word[:5] for word in words(label)}
        initials[thing] |= {word[0] for word in re.findall(r"\w+", label.casefold())}
    others = rows(store, "SELECT ?x ?l { GRAPH ?g { ?x skos:altLabel ?l } FILTER(STRSTARTS(STR(?x), STR(base:))) }")
    assert len(others) >= 80
    foreign = [(x, other) for x, other in others if not {word[:5] for word in words(other)} & labels[x]]
    unlike = [(x, o) for x, o in foreign if not o.isupper() or 2 * len(set(o.casefold()) & initials[x]) < len(set(o))]
    assert [(x, other) for x, other in unlike if other not in SYNONYMS] == []
