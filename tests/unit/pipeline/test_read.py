"""From files to the corpus: graphs, roles, order, exactness."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from parley.errors import PublicationError, SourceError
from parley.pipeline.corpus import Corpus, CorpusWriter
from parley.pipeline.sources.read import read
from parley.publication import load, parse
from parley.roles import Role

Reading = Callable[..., Corpus]

TINY = Path(__file__).resolve().parents[2] / "fixtures" / "tiny"
TRIPLE = '<http://ex.org/{}> <http://ex.org/p> "1" .\n'


def test_the_tiny_publication(tmp_path: Path) -> None:
    corpus = read(load(TINY, {}), tmp_path)
    lines = corpus.path.read_bytes().splitlines(keepends=True)
    assert len(lines) == corpus.triples > 200
    assert lines == sorted(set(lines))
    assert corpus.digest == hashlib.sha256(b"".join(lines)).hexdigest()
    assert {g.role for g in corpus.graphs} == {
        Role.PASSAGE, Role.EDITORIAL, Role.DATA, Role.ONTOLOGY, Role.THEMES, Role.CATALOGUE, Role.SHAPES,
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["quads.nq"]
    assert not corpus.ignored
    text = b"".join(lines).decode()
    literals = ['"01"^^', '"1.500"^^', "07:05:00.000Z", "rdf-syntax-ns#HTML", "<script>"]
    iris = ["/é>", "/🌿>", "/a%2Fb>", "/o'hara>", "/nabel(flechte)>", "/mit%20rand>"]
    assert [part for part in literals + iris if part not in text] == []


def test_quads_of_some_roles(tmp_path: Path) -> None:
    corpus = read(load(TINY, {}), tmp_path)
    assert len(list(corpus.quads())) == corpus.triples
    passages = list(corpus.quads(Role.PASSAGE))
    assert len(passages) == 5
    assert {q.graph_name.value for q in passages if isinstance(q.graph_name, ox.NamedNode)} == {
        "http://lichen.example/garden/heft/1", "http://lichen.example/garden/heft/2",
    }  # fmt: skip
    assert corpus.role("http://lichen.example/garden/heft/1") is Role.PASSAGE
    with pytest.raises(KeyError):
        corpus.role("http://lichen.example/garden/heft/3")


def test_triples_go_to_the_graph_of_their_file(corpus_of: Reading) -> None:
    files = {"x.ttl": "a", "x.nt": "b", "x.v2.ttl": "c", "x.v3.nt": "d"}
    corpus = corpus_of({f"data/deep/{name}": TRIPLE.format(thing) for name, thing in files.items()})
    assert [(g.iri, g.files, g.triples) for g in corpus.graphs] == [
        ("http://ex.org/graph/data/deep/x", ("data/deep/x.nt", "data/deep/x.ttl"), 2),
        ("http://ex.org/graph/data/deep/x.v2", ("data/deep/x.v2.ttl",), 1),
        ("http://ex.org/graph/data/deep/x.v3", ("data/deep/x.v3.nt",), 1),
    ]


def test_a_triple_in_two_files_of_one_graph_counts_once(corpus_of: Reading) -> None:
    assert corpus_of({"x.ttl": TRIPLE.format("a"), "x.nt": TRIPLE.format("a")}).triples == 1


def test_a_graph_has_one_role(corpus_of: Reading) -> None:
    quad = "<http://ex.org/g> { " + TRIPLE.format("a") + "}"
    files = {"data/claims/x.trig": quad, "data/editorial/y.trig": quad}
    with pytest.raises(SourceError, match=r"role editorial here, but passage in data/claims/x\.trig") as caught:
        corpus_of(files)
    assert caught.value.file == "data/editorial/y.trig"
    assert corpus_of(files, toml='[graphs]\n"data/*" = "outside"').role("http://ex.org/g") is Role.OUTSIDE


def test_the_inferred_graph_is_ours(corpus_of: Reading) -> None:
    with pytest.raises(SourceError, match="kept for what Parley infers"):
        corpus_of({"inferred.ttl": TRIPLE.format("a")})


def test_an_empty_folder_is_an_error(corpus_of: Reading) -> None:
    with pytest.raises(PublicationError, match="no RDF file"):
        corpus_of({})


def test_progress_is_told(corpus_of: Reading) -> None:
    told: list[tuple[str, int, int]] = []
    corpus_of({f"{n}.ttl": TRIPLE.format(n) for n in "abc"}, progress=lambda *step: told.append(step))
    assert told == [("read", n, 3) for n in range(4)]


def test_a_failed_read_leaves_no_corpus(corpus_of: Reading, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        corpus_of({"x.ttl": "oops"})
    assert not list(tmp_path.rglob("quads.nq"))


@pytest.mark.parametrize("run_lines", [1, 2, 3, 7, 1000])
def test_spilled_runs_merge_and_broken_files_are_taken_back(tmp_path: Path, run_lines: int) -> None:
    writer = CorpusWriter(tmp_path, run_lines)
    expected = set()
    for file in range(9):
        lines = [f"<s:{(file * 5 + i) % 11}> <p:> <o:é{i}> <g:{file % 2}> ." for i in range(5)]
        for line in lines:
            writer.add(line)
        if file % 3 == 1:
            writer.take_back()
        else:
            writer.keep()
            expected |= set(lines)
    path, digest, counts = writer.finish()
    assert path.read_text(encoding="utf-8").splitlines() == sorted(expected)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert counts.total() == len(expected) > 20
    assert list(tmp_path.iterdir()) == [path]


IRI_CHARACTERS = st.characters(
    codec="utf-8", exclude_characters=' <>"{}|^`\\#?%[]', exclude_categories=["C", "Z", "Co", "Cn"]
)
IRIS = st.text(IRI_CHARACTERS).map("http://ex.org/{}".format)
NAMED = IRIS.map(lambda iri: _named(iri))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
XSD = "http://www.w3.org/2001/XMLSchema#"
DATATYPES = st.sampled_from(["integer", "decimal", "double", "boolean", "dateTime", "string", "duration", "anyURI"])
LITERALS = (
    TEXTS.map(ox.Literal)
    | st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["de", "es-mx", "zh-hant-tw"]))
    | st.builds(lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(XSD + kind)), TEXTS, DATATYPES)
)


def _named(iri: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(iri)
    except ValueError:  # a code point that IRIs may not hold
        return None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(NAMED, NAMED, NAMED | LITERALS, NAMED), min_size=1, max_size=8),
    form=st.sampled_from([ox.RdfFormat.TRIG, ox.RdfFormat.N_QUADS, ox.RdfFormat.JSON_LD]),
)
def test_reading_changes_no_term(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[ox.NamedNode, ...]], form: ox.RdfFormat
) -> None:
    assume(all(term is not None for row in rows for term in row))
    quads = {ox.Quad(*row) for row in rows}
    root = tmp_path_factory.mktemp("publication")
    with (root / f"x.{form.file_extension}").open("wb") as out:
        ox.serialize(sorted(quads, key=str), out, format=form)
    corpus = read(parse(root, 'base = "http://ex.org/"', {}), root)
    assert set(corpus.quads()) == quads
    assert set(ox.parse(corpus.path.read_bytes(), ox.RdfFormat.N_QUADS)) == quads
