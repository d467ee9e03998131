# SPDX-License-Identifier: Apache-2.0
"""What a corpus should have: files that git knows and that are not there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from groundstop.config import Project

__all__ = ["missing_files"]


def missing_files(target_name: str, project: Project) -> list[Path] | None:
    """Return which seeds and regressions git has and the folder lacks, as in a sparse checkout.

    None where git cannot tell: there is none, or the project is in no repository.
    """
    folders = [project.corpus_of(target_name) / name for name in ("seeds", "regressions")]
    command = ["git", "-C", str(project.root), "ls-files", "-z", "--", *map(str, folders)]
    try:
        run = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return None
    if run.returncode:
        return None
    paths = (project.root / os.fsdecode(name) for name in run.stdout.split(b"\0") if name)
    return [path for path in paths if not os.path.lexists(path)]
