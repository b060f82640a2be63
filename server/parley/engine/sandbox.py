"""Walls around an executor, put up by itself before it reads its first query and never taken down.

No network (seccomp; an empty network namespace around the zygote where the system allows one), no new programs, no
writing, no other files than the store (Landlock, where the kernel has it), bounded memory. Everything here works
without privileges.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import struct
from pathlib import Path

from parley.engine.syscalls import DENIED, NUMBERS, architecture, filter_program, libc

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000

# linux/landlock.h
_LANDLOCK_VERSION = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
#: Number of file access rights that each ABI knows: asking for an unknown one is an error.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_FILE_RIGHTS = 16
_NETWORK_RIGHTS = 0b11  # bind and connect TCP
_SCOPES = 0b11  # abstract UNIX sockets, signals


class SandboxError(OSError):
    """A wall that every supported system has could not be put up; the executor must not serve."""


def die_with_parent(parent: int, signal: int) -> None:
    """Have the kernel send `signal` to this process when the thread that started it ends.

    Raises SandboxError if `parent` is already gone.
    """
    libc().prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:
        raise SandboxError(f"the parent process {parent} has already ended")


def leave_network() -> bool:
    """Move this single-threaded process into an empty network namespace; False where the system forbids it."""
    user, group = os.getuid(), os.getgid()
    if libc().unshare(_CLONE_NEWNET) == 0:
        return True
    if libc().unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    with contextlib.suppress(OSError):  # without a map the process sees itself as nobody: ugly, not unsafe
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


def deny_system_calls() -> None:
    """Install the seccomp filter (see `syscalls`); raises SandboxError.

    The filter holds for this thread and those it starts, so it comes before any thread.
    """
    machine = architecture()
    program = filter_program(machine)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    header_buffer = ctypes.create_string_buffer(header, len(header))
    _no_new_privileges()
    if libc().syscall(NUMBERS["seccomp"][machine], _SECCOMP_SET_MODE_FILTER, 0, header_buffer) != 0:
        raise SandboxError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def confine_files(*readable: Path) -> int:
    """Restrict this thread to reading these files and folders, with Landlock.

    Returns Landlock's ABI version, 0 where there is none. Raises SandboxError if the kernel has Landlock but refuses
    the rules.
    """
    machine = architecture()
    create, restrict = (NUMBERS[f"landlock_{name}"][machine] for name in ("create", "restrict"))
    call = libc().syscall
    abi = int(call(create, None, ctypes.c_size_t(0), _LANDLOCK_VERSION))
    if abi < 1:
        return 0
    attributes = struct.pack(
        "QQQ",
        (1 << _FILE_RIGHTS.get(abi, _NEWEST_FILE_RIGHTS)) - 1,
        _NETWORK_RIGHTS if abi >= 4 else 0,
        _SCOPES if abi >= 6 else 0,
    )
    rules = call(create, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        raise SandboxError(ctypes.get_errno(), f"landlock: {os.strerror(ctypes.get_errno())}")
    try:
        _no_new_privileges()
        for path in readable:
            _allow_reading(rules, path)
        if call(restrict, rules, 0) != 0:
            raise SandboxError(ctypes.get_errno(), f"landlock: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(rules)
    return abi


def _allow_reading(rules: int, path: Path) -> None:
    """Add to a set of Landlock rules that what lies at or below `path` may be read."""
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
        below = struct.pack("=Qi", rights, place)
        if libc().syscall(NUMBERS["landlock_add_rule"][architecture()], rules, 1, below, 0) != 0:
            raise SandboxError(ctypes.get_errno(), f"landlock: {path}: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(place)


def limit_memory(in_use: int, extra: int) -> None:
    """Allow this process `extra` bytes of address space beyond the `in_use` it has."""
    resource.setrlimit(resource.RLIMIT_AS, (in_use + extra, in_use + extra))


def forgo_core_dumps() -> None:
    """No core files: they would hold the data, and writing a gigabyte delays the re-fork."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def volunteer_for_oom() -> None:
    """Ask the kernel to end this process before any other when the machine is out of memory."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _no_new_privileges() -> None:
    if libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise SandboxError(ctypes.get_errno(), f"PR_SET_NO_NEW_PRIVS: {os.strerror(ctypes.get_errno())}")


__all__ = [
    "DENIED", "SandboxError", "confine_files", "deny_system_calls", "die_with_parent", "forgo_core_dumps",
    "leave_network", "limit_memory", "volunteer_for_oom",
]  # fmt: skip
