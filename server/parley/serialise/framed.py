"""A JSON-LD document as a tree that begins with the thing it is about, as most programs want to read it.

What JSON-LD Framing calls `@embed: @once`: each node stands in full where it is mentioned first, and is a reference
elsewhere. Nodes that point at the thing hang from it under `@reverse`; what is left, labels of properties mostly, is in
`@included`. So no statement is lost, and the tree means what the flat document means.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from parley.serialise.names import Names

#: Nodes within nodes beyond this are references: readers of JSON set limits of their own.
_MAX_DEPTH: Final = 24


def framed(document: bytes, topic: str) -> bytes:
    """The flat, compacted `document` as a tree from the node of the IRI `topic`."""
    parsed = json.loads(document)
    context: dict[str, Any] = parsed["@context"]
    namespaces = {prefix: entry if isinstance(entry, str) else entry["@id"] for prefix, entry in context.items()}
    tree = _Tree(parsed["@graph"], Names(namespaces).compact(topic) or topic)
    return (json.dumps({"@context": context} | tree.root(), ensure_ascii=False, indent=1) + "\n").encode("utf-8")


class _Tree:
    """The nodes of a document, each of which is placed once."""

    def __init__(self, nodes: list[dict[str, Any]], topic: str) -> None:
        self._left = {node["@id"]: node for node in nodes}
        self._topic = topic

    def root(self) -> dict[str, Any]:
        """The node of the topic with all others somewhere in it."""
        root = self._placed(self._topic)
        if reverse := self._reverse():
            root["@reverse"] = reverse
        included = []
        while self._left:
            included.append(self._placed(next(iter(self._left))))
        return root | ({"@included": included} if included else {})

    def _placed(self, name: str, depth: int = 0) -> dict[str, Any]:
        node = self._left.pop(name, {"@id": name})
        return {key: value if key[0] == "@" else self._value(value, depth) for key, value in node.items()}

    def _value(self, value: Any, depth: int) -> Any:
        if isinstance(value, list):
            return [self._value(item, depth) for item in value]
        if isinstance(value, Mapping) and "@list" in value:
            return {"@list": self._value(value["@list"], depth)}
        if isinstance(value, Mapping) and value.get("@id") in self._left and depth < _MAX_DEPTH:
            return self._placed(value["@id"], depth + 1)
        return value

    def _reverse(self) -> dict[str, list[dict[str, Any]]]:
        """The nodes left that point at the topic, by the property with which they do, without that statement."""
        found: dict[str, list[dict[str, Any]]] = {}
        for name in list(self._left):
            node = self._left.get(name, {})  # it may have been placed within another by now
            link = next((key for key, value in node.items() if self._reference in _list(value)), None)
            if link is None:
                continue
            others = [value for value in _list(node[link]) if value != self._reference]
            self._left[name] = {k: v for k, v in node.items() if k != link} | ({link: others} if others else {})
            found.setdefault(link, []).append(self._placed(name, 1))
        return found

    @property
    def _reference(self) -> dict[str, str]:
        return {"@id": self._topic}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
