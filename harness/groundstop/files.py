# SPDX-License-Identifier: Apache-2.0
"""Reading what users name and writing what must never be half there."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import stat
from pathlib import Path

from groundstop.errors import InputError

__all__ = [
    "MAX_INPUT",
    "fitting_name",
    "is_unit_name",
    "make_folder",
    "read_input",
    "read_text",
    "resolved",
    "unit_name",
    "write_atomically",
]

# Bytes.  No testcase is larger; a user who names a disk image gets told so at once.
MAX_INPUT = 64 << 20

# Bytes that a file's name may have on every file system that we know.
_NAME_LIMIT = 255
_LONGEST_PLAIN = 100
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._+@=,-]+")

# What a ValueError of the file system's functions means; each Python has words of its own.
_NUL = "a path cannot have a NUL character"

_UNIT_NAME = re.compile(r"[0-9a-f]{40}")


def unit_name(data: bytes) -> str:
    """Return what libFuzzer calls a file with this content: its SHA-1."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def is_unit_name(name: str) -> bool:
    """Return whether a file may have got this name from libFuzzer."""
    return _UNIT_NAME.fullmatch(name) is not None


def fitting_name(name: str, suffix: str, *, plain: bool = False) -> str:
    """Return `name` with `suffix` as a file's name, shortened where that would be too long.

    With `plain` it also has no character that some tool takes amiss.  What is not the name
    itself any more ends with a digest of it, so that two names stay two.
    """
    fit = _NOT_PLAIN.sub("_", name) if plain else name
    if fit == name and len(os.fsencode(name + suffix)) <= _NAME_LIMIT:
        return name + suffix
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
    return f"{_NOT_PLAIN.sub('_', name)[:_LONGEST_PLAIN]}-{digest}{suffix}"


def read_input(path: Path) -> bytes:
    """Return the content of a file that a user named; raise InputError saying why not.

    Only regular files are read: a fifo would wait for ever, a device may never end.
    """
    try:
        # Not blocking: else opening a fifo waits for somebody to write.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            _require_regular(os.fstat(descriptor).st_mode)
            data = _read_at_most(descriptor, MAX_INPUT + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{path}: cannot be read: {_NUL}") from error
    if len(data) > MAX_INPUT:
        raise InputError(f"{path}: larger than {MAX_INPUT >> 20} MiB, the limit of an input")
    return data


def read_text(path: Path) -> str:
    """Return the text of a file that a user named; raises as `read_input`, also if not UTF-8."""
    try:
        # As files opened for text do it: TOML counts lines by "\n".
        return read_input(path).decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: cannot be read: not UTF-8 at byte {error.start}") from error


def resolved(path: Path) -> Path:
    """Return `path` without symbolic links; raise InputError if they go round in circles."""
    try:
        found = path.resolve()
        loops = _has_link(found)
    except RuntimeError:  # Python 3.12 and older
        loops = True
    except OSError as error:
        raise InputError(f"{path}: cannot be found: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{path}: cannot be found: {_NUL}") from error
    if loops:
        raise InputError(f"{path}: cannot be found: its symbolic links form a loop")
    return found


def _has_link(found: Path) -> bool:
    """Return whether a resolved path still has links, those of a loop: Python 3.13 leaves them."""
    try:
        return stat.S_ISLNK(found.lstat().st_mode)
    except OSError as error:
        return error.errno == errno.ELOOP


def make_folder(path: Path) -> None:
    """Make a folder and those above it unless they are there; raise InputError if it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError(f"{path}: must be a folder: move away what is there") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be made: {error.strerror}") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all, also when the process is killed.

    A symbolic link stays, what it leads to is replaced.  The temporary file lies in the
    destination folder: a rename is atomic only within one file system.  Raises InputError
    when the folder cannot be written, or when what is there is no regular file.
    """
    place = resolved(path)
    try:
        if place.exists():
            _require_regular(place.stat().st_mode)
        # Not named after it: the longest name leaves no room.
        temporary = place.parent / f".new-{secrets.token_hex(8)}"
        # Not as tempfile makes it, for its owner alone: a corpus is shared like any other file.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            temporary.replace(place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _require_regular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a regular file")


def _read_at_most(descriptor: int, limit: int) -> bytes:
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        return file.read(limit)
