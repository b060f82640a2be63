"""Which share of wrong statements would anybody notice? `python tests/publication/mutation_report.py [COUNT] [SEED]`

Prints the share of the mutants that shapes, axioms, questions or the other tests of the publication catch, by kind and
role, then every survivor, and those that no query can tell from the original unless it asks which graph says so.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mutants import Mutator
from mutation_trial import Outcome, Trial

from parley.pipeline.sources.read import read
from parley.publication import load

ROOT = Path(__file__).resolve().parents[2]


def run(trial: Trial, count: int, seed: int) -> list[Outcome]:
    """Put `count` mutants, all that follow from `seed`, before the checks of `trial`."""
    mutator = Mutator(trial.quads, trial.role, trial.publication.base, seed)
    return [trial.put(mutant) for mutant in mutator.make(count)]


def prepared(work: Path) -> Trial:
    """The trial of this repository's publication; `work` is an empty folder for its quads."""
    publication = load(ROOT, {})
    return Trial(publication, read(publication, work))


def counted(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome], float]:
    """The survivors that a query can tell from the original, those that none can, and the share caught of the rest."""
    survivors = [one for one in outcomes if one.caught_by is None]
    told = [one for one in survivors if one.distinguishable]
    same = [one for one in survivors if not one.distinguishable]
    return told, same, 1 - len(told) / max(len(outcomes) - len(same), 1)


def report(outcomes: Sequence[Outcome]) -> str:
    """The figures and the survivors, as text."""
    told, same, share = counted(outcomes)
    lines = [f"{len(outcomes)} mutants, {share:.1%} of those that differ caught"]
    lines += [
        f"{len(told)} survived; {len(same)} ({len(same) / len(outcomes):.1%}) no query can tell from the original"
    ]
    catchers = Counter((one.caught_by or "").partition("[")[0] for one in outcomes if one.caught_by)
    lines += ["", "caught by"] + [f"  {count:4} {name}" for name, count in catchers.most_common()]
    kinds = Counter((one.mutant.role.value, one.mutant.kind) for one in outcomes)
    lost = Counter((one.mutant.role.value, one.mutant.kind) for one in told)
    lines += ["", "survived, of all"] + [f"  {lost[k]:4} of {n:4} {' '.join(k)}" for k, n in sorted(kinds.items())]
    for title, found in (("survivors", told), ("the same to every query that does not ask which graph says so", same)):
        lines += ["", title] + [f"  {one.mutant}" for one in found]
    return "\n".join(lines)


def main() -> int:
    """Print the report; exit status 1 if fewer than nine in ten are caught."""
    count, seed = (int(word) for word in (*sys.argv[1:], *("500", "1")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as work:
        trial = prepared(Path(work))
        if trial.broken:
            print("not counted, since they fail without any mutant:", *trial.broken, sep="\n  ")
        outcomes = run(trial, count, seed)
    print(report(outcomes))
    return 0 if counted(outcomes)[2] >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
