"""Writing to disk so that a crash leaves the old or the new, and faults that say their cause and cure."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parley.errors import ReleaseError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Turn faults of the file system and of SQLite while writing `what` into ReleaseError."""
    try:
        yield
    except OSError as error:
        raise _release_error(what, error) from error
    except sqlite3.Error as error:
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        raise _release_error(what, OSError(errno.ENOSPC if full else errno.EIO, str(error))) from error


def _release_error(what: str, error: OSError) -> ReleaseError:
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in _FULL or "no space left" in str(error).lower():
        return ReleaseError(
            f"{what} can't be written: the disk is full{place}.",
            cure="Free some space (`parley gc` removes old releases), or set `state` to a directory on another disk.",
        )
    if error.errno in _CLOSED:
        return ReleaseError(
            f"{what} can't be written: access is denied{place}.",
            cure="Make the directory writable for this user, or set `state` to another one.",
        )
    return ReleaseError(
        f"{what} can't be written: {error.strerror or error}{place}.",
        cure="See that the path is a directory on a sound disk, or set `state` to another one.",
    )


def sync_file(path: Path) -> None:
    """Wait until the file or directory at `path` is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` into the file at `path`, which holds the old or the new whatever happens."""
    draft = path.with_name(f"{path.name}.new")
    try:
        draft.write_bytes(content)
        sync_file(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_file(path.parent)


def sync_tree(root: Path) -> None:
    """Wait until everything under `root` is on disk: a rename may otherwise reach it before the contents do."""
    for folder, _folders, files in os.walk(root, topdown=False):
        for name in files:
            sync_file(Path(folder) / name)
        sync_file(Path(folder))


def exclusive(descriptor: int) -> bool:
    """Take the lock on an open file if nobody holds it; the kernel frees it when its holder dies, however it does."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
