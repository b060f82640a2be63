"""The ontology as a vocabulary: no pitfalls in its terms, and examples that have results in the built publication.

What SHACL can say of terms (documentation, dated notes, the allow-list of OWL 2 RL) is in shapes/house.ttl; here is
what needs the whole: orphans, inverses, cycles, equal labels, examples, and silences that the data contradict.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, Literal, URIRef, namespace
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release.directory import StateDirectory

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/nato-osce/"
TERM = f"{BASE}ontology#"
HEAD = "".join(
    f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in {"natosce": TERM, "rdfs": RDFS, "skos": SKOS, "owl": OWL}.items()
)
#: Vocabularies of the alignments of which rdflib knows every term.
KNOWN = [getattr(namespace, name) for name in ("DCAT", "FOAF", "GEO", "OA", "ORG", "PROV", "SDO", "SKOS")
         if hasattr(namespace, name)]  # fmt: skip
#: Constructs of OWL that the ontology may use: all are of OWL 2 RL, and owlrl closes over each of them rightly.
ALLOWED = {
    "Ontology", "versionIRI", "priorVersion", "versionInfo", "Class", "ObjectProperty", "DatatypeProperty",
    "AnnotationProperty", "SymmetricProperty", "TransitiveProperty", "inverseOf", "propertyChainAxiom", "disjointWith",
    "AllDisjointClasses", "members", "differentFrom", "Restriction", "onProperty", "someValuesFrom", "allValuesFrom",
    "hasValue", "intersectionOf", "unionOf", "equivalentClass", "propertyDisjointWith",
}  # fmt: skip

Real = tuple[Publication, StateDirectory, Built]
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None


def local(iri: object) -> str:
    return str(iri).removeprefix(TERM)


@pytest.fixture(scope="module")
def ontology() -> Graph:
    graph = Graph()
    for path in sorted((ROOT / "ontology").rglob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def store(real: Real) -> ox.Store:
    return ox.Store.read_only(str(real[2].path / "store"))


def terms(graph: Graph, kind: URIRef | None = None) -> list[URIRef]:
    """Terms of ours: those that say which ontology defines them."""
    own = {t for t in graph.subjects(RDFS.isDefinedBy) if isinstance(t, URIRef)}
    return sorted(t for t in own if kind is None or (t, RDF.type, kind) in graph)


def rows(store: ox.Store, query: str) -> Iterator[tuple[Term, ...]]:
    found = store.query(HEAD + query)
    assert isinstance(found, ox.QuerySolutions)
    return (tuple(solution) for solution in found)


def test_no_term_is_an_orphan(ontology: Graph, store: ox.Store) -> None:
    """Each class and property has at least one use outside the ontology, stated or inferred."""
    used = {row[0] for row in rows(store, "SELECT DISTINCT ?p { GRAPH ?g { ?s ?p ?o } }")}
    used |= {row[0] for row in rows(store, "SELECT DISTINCT ?c { GRAPH ?g { ?s a ?c } }")}
    own = terms(ontology)
    assert len(own) >= 200
    assert [local(t) for t in own if ox.NamedNode(str(t)) not in used] == []


def bad_inverses(graph: Graph) -> set[str]:
    """Properties that are their own inverse, have two, or are defined as the inverse of another than they are."""
    partners: defaultdict[URIRef, set[URIRef]] = defaultdict(set)
    for one, other in graph.subject_objects(OWL.inverseOf):
        if isinstance(one, URIRef) and isinstance(other, URIRef):
            partners[one].add(other)
            partners[other].add(one)
    wrong = {local(p) for p, others in partners.items() if p in others or len(others) > 1}
    wrong |= {local(p) for p in partners if (p, RDF.type, OWL.SymmetricProperty) in graph}
    for term in terms(graph):
        for definition in graph.objects(term, SKOS.definition):
            said = re.fullmatch(r"Inverse of “(.+)”\.", str(definition))
            if said and {str(v) for p in partners[term] for v in _labels(graph, p, "en")} != {said[1]}:
                wrong.add(local(term))
    return wrong


def _labels(graph: Graph, term: URIRef, language: str) -> list[str]:
    return [str(v) for v in graph.objects(term, RDFS.label) if isinstance(v, Literal) and v.language == language]


def test_inverses_are_named_once_and_as_they_are(ontology: Graph) -> None:
    assert len(list(ontology.subject_objects(OWL.inverseOf))) >= 70
    assert bad_inverses(ontology) == set()


def test_a_wrong_inverse_is_found() -> None:
    bad = Graph().parse(
        format="turtle",
        data=f"""@prefix : <{TERM}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . @prefix skos: <{SKOS}> .
        :self owl:inverseOf :self . :one owl:inverseOf :two, :three .
        :named rdfs:isDefinedBy : ; skos:definition "Inverse of “other”."@en . :label owl:inverseOf :named ;
          rdfs:label "another"@en . :same a owl:SymmetricProperty ; owl:inverseOf :eman .""",
    )
    assert bad_inverses(bad) == {"self", "one", "named", "same"}


def cycles(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Nodes from which a way leads back to themselves."""
    upward: defaultdict[str, set[str]] = defaultdict(set)
    for lower, upper in pairs:
        upward[lower].add(upper)
    found = set()
    for start in list(upward):
        seen: set[str] = set()
        agenda = list(upward[start])
        while agenda:
            node = agenda.pop()
            if node not in seen:
                seen.add(node)
                agenda.extend(upward[node])
        if start in seen:
            found.add(start)
    return found


@pytest.mark.parametrize(
    ("path", "least"),
    [("skos:broader", 3), ("rdfs:subClassOf", 40), ("rdfs:subPropertyOf", 20), ("natosce:directPartOf", 20),
     ("natosce:follows", 1)],
)  # fmt: skip
def test_no_hierarchy_turns_in_a_circle(store: ox.Store, path: str, least: int) -> None:
    """Inferred statements are left out: each class is its own subclass there."""
    stated = "FILTER(!STRENDS(STR(?g), 'graph/inferred'))"
    pairs = {(str(a), str(b)) for a, b in rows(store, f"SELECT ?a ?b {{ GRAPH ?g {{ ?a {path} ?b }} {stated} }}")}
    assert len(pairs) >= least
    assert cycles(pairs) == set()


def test_a_circle_is_found() -> None:
    assert cycles([("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]) == {"a", "b", "c"}


def test_names_keep_to_the_conventions(ontology: Graph, store: ox.Store) -> None:
    """Classes in UpperCamelCase, properties in lowerCamelCase, things in kebab-case under their kind."""
    classes = terms(ontology, OWL.Class)
    properties = [t for t in terms(ontology) if t not in classes]
    assert len(classes) >= 60 and len(properties) >= 150
    assert [c for c in map(local, classes) if not re.fullmatch(r"([A-Z][a-z]+)+", c)] == []
    assert [p for p in map(local, properties) if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", p)] == []
    query = f"SELECT DISTINCT ?s {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?s), '{BASE}')) }}"
    things = {str(row[0].value).removeprefix(BASE) for row in rows(store, query) if isinstance(row[0], ox.NamedNode)}
    named = [t for t in things if t and "#" not in t and not t.startswith((".well-known/", "shape/", "ontology"))]
    assert len(named) >= 400
    assert [t for t in named if not re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+)*", t)] == []


def shared_labels(labelled: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """(kind, label) pairs that more than one thing has; of each thing only distinct labels count."""
    counts = Counter((kind, label) for kind, label, _thing in set(labelled))
    return sorted(key for key, number in counts.items() if number > 1)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_two_terms_of_a_kind_have_the_same_label(ontology: Graph, language: str) -> None:
    classes = terms(ontology, OWL.Class)
    labelled = [
        ("class" if t in classes else "property", label, str(t))
        for t in terms(ontology)
        for label in _labels(ontology, t, language)
    ]
    assert len(labelled) >= 200
    assert shared_labels(labelled) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_two_things_of_a_class_have_the_same_label(store: ox.Store, language: str) -> None:
    ours = f"FILTER(LANG(?l) = '{language}' && STRSTARTS(STR(?c), '{TERM}'))"
    query = f"SELECT ?c ?l ?x {{ ?x a ?c ; rdfs:label ?l {ours} }}"
    labelled = [(str(c), str(label), str(x)) for c, label, x in rows(store, query)]
    assert len(labelled) >= 500
    assert shared_labels(labelled) == []


def test_a_label_shared_by_two_things_is_found() -> None:
    assert shared_labels([("A", "x", "1"), ("A", "x", "2"), ("B", "x", "3"), ("B", "x", "3")]) == [("A", "x")]


def test_every_example_has_results(ontology: Graph, store: ox.Store) -> None:
    examples = [(t, str(e)) for t in terms(ontology) for e in ontology.objects(t, SKOS.example)]
    assert len(examples) >= 200
    assert [(local(t), e) for t, e in examples if next(rows(store, e), None) is None] == []


def test_change_notes_are_dated_between_the_creation_and_the_last_change(ontology: Graph) -> None:
    (header,) = ontology.subjects(RDF.type, OWL.Ontology)
    created, modified = str(ontology.value(header, DCTERMS.created)), str(ontology.value(header, DCTERMS.modified))
    notes = {(local(t), str(n)[:10]) for t in terms(ontology) for n in ontology.objects(t, SKOS.changeNote)}
    assert len(notes) >= 200
    assert [note for note in sorted(notes) if not created <= note[1] <= modified] == []


def owl_constructs(graph: Graph) -> set[str]:
    used = {str(t) for triple in graph for t in triple[1:] if str(t).startswith(str(OWL))}
    return {t.removeprefix(str(OWL)) for t in used}


def test_only_allowed_constructs_of_owl_are_used(ontology: Graph) -> None:
    used = owl_constructs(ontology)
    assert len(used) >= 8
    assert used - ALLOWED == set()


def test_a_construct_beyond_owl_2_rl_is_found() -> None:
    data = f"@prefix owl: <{OWL}> . <urn:p> a owl:FunctionalProperty . <urn:c> owl:hasKey ()."
    assert owl_constructs(Graph().parse(format="turtle", data=data)) - ALLOWED == {"FunctionalProperty", "hasKey"}


def undeclared(alignment: Graph) -> set[str]:
    """Foreign terms of an alignment that it doesn't declare, or that their vocabulary doesn't have."""
    declared = {s for s in alignment.subjects(RDF.type) if isinstance(s, URIRef)}
    ours = (TERM, str(OWL), str(RDF), str(RDFS))
    foreign = {t for triple in alignment for t in triple if isinstance(t, URIRef) and not str(t).startswith(ours)}
    wrong = {str(t) for t in foreign - declared}
    for term in foreign:
        for vocabulary in KNOWN:
            name = str(term).removeprefix(str(vocabulary))
            if name != str(term) and name not in vocabulary:
                wrong.add(str(term))
    return wrong


@pytest.mark.parametrize("path", sorted((ROOT / "ontology" / "alignments").glob("*.ttl")), ids=lambda path: path.stem)
def test_alignments_refer_to_declared_terms_that_exist(path: Path) -> None:
    alignment = Graph().parse(path)
    assert len(alignment) >= 3
    assert undeclared(alignment) == set()


def test_an_undeclared_or_misspelt_foreign_term_is_found() -> None:
    data = "@prefix org: <http://www.w3.org/ns/org#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
    data += f"@prefix owl: <{OWL}> . org:Unyt a owl:Class . <{TERM}Unit> rdfs:subClassOf org:Unyt, org:Post ."
    wrong = {f"http://www.w3.org/ns/org#{name}" for name in ("Unyt", "Post")}
    assert undeclared(Graph().parse(format="turtle", data=data)) == wrong


def test_what_is_said_to_be_unstated_has_no_value(store: ox.Store) -> None:
    """“stated” stands for any date; a value from another source would stand in timeElsewhere."""
    silences = {(str(x), str(p)) for x, p in rows(store, "SELECT ?x ?p { ?x natosce:notStated ?p }")}
    assert len(silences) >= 170
    dates = "<" + TERM + "stated>"
    broken = [
        (x, p)
        for x, p in silences
        if store.query(HEAD + f"ASK {{ {x} {'natosce:dated/' if p == dates else ''}{p} ?value }}")
    ]
    assert sorted(broken) == []
    assert store.query(HEAD + f"ASK {{ <{BASE}force/ifor> natosce:ledBy ?value }}"), "a silence there would be found"
