"""Faults in files, each with its line; what the parser would drop in silence."""

from collections.abc import Callable

import pytest

from parley.errors import PublicationError, SourceError
from parley.pipeline.corpus import Corpus

Reading = Callable[..., Corpus]

GOOD = "<http://ex.org/a> <http://ex.org/p> <http://ex.org/b> .\n"
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://ex.org/" {}>\n'
RELATIVE = '<rdf:Description rdf:about="a"><p rdf:resource="b"/></rdf:Description></rdf:RDF>'
FAULTS = [
    ("x.ttl", GOOD + "<http://ex.org/a> <http://ex.org/p> ;;; oops .", 2, "Correct the line"),
    ("x.ttl", GOOD + "<a> <http://ex.org/p> 1 .", 2, "relative.*@base"),
    ("x.nt", GOOD + '<http://ex.org/a> <http://ex.org/p> "x"^^<int> .', 2, "relative"),
    ("x.ttl", GOOD + '<http://ex.org/a> <http://ex.org/p> "x"@toolonglanguagetag .', 2, "subtag"),
    ("x.ttl", GOOD + "<http://ex.org/a> <http://ex.org/p> <http://ex.org/a b> .", 2, "IRI"),
    ("x.rdf", RDF.format("") + '<x rdf:about="a"/></rdf:RDF>', 2, "<a> is relative.*xml:base"),
    ("x.rdf", RDF.format("") + '<x rdf:about="http://ex.org/a b"/></rdf:RDF>', 2, "IRI"),
    ("x.rdf", RDF.format("") + '\n<x><p xml:lang="d_e">x</p></x></rdf:RDF>', 3, "language tag 'd_e'"),
    ("x.jsonld", '{"@id": "http://ex.org/a",\n"http://ex.org/p": {"@id": "b"}}', 2, "<b> is relative"),
    ("x.jsonld", '{"@id": "http://ex.org/a",\n"http://ex.org/p": {"@id": "http://ex.org/a b"}}', 2, "IRI"),
    ("x.jsonld", '{"http://ex.org/p":\n{"@value": "x", "@language": "d_e"}}', 2, "language tag 'd_e'"),
    ("x.n3", GOOD + "{ " + GOOD + "} => { " + GOOD + "} .", 2, "Rules and formulae"),
    ("x.n3", GOOD + "?x <http://ex.org/p> 1 .", 2, "variables"),
    ("x.ttl", GOOD + "<http://ex.org/a> <http://ex.org/p> <<( " + GOOD[:-2] + ")>> .", 2, "RDF 1.2"),
    ("x.ttl", GOOD + '<http://ex.org/a> <http://ex.org/p> "x"@ar--rtl .', 2, "RDF 1.2"),
    (
        "x.ttl",
        "<http://ex.org/a> <http://ex.org/p> " + "<<( <http://ex.org/a> <http://ex.org/p> " * 100_000,
        1,
        "RDF 1.2",
    ),
]

DEEP = [
    ("x.jsonld", '{"http://ex.org/p":' * 30_000 + "1" + "}" * 30_000),
    ("x.json", '{"@id": "http://ex.org/a", "http://ex.org/p": ' + "[" * 30_000 + "]" * 30_000 + "}"),
    ("x.rdf", RDF.format("") + "<a>" * 30_000 + "</a>" * 30_000 + "</rdf:RDF>"),
]


@pytest.mark.parametrize(("name", "text"), DEEP)
def test_nesting_that_would_end_the_process_is_refused(corpus_of: Reading, name: str, text: str) -> None:
    with pytest.raises(SourceError, match="levels deep"):
        corpus_of({name: text})


def test_brackets_in_texts_do_not_nest(corpus_of: Reading) -> None:
    text = '{"@id": "http://ex.org/a", "http://ex.org/p": "%s\\"["}' % ("{" * 5000)
    assert corpus_of({"x.json": text}).triples == 1


@pytest.mark.parametrize(("name", "text", "line", "message"), FAULTS)
def test_a_fault_stops_with_file_line_and_cure(
    corpus_of: Reading, name: str, text: str, line: int, message: str
) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        corpus_of({"data/good.ttl": GOOD, f"data/{name}": text})
    assert (caught.value.file, caught.value.line) == (f"data/{name}", line)
    assert caught.value.cure


@pytest.mark.parametrize(("name", "text", "_line", "_message"), FAULTS)
def test_a_broken_file_can_be_left_out_whole(
    corpus_of: Reading, name: str, text: str, _line: int, _message: str
) -> None:
    other = GOOD.replace("/b>", "/c>")
    broken = other + text if name.endswith("nt") else text
    corpus = corpus_of({"a.ttl": GOOD, f"m/{name}": broken, "z.ttl": other}, skip_broken=True)
    assert corpus.skipped == (f"m/{name}",)
    assert [(g.files, g.triples) for g in corpus.graphs] == [(("a.ttl",), 1), (("z.ttl",), 1)]


def test_all_broken_files_are_told_at_once_with_the_way_around_them(corpus_of: Reading) -> None:
    files = {f"f{i:02}.ttl": GOOD + "oops" for i in range(30)} | {"good.ttl": GOOD}
    with pytest.raises(SourceError) as caught:
        corpus_of(files)
    told = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in told[:20]] == [f"f{i:02}.ttl" for i in range(20)]
    assert told[20] == "… and 10 more"
    assert told[21].startswith("30 of 31 files can't be read; `--skip-broken`")
    with pytest.raises(SourceError, match=r"^x\.ttl:2: .*\n`--skip-broken`"):
        corpus_of({"x.ttl": GOOD + "oops", "good.ttl": GOOD})


def test_nothing_but_broken_files_is_an_error(corpus_of: Reading) -> None:
    with pytest.raises(PublicationError, match=r"no triple.*x\.ttl:1"):
        corpus_of({"x.ttl": "oops"}, skip_broken=True)
    with pytest.raises(PublicationError, match="no triple"):
        corpus_of({"x.ttl": "# nothing yet\n"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.ttl", "@base <http://ex.org/> . <a> <p> <b> ."),
        ("x.ttl", "BASE <http://ex.org/>\n<a> <p> <b> ."),
        ("x.rdf", RDF.format('xml:base="http://ex.org/"') + RELATIVE),
        ("x.jsonld", '{"@context": {"@base": "http://ex.org/"}, "@id": "a", "http://ex.org/p": {"@id": "b"}}'),
    ],
)  # fmt: skip
def test_a_file_may_declare_its_base(corpus_of: Reading, name: str, text: str) -> None:
    assert corpus_of({name: text}).path.read_text() == GOOD.replace(" .", " <http://ex.org/graph/x> .")


def test_literals_keep_their_form_and_language_tags_become_small(corpus_of: Reading) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    text = (
        f'<http://ex.org/a> <http://ex.org/p> "01"^^<{xsd}integer>, 1.500, 1.0E3, "x"@de-AT, "true"^^<{xsd}boolean> .'
    )
    lines = corpus_of({"x.ttl": text}).path.read_text()
    assert all(f'"{form}"^^' in lines for form in ("01", "1.500", "1.0E3", "true"))
    assert '"x"@de-at' in lines
    json = '{"http://ex.org/p": {"@value": "x", "@language": "de-AT"}}'
    assert '"x"@de-at' in corpus_of({"x.jsonld": json}).path.read_text()


def test_keys_that_a_context_does_not_define_mean_nothing(corpus_of: Reading) -> None:
    text = '{"@id": "http://ex.org/a", "http://ex.org/p": {"@id": "http://ex.org/b"}, "undefined": 1}'
    assert corpus_of({"x.jsonld": text}).triples == 1


def test_less_than_signs_in_texts_are_no_triple_terms(corpus_of: Reading) -> None:
    text = "".join(f'<http://ex.org/a> <http://ex.org/p> "1<<({i})" .\n' for i in range(8000))
    assert corpus_of({"x.ttl": text}).triples == 8000
