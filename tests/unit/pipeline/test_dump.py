"""Downloads hold everything, in the same bytes every time, exactly as it was written."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from parley import formats
from parley.errors import ReleaseError
from parley.pipeline.build import Built, build
from parley.pipeline.corpus import Corpus, GraphInfo
from parley.pipeline.output.dump import read_list, write_dumps
from parley.pipeline.output.tables import write_tables
from parley.publication import Publication, load, parse
from parley.release.directory import StateDirectory
from parley.roles import Role
from parley.serialise import KEEP_GRAPHS

Tiny = tuple[Publication, StateDirectory, Built]
E = "http://ex.org/"


def quads_of(*paths: Path) -> list[ox.Quad]:
    return [quad for path in paths for quad in ox.parse(path=path, format=ox.RdfFormat.N_QUADS)]


@pytest.mark.parametrize("format_", formats.RDF_FORMATS, ids=lambda f: f.name)
@pytest.mark.parametrize("scope", ["all", "asserted"])
def test_every_format_holds_everything(tiny: Tiny, format_: formats.Format, scope: str) -> None:
    path = tiny[2].path
    quads = quads_of(path / "quads.nq", *([path / "inferred.nq"] if scope == "all" else []))
    if format_ not in KEEP_GRAPHS:
        quads = [ox.Quad(q.subject, q.predicate, q.object) for q in quads]
    expected = ox.Dataset(quads)
    data = (path / "dumps" / f"{scope}.{format_.extension}").read_bytes()
    found = ox.Dataset(ox.parse(data, format=format_.oxigraph))
    row = next(d for d in read_list(path / "dumps") if d.scope == scope and d.format == format_.name)
    assert row.rows == len(expected) > 150
    for dataset in (found, expected):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert found == expected


def test_two_builds_give_the_same_bytes(tiny: Tiny, tmp_path: Path) -> None:
    again = build(load(tiny[0].root, {}, state=str(tmp_path / "state")), StateDirectory(tmp_path / "state"))
    first, second = tiny[2].manifest, again.manifest
    assert (first.id, first.files) == (second.id, second.files)
    assert sum(name.startswith("dumps/") for name in first.files) > 20
    assert not [name for name in first.files if "partial" in name]


def _no_links(self: Path, target: Path) -> None:
    raise PermissionError(self, target)


@pytest.mark.parametrize("linked", [True, False])
def test_nothing_inferred(
    corpus_of: Callable[..., Corpus], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool
) -> None:
    if not linked:
        monkeypatch.setattr(Path, "hardlink_to", _no_links)
    corpus = corpus_of({"data/a.ttl": f"<{E}x> <{E}p> 1 ."})
    dumps = write_dumps(parse(tmp_path, f'base = "{E}"', {}), corpus, None, tmp_path / "dumps")
    assert len(dumps) == 2 * len(formats.RDF_FORMATS)
    for format_ in formats.RDF_FORMATS:
        both = [tmp_path / "dumps" / f"{scope}.{format_.extension}" for scope in ("all", "asserted")]
        assert both[0].read_bytes() == both[1].read_bytes()
        assert both[0].samefile(both[1]) is linked


def test_what_rdf_xml_cannot_say_is_said_in_the_list(corpus_of: Callable[..., Corpus], tmp_path: Path) -> None:
    corpus = corpus_of({"data/a.ttl": f"<{E}x> <{E}1> 1 ; <{E}p> 2 ."})
    dumps = write_dumps(parse(tmp_path, f'base = "{E}"', {}), corpus, None, tmp_path / "dumps")
    missing = [dump for dump in dumps if dump.missing]
    assert [dump.name for dump in missing] == ["asserted.rdf", "all.rdf"]
    assert f"<{E}1>" in str(missing[0].missing)
    assert not list((tmp_path / "dumps").glob("*.rdf"))
    assert read_list(tmp_path / "dumps") == dumps


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


def test_tables(corpus_of: Callable[..., Corpus], tmp_path: Path) -> None:
    turtle = f"""@prefix : <{E}> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    :a a :Thing, :other\\/Thing ; rdfs:label "A, \\"first\\""@en, "Ah"@fr ; :n 2, 1 ; :see :b, :c ; :only "seul"@fr .
    :b a :Thing ; :n "line\\none" ."""
    corpus = corpus_of({"data/a.ttl": turtle.replace(":other\\/Thing", f"<{E}other/thing>")})
    publication = parse(tmp_path, f'base = "{E}"\nlanguages = ["en", "fr"]\n[prefixes]\nex = "{E}"', {})
    tables = write_tables(publication, corpus, [corpus.path], tmp_path / "csv")
    assert [(t.class_iri, t.name, t.rows) for t in tables] == [
        (E + "Thing", "Thing.csv", 2),
        (E + "other/thing", "thing-2.csv", 1),
    ], "file systems exist that do not tell T from t"
    rows = rows_of(tmp_path / "csv" / "Thing.csv")
    assert rows[0] == {
        "iri": E + "a", "label": 'A, "first"', "ex:n": "1 | 2", "ex:see": f"{E}b | {E}c", "ex:only": "seul",
        "rdfs:label": 'A, "first"',
    }  # fmt: skip
    assert rows[1]["ex:n"] == "line\none"
    content = (tmp_path / "csv" / "Thing.csv").read_bytes()
    assert content.startswith(b"iri,label,")
    assert content.replace(b"line\none", b"").count(b"\n") == content.count(b"\r\n") == 3


def test_tables_have_a_row_for_each_instance(tiny: Tiny) -> None:
    dumps = [d for d in read_list(tiny[2].path / "dumps") if d.format == "csv"]
    assert len(dumps) > 5
    for dump in dumps:
        assert len(rows_of(tiny[2].path / "dumps" / dump.name)) == dump.rows > 0
    assert len({d.name.lower() for d in dumps}) == len(dumps)


def test_not_writable(corpus_of: Callable[..., Corpus], tmp_path: Path) -> None:
    corpus = corpus_of({"data/a.ttl": f"<{E}x> <{E}p> 1 ."})
    (tmp_path / "file").write_text("")
    with pytest.raises(ReleaseError, match="The downloads can't be written"):
        write_dumps(parse(tmp_path, f'base = "{E}"', {}), corpus, None, tmp_path / "file" / "dumps")


@pytest.mark.slow
def test_time_for_300_000_triples(tmp_path: Path) -> None:
    """Printed, not asserted: the figure belongs to the machine."""
    pairs = ((n, k) for n in range(30_000) for k in range(10))
    lines = sorted(f'<{E}thing/{n}> <{E}ns#p{k}> "value {n} of {k}"@en <{E}graph/{n % 9}> .\n' for n, k in pairs)
    (tmp_path / "quads.nq").write_text("".join(lines))
    graphs = tuple(GraphInfo(f"{E}graph/{n}", Role.DATA, (), 0) for n in range(9))
    start = time.perf_counter()
    dumps = write_dumps(
        parse(tmp_path, f'base = "{E}"', {}), Corpus(tmp_path / "quads.nq", graphs, ""), None, tmp_path / "dumps"
    )
    print(f"{time.perf_counter() - start:.1f} s for {len(dumps)} downloads of 300,000 triples")
    assert {dump.rows for dump in dumps} == {300_000}
