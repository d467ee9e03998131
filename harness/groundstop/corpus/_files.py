# SPDX-License-Identifier: Apache-2.0
"""Which files of a corpus folder are content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def content_files(folder: Path) -> Iterator[Path]:
    """Yield the files below `folder` by path, without hidden ones.

    A README.md explains the others and is none of them; any other name is content.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and path.name != "README.md":
            yield path
