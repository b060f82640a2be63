"""The index answers what pages ask, in words and in lookups, whatever the names look like."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from parley.errors import ReleaseError
from parley.pipeline.build import Built
from parley.pipeline.corpus import Corpus
from parley.pipeline.output.index import build_index
from parley.publication import Publication, parse
from parley.release.directory import StateDirectory
from parley.release.document import document_lines
from parley.release.index import Index
from parley.release.words import choose_label, match_expression
from parley.roles import Role
from parley.urls import Urls

Tiny = tuple[Publication, StateDirectory, Built]
GARDEN = "http://lichen.example/garden/"
E = "http://example.org/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
PREF = "<http://www.w3.org/2004/02/skos/core#prefLabel>"


@pytest.fixture
def index(tiny: Tiny) -> Iterator[Index]:
    with Index.open(tiny[2].path / "index.sqlite") as opened:
        yield opened


MakeIndex = Callable[..., Index]


def test_description_has_every_statement_with_its_graph(index: Index, tiny: Tiny) -> None:
    iri = GARDEN + "becher"
    files = (tiny[2].path / "quads.nq", tiny[2].path / "inferred.nq")
    quads = [quad for file in files for quad in ox.parse(path=file, format=ox.RdfFormat.N_QUADS)]
    description = index.describe(iri)
    assert description is not None
    found = {(str(s.predicate), str(s.object), s.graph) for s in description.outgoing}
    about = [q for q in quads if str(q.subject) == f"<{iri}>"]
    assert found == {(str(q.predicate), str(q.object), q.graph_name.value) for q in about}
    assert {s.role for s in description.outgoing} >= {Role.PASSAGE, Role.INFERRED, Role.DATA}
    assert description.incoming_total == sum(str(q.object) == f"<{iri}>" for q in quads) > 0
    assert len(description.incoming) == description.incoming_total == index.incoming_total(iri)
    assert index.incoming_total(GARDEN + "nothing") == 0
    assert index.has_graphs_of(Role.PASSAGE)
    assert not index.has_graphs_of(Role.EXTERNAL)


def test_every_subject_and_object_is_found(index: Index, tiny: Tiny) -> None:
    quads = list(ox.parse(path=tiny[2].path / "quads.nq", format=ox.RdfFormat.N_QUADS))
    names = {term.value for q in quads for term in (q.subject, q.object) if isinstance(term, ox.NamedNode)}
    assert len(names) > 50
    assert GARDEN in names
    assert all(index.exists(name) and index.describe(name) for name in names)
    assert not index.exists(GARDEN + "nothing")
    assert index.describe(GARDEN + "nothing") is None
    assert index.describe("_:b0' OR 1=1") is None


def test_lists_and_blank_nodes_come_along(index: Index) -> None:
    description = index.describe(GARDEN)
    assert description is not None
    cells = [s for s in description.outgoing if isinstance(s.subject, ox.BlankNode)]
    assert len(cells) == 6, "three cells of first and rest"
    form = index.describe(GARDEN + "ontology#growthForm")
    assert form is not None
    blank = [s for s in form.incoming if isinstance(s.subject, ox.BlankNode)]
    owners = [form.owners[str(s.subject)] for s in blank]
    assert owners == [GARDEN + "shapes/CrustSpecimen", GARDEN + "ontology#CrustSpecimen"]


def test_exact_terms(index: Index) -> None:
    description = index.describe(GARDEN + "exemplar/é")
    assert description is not None
    texts = {s.object.value for s in description.outgoing if isinstance(s.object, ox.Literal)}
    assert {"01", "1.500", "2019-03-01T07:05:00.000Z"} <= texts


def test_fragments(index: Index) -> None:
    assert index.has_fragments(GARDEN + "ontology")
    assert not index.has_fragments(GARDEN + "becher")
    fragments = index.fragments(GARDEN + "ontology")
    assert len(fragments) > 10
    assert fragments == sorted(fragments)
    assert all(name.startswith(GARDEN + "ontology#") for name in fragments)


def test_incoming_pages_are_complete_and_do_not_overlap(make_index: MakeIndex) -> None:
    index = make_index(*(f"<{E}s{n:03}> <{E}p{n % 3}> <{E}hub> <{E}data>" for n in range(250)))
    pages = [index.describe(E + "hub", page=page, page_size=100) for page in (1, 2, 3, 4)]
    assert [len(page.incoming) for page in pages if page] == [100, 100, 50, 0]
    found = [str(s.subject) for page in pages if page for s in page.incoming]
    assert len(set(found)) == 250
    assert {page.incoming_total for page in pages if page} == {250}


def test_a_graph_is_read_in_pages_of_subjects(index: Index, tiny: Tiny) -> None:
    corpus = (tiny[2].path / "quads.nq").read_text(encoding="utf-8").splitlines()
    seen = 0
    for graph in index.graphs():
        found: set[str] = set()
        page = 1
        while (part := index.graph_statements(graph.iri, page=page, page_size=3)) is not None and part.statements:
            assert len({s.subject for s in part.statements}) <= 3
            assert {(s.graph, s.role) for s in part.statements} == {(graph.iri, graph.role)}
            rows = {f"{s.subject} {s.predicate} {s.object} <{graph.iri}>" for s in part.statements}
            assert not rows & found
            found |= rows
            page += 1
        assert len(found) == graph.triples
        assert part is not None and (page - 2) * 3 < part.subjects <= (page - 1) * 3
        seen += len(found)
        if graph.role is not Role.INFERRED:
            assert len([line for line in corpus if line.endswith(f"<{graph.iri}> .")]) == graph.triples
    assert seen > len(corpus) > 100
    assert index.graph_statements("http://nothing.example/") is None


def test_graphs_of_similar_names_are_told_apart(make_index: MakeIndex) -> None:
    index = make_index(f'<{E}a> <{E}p> "x <{E}1/data> ." <{E}2/data>', f"<{E}a> <{E}p> <{E}1/data> <{E}1/data>")
    pages = [index.graph_statements(f"{E}{n}/data") for n in (1, 2)]
    assert [len(page.statements) for page in pages if page] == [1, 1]


def test_cyclic_and_shared_blank_nodes_end(make_index: MakeIndex) -> None:
    index = make_index(
        f"<{E}s> <{E}p> _:a <{E}data>", f"_:a <{E}p> _:b <{E}data>", f"_:b <{E}p> _:a <{E}data>",
        f"<{E}t> <{E}p> _:b <{E}data>", f"_:x <{E}p> _:x <{E}data>", f"_:x <{E}p> <{E}s> <{E}data>",
    )  # fmt: skip
    for name in ("s", "t"):
        description = index.describe(E + name)
        assert description is not None
        assert len(description.outgoing) == 3
    about = index.describe(E + "s")
    assert about is not None
    assert (len(about.incoming), about.owners) == (1, {}), "_:x belongs to nobody"


def test_labels(make_index: MakeIndex) -> None:
    index = make_index(
        f'<{E}s> {LABEL} "label"@en <{E}data>', f'<{E}s> {PREF} "preferred"@en <{E}editorial>',
        f'<{E}s> {LABEL} "étiquette"@fr <{E}data>', f'<{E}s> {LABEL} "" <{E}data>', f"<{E}s> {LABEL} <{E}t> <{E}data>",
        f'<{E}t> <{E}p> "no label"@en <{E}data>',
    )  # fmt: skip
    assert index.labels([E + "s", E + "t", E + "s", "x"]) == {E + "s": {"en": "preferred", "fr": "étiquette"}}
    assert list(index.labels([E + "s"])[E + "s"]) == ["en", "fr"], "best property first"
    assert index.labels([]) == {}
    assert index.labels(f"{E}{n}" for n in range(5000)) == {}


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", "fr"), ("FR-ch", "fr"), ("pt", "pt-br"), ("de", ""), (None, ""), ("en", "en")],
)
def test_choice_of_label(language: str | None, expected: str) -> None:
    labels = {"fr": "a", "pt-br": "b", "": "c", "en": "d"}
    assert choose_label(labels, language, "en") == (labels[expected], expected)


def test_choice_without_a_plain_label() -> None:
    assert choose_label({"fr": "a", "en": "b"}, "de", "en") == ("b", "en")
    assert choose_label({"fr": "a", "es": "b"}, "de", "en") == ("a", "fr")
    assert choose_label({}, "de") is None


def test_search(index: Index) -> None:
    hits = index.search("liquen amarillo", language="es")
    assert [(h.iri, h.label, h.language) for h in hits] == [(GARDEN + "exemplar/é", "Liquen amarillo", "es")]
    assert hits[0].kind == GARDEN + "ontology#Specimen"
    assert index.search("jardin")[0].iri, "accents do not matter"
    assert {h.iri for h in index.search("liquen amar")} == {GARDEN + "exemplar/é"}, "a beginning is enough"
    assert index.search("Trompetenflechte", language="de")[0].label == "Becherflechte", "alternative labels count"
    assert index.count_hits("flechte") == len(index.search("flechte", limit=1000))
    first, second = index.search("li", limit=2), index.search("li", limit=2, offset=2)
    assert not {h.iri for h in first} & {h.iri for h in second}


ODD_TEXTS = ["", " ", '"', "*", "a OR", "NOT", "label:x", "a* b*", "(", "^x", "-", "é'; --", "{}", "NEAR(a b)"]


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_search_takes_any_text(index: Index, text: str) -> None:
    assert len(index.search(text)) == min(20, index.count_hits(text))


def test_search_ranks_by_the_number_of_words_where_nothing_has_all(make_index: MakeIndex) -> None:
    index = make_index(
        f'<{E}both> {LABEL} "border conference" <{E}g/data>',
        f'<{E}one> {LABEL} "border" <{E}g/data>',
        f'<{E}two> {LABEL} "the security of a conference on the border" <{E}g/data>',
        f'<{E}none> {LABEL} "dialogue" <{E}g/data>',
    )
    text = "conference border nowhere"
    assert index.search(text) == [] and index.count_hits(text) == 0
    found = [hit.iri for hit in index.search(text, some=True)]
    assert (set(found[:2]), found[2:]) == ({E + "both", E + "two"}, [E + "one"])
    assert index.count_hits(text, some=True) == 3
    assert index.search(text, some=True, limit=1, offset=2)[0].iri == E + "one"
    assert index.search(" ", some=True) == [] and index.count_hits("…", some=True) == 0


def test_search_is_never_an_operator() -> None:
    assert match_expression("NEAR(a OR b)") == '"NEAR" "a" "OR" "b"'
    assert match_expression("x" * 9 + " y ") == '"xxxxxxxxx" "y"'
    assert match_expression("…!") == ""


def test_things_without_labels_are_found_by_name(make_index: MakeIndex) -> None:
    index = make_index(f"<{E}ns#coldWar_Era> {TYPE} <{E}C> <{E}data>", f"<{E}d%C3%A9tente> {TYPE} <{E}C> <{E}data>")
    assert [h.iri for h in index.search("war era")] == [E + "ns#coldWar_Era"]
    assert [(h.iri, h.label) for h in index.search("detente")] == [(E + "d%C3%A9tente", "détente")]


def test_classes_and_counts_are_those_of_the_default_graph(make_index: MakeIndex) -> None:
    index = make_index(
        f"<{E}a> {TYPE} <{E}C> <{E}data>", f"<{E}a> {TYPE} <{E}C> <{E}editorial>", f"<{E}b> {TYPE} <{E}C> <{E}data>",
        f"_:c {TYPE} <{E}C> <{E}data>", f"<{E}shape> {TYPE} <{E}Shape> <{E}shapes>", f'<{E}a> <{E}p> "1" <{E}data>',
        inferred=(f"<{E}a> {TYPE} <{E}Super> <{E}graph/inferred>",),
    )  # fmt: skip
    assert index.classes() == [(E + "C", 2), (E + "Super", 1)]
    assert index.instances(E + "C") == [E + "a", E + "b"]
    assert index.instances(E + "C", 1, 1) == [E + "b"]
    assert index.properties() == [(TYPE[1:-1], 4), (E + "p", 1)]
    counts = index.counts()
    assert (counts.triples, counts.quads, counts.asserted, counts.inferred) == (5, 7, 6, 1)
    assert (counts.entities, counts.classes) == (2, 2)
    assert [(g.iri, g.role, g.triples) for g in index.graphs() if g.role is Role.INFERRED] == [
        (E + "graph/inferred", Role.INFERRED, 1)
    ]
    shape = index.describe(E + "shape")
    assert shape is not None
    assert shape.outgoing[0].role is Role.SHAPES, "what is outside the default graph can be described too"


def test_counts_agree_with_the_store(index: Index, tiny: Tiny) -> None:
    store = ox.Store.read_only(str(tiny[2].path / "store"))
    rows = store.query("SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER(!isBlank(?s)) } GROUP BY ?c")
    assert isinstance(rows, ox.QuerySolutions)
    assert {(row["c"].value, int(row["n"].value)) for row in rows} == set(index.classes())
    total = store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert isinstance(total, ox.QuerySolutions)
    assert [int(row["n"].value) for row in total] == [index.counts().triples]
    assert len(index.classes()) > 5


def test_many_threads(index: Index) -> None:
    expected = index.describe(GARDEN + "becher")
    wrong: list[object] = []

    def work() -> None:
        for _ in range(50):
            found = index.describe(GARDEN + "becher")
            if found != expected or not index.search("flechte"):
                wrong.append(found)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_equal_input_gives_equal_rows(make_index: MakeIndex, tmp_path: Path) -> None:
    rows = [f'<{E}s{n}> {LABEL} "Thing {n}"@en <{E}data>' for n in range(50)]
    make_index(*rows)
    make_index(*rows)
    assert (tmp_path / "0" / "index.sqlite").read_bytes() == (tmp_path / "1" / "index.sqlite").read_bytes()


def test_a_damaged_index(tmp_path: Path, make_index: MakeIndex) -> None:
    for content in (b"", b"rubbish" * 100, None):
        path = tmp_path / "x.sqlite"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ReleaseError, match="can't be read") as caught:
            Index.open(path)
        assert "Build" in caught.value.cure


def test_out_of_room(tmp_path: Path) -> None:
    (tmp_path / "quads.nq").write_text("")
    with pytest.raises(ReleaseError, match="can't be written"):
        publication = parse(tmp_path, f'base = "{E}"\n', {})
        build_index(publication, Corpus(tmp_path / "quads.nq", (), ""), None, tmp_path / "no" / "index")


def test_time_of_a_lookup(make_index: MakeIndex, record_property: Callable[[str, object], None]) -> None:
    """Printed, not asserted: the figure belongs to the machine."""
    index = make_index(*(f'<{E}s{n}> <{E}p{k}> "value {n} {k}" <{E}data>' for n in range(1000) for k in range(10)))
    start = time.perf_counter()
    found = [index.describe(f"{E}s{n}") for n in range(1000)]
    microseconds = (time.perf_counter() - start) * 1000
    print(f"{microseconds:.0f} µs a description of 10 statements, of 10,000")
    record_property("microseconds", microseconds)
    assert sum(len(d.outgoing) for d in found if d) == 10_000


def test_a_statement_is_explained_down_to_the_graphs_that_assert_it(tiny: Tiny, index: Index) -> None:
    inferred = next(iter(ox.parse(path=str(tiny[2].path / "inferred.nq"), format=ox.RdfFormat.N_QUADS)))
    why = index.why(str(inferred.subject), str(inferred.predicate), str(inferred.object))
    assert why is not None and why.rule is not None and why.graphs == ()
    assert why.rule.name == "cls-hv2" and why.rule.axiom
    assert [(p.statement[0], p.rule, [role for _iri, role in p.graphs]) for p in why.premises] == [
        (str(inferred.subject), None, [Role.DATA])
    ]


def test_what_nobody_says_is_not_explained(index: Index) -> None:
    assert index.why(f"<{GARDEN}nothing>", TYPE, f"<{GARDEN}nothing>") is None
    assert index.why("_:b9", TYPE, '"a literal"') is None


def test_a_statement_may_be_asserted_and_follow(make_index: MakeIndex) -> None:
    statement = (f"<{E}a>", TYPE, f"<{E}B>")
    rows = [
        f"<{E}a> {TYPE} <{E}A> <{E}data>",
        f"<{E}A> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <{E}B> <{E}ontology>",
    ]
    line = " ".join(statement)
    index = make_index(*rows, f"{line} <{E}links>", inferred=(f"{line} <{E}inferred>",))
    why = index.why(*statement)
    assert why is not None and why.rule is not None
    assert (why.rule.name, [iri for iri, _role in why.graphs]) == ("cax-sco", [f"{E}links"])
    assert index.why(f"<{E}a>", TYPE, f"<{E}A>") is not None


def test_what_no_rule_explains_still_holds(make_index: MakeIndex) -> None:
    index = make_index(f'<{E}a> {LABEL} "a" <{E}data>', inferred=(f"<{E}a> {TYPE} <{E}B> <{E}inferred>",))
    why = index.why(f"<{E}a>", TYPE, f"<{E}B>")
    assert why is not None and why.rule is None and why.graphs == ()


def test_owners_of_a_long_list_and_of_rings(make_index: MakeIndex) -> None:
    first, rest = (f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}>" for name in ("first", "rest"))
    graph, length = f"<{E}data>", 30_000
    cells = [f"_:c{i:05} {rest} _:c{i + 1:05} {graph}" for i in range(length)]
    items = [f"_:c{i:05} {first} <{E}item> {graph}" for i in (0, length - 1)]
    ring = [f"_:r{i} <{E}p> _:r{(i + 1) % 3} {graph}" for i in range(3)] + [f"_:r2 <{E}p> <{E}item> {graph}"]
    tail = [f"_:t0 <{E}p> _:t1 {graph}", f"_:t1 <{E}p> _:t1 {graph}", f"_:t1 <{E}p> <{E}item> {graph}"]
    start = time.monotonic()
    index = make_index(f"<{E}list> <{E}p> _:c00000 {graph}", *cells, *items, *ring, *tail)
    assert time.monotonic() - start < 10, "walking each chain to its end would take a minute"
    about = index.describe(E + "item")
    assert about is not None
    assert about.owners == {"_:c00000": E + "list", f"_:c{length - 1:05}": E + "list"}


def test_how_the_vocabulary_is_used(make_index: MakeIndex) -> None:
    index = make_index(
        f"<{E}a> {TYPE} <{E}Wave> <{E}g/data>",
        f"<{E}a> {TYPE} <{E}Wave> <{E}h/data>",
        f"<{E}b> {TYPE} <{E}Wave> <{E}g/data>",
        f"<{E}c> {TYPE} <{E}Bay> <{E}g/data>",
        f"<{E}a> <{E}meets> <{E}c> <{E}g/data>",
        f"<{E}a> <{E}meets> <{E}c> <{E}h/data>",
        f"<{E}a> <{E}meets> <{E}b> <{E}g/data>",
        f'<{E}b> <{E}height> "3" <{E}g/data>',
        f"<{E}b> <{E}meets> <{E}c> <{E}g/shapes>",
        inferred=(f"<{E}b> <{E}meets> <{E}c> <{E}g/inferred>",),
    )
    assert index.uses()[E + "Wave"] == [(E + "meets", 2, 3), (E + "height", 1, 1)]
    assert E + "Bay" not in index.uses()
    links = {(link.subject, link.property, link.object): link.triples for link in index.kind_links()}
    assert links[E + "Wave", E + "meets", E + "Bay"] == links[E + "Wave", E + "meets", E + "Wave"] == 1


def test_the_documents_of_a_long_list_and_of_its_items(make_index: MakeIndex) -> None:
    first, rest = (f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}>" for name in ("first", "rest"))
    graph, length = f"<{E}data>", 10_000
    cells = [f"_:c{i:05} {rest} _:c{i + 1:05} {graph}" for i in range(length)]
    items = [f"_:c{i:05} {first} <{E}item> {graph}" for i in range(length)]
    index = make_index(f"<{E}list> <{E}p> _:c00000 {graph}", *cells, *items)
    start = time.monotonic()
    about_list = document_lines(index, Urls(E, ("en",)), E + "list")
    about_item = document_lines(index, Urls(E, ("en",)), E + "item")
    assert time.monotonic() - start < 10, "one walk for each cell would take minutes"
    assert about_list is not None and about_item is not None
    header = 2
    assert len(about_list) == 1 + 2 * length + header
    assert len({line.subject for line in about_item if line.subject.startswith("_:")}) == length


def test_instances_that_a_property_leads_to(index: Index) -> None:
    stone, on = f"{GARDEN}ontology#Stone", f"{GARDEN}ontology#growsOn"
    stones = index.instances(stone)
    assert index.instances(stone, led=on) == stones == [f"{GARDEN}findling", f"{GARDEN}mauer"]
    assert index.instances(stone, led=f"{GARDEN}ontology#foundBy") == []
    assert index.is_instance(f"{GARDEN}mauer", stone) and index.is_instance(f"{GARDEN}mauer", stone, on)
    assert not index.is_instance(f"{GARDEN}mauer", stone, f"{GARDEN}ontology#foundBy")
    assert not index.is_instance(f"{GARDEN}ada", stone)
