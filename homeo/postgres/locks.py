"""Locks between processes, which the kernel drops when their holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    """Open a lock file and return its descriptor, not locked yet and closed to programs we start."""
    return os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold an exclusive lock, after waiting for it, and yield its descriptor."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def is_free(path: Path) -> bool:
    """Tell whether nobody holds the lock.

    Always through a descriptor of its own: one that is shared with a forked process could be turned into an
    exclusive lock under the other's feet.
    """
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
