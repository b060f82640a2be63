"""Publications of a few lines, read for real."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from parley.pipeline.corpus import Corpus
from parley.pipeline.sources.read import read
from parley.publication import Publication, parse

Reading = Callable[..., tuple[Publication, Corpus]]

BASE = "http://ex.org/"
PREFIXES = """
@prefix : <http://ex.org/ontology#> .
@prefix d: <http://ex.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """A function that writes files into a publication and reads it: keyword → file (`__` is `/`), then its Turtle.

    `toml` are further lines of `publication.toml`.
    """

    def make(*, toml: str = "", **files: str) -> tuple[Publication, Corpus]:
        root, work = tmp_path / "publication", tmp_path / "work"
        for name, text in files.items():
            path = root / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text((PREFIXES if path.suffix in (".ttl", ".trig") else "") + text, encoding="utf-8")
        work.mkdir(exist_ok=True)
        publication = parse(root, f'base = "{BASE}"\n{toml}\n[prefixes]\no = "{BASE}ontology#"\nd = "{BASE}"\n', {})
        return publication, read(publication, work)

    return make


@pytest.fixture
def corpus_of(tmp_path: Path) -> Callable[..., Corpus]:
    """A function that writes files (name → text or bytes) into a folder of their own and reads it.

    `toml` are further lines of `publication.toml`; the other keywords go to `read`.
    """
    count = itertools.count()

    def make(files: Mapping[str, str | bytes], *, toml: str = "", **options: Any) -> Corpus:
        root, work = tmp_path / f"folder{next(count)}", tmp_path / f"work{next(count)}"
        work.mkdir()
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        root.mkdir(exist_ok=True)
        return read(parse(root, f'base = "{BASE}"\npaths = ["."]\n{toml}', {}), work, **options)

    return make
