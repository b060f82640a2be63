"""IRIs of things ↔ URLs of this server: one table of reserved words, one function each way.

A thing at path P under the base is at `/P`, which redirects (303) to its document `/doc/P`. An IRI with a fragment is
described in the document at the IRI without it, which answers by itself (200). Things elsewhere, and those in a
document of very many, are described at `/describe?iri=`. URLs are relative references under the mount prefix, so that
clients stay on the host that serves.

Odd IRIs: a URL carries an IRI's characters beyond ASCII as percent-encoded UTF-8 and leaves the IRI's own percent
signs alone, so two IRIs may share a URL; `candidates` lists what a URL can mean, most literal first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote

from parley.errors import BadRequest

#: First path segments that belong to the server. Languages are reserved too.
RESERVED = frozenset(
    {
        *("doc", "describe", "why", "sparql", "search", "api", "context", "queries", "releases", "release"),
        *("download", "downloads", "reconcile", "coreference", "validate"),
        *("static", "about", "graph-store", "problems", "livez", "readyz", "version"),
        *("robots.txt", "llms.txt", "sitemap.xml", "sitemap", "opensearch.xml", "favicon.ico", ".well-known"),
    }
)

# What may stand unencoded in a path (RFC 3986 §3.3): unreserved, sub-delims, ":" and "@"; "%" is the IRI's own.
_SAFE = "-._~!$&'()*+,;=:@/%"
_PLAIN = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/%?-]*")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# An empty first segment, and dots that are steps: nobody asks for these as they are written.
_NORMALISED = re.compile(r"^/|(?:^|/)(?:\.|%2[Ee]){1,2}(?=[/?]|$)")
_KEPT = frozenset(b"/?#[]%") | frozenset(range(0x21)) | frozenset(b'"<>\\^`{|}\x7f')


@dataclass(frozen=True, slots=True)
class Urls:
    """The mapping for one publication on one mount point.

    `has_fragments(iri)` says whether IRIs with a fragment exist under that IRI: such a document answers at its own
    path. `is_long(iri)` says whether they are too many for one page: then each has a document of its own besides.
    """

    base: str
    languages: tuple[str, ...]
    prefix: str = ""
    has_fragments: Callable[[str], bool] = lambda _iri: False
    is_long: Callable[[str], bool] = lambda _iri: False

    def home(self, language: str | None = None) -> str:
        """The home page, in `language` or negotiated."""
        return f"{self.prefix}/{language}/" if language else f"{self.prefix}/"

    def local(self, path: str, language: str | None = None) -> str:
        """A page of the server itself: `local("sparql", "fr")` is `/fr/sparql`."""
        return f"{self.home(language)}{path}"

    def relative(self, iri: str) -> str | None:
        """The path P of the document that describes `iri`, unencoded.

        None if it is not under the base, if clients would ask for another path (RFC 3986 §6.2.2.3), or if its URL
        would not lead back to it: escapes of its own beside characters beyond ASCII, of which a URL makes escapes too.
        """
        document = iri.partition("#")[0]
        root = self.base[:-1] if self.base.endswith("#") else self.base
        if document == root:
            return ""
        if not self.base.endswith("/") or not document.startswith(root):
            return None
        path = document[len(root) :]
        mixed = "%" in path and ("?" in path or not path.isascii())
        return None if _NORMALISED.search(path) or (mixed and not self._leads_back(path)) else path

    def _leads_back(self, path: str) -> bool:
        encoded = _encoded(path).replace("?", "%3F")
        try:
            return self.literal(path) in self.candidates(encoded)
        except BadRequest:
            return False

    def dereferences(self, iri: str) -> bool:
        """Whether the IRI itself is served at its own path."""
        path = self.relative(iri)
        if path is None:
            return False
        first = path.partition("/")[0].partition("?")[0]
        return first not in RESERVED and first not in self.languages

    def thing(self, iri: str) -> str:
        """Where a client that follows `iri` arrives on this server."""
        path = self.relative(iri)
        if path is None or not self.dereferences(iri):
            return self.document(iri)
        return f"{self.prefix}/{_encoded(path)}{_fragment(iri)}"

    def document(self, iri: str, *, language: str | None = None, extension: str | None = None) -> str:
        """The document about `iri`: negotiated, or in one language, or in the syntax of one file extension."""
        path = self.relative(iri)
        if path is None or self.stands_alone(iri):
            more = f"&format={extension}" if extension else ""
            return f"{self.home(language)}describe?iri={quote(iri, safe='')}{more}"
        own_path = self.has_fragments(iri.partition("#")[0]) and self.dereferences(iri) and path
        if own_path and not language and not extension:
            return self.thing(iri)
        suffix = f".{extension}" if extension else ""
        return f"{self.home(language)}doc/{_encoded(path).replace('?', '%3F')}{suffix}{_fragment(iri)}"

    def variants(self, iri: str, extensions: Iterable[str]) -> list[str]:
        """The addresses of the document about `iri` in the syntax of each of `extensions`, without fragments."""
        first, *others = extensions
        address = self.document(iri, extension=first).partition("#")[0]
        stem = address.removesuffix(first)
        return [address, *(stem + extension for extension in others)]

    def stands_alone(self, iri: str) -> bool:
        """Whether an IRI with a fragment has a document of its own, since there are too many beside it."""
        whole, mark, _ = iri.partition("#")
        return bool(mark) and self.is_long(whole)

    def candidates(self, path: str) -> tuple[str, ...]:
        """The IRIs that path P, as received (percent-encoded), can mean, most literal first.

        Raises BadRequest if the path is not percent-encoded UTF-8 (RFC 3987 §3.2).
        """
        root = self.base[:-1] if self.base.endswith("#") else self.base
        # `document` writes the "?" of an IRI with a query as "%3F"; the IRI's own escapes it leaves as they are
        queried = path.replace("%3F", "?")
        texts = (_decoded(path, _KEPT), _decoded(path, _KEPT - frozenset(b"?")), path, queried)
        return tuple(dict.fromkeys(root + text for text in texts))

    def literal(self, path: str) -> str:
        """The IRI that path P, as received, means letter by letter: it may have escapes that are no UTF-8."""
        return (self.base[:-1] if self.base.endswith("#") else self.base) + path


def _encoded(path: str) -> str:
    # most paths are plain, and quote() takes ten times as long to find that out
    return path if _PLAIN.fullmatch(path) else quote(path, safe=_SAFE + "?")


def _fragment(iri: str) -> str:
    fragment = iri.partition("#")[2]
    return f"#{_encoded(fragment)}" if fragment else ""


def _decoded(path: str, kept: frozenset[int]) -> str:
    """`path` with its percent-encoded UTF-8 as characters, except the bytes in `kept`, which mean something encoded."""

    def decode(match: re.Match[str]) -> str:
        raw = bytes.fromhex(match[0].replace("%", ""))
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise BadRequest(
                f"The path is not UTF-8 where it says {match[0]}.",
                cure="Percent-encode the IRI's UTF-8 bytes.",
            ) from None
        return "".join(f"%{ord(c):02X}" if ord(c) < 128 and ord(c) in kept else c for c in text)

    return _ESCAPES.sub(decode, path)
