"""Lasting names for blank nodes."""

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parley.errors import SourceError
from parley.pipeline.corpus import Corpus
from parley.pipeline.sources.canonical import canonical
from parley.pipeline.sources.read import read
from parley.pipeline.sources.skolem import Namer, Undecided
from parley.publication import parse

Reading = Callable[..., Corpus]

PREFIX = "@prefix : <http://ex.org/> .\n"
GENID = "http://ex.org/.well-known/genid/"


def _lines(corpus: Corpus) -> list[str]:
    return corpus.path.read_text(encoding="utf-8").splitlines()


def _names(corpus: Corpus) -> set[str]:
    terms = (term for quad in corpus.quads() for term in (quad.subject, quad.object))
    return {str(t) for t in terms if isinstance(t, ox.BlankNode) or getattr(t, "value", "").startswith(GENID)}


def test_blank_nodes_become_iris_in_content_only(corpus_of: Reading) -> None:
    text = PREFIX + ":a :p [ :q 1 ] ."
    assert all(name.startswith(f"<{GENID}") for name in _names(corpus_of({"data/x.ttl": text})))
    for place in ("ontology", "shapes", "data/links"):
        assert [n[:3] for n in _names(corpus_of({f"{place}/x.ttl": text}))] == ["_:b"]


def test_list_cells_stay_blank_and_their_members_do_not(corpus_of: Reading) -> None:
    names = _names(corpus_of({"x.ttl": PREFIX + ":a :p ( 1 [ :q 2 ] ( 3 ) ) ."}))
    assert sorted(name[:2] for name in names) == ["<h", *["_:"] * 4]


def test_a_label_shared_by_two_graphs_of_a_file_is_one_node_and_by_two_files_two(corpus_of: Reading) -> None:
    one = corpus_of({"x.trig": PREFIX + ":g1 { :a :p _:x } :g2 { _:x :q 1 }"})
    assert len(_names(one)) == 1
    two = corpus_of({"x.ttl": PREFIX + ":a :p _:x .", "y.ttl": PREFIX + "_:x :q 1 ."})
    assert len(_names(two)) == 2


def test_equal_blank_nodes_stay_as_many_as_they_are(corpus_of: Reading) -> None:
    files = {"x.trig": PREFIX + ":g { :a :p [ :q 1 ], [ :q 1 ] }", "y.trig": PREFIX + ":g { :a :p [ :q 1 ] }"}
    corpus = corpus_of(files)
    assert (len(_names(corpus)), corpus.triples) == (3, 6)
    assert corpus_of(dict(reversed(files.items()))).digest == corpus.digest


def test_an_edit_elsewhere_renames_nothing(corpus_of: Reading) -> None:
    before = _names(corpus_of({"x.ttl": PREFIX + ":a :p [ :q 1 ] . :b :p [ :q 2 ] ."}))
    after = _names(corpus_of({"x.ttl": PREFIX + ":c :p [ :q 3 ] . :b :p [ :q 2 ], [ :q 4 ] . :a :p [ :q 1 ] ."}))
    assert len(before) == 2
    assert before < after


def test_a_blank_graph_name_becomes_an_iri(corpus_of: Reading) -> None:
    for place in ("data", "ontology"):
        corpus = corpus_of({f"{place}/x.trig": PREFIX + "_:g { :a :p 1 } _:h { :a :p 1 }"})
        assert len(corpus.graphs) == 2
        assert all(g.iri.startswith(GENID) for g in corpus.graphs)


ILL_FORMED = [
    "_:a rdf:first 1 .",
    "_:a rdf:rest _:a .",
    "_:a rdf:first 1 ; rdf:rest _:b . _:b rdf:first 2 ; rdf:rest _:a .",
    ":x :p _:a . :y :p _:a . _:a rdf:first 1 ; rdf:rest rdf:nil .",
    ":x :p _:a . _:a rdf:first 1, 2 ; rdf:rest rdf:nil, _:b . _:b rdf:first _:a .",
    ":x :p _:a . _:a a rdf:List ; rdf:first 1 ; rdf:rest _:b . _:b rdf:first 2 ; rdf:rest :elsewhere .",
    ":x :p _:a . _:a rdf:first _:a ; rdf:rest rdf:nil .",
    ":l rdf:first [] ; rdf:rest ( 1 2 ) .",
]


@pytest.mark.parametrize("text", ILL_FORMED)
def test_ill_formed_lists_lose_nothing(corpus_of: Reading, text: str) -> None:
    text = PREFIX + "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n" + text
    corpus = corpus_of({"shapes/x.ttl": text})
    asserted = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in ox.parse(text, ox.RdfFormat.TURTLE))
    kept = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in corpus.quads())
    for dataset in (asserted, kept):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert len(kept) > 0
    assert kept == asserted


@pytest.mark.parametrize("items", ["0 " * 3000, "".join(f"( {i} {i % 7} ) " for i in range(1500))])
def test_long_lists_of_like_items_take_no_time(corpus_of: Reading, items: str) -> None:
    corpus = corpus_of({"x.ttl": f"{PREFIX}:a :p ( {items}) ."})  # refused, if labels took longer than the limit
    assert corpus.triples > 6000


def _clique(size: int) -> str:
    return PREFIX + "".join(f"_:n{i} :p _:n{j} .\n" for i in range(size) for j in range(size) if i != j)


def test_a_poison_graph_ends_at_the_limit(corpus_of: Reading) -> None:
    with pytest.raises(SourceError, match=r"too alike.*canonical_seconds") as caught:
        corpus_of({"data/x.ttl": _clique(12)}, toml="[limits]\ncanonical_seconds = 0.5")
    assert caught.value.file == "data/x.ttl"
    files = {"a.ttl": PREFIX + ":a :p 1 .", "x.ttl": _clique(12)}
    kept = corpus_of(files, toml="[limits]\ncanonical_seconds = 0.5", skip_broken=True)
    assert (kept.skipped, kept.triples) == (("x.ttl",), 1)


def test_the_limit_is_for_all_files_together() -> None:
    namer = Namer("http://ex.org/", 0.001)
    with pytest.raises(Undecided, match="seconds left"):
        list(namer.named(list(ox.parse(_clique(5), ox.RdfFormat.TURTLE)), skolemise=True))


def test_components_too_large_to_label_here_are_labelled_alike_by_the_child(corpus_of: Reading) -> None:
    chain = "".join(f"_:n{i} :next _:n{i + 1} .\n" for i in range(20))
    corpus = corpus_of({"x.ttl": PREFIX + chain})
    assert (len(_names(corpus)), corpus.triples) == (21, 20)
    renamed = chain.replace("_:n", "_:other")
    assert corpus_of({"x.ttl": PREFIX + renamed}).digest == corpus.digest


def test_canonical_labels_do_not_depend_on_those_given() -> None:
    texts = ("_:x <http://p> _:y .", "_:y <http://p> _:x .")
    one, two = (list(ox.parse(text, ox.RdfFormat.N_TRIPLES)) for text in texts)
    assert canonical(one) == canonical(two) != canonical([*one, *two])


NODES = st.sampled_from([":a", ":b", "_:x", "_:y", "_:z", "_:u", "_:v", "_:w"])
TRIPLES = st.lists(
    st.tuples(NODES, st.sampled_from([":p", ":q", "rdf:first", "rdf:rest"]), NODES | st.sampled_from(["1", "rdf:nil"])),
    min_size=1, max_size=12, unique=True,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(triples=TRIPLES, random=st.randoms(use_true_random=False), place=st.sampled_from(["data", "shapes"]))
def test_neither_labels_nor_order_matter(
    tmp_path_factory: pytest.TempPathFactory, triples: list[tuple[str, str, str]], random: object, place: str
) -> None:
    def digest(rows: list[tuple[str, str, str]]) -> str:
        root: Path = tmp_path_factory.mktemp("publication")
        (root / place).mkdir()
        body = "".join(f"{s} {p} {o} .\n" for s, p, o in rows)
        header = PREFIX + "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        (root / place / "x.ttl").write_text(header + body)
        corpus = read(parse(root, 'base = "http://ex.org/"', {}), root)
        assert corpus.triples == len(rows)
        return corpus.digest

    labels = ["_:x", "_:y", "_:z", "_:u", "_:v", "_:w"]
    shuffled = list(labels)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    names = dict(zip(labels, shuffled, strict=True))
    rows = [(names.get(s, s), p, names.get(o, o)) for s, p, o in triples]
    random.shuffle(rows)  # type: ignore[attr-defined]
    assert digest(rows) == digest(triples)
