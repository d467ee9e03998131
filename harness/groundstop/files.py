# SPDX-License-Identifier: Apache-2.0
"""Reading what users name and writing what must never be half there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from groundstop.errors import InputError

__all__ = ["MAX_INPUT", "read_input", "write_atomically"]

# Bytes.  No testcase is larger; a user who names a disk image gets told so at once.
MAX_INPUT = 64 << 20


def read_input(path: Path) -> bytes:
    """Return the content of a file that a user named; raise InputError saying why not."""
    try:
        if path.is_file() and path.stat().st_size > MAX_INPUT:
            raise InputError(f"{path}: larger than {MAX_INPUT >> 20} MiB, the limit of an input")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all, also when the process is killed.

    The temporary file lies in the destination folder: a rename is atomic only within one
    file system.  Raises InputError when the folder cannot be written.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                # mkstemp makes the file private; a corpus is shared like any other file.
                os.fchmod(file.fileno(), 0o666 & ~_umask())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
