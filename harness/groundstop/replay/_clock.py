# SPDX-License-Identifier: Apache-2.0
"""The time that one input may take, when many are run by one request.

It is what the runner has worked or slept, not what a clock on the wall says: a machine that
stands still, or has much else to do, is no hang.
"""

from __future__ import annotations

import time
from pathlib import Path

# A timeout is noticed at most this share of it too late.
_SLICES = 4
# How often to look at least, in seconds: whether it sleeps is seen at that moment alone.
_LOOK_SECONDS = 0.25


class InputClock:
    """Runs anew whenever the runner makes progress; `timeout` is in seconds."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._progress: tuple[int, int] | None = None
        self._used = 0.0
        self._at = self._worked = 0.0

    @property
    def patience(self) -> float:
        """For how many seconds at most to wait before looking again."""
        return min(self.timeout / _SLICES, _LOOK_SECONDS)

    def start(self) -> None:
        """Begin with a new request."""
        self._progress = None

    def expired(self, progress: tuple[int, int], pid: int) -> bool:
        """Return whether the input that runs now in the process `pid` has had its time."""
        now, worked = time.monotonic(), _worked(pid)
        passed, work = now - self._at, worked - self._worked
        self._at, self._worked = now, worked
        if progress != self._progress:
            self._progress = progress
            self._used = 0.0
            return False
        # It cannot have slept for longer than it was not looked at; the machine may have.
        slept = min(passed, 2 * self.patience) - work
        self._used += min(work, passed)
        if slept > work and _is_asleep(pid):
            self._used += slept
        return self._used >= self.timeout


def _worked(pid: int) -> float:
    """Return the processor time of a process, in seconds; 0 where it cannot be told."""
    try:
        # The clock of another process, as clock_getcpuclockid makes it.
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return 0.0


def _is_asleep(pid: int) -> bool:
    """Return whether a process waits for something else than a processor."""
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state != b"R"
