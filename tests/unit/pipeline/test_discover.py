"""Which files are read."""

import os
from pathlib import Path

import pytest

from parley.errors import PublicationError
from parley.pipeline.sources.discover import Discovery, discover, discover_in, form_of, rule_files, watched_files
from parley.pipeline.sources.guess import guess
from parley.publication import parse
from parley.roles import Role


def _found(root: Path, state: Path | None = None) -> Discovery:
    return discover_in(root, lambda name: Role.IGNORED if name.startswith("draft") else Role.DATA, state)


def _touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def test_nested_folders_are_walked_in_one_order(tmp_path: Path) -> None:
    _touch(tmp_path, "b.ttl", "a/z.nt", "a/b/c/d.TRIG", "Z/x.owl", "a.nq")
    assert [f.name for f in _found(tmp_path).files] == ["Z/x.owl", "a.nq", "a/b/c/d.TRIG", "a/z.nt", "b.ttl"]


def test_thousands_of_files(tmp_path: Path) -> None:
    _touch(tmp_path, *(f"{i % 50}/{i}.ttl" for i in range(3000)))
    assert len(_found(tmp_path).files) == 3000


def test_hidden_and_foreign_folders_are_skipped(tmp_path: Path) -> None:
    _touch(tmp_path, "a.ttl", ".git/x.ttl", ".venv/x.ttl", ".parley/x.nq", "node_modules/p/x.json", ".hidden.ttl")
    _touch(tmp_path, "contexts/x.jsonld", "deep/contexts/y.jsonld", "releases/r/quads.nq", "draft/x.ttl")
    found = _found(tmp_path, state=tmp_path / "releases")
    assert [f.name for f in found.files] == ["a.ttl", "deep/contexts/y.jsonld"]


def test_releases_kept_in_the_publication_are_no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")  # a relative state folder is relative to the publication, wherever one stands
    _touch(tmp_path, "a.ttl", "q.rq", "made/here/releases/x/quads.nq", "made/here/releases/x/q.rq")
    publication = parse(tmp_path, 'base = "http://ex.org/"\n[server]\nstate = "made/here"\n', {})
    assert [f.name for f in discover(publication).files] == ["a.ttl"]
    assert rule_files(publication) == (tmp_path / "q.rq",)
    assert sorted(p.name for p in watched_files(publication)) == ["a.ttl", "q.rq", "q.rq"]
    (tmp_path / "a.ttl").write_text("<http://ex.org/a> <http://ex.org/p> 1 .")
    (tmp_path / "made/here/releases/x/quads.nq").write_text("<http://other.org/a> <http://ex.org/p> 1 .")
    assert guess(tmp_path, {"PARLEY_STATE": "made/here"}).bases == ()


def test_what_is_watched(tmp_path: Path) -> None:
    _touch(tmp_path, "publication.toml", "data/a.ttl", "contexts/x.jsonld", "more/b.ttl", ".git/index", "venv/x.ttl")
    publication = parse(tmp_path, 'base = "http://ex.org/"', {})
    assert publication.paths == ("data",)  # but an edit of the file may name more
    names = {path.relative_to(tmp_path).as_posix() for path in watched_files(publication)}
    assert names == {"publication.toml", "data/a.ttl", "contexts/x.jsonld", "more/b.ttl"}


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    _touch(tmp_path, "data/real/a.ttl", "elsewhere/b.ttl")
    root = tmp_path / "data"
    (root / "a-loop").symlink_to(root)
    (root / "real" / "up").symlink_to(root / "real")
    (root / "link-to-real").symlink_to(root / "real")
    (root / "outside").symlink_to(tmp_path / "elsewhere")
    (root / "dangling.ttl").symlink_to(root / "nowhere.ttl")
    assert [f.name for f in _found(root).files] == ["outside/b.ttl", "real/a.ttl"]


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    _touch(tmp_path, "a.ttl")
    os.mkfifo(tmp_path / "b.ttl")
    assert [f.name for f in _found(tmp_path).files] == ["a.ttl"]


def test_unknown_endings_are_reported_and_usual_companions_are_not(tmp_path: Path) -> None:
    _touch(tmp_path, "a.ttl", "table.xlsx", "ttl", "README.md", "publication.toml", "q.rq")
    assert [name for name, _reason in _found(tmp_path).ignored] == ["table.xlsx", "ttl"]


def test_no_rdf_is_an_error_that_says_what_would_be(tmp_path: Path) -> None:
    _touch(tmp_path, "table.xlsx", "draft.ttl")
    with pytest.raises(PublicationError, match=r"holds no RDF file.*\.ttl"):
        _found(tmp_path)


@pytest.mark.parametrize(
    ("name", "form", "compression"),
    [("x.ttl.gz", "turtle", "gz"), ("x.NT.BZ2", "ntriples", "bz2"), ("x.n3", "n3", None), ("x.json.xz", "jsonld", "xz"),
     ("x.owl", "rdfxml", None), ("x.gz", None, "gz"), (".ttl", None, None), ("v1.2.ttl", "turtle", None)],
)  # fmt: skip
def test_endings(name: str, form: str | None, compression: str | None) -> None:
    found, packed = form_of(name)
    assert (found.name if found else None, packed) == (form, compression)
