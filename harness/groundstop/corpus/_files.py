# SPDX-License-Identifier: Apache-2.0
"""Which files of a corpus folder are content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def content_files(folder: Path) -> Iterator[Path]:
    """Yield what is below `folder` by path, without folders and what is hidden.

    A README.md explains the others and is none of them; any other name is content.  So is
    what cannot be read as a file (a dangling link, a pipe, a link to a folder, into which
    nobody looks): whoever reads it says so, and it does not pass in silence.
    """
    for path in sorted(folder.rglob("*")):
        is_folder = path.is_dir() and not path.is_symlink()
        if not is_folder and not path.name.startswith(".") and path.name != "README.md":
            yield path
