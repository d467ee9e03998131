# SPDX-License-Identifier: Apache-2.0
"""What changed in a git repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import InputError, ToolError

__all__ = ["Changes", "changes_since"]


@dataclass(frozen=True, slots=True)
class Changes:
    """Absolute paths of files: those that differ from `base`, or are new; and the `others`."""

    base: str
    paths: tuple[Path, ...]
    deleted: tuple[Path, ...]
    others: tuple[Path, ...]


def changes_since(base: str, folder: Path) -> Changes:
    """Return how the files of the repository around `folder` differ from the commit `base`.

    Whatever differs counts, committed or not, and files that git does not know yet, unless it
    ignores them.  Raises InputError for what is no commit, ToolError where git cannot tell.
    """
    root = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
    try:
        _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    except ToolError:
        raise InputError(
            f"{base}: is no commit of this repository: name one that is there (a new repository "
            "has none; in CI, check out with its history)"
        ) from None
    differing = ("diff", "--no-ext-diff", "--no-renames", "--name-only", "-z")
    changed = _paths(root, _git(root, *differing, "--diff-filter=d", base, "--"))
    deleted = _paths(root, _git(root, *differing, "--diff-filter=D", base, "--"))
    new = _paths(root, _git(root, "ls-files", "-z", "--others", "--exclude-standard"))
    known = _paths(root, _git(root, "ls-files", "-z"))
    paths = sorted({*changed, *new})
    others = sorted({*known} - {*paths} - {*deleted})
    return Changes(base, tuple(paths), tuple(sorted(deleted)), tuple(others))


def _git(folder: Path, *words: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        raise ToolError("git is not there: install it (package git); --changed needs it")
    run = subprocess.run([git, "-C", folder, *words], capture_output=True, check=False)
    if run.returncode:
        said = run.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise ToolError(f"git cannot tell what changed: {said}")
    return run.stdout


def _paths(root: Path, listed: bytes) -> set[Path]:
    return {root / os.fsdecode(name) for name in listed.split(b"\0") if name}
