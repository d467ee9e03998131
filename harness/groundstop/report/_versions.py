# SPDX-License-Identifier: Apache-2.0
"""With what a report was made: the tool, the compiler, and the commit of the project."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
from pathlib import Path

from groundstop.errors import ToolError
from groundstop.report._evidence import Versions
from groundstop.toolchain import find_compiler

__all__ = ["versions_of"]

_GIT_SECONDS = 20


def versions_of(root: Path) -> Versions:
    """Return the versions for the project at `root`; what is not there stays empty."""
    try:
        compiler = find_compiler().version
    except ToolError:
        compiler = ""
    commit = _git(root, "rev-parse", "--verify", "HEAD") or ""
    modified = bool(commit and _git(root, "status", "--porcelain", "--untracked-files=no"))
    return Versions(importlib.metadata.version("groundstop"), compiler, commit, modified)


def _git(root: Path, *words: str) -> str | None:
    """Return what git says in the project's folder; None without git, or where it refuses."""
    try:
        run = subprocess.run(
            ["git", "-C", str(root), *words],  # noqa: S607  (the user's own)
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_GIT_SECONDS,
            env=_environment(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() if run.returncode == 0 else None


def _environment() -> dict[str, str]:
    """Return the environment for git, without what names another repository.

    Within a git hook, for one, GIT_DIR is that of whoever commits.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # A report changes nothing, the index's stamps neither.
    return {**own, "GIT_OPTIONAL_LOCKS": "0"}
