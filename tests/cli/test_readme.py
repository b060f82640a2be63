"""The README's tasks, each command as it stands there, on the real publication."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release.directory import StateDirectory

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"^```sh task\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
COMMANDS = [
    (command.strip(), expected.strip())
    for block in BLOCKS
    for command, expected in re.findall(r"(.+?)# → (.+?)\n", block, re.DOTALL)
]


def test_the_tasks_are_found() -> None:
    assert len(COMMANDS) >= 8
    assert sum(line.startswith("parley ") for block in BLOCKS for line in block.splitlines()) == len(COMMANDS)


@pytest.mark.parametrize(("command", "expected"), COMMANDS, ids=[" ".join(c.split()[:2]) for c, _ in COMMANDS])
def test_a_task_does_what_it_should(
    real: tuple[Publication, StateDirectory, Built], tmp_path: Path, command: str, expected: str
) -> None:
    own = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY_")}
    own |= {"PARLEY_STATE": str(real[1].root), "COLUMNS": "200", "LC_ALL": "C.UTF-8"}
    own["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}"
    script = command.replace("/tmp/", f"{tmp_path}/")
    done = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, cwd=ROOT, env=own, timeout=60)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout + done.stderr
