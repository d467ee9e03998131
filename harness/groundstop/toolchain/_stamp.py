# SPDX-License-Identifier: Apache-2.0
"""Whether a file or a folder is what it was: by its stamp where that cannot lie, else by content.

A stamp is what `stat` says.  Whoever changes a file changes its ctime, so that an equal stamp
means equal content, with one exception: a file that changes twice within one tick of the clock.
A stamp that is younger than `_RACY_NS` when it is taken is therefore none (git does the same).
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable

__all__ = ["ABSENT", "Stamp", "changed_since", "file_digest", "folder_digest", "stamp_of"]

Stamp = tuple[int, ...]

# The digest of what is not there, or cannot be read.
ABSENT = ""
# The coarsest clock of a file system in use.
_RACY_NS = 2_000_000_000

_known: dict[tuple[str, Stamp], str] = {}


def stamp_of(path: str) -> Stamp | None:
    """Return the stamp of a file or folder; None for a fresh one, or one that is not there."""
    try:
        seen = os.stat(path)
    except (OSError, ValueError):
        return None
    if time.time_ns() - max(seen.st_mtime_ns, seen.st_ctime_ns) < _RACY_NS:
        return None
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def changed_since(path: str, moment: int) -> bool:
    """Return whether a file changed after `moment`, in nanoseconds since the epoch."""
    try:
        seen = os.stat(path)
    except (OSError, ValueError):
        return False
    return max(seen.st_mtime_ns, seen.st_ctime_ns) > moment


def file_digest(path: str) -> str:
    """Return a digest of a file's content, or ABSENT."""
    stamp = stamp_of(path)
    if stamp and (known := _known.get((path, stamp))):
        return known
    try:
        # Opening a fifo would wait for somebody to write.
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ABSENT
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except (OSError, ValueError):
        return ABSENT
    if stamp:
        _known[path, stamp] = digest
    return digest


def folder_digest(path: str, names: Iterable[str]) -> str:
    """Return a digest of which of `names` a folder has; ABSENT for one that is not there."""
    try:
        there = set(os.listdir(path))
    except (OSError, ValueError):
        return ABSENT
    found = sorted(there.intersection(names))
    return hashlib.sha256(os.fsencode("\0".join(found))).hexdigest()[:16]
