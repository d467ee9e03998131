# SPDX-License-Identifier: Apache-2.0
"""Files in memory, in which a runner leaves what it prints and what its runtime reports."""

from __future__ import annotations

import contextlib
import fcntl
import os

_KEPT = 1 << 20


def memory_file(name: str, stack: contextlib.ExitStack) -> int:
    """Return the descriptor of a new file; `stack` closes it."""
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC)
    stack.callback(os.close, descriptor)
    # Appending: it is emptied between two inputs while the runner has it open.
    fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_APPEND)
    return descriptor


def last_content(descriptor: int) -> str:
    """Return the last MiB of what is in the file."""
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, _KEPT, max(0, size - _KEPT)).decode(errors="replace")
