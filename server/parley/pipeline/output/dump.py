"""Downloads: everything, and what is asserted only, in every RDF format; a table a class; the same bytes every time.

All of it is streamed from the sorted quads, never read back from the query engine, which rewrites literals.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from parley import nquads
from parley.errors import NotAcceptable
from parley.formats import GZIP, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, RESULTS_CSV, RESULTS_TSV, TRIG, TURTLE, Format
from parley.nquads import Line
from parley.pipeline.output import sssom
from parley.pipeline.output.sssom import Mapped, write_sssom
from parley.pipeline.output.tables import write_tables
from parley.publication import Publication
from parley.release.storage import storage_errors
from parley.serialise.blank import Blanks
from parley.serialise.jsonld import JsonLdWriter
from parley.serialise.rdfxml import stream_rdf_xml
from parley.serialise.turtle import TurtleWriter

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

#: The list of all downloads, with the reason where one is missing.
LIST_NAME: Final = "dumps.json"
_BLOCK: Final = 1 << 20
#: Of gzip: N-Triples get to a tenth of their size at 100 MB a second; the usual 6 takes three times as long for a tenth
#: less.
_LEVEL: Final = 3


@dataclass(frozen=True, slots=True)
class Dump:
    """One download: `name` relative to the directory of dumps, `scope` "all", "asserted" or the IRI of a class.

    `missing` says why there is no such file; it is None if there is. `rows` counts statements or lines of the table.
    """

    name: str
    format: str
    scope: str
    rows: int = 0
    missing: str | None = None
    #: Of mappings: what the links say, where they lead, how many there are.
    linksets: tuple[sssom.Linkset, ...] | None = None


def write_dumps(
    publication: Publication, corpus: Corpus, inferred: Path | None, out: Path, mappings: Iterable[Mapped] = ()
) -> tuple[Dump, ...]:
    """Write all downloads and their list into the directory `out`, which must not exist.

    TriG and N-Quads keep the named graphs, the other formats merge them. RDF/XML is left out, with the reason in the
    list, if a property or a text can't be expressed in it. Each file of everything is there compressed too, as
    `all.nt.gz`, which the list does not name.
    `mappings` are rows that tell more of links. Raises ReleaseError if the disk refuses.
    """
    with storage_errors("The downloads"):
        out.mkdir()
        everything = [corpus.path]
        if inferred is not None and inferred.stat().st_size:
            everything.append(inferred)
        dumps = _Scope(publication, [corpus.path], out, "asserted").write()
        if len(everything) == 1:
            dumps += [_copied(dump, out) for dump in dumps]
        else:
            dumps += _Scope(publication, everything, out, "all").write()
        for dump in dumps:
            if dump.scope == "all" and dump.missing is None:
                _compress(out / dump.name)
        for table in write_tables(publication, corpus, everything, out / "csv"):
            dumps.append(Dump(f"csv/{table.name}", RESULTS_CSV.name, table.class_iri, table.rows))
        rows, linksets = write_sssom(publication, corpus, mappings, out / sssom.NAME)
        if rows:
            dumps.append(Dump(sssom.NAME, RESULTS_TSV.name, "mappings", rows, linksets=linksets))
        listed = [{k: v for k, v in asdict(dump).items() if v is not None} for dump in dumps]
        (out / LIST_NAME).write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return tuple(dumps)


def _compress(path: Path) -> None:
    """Write the file once more as gzip, beside it; without a time in it, so that it is the same every time."""
    packed = path.with_name(f"{path.name}.{GZIP.extension}")
    with path.open("rb") as source, packed.open("wb") as out, gzip.GzipFile("", "wb", _LEVEL, out, mtime=0) as file:
        shutil.copyfileobj(source, file, _BLOCK)


def read_list(dumps: Path) -> tuple[Dump, ...]:
    """The downloads in the directory `dumps`, as `write_dumps` listed them."""
    return tuple(map(_listed, json.loads((dumps / LIST_NAME).read_bytes())))


def _listed(row: dict[str, Any]) -> Dump:
    linksets = row.get("linksets")
    return Dump(**row | {"linksets": tuple(sssom.Linkset(*one) for one in linksets) if linksets is not None else None})


def _copied(dump: Dump, out: Path) -> Dump:
    """The dump of everything where nothing is inferred: that of what is asserted under another name.

    A second name of the same file where the file system knows such, for a release is never written to again.
    """
    name = dump.name.replace("asserted", "all", 1)
    if dump.missing is None:
        try:
            (out / name).hardlink_to(out / dump.name)
        except OSError:
            shutil.copyfile(out / dump.name, out / name)
    return Dump(name, dump.format, "all", dump.rows, dump.missing)


class _Scope:
    """All formats of one set of sorted files."""

    def __init__(self, publication: Publication, paths: list[Path], out: Path, name: str) -> None:
        self.prefixes = publication.all_prefixes
        self.paths = paths
        self.out = out
        self.name = name

    def write(self) -> list[Dump]:
        """Write the files; the order is that of the list."""
        quads = self._n_quads()
        self._merged()
        triples = self._triples
        self._trig()
        found = {N_QUADS: quads, TRIG: quads, TURTLE: triples, N_TRIPLES: triples, JSON_LD: triples}
        dumps = [Dump(self._file(f).name, f.name, self.name, rows) for f, rows in found.items()]
        return [*dumps, self._rdf_xml()]

    def _file(self, format_: Format) -> Path:
        return self.out / f"{self.name}.{format_.extension}"

    def _n_quads(self) -> int:
        """Also looks for what the other writers must know beforehand: blank nodes and IRI schemes."""
        count, blank_lines, self._schemes = 0, [], set[str]()
        with self._file(N_QUADS).open("wb") as file:
            for block in _blocks(nquads.merged(self.paths)):
                file.writelines(block)
                count += len(block)
                lines = [nquads.split(text.decode("utf-8")) for text in block if b"_:" in text]
                blank_lines += [x for x in lines if x.subject.startswith("_:") or "_:" in x.object]
                self._schemes |= nquads.schemes(b"".join(block).decode("utf-8"))
        self._blank_lines = blank_lines
        return count

    def _merged(self) -> None:
        """Turtle, N-Triples and JSON-LD in one pass over the triples without their graphs."""
        self._triples = 0
        blanks = Blanks(_without_graphs(self._blank_lines))
        turtle = TurtleWriter(self.prefixes, blanks)
        json_ld = JsonLdWriter(self.prefixes, blanks, self._schemes)
        with _Body(self._file(TURTLE)) as ttl, _Body(self._file(JSON_LD)) as jsonld, _Body(self._file(N_TRIPLES)) as nt:
            comma = ""
            for _subject, lines in nquads.by_subject(self.paths):
                triples = _without_graphs(lines)
                self._triples += len(triples)
                nt.write("".join(line.text for line in triples))
                ttl.write(turtle.subject(triples))
                if node := json_ld.node(triples):
                    jsonld.write(comma + node)
                    comma = ",\n"
            ttl.finish(turtle.header())
            jsonld.finish(json_ld.header(), json_ld.footer())
            nt.finish()

    def _trig(self) -> None:
        writer = TurtleWriter(self.prefixes, Blanks(sorted(self._blank_lines, key=lambda x: (x.graph, x[:3]))))
        folder = self.out / "graphs.partial"
        folder.mkdir()
        with _Body(self._file(TRIG)) as trig:
            for path in _by_graph(self.paths, folder):
                with path.open("rb") as lines:
                    for text in writer.graphs(nquads.split(line.decode("utf-8")) for line in lines):
                        trig.write(text)
            trig.finish(writer.header())
        shutil.rmtree(folder)

    def _rdf_xml(self) -> Dump:
        path = self._file(RDF_XML)
        try:
            with path.open("wb") as file, self._file(N_TRIPLES).open("rb") as triples:
                parsed = ox.parse(triples, format=ox.RdfFormat.N_TRIPLES)
                stream_rdf_xml((quad.triple for quad in parsed), file, self.prefixes)
        except NotAcceptable as error:
            path.unlink()
            return Dump(path.name, RDF_XML.name, self.name, missing=error.message)
        return Dump(path.name, RDF_XML.name, self.name, self._triples)


class _Body:
    """A text file whose head is known only when the rest is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(path.name + ".partial")
        self._stack = ExitStack()

    def __enter__(self) -> _Body:
        self._file = self._stack.enter_context(self._partial.open("w", encoding="utf-8", newline="\n"))
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()
        self._partial.unlink()

    def write(self, text: str) -> None:
        """Add to the body."""
        self._file.write(text)

    def finish(self, header: str = "", footer: str = "") -> None:
        """Put the file together."""
        self._file.write(footer)
        self._file.close()
        with self._path.open("wb") as out, self._partial.open("rb") as body:
            out.write(header.encode("utf-8"))
            shutil.copyfileobj(body, out, _BLOCK)


def _without_graphs(lines: Iterable[Line]) -> list[Line]:
    """The distinct triples of sorted lines."""
    triples = (nquads.line(line.subject, line.predicate, line.object) for line in lines)
    return [triple for triple, _repeated in groupby(triples)]


def _blocks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    block: list[bytes] = []
    for line in lines:
        block.append(line)
        if len(block) >= 20_000:
            yield block
            block = []
    if block:
        yield block


def _by_graph(paths: list[Path], folder: Path) -> list[Path]:
    """Files of the lines of one graph each, in the order of the graphs' names; they are opened only to add to them."""
    files: dict[bytes, Path] = {}
    for block in _blocks(nquads.merged(paths)):
        parts: dict[bytes, list[bytes]] = {}
        for line in block:
            parts.setdefault(line.rsplit(b" ", 2)[1], []).append(line)
        for graph, lines in parts.items():
            with files.setdefault(graph, folder / str(len(files))).open("ab") as file:
                file.writelines(lines)
    return [path for _graph, path in sorted(files.items())]
