"""JSON-LD 1.1, compacted against a context of prefixes that stands in the document: readable without the network."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from parley import nquads
from parley.errors import NotAcceptable
from parley.formats import N_QUADS, N_TRIPLES, TRIG, TURTLE
from parley.nquads import Line
from parley.serialise.blank import Blanks
from parley.serialise.names import Names, Prefixes
from parley.vocab import RDF_TYPE, XSD

_TYPE: Final = f"<{RDF_TYPE}>"
_SUBJECT, _PREDICATE = attrgetter("subject"), attrgetter("predicate")
# Lists within lists within lists beyond this are written as the cells they are.
_MAX_DEPTH: Final = 32


class JsonLdWriter:
    """Writes triples sorted by subject as one array of nodes; take `header()` after the body.

    `schemes` are the IRI schemes in the data: a prefix of the same name would make an IRI such as `geo:1,2` mean
    something else (JSON-LD 1.1 API §5.2), so it is not used.
    """

    def __init__(self, prefixes: Mapping[str, str], blanks: Blanks, schemes: Collection[str]) -> None:
        known = prefixes if isinstance(prefixes, Prefixes) else Prefixes(prefixes)
        self._names = Names(known.without({"", *(scheme.lower() for scheme in schemes)}))
        self._blanks = blanks

    def header(self) -> str:
        """The context, and the start of the array."""
        # The long form: without @prefix a namespace that ends in a letter is no prefix.
        context = {
            prefix: namespace if namespace[-1] in ":/?#[]@" else {"@id": namespace, "@prefix": True}
            for prefix, namespace in self._names.used.items()
        }
        return f'{{\n"@context": {_json(context)},\n"@graph": [\n'

    def footer(self) -> str:
        """The end of the array and the document."""
        return "\n]\n}\n"

    def nodes(self, lines: Iterable[Line]) -> Iterator[str]:
        """The members of the array, with the commas between them."""
        comma = ""
        for _subject, group in groupby(lines, key=_SUBJECT):
            node = self.node(list(group))
            if node:
                yield comma + node
                comma = ",\n"

    def node(self, lines: Sequence[Line]) -> str:
        """One subject as a JSON object; nothing for a list cell that its list contains."""
        subject = lines[0].subject
        if subject.startswith("_:") and self._is_in_a_list(subject):
            return ""
        node: dict[str, Any] = {"@id": self._id(subject)}
        types = [self._id(line.object) for line in lines if line.predicate == _TYPE]
        if types:
            node["@type"] = types if len(types) > 1 else types[0]
        for predicate, group in groupby(lines, key=_PREDICATE):
            if predicate != _TYPE:
                values = [self._value(line.object) for line in group]
                node[self._id(predicate)] = values if len(values) > 1 else values[0]
        return _json(node)

    def _is_in_a_list(self, blank: str) -> bool:
        """Whether `blank` is a cell of a list that is written as one."""
        head = self._blanks.head(blank)
        return head is not None and self._depth(head) <= _MAX_DEPTH

    def _depth(self, head: str) -> int:
        """How many lists the list at `head` is within."""
        depth = 0
        outer = self._blanks.head(self._blanks.mention(head).subject)
        while outer is not None and depth <= _MAX_DEPTH:
            depth += 1
            outer = self._blanks.head(self._blanks.mention(outer).subject)
        return depth

    def _value(self, term: str) -> Any:
        if term.startswith('"'):
            return self._literal(term)
        if term.startswith("_:") and self._is_in_a_list(term):
            items = self._blanks.items(term) or []
            return {"@list": [self._value(item) for item in items]}
        return {"@id": self._id(term)}

    def _literal(self, term: str) -> Any:
        literal = nquads.literal(term)
        if literal.language:
            value = {"@value": literal.value, "@language": literal.language}
            return value | ({"@direction": literal.direction} if literal.direction else {})
        if literal.datatype == XSD + "string":
            return literal.value
        return {"@value": literal.value, "@type": self._id(f"<{literal.datatype}>")}

    def _id(self, term: str) -> str:
        if term.startswith("<<"):
            raise NotAcceptable(
                "JSON-LD 1.1 can't express a triple term (RDF 1.2).",
                available=tuple(f.media_type for f in (TURTLE, TRIG, N_TRIPLES, N_QUADS)),
                cure="Ask for Turtle.",
            )
        if term.startswith("<"):
            return self._names.compact(term[1:-1]) or term[1:-1]
        return term


# one encoder for all nodes: `json.dumps` makes one for each
_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def expanded(document: bytes) -> bytes:
    """A document that was written without prefixes, in expanded form (JSON-LD 1.1 §5.1): no context, all spelt out."""
    nodes = json.loads(document)["@graph"]
    return ("[\n" + ",\n".join(_json(_expanded_node(node)) for node in nodes) + "\n]\n").encode("utf-8")


def _expanded_node(node: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in node.items():
        values = value if isinstance(value, list) else [value]
        found[name] = value if name == "@id" else values if name == "@type" else [_expanded_value(v) for v in values]
    return found


def _expanded_value(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"@value": value}
    if "@list" in value:
        return {"@list": [_expanded_value(item) for item in value["@list"]]}
    return dict(value)
