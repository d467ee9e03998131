# SPDX-License-Identifier: Apache-2.0
"""An artifact is an input that a fuzzing process stored because of a failure.

    <state>/findings/<target>/<variant>/<kind>-<digest>           of a target's campaign
    <state>/properties/<target>/<label>/<variant>/<kind>-<digest> of a property's

Beside it lie `<name>.report` (what was printed), `<name>.oracle` (what an oracle said), and,
once triage has made findings of it, `<name>.triaged` (their ids).  Whoever is killed before
that leaves an artifact without this mark: the next campaign triages it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from groundstop.config import Project
from groundstop.errors import InputError
from groundstop.files import is_unit_name, read_input, unit_name, write_atomically
from groundstop.model import Release, Sanitizer, Variant

__all__ = [
    "BROKEN",
    "artifact_folders",
    "hold_for_good",
    "holding",
    "is_cut",
    "kind_of",
    "mark_triaged",
    "remove_cut",
    "untriaged",
    "untriaged_of",
    "variant_of_folder",
]

# Of an input on which an oracle broke, which no process died of.
BROKEN = "broken"
# The others are libFuzzer's file name prefixes; its `slow-unit-` is a hint, no finding.
_KINDS = ("crash", "timeout", "oom", "leak", BROKEN)
_TRIAGED = ".triaged"

# How native/driver/unit.c names what it stores: 64 bits of FNV-1a.
_DRIVER_DIGITS = 16
_FNV_START = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3


def kind_of(name: str) -> str | None:
    """Return what kind of finding an artifact's file name stands for, None for no finding."""
    kind, dash, rest = name.partition("-")
    return kind if dash and kind in _KINDS and "." not in rest else None


def is_cut(path: Path) -> bool:
    """Return whether an artifact's content is not what the digest in its name says.

    Where the disk is full, libFuzzer leaves an empty file, or the beginning of one.
    """
    digest = path.name.partition("-")[2]
    try:
        if is_unit_name(digest):
            return unit_name(read_input(path)) != digest
        if len(digest) == _DRIVER_DIGITS and not set(digest) - set("0123456789abcdef"):
            return f"{_driver_digest(read_input(path)):016x}" != digest
    except InputError:
        # What cannot be read may be whole; whoever needs it says why not.
        pass
    return False


@contextmanager
def holding(folder: Path) -> Iterator[int]:
    """Say, until the end, that somebody may be writing artifacts to a folder; yield the lock."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield lock
    finally:
        os.close(lock)


def hold_for_good(folder: Path) -> None:
    """Do so until this process, whatever it becomes, and its children end."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(lock, fcntl.LOCK_SH)
    os.set_inheritable(lock, True)  # noqa: FBT003  (the function's own signature)


def remove_cut(folder: Path) -> list[str]:
    """Remove the artifacts that were written only in part, and return their names.

    None where somebody may be writing them just now.
    """
    with suppress(FileNotFoundError, BlockingIOError):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            cut = [path for path in untriaged(folder) if is_cut(path)]
            for path in cut:
                path.unlink(missing_ok=True)
            return [path.name for path in cut]
        finally:
            os.close(lock)
    return []


def untriaged(folder: Path) -> list[Path]:
    """Return the artifacts in a folder that triage has not seen, or not since they were written.

    Raises OSError for a folder that cannot be read; one that is not there has none.
    """
    try:
        found = [path for path in folder.iterdir() if kind_of(path.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(path for path in found if not _is_triaged(path))


def mark_triaged(path: Path, findings: Sequence[str]) -> None:
    """Note that an artifact has become the findings with these ids; raises InputError."""
    write_atomically(path.with_name(path.name + _TRIAGED), "\n".join([*findings, ""]).encode())


def artifact_folders(folder: Path) -> list[Path]:
    """Return the folders of artifacts, one for each variant, in that of a target or property."""
    return [each for each in _folders(folder) if variant_of_folder(each)]


def untriaged_of(project: Project, target: str | None = None) -> list[Path]:
    """Return the artifacts of a target and its properties, or of all, that triage has not seen."""
    owners: list[Path] = []
    findings, properties = project.state / "findings", project.state / "properties"
    for name in [target] if target else sorted({f.name for f in _folders(findings, properties)}):
        owners += [findings / name, *_folders(properties / name)]
    return [
        path for owner in owners for each in artifact_folders(owner) for path in untriaged(each)
    ]


def variant_of_folder(folder: Path) -> Variant | None:
    """Return the variant that names a folder of artifacts, None for any other folder."""
    release, _, sanitizer = folder.name.rpartition("-")
    try:
        return Variant(Release.parse(release), Sanitizer(sanitizer))
    except ValueError:
        return None


def _folders(*parents: Path) -> list[Path]:
    found: list[Path] = []
    for parent in parents:
        with suppress(FileNotFoundError, NotADirectoryError):
            found += sorted(each for each in parent.iterdir() if each.is_dir())
    return found


def _is_triaged(path: Path) -> bool:
    mark = path.with_name(path.name + _TRIAGED)
    try:
        # Written again since then, an artifact with the name of an oracle may be another one.
        return mark.stat().st_mtime_ns >= path.stat().st_mtime_ns
    except OSError:
        return False


def _driver_digest(data: bytes) -> int:
    value = _FNV_START
    for byte in data:
        value = ((value ^ byte) * _FNV_PRIME) & 0xFFFFFFFFFFFFFFFF
    return value
