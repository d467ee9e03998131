# SPDX-License-Identifier: Apache-2.0
"""A file that comes through standard input: `-`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundstop.errors import InputError
from groundstop.files import MAX_INPUT
from groundstop.interrupt import ending_as_ctrl_c

_NAMES = {"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"}


def is_standard_input(path: Path) -> bool:
    """Return whether a path that a user wrote stands for standard input."""
    return str(path) in _NAMES


@contextmanager
def as_file(name: Path | None, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """Yield a file with what standard input has, for as long as the block runs.

    It lies beside `name`, which it stands for, or in the current folder: what it names by
    relative paths is found from there.  Without a name it is text with the first of `suffixes`,
    unless it has bytes that no text has.  Raises InputError.
    """
    data = sys.stdin.buffer.read(MAX_INPUT + 1)
    if len(data) > MAX_INPUT:
        raise InputError(
            f"standard input: larger than {MAX_INPUT >> 20} MiB, the limit of an input"
        )
    suffix = name.suffix if name else suffixes[0] if suffixes and _is_text(data) else ""
    folder = name.absolute().parent if name else Path.cwd()
    try:
        descriptor, path = tempfile.mkstemp(prefix=".groundstop-stdin-", suffix=suffix, dir=folder)
    except OSError as error:
        raise InputError(
            f"{folder}: standard input is kept here while it is judged, and this folder cannot be "
            f"written to: {error.strerror}"
        ) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        # Else a signal would leave the file behind.
        with ending_as_ctrl_c():
            yield Path(path)
    finally:
        Path(path).unlink(missing_ok=True)


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False
