# SPDX-License-Identifier: Apache-2.0
"""Places and errors as a report tells them: from the project's root, wherever it is made.

A page is passed on: the folder that somebody stood in means nothing to who reads it, and
where the project lay on that machine is nobody's concern.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import GroundstopError
from groundstop.report._evidence import Damage

__all__ = ["damage", "error_words", "from_root", "unreadable"]


def from_root(project: Project, path: Path) -> str:
    """Return `path` relative to the project's root where it is below it, else as it is."""
    path = project.root / path
    return str(path.relative_to(project.root) if path.is_relative_to(project.root) else path)


def error_words(project: Project, error: Exception) -> str:
    """Return what an error says, its paths as `from_root` has them."""
    said = str(error)
    text = said if isinstance(error, GroundstopError) else f"{type(error).__name__}: {said}"
    # Not within a longer path that only ends in the same names.
    return re.sub(rf"(?<![\w./-]){re.escape(str(project.root))}/", "", text)


def damage(project: Project, path: Path, error: Exception) -> Damage:
    """Return the damage that `error` tells of; one of the system names its own file."""
    named = error.filename if isinstance(error, OSError) else None
    return Damage(from_root(project, Path(named or path)), error_words(project, error))


def unreadable(project: Project, folder: Path) -> Iterator[Damage]:
    """Yield what cannot be listed of `folder` and the folders in it; one not there is fine.

    `Path.rglob` passes over such a folder in silence, as if it held nothing.
    """
    errors: list[OSError] = []
    for _ in os.walk(folder, onerror=errors.append):
        pass
    for error in errors:
        if not isinstance(error, FileNotFoundError):
            yield damage(project, folder, error)
