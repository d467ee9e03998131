# SPDX-License-Identifier: Apache-2.0
"""How much a corpus has."""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from groundstop.config import Project
from groundstop.corpus._files import content_files
from groundstop.corpus._regressions import SIDECAR_SUFFIX

__all__ = ["FolderStats", "folder_stats"]


@dataclass(frozen=True, slots=True)
class FolderStats:
    """The inputs of one folder of a corpus; `size` and `largest` are bytes, as files."""

    name: str
    count: int
    size: int
    largest: int


def folder_stats(
    project: Project, target_name: str, onerror: Callable[[OSError], object] | None = None
) -> list[FolderStats]:
    """Return seeds, regressions, evolved and properties of a target, there or not.

    Of `properties` both what failed and what campaigns kept counts.  Nothing is compiled.
    An OSError goes to `onerror`, and what was counted until then stays; without one it is
    raised.
    """
    root = project.corpus_of(target_name)
    names = ("seeds", "regressions", "evolved", "properties")
    return [_stats(root / name, onerror) for name in names]


def _stats(folder: Path, onerror: Callable[[OSError], object] | None) -> FolderStats:
    sizes: list[int] = []
    try:
        for path in content_files(folder):
            if not path.name.endswith(SIDECAR_SUFFIX):
                sizes += _size(path)
    except OSError as error:
        if onerror is None:
            raise
        onerror(error)
    return FolderStats(folder.name, len(sizes), sum(sizes), max(sizes, default=0))


def _size(path: Path) -> list[int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        # A campaign that runs, or a merge, takes units away; not so what a link led to.
        if path.is_symlink():
            raise
        return []
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return [status.st_size]
