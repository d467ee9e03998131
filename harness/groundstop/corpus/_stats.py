# SPDX-License-Identifier: Apache-2.0
"""How much a corpus has."""

from __future__ import annotations

from collections.abc import Iterable
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


def folder_stats(project: Project, target_name: str) -> list[FolderStats]:
    """Return seeds, regressions, evolved and properties of a target, there or not.

    Of `properties` both what failed and what campaigns kept counts.  Nothing is compiled.
    """
    root = project.corpus_of(target_name)
    names = ("seeds", "regressions", "evolved", "properties")
    return [_stats(name, content_files(root / name)) for name in names]


def _stats(name: str, files: Iterable[Path]) -> FolderStats:
    sizes = [path.stat().st_size for path in files if not path.name.endswith(SIDECAR_SUFFIX)]
    return FolderStats(name, len(sizes), sum(sizes), max(sizes, default=0))
