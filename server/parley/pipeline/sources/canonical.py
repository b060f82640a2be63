"""Canonical labels of blank nodes (RDFC-1.0), in a process of its own: `python -m parley.pipeline.sources.canonical`.

The algorithm is exponential on graphs made for it (poison graphs), and pyoxigraph's offers neither limit nor
cancellation. So anything but the smallest components is labelled by a child that a deadline can end.

Input and output of the child are components as N-Quads, each followed by an empty line.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterable

import pyoxigraph as ox

from parley.formats import N_QUADS

#: Components of so few blank nodes are labelled at once, whatever their form (4! orders at worst).
SMALL = 4
_MEMORY = 4 * 1024**3  # bytes of address space for the child


class Undecided(Exception):
    """The labels were not found within the limits."""


def canonical(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The quads with the labels c14n0, c14n1, … that RDFC-1.0 §4 issues, in canonical order."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


def canonical_all(components: list[list[ox.Quad]], seconds: float) -> list[list[ox.Quad]]:
    """`canonical` of each component, in a child process that has `seconds`.

    Raises Undecided when it does not end in time or dies.
    """
    if not components:
        return []
    try:
        done = subprocess.run(
            [sys.executable, "-m", "parley.pipeline.sources.canonical"],
            input=_written(components), capture_output=True, timeout=max(seconds, 0.01), check=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Undecided(f"in the {seconds:.1f} seconds left for it") from None
    except subprocess.CalledProcessError:
        raise Undecided("in the memory allowed") from None
    return _read(done.stdout)


def _written(components: Iterable[list[ox.Quad]]) -> bytes:
    return "".join("".join(f"{quad} .\n" for quad in component) + "\n" for component in components).encode("utf-8")


def _read(text: bytes) -> list[list[ox.Quad]]:
    return [list(ox.parse(part, N_QUADS.oxigraph)) for part in text.removesuffix(b"\n\n").split(b"\n\n")]


def main() -> None:
    """The child: standard input to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    components = _read(sys.stdin.buffer.read())
    sys.stdout.buffer.write(_written(canonical(component) for component in components))


if __name__ == "__main__":
    main()
