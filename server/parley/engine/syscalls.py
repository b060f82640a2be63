"""The seccomp filter of an executor: numbers of system calls and the BPF program made from them.

A deny list, not an allow list: which calls CPython, RocksDB and the C library make differs between versions, and a
filter that is too narrow kills innocent queries. What is listed is every way to the network, to other processes, to new
programs and to changes of the file system.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import platform
import struct
from typing import Literal

Machine = Literal["x86_64", "aarch64"]

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000  # the other ABI of x86_64 has the same audit architecture and other numbers


def _row(x86_64: int | None, aarch64: int | None) -> dict[str, int]:
    return {name: n for name, n in (("x86_64", x86_64), ("aarch64", aarch64)) if n is not None}


#: System call numbers by name and machine; a call that a machine lacks has no entry for it.
NUMBERS: dict[str, dict[str, int]] = {
    # network
    "socket": _row(41, 198), "socketpair": _row(53, 199), "connect": _row(42, 203), "bind": _row(49, 200),
    "listen": _row(50, 201), "io_uring_setup": _row(425, 425),
    # programs and other processes
    "execve": _row(59, 221), "execveat": _row(322, 281), "fork": _row(57, None), "vfork": _row(58, None),
    "ptrace": _row(101, 117), "process_vm_readv": _row(310, 270), "process_vm_writev": _row(311, 271),
    "kill": _row(62, 129), "tkill": _row(200, 130), "pidfd_open": _row(434, 434),
    "pidfd_send_signal": _row(424, 424), "pidfd_getfd": _row(438, 438), "kcmp": _row(312, 272),
    "setpriority": _row(141, 140), "prlimit64": _row(302, 261),
    # kernel
    "bpf": _row(321, 280), "perf_event_open": _row(298, 241), "userfaultfd": _row(323, 282),
    "unshare": _row(272, 97), "setns": _row(308, 268), "mount": _row(165, 40), "umount2": _row(166, 39),
    "pivot_root": _row(155, 41), "chroot": _row(161, 51), "keyctl": _row(250, 219), "add_key": _row(248, 217),
    "request_key": _row(249, 218), "init_module": _row(175, 105), "finit_module": _row(313, 273),
    "open_by_handle_at": _row(304, 265), "move_mount": _row(429, 429), "fsopen": _row(430, 430),
    # files
    "creat": _row(85, None), "truncate": _row(76, 45), "ftruncate": _row(77, 46), "unlink": _row(87, None),
    "unlinkat": _row(263, 35), "rename": _row(82, None), "renameat": _row(264, 38), "renameat2": _row(316, 276),
    "link": _row(86, None), "linkat": _row(265, 37), "symlink": _row(88, None), "symlinkat": _row(266, 36),
    "mkdir": _row(83, None), "mkdirat": _row(258, 34), "rmdir": _row(84, None), "mknod": _row(133, None),
    "mknodat": _row(259, 33), "chmod": _row(90, None), "fchmod": _row(91, 52), "fchmodat": _row(268, 53),
    "chown": _row(92, None), "fchown": _row(93, 55), "fchownat": _row(260, 54), "lchown": _row(94, None),
    "setxattr": _row(188, 5), "utimensat": _row(280, 88),
    # handled one by one below, or used to put up the walls
    "open": _row(2, None), "openat": _row(257, 56), "openat2": _row(437, 437), "clone": _row(56, 220),
    "clone3": _row(435, 435), "seccomp": _row(317, 277),
    "landlock_create": _row(444, 444), "landlock_add_rule": _row(445, 445), "landlock_restrict": _row(446, 446),
}  # fmt: skip
_SPECIAL = frozenset(
    [
        *("open", "openat", "openat2", "clone", "clone3", "seccomp", "prlimit64"),
        *("landlock_create", "landlock_add_rule", "landlock_restrict"),
    ]
)
#: Calls that fail with EPERM whatever their arguments.
DENIED: tuple[str, ...] = tuple(name for name in NUMBERS if name not in _SPECIAL)

_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_CLONE_THREAD = 0x10000
_WRITING = 0o1 | 0o2 | 0o100 | 0o1000  # O_WRONLY O_RDWR O_CREAT O_TRUNC: the same on both machines


@functools.cache
def libc() -> ctypes.CDLL:
    """The C library, with errno kept."""
    return ctypes.CDLL(None, use_errno=True)


def architecture() -> Machine:
    """The name of this machine; raises OSError for one whose system calls are not in the table."""
    machine = platform.machine()
    if machine == "x86_64" and ctypes.sizeof(ctypes.c_void_p) == 8:
        return "x86_64"
    if machine == "aarch64":
        return "aarch64"
    raise OSError(errno.ENOSYS, f"no sandbox for {machine}: x86_64 and aarch64 are supported")


def filter_program(machine: Machine) -> bytes:
    """The BPF program for `machine`: 8 bytes an instruction (linux/filter.h)."""
    deny = _statement(_RETURN, _ERRNO | errno.EPERM)
    absent = _statement(_RETURN, _ERRNO | errno.ENOSYS)
    allow = _statement(_RETURN, _ALLOW)
    lines = [_statement(_LOAD, 4), _jump(_JUMP_EQUAL, _AUDIT_ARCH[machine], 1, 0), deny, _statement(_LOAD, 0)]
    if machine == "x86_64":
        lines += [_jump(_JUMP_GREATER_EQUAL, _X32_BIT, 0, 1), deny]
    for name in DENIED:
        if machine in NUMBERS[name]:
            lines += [_jump(_JUMP_EQUAL, NUMBERS[name][machine], 0, 1), deny]
    for name in ("clone3", "openat2"):  # arguments in memory can't be looked at: callers fall back to the older call
        lines += [_jump(_JUMP_EQUAL, NUMBERS[name][machine], 0, 1), absent]
    for name, argument in (("openat", 2), ("open", 1)):
        if machine in NUMBERS[name]:
            lines += [_jump(_JUMP_EQUAL, NUMBERS[name][machine], 0, 4), _statement(_LOAD, 16 + 8 * argument)]
            lines += [_jump(_JUMP_SET, _WRITING, 0, 1), deny, allow]
    lines += [_jump(_JUMP_EQUAL, NUMBERS["clone"][machine], 0, 3), _statement(_LOAD, 16)]
    lines += [_jump(_JUMP_SET, _CLONE_THREAD, 1, 0), deny, allow]
    return b"".join(lines)


def _statement(code: int, value: int) -> bytes:
    return struct.pack("HBBI", code, 0, 0, value)


def _jump(code: int, value: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
