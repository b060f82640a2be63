"""Where in the source files a node is written: the place a message points to.

The parsers keep no positions, so the place is searched for in the text and is marked approximate: the first line that
starts a statement about the node, by its full IRI or by a prefixed name.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from parley.publication import Publication

if TYPE_CHECKING:
    from parley.pipeline.corpus import Corpus

#: Prefix declarations of Turtle and TriG, of SPARQL style, and of XML.
_PREFIX = re.compile(
    r"""(?:@?prefix\s+([\w.-]*):\s*<([^>]*)>)|(?:xmlns:([\w.-]+)\s*=\s*["']([^"']*)["'])""", re.IGNORECASE
)
_BASE = re.compile(r"^@?base\s+<([^>]*)>", re.IGNORECASE | re.MULTILINE)
_DECOMPRESS: Final[dict[str, Callable[[bytes], bytes]]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A file, relative to the publication, and the approximate line (from 1), or None where the text shows none."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:~{self.line}"


def places(publication: Publication, corpus: Corpus, nodes: Collection[str]) -> dict[str, Place]:
    """The first place of each of `nodes` (IRIs) that is a subject somewhere in the corpus."""
    graphs: dict[str, set[str]] = defaultdict(set)
    wanted = frozenset(nodes)
    for quad in corpus.quads() if wanted else ():
        if (subject := getattr(quad.subject, "value", "")) in wanted:
            graphs[subject].add(getattr(quad.graph_name, "value", ""))
    files = {graph.iri: graph.files for graph in corpus.graphs}
    texts = lru_cache(maxsize=64)(lambda name: _text(publication, name))
    found = {}
    for node, names in graphs.items():
        candidates = sorted({file for name in names for file in files.get(name, ())})
        lines = ((file, first_line(texts(file), node)) for file in candidates)
        place = next((Place(file, line) for file, line in lines if line is not None), None)
        if place or candidates:
            found[node] = place or Place(candidates[0])
    return found


def first_line(text: str, iri: str) -> int | None:
    r"""The line (from 1) where a statement about `iri` seems to begin, or None if the text does not name it.

    >>> first_line("@prefix e: <http://e/> .\ne:a e:p e:b .\ne:b e:p e:a .", "http://e/b")
    3
    """
    names = "|".join(_spellings(text, iri))
    predicate_follows = r"(?=\s+[^\s.,;{}\])])"
    starts = (
        rf"^(?:{names}){predicate_follows}",  # where most people and all formatters put a subject
        rf"(?:^|[.{{}}])[ \t]*(?:{names}){predicate_follows}",
        rf"(?:{names})",
    )
    for start in starts:
        if (match := re.search(start, text, re.MULTILINE)) is not None:
            return text.count("\n", 0, match.end()) + 1
    return None


def _spellings(text: str, iri: str) -> list[str]:
    """Regular expressions for the ways in which `text` may write the IRI."""
    names = [re.escape(f"<{iri}>"), re.escape(f'"{iri}"'), re.escape(f'about="{escape(iri)}"')]
    bases = (base for base in _BASE.findall(text) if iri.startswith(base))
    names += [re.escape(f"<{iri[len(base) :]}>") for base in bases]
    for turtle_prefix, turtle_iri, xml_prefix, xml_iri in _PREFIX.findall(text):
        namespace = turtle_iri or xml_iri
        if namespace and iri.startswith(namespace):
            local = re.sub(r"([!$&'()*+,;=/?#@%~])", r"\\\1", iri[len(namespace) :])
            plain = iri[len(namespace) :]
            names += [rf"{re.escape(f'{turtle_prefix or xml_prefix}:{name}')}(?![\w%/-])" for name in {local, plain}]
    return names


def _text(publication: Publication, name: str) -> str:
    """The file's text; what is no UTF-8 is replaced, since only the line matters."""
    path = publication.root / name
    try:
        data = _DECOMPRESS.get(path.suffix, bytes)(path.read_bytes())
    except (OSError, EOFError, lzma.LZMAError):
        return ""
    return data.decode("utf-8", errors="replace")
