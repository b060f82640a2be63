"""Other people's data in a publication: added whole or not at all, kept apart, described, removable.

Each lies in a folder `data/external/NAME` of its own: `data.nt`, what was read as sorted N-Triples, from which any
clone builds the same release, and `source.ttl`, which says what it is: licence, date, origin, checksum of the source.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from parley.errors import Misuse, SourceError
from parley.formats import N_TRIPLES
from parley.pipeline.sources.contexts import Contexts
from parley.pipeline.sources.discover import SourceFile, discover_in, form_of
from parley.pipeline.sources.parse import Parser
from parley.pipeline.sources.tabular import METADATA, csvw, sssom
from parley.pipeline.sources.unpack import is_archive, unpack
from parley.publication import Publication, Role
from parley.vocab import DCTERMS, PREFIXES, RDF_TYPE, VOID, XSD

FOLDER: Final = "data/external"
DATA: Final = "data.nt"
ABOUT: Final = "source.ttl"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_SPDX: Final = PREFIXES["spdx"]
#: What other people's data may say of our things: that theirs is the same, or like it.
_MAPPINGS: Final = (PREFIXES["skos"], PREFIXES["owl"] + "sameAs", PREFIXES["rdfs"] + "seeAlso")


@dataclass(frozen=True, slots=True)
class Added:
    """What the folder of added data says of itself; `sha256` is of the source as it was added."""

    name: str
    title: str
    licence: str
    date: str
    origin: str
    sha256: str
    triples: int


def add(publication: Publication, sources: list[Path], about: Added, *, replacing: bool = False) -> Added:
    """Read `sources` and write the folder `about.name`; returns `about` with checksum and number of triples.

    Raises SourceError for the first thing wrong with a source, Misuse for a name that is taken or can't be one. The
    publication is then as it was before.
    """
    if not _NAME.fullmatch(about.name):
        raise Misuse(f"“{about.name}” can't be a name.", cure="Use lower-case letters, digits and hyphens (--name).")
    target = publication.root / FOLDER / about.name
    if target.exists() and not replacing:
        raise Misuse(f"There is data called {about.name} already.", cure="Choose another --name, or say --replace.")
    with tempfile.TemporaryDirectory(prefix="parley-add-") as work:
        triples = sorted({str(triple) for triple in _read(publication, sources, Path(work))})
        if not triples:
            raise SourceError("There is no triple in it.", file=sources[0].name, cure="Name another file.")
        whole = replace(about, sha256=_digest(sources), triples=len(triples))
        draft = publication.root / FOLDER / f".{about.name}.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        (draft / DATA).write_text("".join(f"{line} .\n" for line in triples), encoding="utf-8", newline="\n")
        (draft / ABOUT).write_bytes(_described(publication, whole))
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
    return whole


def remove(publication: Publication, name: str) -> None:
    """Remove added data. Raises Misuse if there is none called `name`."""
    if name not in {one.name for one in added(publication)}:
        raise Misuse(f"There is no added data called {name[:80]}.", cure="`parley added` lists what there is.")
    shutil.rmtree(publication.root / FOLDER / name)


def added(publication: Publication) -> list[Added]:
    """What has been added, by name. Raises SourceError if a description can't be read."""
    folder = publication.root / FOLDER
    return [_recorded(publication, path) for path in sorted(folder.glob(f"*/{ABOUT}"))] if folder.is_dir() else []


def graph_of(publication: Publication, name: str) -> ox.NamedNode:
    """The graph that holds what was added under `name`."""
    return ox.NamedNode(publication.graph(f"{FOLDER}/{name}/{DATA}"))


def _read(publication: Publication, sources: list[Path], work: Path) -> Iterator[ox.Triple]:
    for number, source in enumerate(sources):
        for file in _files(publication, source, work / str(number)):
            for triple in _triples(publication, file, f"f{number}"):
                _check_subject(publication, triple, file)
                yield triple


def _files(publication: Publication, source: Path, place: Path) -> list[SourceFile]:
    """The files of a source: itself, or what an archive or a folder holds of RDF and tables."""
    limits = publication.settings
    if not source.exists():
        raise Misuse(f"There is no file {source}.", cure="Name a file, an archive or a folder.")
    if source.is_file() and not is_archive(source.name):
        return [_single(source)]
    folder = source
    if source.is_file():
        place.mkdir(parents=True)
        unpack(source, place, most_bytes=limits.add_bytes, most_files=limits.add_files)
        folder = place
    described = sorted(folder.rglob(f"*{METADATA}")) + sorted(folder.rglob("*.sssom.tsv"))
    tables = [_single(path) for path in described]
    if tables:
        names = {file.path for file in tables}
        rdf = [p for p in sorted(folder.rglob("*")) if p.is_file() and p not in names and form_of(p.name)[0]]
        return [*tables, *(_single(path) for path in rdf if path.suffix != ".json")]
    return list(discover_in(folder, lambda _path: Role.EXTERNAL).files)


def _single(source: Path) -> SourceFile:
    form, compression = form_of(source.name)
    if form is None and not source.name.endswith((METADATA, ".sssom.tsv")):
        raise SourceError(
            "Its ending is that of no RDF syntax, archive or table.", file=source.name,
            cure=f"Name RDF, a .zip or .tar of it, an .sssom.tsv, or the *{METADATA} of CSV files (CSV on the Web).",
        )  # fmt: skip
    return SourceFile(source, source.name, Role.EXTERNAL, form or N_TRIPLES, compression)


def _triples(publication: Publication, file: SourceFile, mark: str) -> Iterator[ox.Triple]:
    prefixes = publication.all_prefixes
    if file.path.name.endswith(METADATA):
        yield from csvw(file.path, prefixes, publication.settings.add_bytes)
        return
    if file.path.name.endswith(".sssom.tsv"):
        yield from sssom(file.path, prefixes)
        return
    settings = replace(publication.settings, file_bytes=publication.settings.add_bytes)
    parser = Parser(settings, Contexts(publication.root))
    for quad in parser.quads(file):
        yield ox.Triple(_kept_apart(quad.subject, mark, file), quad.predicate, _kept_apart(quad.object, mark, file))
    if parser.passed_over:
        raise SourceError(f"It is no RDF: {parser.passed_over[0][1]}.", file=file.name, cure="Leave it out.")


def _kept_apart(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, mark: str, file: SourceFile) -> Any:
    """A blank node under a name that no other file's has; any other term as it is."""
    if not isinstance(term, ox.BlankNode):
        return term
    own = hashlib.sha256(f"{mark} {file.name} {term.value}".encode()).hexdigest()[:16]
    return ox.BlankNode(f"b{own}")


def _check_subject(publication: Publication, triple: ox.Triple, file: SourceFile) -> None:
    """Others may map their things to ours; what ours are is ours to say."""
    subject, predicate = triple.subject, triple.predicate.value
    if (
        isinstance(subject, ox.NamedNode)
        and subject.value.startswith(publication.all_bases)
        and not predicate.startswith(_MAPPINGS)
    ):
        raise SourceError(
            f"It says {predicate} of <{subject.value}>, which is this publication's own.", file=file.name,
            cure="Say it in the publication's own data, or leave it out.",
        )  # fmt: skip


def _digest(sources: Iterable[Path]) -> str:
    """The checksum of what was added: of the one file, or of the names and checksums of several, sorted."""
    named = [path for source in sources for path in (source.rglob("*") if source.is_dir() else [source])]
    tables = [path.with_name(path.name.removesuffix(METADATA)) for path in named if path.name.endswith(METADATA)]
    files = sorted({*named, *tables})
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()]
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _described(publication: Publication, about: Added) -> bytes:
    graph, checksum = graph_of(publication, about.name), ox.BlankNode("checksum")
    language = publication.languages[0]

    def literal(value: object, kind: str) -> ox.Literal:
        return ox.Literal(str(value), datatype=ox.NamedNode(XSD + kind))

    rows: list[tuple[ox.NamedNode | ox.BlankNode, str, ox.NamedNode | ox.BlankNode | ox.Literal]] = [
        (graph, RDF_TYPE, ox.NamedNode(PREFIXES["prov"] + "Entity")),
        (graph, PREFIXES["rdfs"] + "label", ox.Literal(about.title, language=language)),
        (graph, DCTERMS + "license", ox.NamedNode(about.licence)),
        (graph, DCTERMS + "source", _origin(about.origin)),
        (graph, DCTERMS + "date", literal(about.date, "date")),
        (graph, VOID + "triples", literal(about.triples, "integer")),
        (graph, _SPDX + "checksum", checksum),
        (checksum, RDF_TYPE, ox.NamedNode(_SPDX + "Checksum")),
        (checksum, _SPDX + "algorithm", ox.NamedNode(_SPDX + "checksumAlgorithm_sha256")),
        (checksum, _SPDX + "checksumValue", literal(about.sha256, "hexBinary")),
    ]
    triples = [ox.Triple(subject, ox.NamedNode(predicate), value) for subject, predicate, value in rows]
    prefixes = {name: PREFIXES[name] for name in ("dcterms", "prov", "rdfs", "spdx", "void", "xsd")}
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b""


def _origin(text: str) -> ox.NamedNode | ox.Literal:
    return ox.NamedNode(text) if re.match(r"(https?|urn|ftp):", text) else ox.Literal(text)


def _recorded(publication: Publication, path: Path) -> Added:
    name = path.parent.name
    graph, found = graph_of(publication, name), dict[str, str]()
    try:
        for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
            if quad.subject == graph or quad.predicate.value == _SPDX + "checksumValue":
                found[quad.predicate.value] = getattr(quad.object, "value", "")
        return Added(
            name, found[PREFIXES["rdfs"] + "label"], found[DCTERMS + "license"], found[DCTERMS + "date"],
            found[DCTERMS + "source"], found[_SPDX + "checksumValue"], int(found[VOID + "triples"]),
        )  # fmt: skip
    except (SyntaxError, ValueError, KeyError) as error:
        raise SourceError(
            f"It does not describe the data beside it ({error}).", file=f"{FOLDER}/{name}/{ABOUT}",
            cure="Restore it, or remove the folder and add the data again.",
        ) from None  # fmt: skip
