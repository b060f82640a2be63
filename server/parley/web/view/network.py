"""An answer as a network: things as nodes, rows as links between them, laid out the same way every time.

What a row must hold says `parley.views`. The layout is that of Fruchterman and Reingold: links pull, nodes push.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from parley.views import VIEWS
from parley.web.view.answer import Cells
from parley.web.view.labels import Label, Room
from parley.web.view.rows import Extent, rows_of
from parley.web.view.values import Value

WIDTH: Final = 960
#: Nodes and links that are drawn, at most: those with most links. The table shows all rows.
NODES, LINKS = 100, 400
#: Kinds of links that have a colour of their own; all further ones share the last.
KINDS: Final = 7
#: Pairs of nodes that the layout looks at, at most: what bounds its time.
_EFFORT: Final = 300_000
#: Nodes that are named whatever their names cover, at most.
_MAIN: Final = 3
#: How strongly everything is drawn to the middle, so that parts without a link stay near.
_PULL: Final = 0.25
#: How much a link adds to what a node pushes with, and how strongly nodes push that no way of links joins.
_WEIGHT: Final = 0.35
_APART: Final = 1.0
_MARGIN_X, _MARGIN_Y = 110, 44


@dataclass(frozen=True, slots=True)
class Node:
    """A thing, where it is drawn, how large, and where its name stands, if it has room.

    `end` sets those that links only lead to apart, in a network where no link begins at any of them; `main` are the
    few with most links.
    """

    name: Value
    x: float
    y: float
    radius: float
    label: Label | None = None
    end: bool = False
    main: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow from one node to another; `kind` is the number of its colour, from 1."""

    title: str
    kind: int
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Network:
    """The drawing, and the names of the kinds of links by number; the last may stand for several."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    kinds: tuple[str, ...]
    more_kinds: int
    height: int
    extent: Extent


Edge = tuple[str, str, str]


def network(columns: Sequence[str], bindings: Sequence[Mapping[str, Any]], cells: Cells) -> Network:
    """The network of an answer in SPARQL's JSON."""
    names: dict[str, Value] = {}
    edges: dict[Edge, None] = {}
    unfit = 0
    for row in rows_of(VIEWS["graph"], columns, bindings, cells):
        source, target, label = (row.named(name, "") for name in ("source", "target", "label"))
        if source is None or target is None:
            unfit += 1
            continue
        ends = _key(row.terms["source"]), _key(row.terms["target"])
        names |= {ends[0]: source, ends[1]: target}
        edges[*ends, label.text.text if label else ""] = None
    degree = Counter(end for source, target, _ in edges for end in {source, target})
    kept = [key for key, _ in sorted(degree.items(), key=lambda item: -item[1])[:NODES]]
    among = set(kept)
    drawn = [edge for edge in edges if edge[0] in among and edge[1] in among][:LINKS]
    common = [label for label, _ in Counter(label for _, _, label in drawn).most_common()]
    order = {key: n for n, key in enumerate(kept)}
    moved = layout(len(kept), tuple((order[a], order[b]) for a, b, _ in drawn if a != b))
    places, height = _fitted(moved, min(900, 340 + 14 * len(kept)))
    begins = {source for source, _, _ in edges}
    two_sorts = begins.isdisjoint(target for _, target, _ in edges)
    nodes = {
        key: Node(
            names[key], *places[n], round(5 + 2.2 * math.sqrt(degree[key]), 1), end=two_sorts and key not in begins
        )
        for n, key in enumerate(kept)
    }
    links = tuple(_link(nodes[a], nodes[b], label, common) for a, b, label in drawn if a != b)
    shown = tuple(common[: KINDS if len(common) <= KINDS else KINDS - 1])
    extent = Extent(len(drawn), len(edges) - len(drawn), unfit)
    return Network(
        _labelled(list(nodes.values()), height),
        links,
        shown,
        len(common) - len(shown),
        height,
        extent,
    )


def _labelled(nodes: Sequence[Node], height: int) -> tuple[Node, ...]:
    """`nodes` with their names: those with most links get room first, and what the network turns on in any case."""
    room = Room(WIDTH, height, ((node.x, node.y, node.radius) for node in nodes), character=7.1)
    largest = max((node.radius for node in nodes), default=0.0)
    named: list[Node] = []
    for node in nodes:
        main = len(named) < _MAIN and node.radius > largest / 2
        label = room.label(node.x, node.y, node.radius, node.name.text.text, below=True, always=main)
        named.append(replace(node, label=label, main=main))
    return tuple(named)


def _key(term: Mapping[str, Any]) -> str:
    return f"{term['type']} {term['value']} {term.get('xml:lang', '')} {term.get('datatype', '')}"


def _link(source: Node, target: Node, label: str, common: Sequence[str]) -> Link:
    """The arrow between the edges of two circles."""
    dx, dy = target.x - source.x, target.y - source.y
    long = math.hypot(dx, dy) or 1.0
    away, until = source.radius / long, 1 - (target.radius + 5) / long
    kind = min(common.index(label) + 1, KINDS)
    middle = f" {label} → " if label else " → "
    return Link(
        source.name.text.text + middle + target.name.text.text,
        kind,
        *(round(v, 1) for v in (source.x + dx * away, source.y + dy * away)),
        *(round(v, 1) for v in (source.x + dx * max(until, away), source.y + dy * max(until, away))),
    )


# The neighbours of a thing are a star, as most drawings are: a dozen layouts serve all pages of things.
@lru_cache(maxsize=64)
def layout(size: int, edges: tuple[tuple[int, int], ...]) -> tuple[tuple[float, float], ...]:
    """A place for each of `size` nodes (Fruchterman and Reingold 1991), with a pull to the middle for those apart.

    Nodes with many links push harder, so that what they share has room between them. Begins on a sunflower's spiral,
    so nothing is left to chance.
    """
    turn = math.pi * (3 - math.sqrt(5))
    xs = [math.sqrt(n + 0.5) * math.cos(n * turn) for n in range(size)]
    ys = [math.sqrt(n + 0.5) * math.sin(n * turn) for n in range(size)]
    linked = Counter(end for edge in edges for end in edge)
    weights = [1 + _WEIGHT * linked[n] for n in range(size)]
    parts = _parts(size, edges)
    rounds = max(30, min(300, _EFFORT // max(size * size // 2, 1)))
    for step in range(rounds):
        heat = 0.1 * math.sqrt(size) * (1 - step / rounds) + 0.01
        push_x, push_y = [-_PULL * x for x in xs], [-1.6 * _PULL * y for y in ys]
        for a in range(size):
            ax, ay, own, part = xs[a], ys[a], weights[a], parts[a]
            for b in range(a):
                dx, dy = ax - xs[b], ay - ys[b]
                force = (own * weights[b] if part == parts[b] else _APART) / (dx * dx + dy * dy + 0.01)
                push_x[a] += dx * force
                push_y[a] += dy * force
                push_x[b] -= dx * force
                push_y[b] -= dy * force
        for a, b in edges:
            dx, dy = xs[a] - xs[b], ys[a] - ys[b]
            force = math.hypot(dx, dy) * 0.5
            push_x[a], push_y[a] = push_x[a] - dx * force, push_y[a] - dy * force
            push_x[b], push_y[b] = push_x[b] + dx * force, push_y[b] + dy * force
        for n in range(size):
            long = math.hypot(push_x[n], push_y[n]) or 1.0
            xs[n] += push_x[n] / long * min(long, heat)
            ys[n] += push_y[n] / long * min(long, heat)
    return tuple(zip(xs, ys, strict=True))


def _parts(size: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """For each node the least one that links lead to from it, over others: the same for all that hang together."""
    above = list(range(size))

    def least(n: int) -> int:
        while above[n] != n:
            above[n] = n = above[above[n]]
        return n

    for a, b in edges:
        low, high = sorted((least(a), least(b)))
        above[high] = low
    return [least(n) for n in range(size)]


def _fitted(places: Sequence[tuple[float, float]], highest: float) -> tuple[list[tuple[float, float]], int]:
    """`places` in drawing units, as large as they fit and little distorted, and the height that they take."""
    if not places:
        return [], 2 * _MARGIN_Y
    columns, rows = [x for x, _ in places], [y for _, y in places]
    wide, high = max(max(columns) - min(columns), 0.5), max(max(rows) - min(rows), 0.05)
    across, down = (WIDTH - 2 * _MARGIN_X) / wide, (highest - 2 * _MARGIN_Y) / high
    across, down = min(across, 1.5 * down), min(down, 1.5 * across)
    left, top = (max(columns) + min(columns)) / 2, min(rows)
    fitted = [(round(WIDTH / 2 + (x - left) * across, 1), round(_MARGIN_Y + (y - top) * down, 1)) for x, y in places]
    return fitted, round(high * down) + 2 * _MARGIN_Y
