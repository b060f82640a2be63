"""Hashes every file of a release, in a process of its own: `python -m parley.release.rehash DIRECTORY`.

For releases too large to be hashed before they are served (setting `verify_at_start`). Exit status 1: damaged.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from parley.errors import ReleaseError
from parley.release.release import open_release


def main() -> int:
    """Check the release named on the command line; the reason goes to the standard error."""
    os.nice(10)
    try:
        open_release(Path(sys.argv[1]))
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
