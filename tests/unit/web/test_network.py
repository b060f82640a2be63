"""Answers as networks."""

from __future__ import annotations

import math
from typing import Any

from parley.web.view.network import KINDS, LINKS, NODES, WIDTH, Network, layout, network

from .answers import HOSTILE, cells, text, thing


def drawn(*rows: dict[str, Any]) -> Network:
    return network(["source", "target", "label"], rows, cells())


def link(source: str, target: str, label: str = "knows") -> dict[str, Any]:
    return {"source": thing(source), "target": thing(target), "label": text(label)}


def test_things_are_nodes_and_rows_links() -> None:
    found = drawn(link("a", "b"), link("a", "c", "owns"), link("a", "b"), {"source": thing("d")})
    assert [node.name.href for node in found.nodes] == ["/doc/a", "/doc/b", "/doc/c"]
    assert [one.title.split()[1] for one in found.links] == ["knows", "owns"]
    assert (found.kinds, found.more_kinds) == (("knows", "owns"), 0)
    assert (found.extent.drawn, found.extent.unfit) == (2, 1)
    assert all(0 < node.x < WIDTH and 0 < node.y < found.height for node in found.nodes)
    assert found.nodes[0].radius > found.nodes[1].radius


def test_the_same_answer_is_drawn_the_same() -> None:
    rows = [link(str(n), str(n * 7 % 40)) for n in range(60)]
    assert drawn(*rows) == drawn(*rows)


def test_linked_nodes_lie_nearer_and_none_on_another() -> None:
    ring = tuple((n, n + 1) for n in (*range(4), *range(5, 9)))
    places = layout(10, ring)
    near = [math.dist(places[a], places[b]) for a, b in ring]
    apart = [math.dist(places[a], places[b]) for a in range(5) for b in range(5, 10)]
    assert max(near) < sum(apart) / len(apart)
    assert min(math.dist(a, b) for n, a in enumerate(places) for b in places[:n]) > 0.1
    assert layout(0, ()) == () and len(layout(1, ())) == 1


def test_a_crowd_is_cut_to_those_with_most_links_and_says_so() -> None:
    rows = [link("hub", str(n)) for n in range(NODES + 50)] + [link(str(n), str(n + 1)) for n in range(20)]
    found = drawn(*rows)
    assert len(found.nodes) == NODES and found.nodes[0].name.href == "/doc/hub"
    assert found.extent.drawn == len(found.links) and found.extent.beyond == len(rows) - len(found.links)
    many = [link(str(a), str(b)) for a in range(30) for b in range(30) if a != b]
    assert len(drawn(*many).links) == LINKS
    labels = [node.label for node in found.nodes if node.label]
    assert 0 < len(labels) < NODES, "names without room are left out"


def test_kinds_of_links_beyond_the_colours_share_one() -> None:
    found = drawn(*(link("a", str(n), f"kind {n}") for n in range(10)))
    assert len(found.kinds) == KINDS - 1 and found.more_kinds == 10 - len(found.kinds)
    assert max(one.kind for one in found.links) == KINDS


def test_a_link_to_itself_and_an_empty_answer() -> None:
    found = drawn(link("a", "a"))
    assert len(found.nodes) == 1 and found.links == ()
    assert drawn().nodes == ()


def test_hostile_names_are_only_texts() -> None:
    found = drawn(*({"source": text(bad), "target": thing("x"), "label": text(bad)} for bad in HOSTILE))
    assert {node.name.text.text for node in found.nodes} >= set(HOSTILE)
    assert all(node.name.href in (None, "/doc/x") for node in found.nodes)


def test_things_that_links_only_lead_to_are_told_from_those_where_they_begin() -> None:
    two_sorts = drawn(link("nato", "talks"), link("osce", "talks"))
    assert {node.name.href: node.end for node in two_sorts.nodes} == {
        "/doc/nato": False, "/doc/osce": False, "/doc/talks": True,
    }  # fmt: skip
    assert not any(node.end for node in drawn(link("a", "b"), link("b", "c")).nodes), "one sort of things"


def test_what_a_network_turns_on_is_named_in_any_case() -> None:
    shared = [link(hub, str(n)) for hub in ("first", "second") for n in range(30)]
    found = drawn(*shared, *(link("first", f"only {n}") for n in range(20)))
    hubs = [node for node in found.nodes if node.main]
    assert [node.name.href for node in hubs] == ["/doc/first", "/doc/second"]
    assert all(node.label for node in hubs)
    assert any(node.label is None for node in found.nodes), "others only where there is room"


def test_what_two_hubs_share_lies_between_them_and_hubs_lie_apart() -> None:
    shared, own = range(2, 14), {0: range(14, 20), 1: range(20, 26)}
    places = layout(26, tuple((hub, n) for hub in own for n in (*shared, *own[hub])))
    near = [math.dist(places[hub], places[n]) for hub in own for n in shared]
    assert math.dist(places[0], places[1]) > 1.2 * sum(near) / len(near)


def test_a_row_of_things_leaves_no_empty_space_below() -> None:
    assert drawn(link("a", "b"), link("a", "c")).height < 200
