"""What a build costs: `python tests/bench/build.py --things 1000 100000 1000000`.

Each size is written as a publication of things with five triples each, and built by `parley build` in a process of its
own: seconds, those of processor time, the most memory that the process held, and what the release takes on disk, in
whole and by part. It has neither shapes nor inference: what they cost depends on what they say.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sample import TRIPLES_A_THING, write_data

_PARTS = ("quads.nq", "index.sqlite", "store", "dumps")


def size_of(path: Path) -> int:
    """Bytes of a file or of all files in a folder, each counted once whatever names it has."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum({(found := file.stat()).st_ino: found.st_size for file in files if file.is_file()}.values())


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def row(folder: Path, things: int) -> str:
    """Build a publication of `things` and say what it took; ends the run if the build fails."""
    write_data(folder, things)
    began, before = time.perf_counter(), _processor()
    done = subprocess.run(
        [sys.executable, "-m", "parley", "build", str(folder)], capture_output=True, text=True, check=False
    )
    took, spent = time.perf_counter() - began, _processor() - before
    if done.returncode:
        sys.exit(f"the build of {things} things failed:\n{done.stderr}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # of the largest child so far: sizes must rise
    release = (folder / ".parley" / "current").resolve()
    triples = things * TRIPLES_A_THING
    parts = " ".join(f"{size_of(release / part) / 1e6:12.1f}" for part in _PARTS)
    return f"{triples:>10} {took:8.1f} {spent:8.1f} {peak:8.0f} {size_of(release) / 1e6:9.1f} {parts}"


def main() -> None:
    """Build and print a table, a row a size, in rising order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--things", type=int, nargs="+", default=[1000, 100_000])
    options = parser.parse_args()
    heads = " ".join(f"{part + ' MB':>12}" for part in ("quads", "index", "store", "dumps"))
    print(f"{'triples':>10} {'seconds':>8} {'CPU s':>8} {'peak MB':>8} {'disk MB':>9} {heads}")
    for things in sorted(options.things):
        with tempfile.TemporaryDirectory(prefix="parley-bench-") as name:
            print(row(Path(name) / "publication", things), flush=True)


if __name__ == "__main__":
    main()
