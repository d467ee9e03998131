# SPDX-License-Identifier: Apache-2.0
"""The evolved part of a corpus.

Content-addressed: a file's name is the SHA-1 of its content, as libFuzzer names its units,
so that the two never keep the same input twice.  Written whole or not at all; adding
what is there changes nothing; any number of processes may add at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from groundstop.config import Project
from groundstop.files import is_unit_name, make_folder, unit_name, write_atomically
from groundstop.target import Target


def add(target: Target, project: Project, data: bytes) -> Path:
    """Keep an input; return its file.  Raises InputError when it cannot be written."""
    folder = project.corpus_of(target.name) / "evolved"
    make_folder(folder)
    path = folder / unit_name(data)
    if not path.exists():
        write_atomically(path, data)
    return path


def evolved(target: Target, project: Project) -> Iterator[Path]:
    """Yield the files of the evolved corpus by name; whatever else lies there is left out.

    Raises InputError when `evolved` is there but is no folder.
    """
    folder = project.corpus_of(target.name) / "evolved"
    if folder.exists():
        make_folder(folder)
        yield from sorted(path for path in folder.iterdir() if is_unit_name(path.name))
