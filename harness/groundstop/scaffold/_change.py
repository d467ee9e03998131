# SPDX-License-Identifier: Apache-2.0
"""What is to become of a project's files: all of it is checked before any of it is done."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import InputError
from groundstop.files import make_folder, read_input, write_atomically

__all__ = ["Change", "Written", "added_to", "carry_out", "new_file"]


@dataclass(frozen=True, slots=True)
class Written:
    """One file, relative to the project, and what was done: `written`, `added to`, `left alone`.

    `note` is what to know of one that was left alone.
    """

    path: str
    what: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done with a file, and all that it will have in it."""

    done: Written
    content: bytes


def new_file(folder: Path, path: str, content: bytes) -> Change:
    """Return the change that writes a file, unless there is one."""
    return Change(Written(path, "left alone" if (folder / path).exists() else "written"), content)


def added_to(folder: Path, path: str, content: bytes, marker: bytes) -> Change:
    """Return the change that puts `content` behind what a file has, unless `marker` is in it.

    The line ends are those of the file.  Raises InputError for one that cannot be read.
    """
    if not (folder / path).exists():
        return new_file(folder, path, content)
    there = read_input(folder / path)
    if re.search(marker, there, re.MULTILINE):
        return Change(Written(path, "left alone"), there)
    end = b"\r\n" if b"\r\n" in there else b"\n"
    between = end if there.endswith(b"\n") or not there else end * 2
    return Change(Written(path, "added to"), there + between + content.replace(b"\n", end))


def carry_out(folder: Path, changes: Sequence[Change]) -> None:
    """Make the changes, the last one first; raises InputError before any for what can be seen.

    The first is what makes a project of the folder: with it missing the rest can be done again.
    """
    for change in changes:
        _check(folder, change.done)
    for change in reversed(changes):
        if change.done.what == "left alone":
            continue
        place = folder / change.done.path
        make_folder(place.parent)
        write_atomically(place, change.content)
        if change.content.startswith(b"#!"):
            place.chmod(0o755)


def _check(folder: Path, wanted: Written) -> None:
    place = folder / wanted.path
    if place.is_symlink() and not place.exists():
        raise InputError(f"{place}: a symbolic link that leads nowhere: remove it")
    if place.exists() and not place.is_file():
        raise InputError(f"{place}: must be a file: move away what is there")
    if wanted.what == "left alone":
        return
    above = place.resolve().parent if place.exists() else place.parent
    while not os.path.lexists(above):
        above = above.parent
    if not above.is_dir():
        raise InputError(f"{above}: must be a folder: move away what is there")
    if not os.access(above, os.W_OK | os.X_OK):
        raise InputError(f"{above}: cannot be written to: change its permissions")
