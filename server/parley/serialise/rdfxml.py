"""RDF/XML by Oxigraph, behind checks for what the syntax can't express: never a malformed document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Final, cast

import pyoxigraph as ox

from parley.errors import NotAcceptable
from parley.formats import JSON_LD, N_TRIPLES, TURTLE
from parley.serialise.names import Names, Prefixes
from parley.vocab import RDF

# NCName (Namespaces in XML §3) at the end of an IRI.
_START: Final = (
    "A-Z_a-zÀ-ÖØ-öø-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME: Final = re.compile(rf"[{_START}][{_START}0-9.·\u0300-\u036f\u203f-\u2040-]*\Z")
# What XML 1.0 §2.2 leaves out of Char.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Names with a meaning of their own in the grammar (RDF/XML §7.2.2); rdf:li would be read as rdf:_1.
_FORBIDDEN: Final = frozenset(
    RDF + name
    for name in (
        "RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "aboutEach",
        "aboutEachPrefix", "bagID", "li",
    )
)  # fmt: skip


def write_rdf_xml(triples: Iterable[ox.Triple], out: IO[bytes], prefixes: Mapping[str, str]) -> None:
    """`triples`, in their order, into `out`. Raises NotAcceptable for a term that RDF/XML can't express."""
    checked = list(_checked(triples))
    names = Names((prefixes if isinstance(prefixes, Prefixes) else Prefixes(prefixes)).without({""}))
    for triple in checked:
        names.compact(triple.predicate.value)
    used = {prefix: namespace for prefix, namespace in names.used.items() if namespace != RDF}
    ox.serialize(checked, cast("IO[bytes]", _KeepCarriageReturns(out)), format=ox.RdfFormat.RDF_XML, prefixes=used)


def stream_rdf_xml(triples: Iterable[ox.Triple], out: IO[bytes], prefixes: Mapping[str, str]) -> None:
    """As `write_rdf_xml`, for any number of triples: all `prefixes` are declared, used or not.

    What was written when NotAcceptable is raised is incomplete; the caller removes it.
    """
    failure: list[NotAcceptable] = []

    def guarded() -> Iterator[ox.Triple]:
        try:
            yield from _checked(triples)
        except NotAcceptable as error:  # Oxigraph would wrap it
            failure.append(error)

    declared = {prefix: namespace for prefix, namespace in prefixes.items() if prefix and namespace != RDF}
    target = cast("IO[bytes]", _KeepCarriageReturns(out))
    ox.serialize(guarded(), target, format=ox.RdfFormat.RDF_XML, prefixes=declared)
    if failure:
        raise failure[0]


class _KeepCarriageReturns:
    """Writes carriage returns as character references: Oxigraph leaves them bare, and an XML parser drops those."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        self._out.write(bytes(data).replace(b"\r", b"&#13;"))
        return len(data)

    def flush(self) -> None:
        self._out.flush()


def _checked(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    sound: set[str] = set()
    for triple in triples:
        predicate = triple.predicate.value
        if predicate not in sound:
            if predicate in _FORBIDDEN or not _NAME.search(predicate):
                raise _refusal(f"the property <{predicate}>, whose IRI does not end in an XML name")
            sound.add(predicate)
        value = triple.object
        if isinstance(value, ox.Triple):
            raise _refusal("a triple term (RDF 1.2)")
        if isinstance(value, ox.Literal) and (match := _ILLEGAL.search(value.value)):
            raise _refusal(f"a text with the character U+{ord(match[0]):04X}, which XML 1.0 excludes ({predicate})")
        yield triple


def _refusal(what: str) -> NotAcceptable:
    return NotAcceptable(
        f"RDF/XML can't express {what}.",
        available=tuple(f.media_type for f in (TURTLE, JSON_LD, N_TRIPLES)),
        cure="Ask for Turtle.",
    )
