"""Each wall, tried from inside by a child of its own."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from parley.engine.syscalls import DENIED, NUMBERS, filter_program

ATTEMPTS = """
import ctypes, json, os, socket, sys, threading
from pathlib import Path
from parley.engine import sandbox
store = Path(sys.argv[1])
landlock = sandbox.confine_files(store) if "landlock" in sys.argv else 0
if "seccomp" in sys.argv:
    sandbox.deny_system_calls()
outcome = {"landlock": landlock}
def attempt(name, action):
    try:
        action()
        outcome[name] = 0
    except OSError as error:
        outcome[name] = error.errno
def thread():
    t = threading.Thread(target=lambda: None); t.start(); t.join()
attempt("read store", lambda: (store / "file").read_bytes())
attempt("list store", lambda: list(store.iterdir()))
attempt("read elsewhere", lambda: Path("/etc/passwd").read_bytes())
attempt("write store", lambda: (store / "file").write_text("x"))
attempt("write elsewhere", lambda: (store.parent / "new").write_text("x"))
attempt("unlink", lambda: (store / "file").unlink())
attempt("socket", lambda: socket.socket().close())
attempt("unix socket", lambda: socket.socket(socket.AF_UNIX).close())
attempt("socketpair", lambda: socket.socketpair())
attempt("execve", lambda: os.execv("/bin/true", ["true"]))
attempt("fork", lambda: os.fork() or os._exit(0))
attempt("kill", lambda: os.kill(os.getppid(), 0))
attempt("thread", thread)
print(json.dumps(outcome), flush=True)
"""


def attempts(folder: Path, *walls: str) -> dict[str, Any]:
    store = folder / "store"
    store.mkdir()
    (store / "file").write_text("content")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", ATTEMPTS, str(store), *walls]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 0, done.stderr
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


def test_seccomp_denies_network_programs_processes_and_writing(tmp_path: Path) -> None:
    outcome = attempts(tmp_path, "seccomp")
    denied = {name for name, code in outcome.items() if code == errno.EPERM}
    assert denied == {
        "write store", "write elsewhere", "unlink", "socket", "unix socket", "socketpair", "execve", "fork", "kill",
    }  # fmt: skip
    assert outcome["read store"] == outcome["list store"] == outcome["thread"] == 0


def test_landlock_leaves_only_the_store(tmp_path: Path) -> None:
    outcome = attempts(tmp_path, "landlock", "seccomp")
    if not outcome["landlock"]:
        pytest.skip("this kernel has no Landlock")
    assert outcome["read elsewhere"] == errno.EACCES
    assert outcome["read store"] == outcome["list store"] == 0


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_program_is_well_formed(machine: Any) -> None:
    program = filter_program(machine)
    assert len(program) % 8 == 0 and 100 < len(program) // 8 < 4096
    assert all(machine in NUMBERS[name] for name in ("socket", "connect", "execve", "ptrace", "openat", "clone"))
    assert {"socket", "io_uring_setup", "execveat", "process_vm_writev"} <= set(DENIED)


@pytest.mark.skipif(not Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h").exists(), reason="no kernel headers")
def test_the_numbers_are_those_of_the_kernel_headers() -> None:
    text = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h").read_text()
    kernel = {words[1][5:]: int(words[2]) for line in text.splitlines() if len(words := line.split()) == 3}
    longer = {"landlock_create": "landlock_create_ruleset", "landlock_restrict": "landlock_restrict_self"}
    checked = 0
    for name, numbers in NUMBERS.items():
        known = kernel.get(longer.get(name, name))
        if known is not None and "x86_64" in numbers:
            assert numbers["x86_64"] == known, name
            checked += 1
    assert checked >= 60
