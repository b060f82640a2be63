"""The README's tour, each command as it stands there, against the real publication."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"^```sh tour\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
#: A command may run over several lines; it ends with what it must print.
COMMANDS = [
    (command.strip(), expected.strip())
    for block in BLOCKS
    for command, expected in re.findall(r"(.+?)# → (.+?)\n", block, re.DOTALL)
]


def test_the_tour_is_found() -> None:
    assert len(COMMANDS) >= 7
    assert sum(block.count("curl ") for block in BLOCKS) == len(COMMANDS)


@pytest.mark.parametrize(("command", "expected"), COMMANDS, ids=[f"{n}" for n in range(1, len(COMMANDS) + 1)])
def test_a_command_of_the_tour_prints_what_it_should(real_site: str, command: str, expected: str) -> None:
    script = command.replace("http://127.0.0.1:8000", real_site)
    done = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout
