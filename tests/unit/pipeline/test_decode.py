"""Messy files: compression, encodings, endings that do not say what is inside, entities of XML."""

import bz2
import gzip
import lzma
from collections.abc import Callable

import pytest

from parley.errors import SourceError
from parley.pipeline.corpus import Corpus

Reading = Callable[..., Corpus]

TRIPLE = '<http://ex.org/ä> <http://ex.org/p> "é" .\n'
LINE = '<http://ex.org/ä> <http://ex.org/p> "é" <http://ex.org/graph/x> .\n'
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://ex.org/"'
XML = f'<rdf:RDF {RDF}>\n<rdf:Description rdf:about="http://ex.org/ä">\n<p>é</p></rdf:Description></rdf:RDF>'
JSON = '{"@context": {"@vocab": "http://ex.org/"}, "@id": "http://ex.org/ä", "p": "é"}'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.ttl", TRIPLE.encode("utf-8-sig")),
        ("x.ttl", TRIPLE.encode("utf-16")),
        ("x.ttl.gz", gzip.compress(TRIPLE.encode(), mtime=0)),
        ("x.nt.bz2", bz2.compress(TRIPLE.encode())),
        ("x.ttl.xz", lzma.compress(TRIPLE.encode("utf-8-sig"))),
        ("x.n3", TRIPLE.encode()),
        ("x.owl", TRIPLE.encode()),
        ("x.owl", ("# a comment\n\n@prefix e: <http://ex.org/> .\n" + TRIPLE).encode()),
        ("x.rdf", JSON.encode()),
        ("x.owl", XML.encode()),
        ("x.rdf", ("\n<!-- first -->\n" + XML).encode("utf-8-sig")),
        ("x.xml", f'<?xml version="1.0" encoding="ISO-8859-1"?>{XML}'.encode("latin-1")),
        ("x.xml", f'<?xml version="1.0" encoding="windows-1252"?>{XML}'.encode("cp1252")),
        ("x.xml.gz", gzip.compress(f'<?xml version="1.0" encoding="UTF-16"?>{XML}'.encode("utf-16"), mtime=0)),
        ("x.json", JSON.encode("utf-8-sig")),
        ("x.jsonld", f"[{JSON}]".encode()),
        ("x.nq", TRIPLE.encode()),
    ],
)
def test_all_say_the_same(corpus_of: Reading, name: str, content: bytes) -> None:
    assert corpus_of({name: content}).path.read_text(encoding="utf-8") == LINE


def test_quads_only(corpus_of: Reading) -> None:
    corpus = corpus_of({"x.nq": LINE.replace("graph/x", "g1"), "y.trig": f"<http://ex.org/g2> {{ {TRIPLE} }}"})
    files = {g.iri: g.files for g in corpus.graphs}
    assert files == {"http://ex.org/g1": ("x.nq",), "http://ex.org/g2": ("y.trig",)}


@pytest.mark.parametrize(
    ("name", "content", "line", "message"),
    [
        ("x.ttl", TRIPLE.encode() + b'<http://ex.org/a> <http://ex.org/p> "\xe9" .', 2, "UTF-8"),
        ("x.rdf", XML.encode("latin-1"), 2, "utf-8"),
        ("x.xml", f'<?xml version="1.0" encoding="ebcdic-de"?>{XML}'.encode(), 1, "ebcdic"),
        ("x.ttl.gz", gzip.compress(TRIPLE.encode(), mtime=0)[:-12], None, "to its end"),
        ("x.ttl.xz", b"no archive", None, "to its end"),
        ("x.owl", b"Prefix(:=<http://ex.org/>)\nOntology(<http://ex.org/o>)", 1, "functional syntax.*robot"),
        ("x.owl", b"Prefix: e: <http://ex.org/>\nOntology: <http://ex.org/o>", 1, "Manchester"),
        ("x.owl", b'<?xml version="1.0"?><Ontology xmlns="http://www.w3.org/2002/07/owl#"/>', 1, "OWL/XML"),
        ("x.json", b'{"@id": "http://ex.org/a",\n"http://ex.org/p": 1,,}', 2, "keys"),
        ("x.rdf", f"<rdf:RDF {RDF}>\n<rdf:Description>\n</p></rdf:RDF>".encode(), 3, "ill-formed"),
        ("x.rdf", b"<rdf:RDF\n<", 2, "not well-formed"),
    ],
)
def test_what_cannot_be_read_is_named(
    corpus_of: Reading, name: str, content: bytes, line: int | None, message: str
) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        corpus_of({name: content})
    assert (caught.value.file, caught.value.line) == (name, line)
    assert caught.value.cure


def test_other_json_and_xml_is_passed_over_and_said(corpus_of: Reading) -> None:
    corpus = corpus_of({"a.ttl": TRIPLE, "package.json": '{"name": "x",', "pom.xml": "<project><a/></project>"})
    assert [name for name, _reason in corpus.ignored] == ["package.json", "pom.xml"]
    assert corpus.triples == 1


def test_expansion_has_a_limit(corpus_of: Reading) -> None:
    bomb = gzip.compress(TRIPLE.encode() * 20_000)
    assert len(bomb) < 10_000
    with pytest.raises(SourceError, match=r"more than 100,000 bytes.*file_bytes"):
        corpus_of({"x.nt.gz": bomb}, toml="[limits]\nfile_bytes = 100000")


def _ontology(subset: str, about: str = "&e;ä", value: str = "é") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE rdf:RDF [\n{subset}\n]>\n'
        f'<rdf:RDF {RDF}><rdf:Description rdf:about="{about}"><p>{value}</p></rdf:Description></rdf:RDF>'
    )


@pytest.mark.parametrize(
    "text",
    [
        _ontology('<!ENTITY e "http://ex.org/">'),
        _ontology("<!-- <!DOCTYPE x> --><!ENTITY e 'http://ex.org/'><!ENTITY e 'http://second.org/'>"),
        _ontology('<!ENTITY e "http://ex.org/"><!ENTITY v "é">', value="&v;"),
        _ontology('<!ENTITY e "http://ex.org/"><!ENTITY amp "&#38;#38;">', value="<![CDATA[é]]>"),
        f'<!DOCTYPE rdf:RDF SYSTEM "http://ex.org/never-fetched.dtd">{XML}',
        f"<!DOCTYPE rdf:RDF>{XML}",
    ],
)
def test_plain_entities_are_expanded(corpus_of: Reading, text: str) -> None:
    assert corpus_of({"x.owl": text}).path.read_text(encoding="utf-8") == LINE


def test_entities_hold_text_not_markup(corpus_of: Reading) -> None:
    text = _ontology('<!ENTITY e "http://ex.org/"><!ENTITY q "&#34;&#39;&#62;">', value="&q;&amp;<![CDATA[&q;]]>")
    assert '"\\"\'>&&q;"' in corpus_of({"x.owl": text}).path.read_text(encoding="utf-8")


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_ontology(f'<!ENTITY l0 "ha">{LAUGHS}', value="&l9;"), "another entity"),
        (_ontology('<!ENTITY e "http://ex.org/"><!ENTITY f "&#38;e;">', value="&f;"), "another entity"),
        (_ontology('<!ENTITY e SYSTEM "file:///etc/passwd">'), "another file"),
        (_ontology('<!ENTITY % p "x">'), "parameter entity"),
        (_ontology('<!ENTITY % p SYSTEM "http://ex.org/p.dtd"> %p;'), "another file"),
        (_ontology('<!ENTITY v "<b/>">'), "markup"),
        (_ontology('<!ENTITY other "x">'), "“e” is not declared"),
        (_ontology(f'<!ENTITY e "{"x" * 10_000}">', value="&e;" * 10_000), "expand to 100,010,000.*xml_expansion"),
    ],
)
def test_bombs_and_outside_entities_are_refused(corpus_of: Reading, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        corpus_of({"x.rdf": text})
