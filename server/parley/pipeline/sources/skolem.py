"""Names for blank nodes that stay the same from build to build, whatever the labels in the files.

Blank nodes that share a quad form a component. Each component is labelled by RDFC-1.0 on its own, so that an edit
elsewhere renames nothing; a node's name is a hash of its component's canonical form and its label therein. In content
the name becomes an IRI (RDF 1.1 Concepts §3.5), elsewhere a blank node's label: OWL's restrictions, SHACL's shapes and
the cells of RDF lists have to be blank.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import pyoxigraph as ox

from parley.pipeline.sources.canonical import SMALL, Undecided, canonical, canonical_all
from parley.vocab import RDF_FIRST, RDF_NIL, RDF_REST

Subject: TypeAlias = ox.NamedNode | ox.BlankNode

_FIRST, _REST, _NIL = ox.NamedNode(RDF_FIRST), ox.NamedNode(RDF_REST), ox.NamedNode(RDF_NIL)
#: Stands for "item i of the list" while lists are folded; not an IRI that data can hold by chance.
_ITEM = "urn:x-parley:item:"

__all__ = ["Namer", "Undecided", "blank_nodes"]


def blank_nodes(quad: ox.Quad) -> list[ox.BlankNode]:
    """The blank nodes of a quad, the graph's name included."""
    return [t for t in (quad.subject, quad.object, quad.graph_name) if isinstance(t, ox.BlankNode)]


class Namer:
    """Names the blank nodes of one corpus, file by file.

    `base` is the publication's; names are `<base>.well-known/genid/<hash>`. `seconds` are for the whole corpus.
    """

    def __init__(self, base: str, seconds: float) -> None:
        root = base if base.endswith("/") else base.rstrip("#") + "/"
        self._genid = f"{root}.well-known/genid/"
        self._left = seconds
        self._copies = Counter[bytes]()

    def named(self, quads: list[ox.Quad], *, skolemise: bool) -> Iterator[ox.Quad]:
        """The quads of one file that hold blank nodes, with all of these named.

        With `skolemise` they become IRIs, list cells excepted; graph names become IRIs always. Raises Undecided for a
        component too symmetric to label in time.
        """
        components = [_folded(component) for component in _components(quads)]
        plain = [folded for folded, _lists in components]
        for labelled, (_folded_quads, lists) in zip(self._canonical(plain), components, strict=True):
            yield from self._renamed(labelled, lists, skolemise)

    def _canonical(self, components: list[list[ox.Quad]]) -> list[list[ox.Quad]]:
        large = [i for i, quads in enumerate(components) if len({b for q in quads for b in blank_nodes(q)}) > SMALL]
        start = time.monotonic()
        done = dict(zip(large, canonical_all([components[i] for i in large], self._left), strict=True))
        self._left -= time.monotonic() - start
        return [done[i] if i in done else canonical(quads) for i, quads in enumerate(components)]

    def _renamed(self, quads: list[ox.Quad], has_lists: bool, skolemise: bool) -> Iterator[ox.Quad]:
        digest = hashlib.sha256("\n".join(map(str, quads)).encode("utf-8")).digest()
        # equal components are different nodes: they are counted, and which is which can't be told, nor matters
        copy = self._copies[digest]
        self._copies[digest] += 1
        key = digest + copy.to_bytes(8, "big")
        unfolded = list(_unfolded(quads)) if has_lists else quads
        cells = {q.subject for q in unfolded if q.predicate in (_FIRST, _REST)}
        graphs = {q.graph_name for q in unfolded}
        names: dict[ox.BlankNode, Subject] = {}
        for quad in unfolded:
            for node in blank_nodes(quad):
                if node not in names:
                    is_iri = node in graphs or (skolemise and node not in cells)
                    names[node] = self._name(key, node.value, is_iri)
        for quad in unfolded:
            s, o, g = quad.subject, quad.object, quad.graph_name
            yield ox.Quad(
                names[s] if isinstance(s, ox.BlankNode) else s,
                quad.predicate,
                names[o] if isinstance(o, ox.BlankNode) else o,
                names[g] if isinstance(g, ox.BlankNode) else g,
            )

    def _name(self, key: bytes, label: str, is_iri: bool) -> Subject:
        name = hashlib.sha256(key + label.encode("utf-8")).hexdigest()[:32]
        # a label must not begin with a digit where RDF/XML writes it (rdf:nodeID is an NCName)
        return ox.NamedNode(self._genid + name) if is_iri else ox.BlankNode("b" + name)


def _components(quads: Iterable[ox.Quad]) -> list[list[ox.Quad]]:
    """The quads grouped by the blank nodes they are connected through (union-find)."""
    parent: dict[str, str] = {}

    def root(label: str) -> str:
        parent.setdefault(label, label)
        while parent[label] != label:
            parent[label] = label = parent[parent[label]]
        return label

    first: list[tuple[str, ox.Quad]] = []
    for quad in quads:
        labels = [node.value for node in blank_nodes(quad)]
        for other in labels[1:]:
            parent[root(other)] = root(labels[0])
        root(labels[0])
        first.append((labels[0], quad))
    groups: dict[str, list[ox.Quad]] = defaultdict(list)
    for label, quad in first:
        groups[root(label)].append(quad)
    return list(groups.values())


def _folded(quads: list[ox.Quad]) -> tuple[list[ox.Quad], bool]:
    """The component with every well-formed list as numbered items of its first cell, and whether there is one.

    A list of a thousand equal values would take RDFC-1.0 minutes, since only the distance from its end tells its cells
    apart. What is no well-formed list (a cell shared, branching, endless or with further properties) stays as it is.
    """
    about: dict[object, list[ox.Quad]] = defaultdict(list)
    uses = Counter[object]()
    for quad in quads:
        about[quad.subject].append(quad)
        uses[quad.object] += 1
        uses[quad.graph_name] += 2  # a graph's name is no mere cell
    cells = {node: cell for node, found in about.items() if (cell := _cell(found, uses)) is not None}
    continued = {rest for _first, rest in cells.values()}
    lists: dict[object, list[object]] = {}
    for head in cells:
        if head not in continued or uses[head] > 1:
            chain = _chain(head, cells, uses)
            if chain:
                lists[head] = chain
    inner = {node for chain in lists.values() for node in chain}
    folded = [quad for quad in quads if quad.subject not in inner]
    for head, chain in lists.items():
        for number, node in enumerate(chain):
            quad = next(q for q in about[node] if q.predicate == _FIRST)
            folded.append(ox.Quad(head, ox.NamedNode(f"{_ITEM}{number}"), quad.object, quad.graph_name))  # type: ignore[arg-type]
    return folded, bool(lists)


def _cell(found: list[ox.Quad], uses: Counter[object]) -> tuple[object, object] | None:
    """First and rest of a node that is a list cell and nothing else."""
    if len(found) != 2 or not isinstance(found[0].subject, ox.BlankNode) or uses[found[0].subject] > 1:
        return None
    by = {quad.predicate: quad for quad in found}
    if set(by) != {_FIRST, _REST} or found[0].graph_name != found[1].graph_name:
        return None
    return by[_FIRST].object, by[_REST].object


def _chain(head: object, cells: dict[object, tuple[object, object]], uses: Counter[object]) -> list[object]:
    """The cells from `head` to rdf:nil, or nothing if the list does not end there."""
    chain: list[object] = []
    node = head
    while node in cells and len(chain) < len(cells):
        chain.append(node)
        node = cells[node][1]
    return chain if node == _NIL else []


def _unfolded(quads: list[ox.Quad]) -> Iterator[ox.Quad]:
    """The inverse of `_folded`: cells get labels of their own, made of the first one's and their number."""
    items: dict[Subject, dict[int, ox.Quad]] = defaultdict(dict)
    for quad in quads:
        if quad.predicate.value.startswith(_ITEM):
            items[quad.subject][int(quad.predicate.value[len(_ITEM) :])] = quad  # type: ignore[index]
        else:
            yield quad
    for head, found in items.items():
        cells = [head, *(ox.BlankNode(f"{head.value}x{number}") for number in range(1, len(found)))]
        for number, cell in enumerate(cells):
            item = found[number]
            yield ox.Quad(cell, _FIRST, item.object, item.graph_name)
            rest = cells[number + 1] if number + 1 < len(cells) else _NIL
            yield ox.Quad(cell, _REST, rest, item.graph_name)
