# SPDX-License-Identifier: Apache-2.0
"""The time that one input may take, when many are run by one request."""

from __future__ import annotations

import time

# A timeout is noticed at most this share of it too late.
_SLICES = 4


class InputClock:
    """Runs anew whenever the runner makes progress; `timeout` is in seconds."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._progress: tuple[int, int] | None = None
        self._deadline = 0.0

    @property
    def patience(self) -> float:
        """For how many seconds at most to wait before looking again."""
        return self.timeout / _SLICES

    def start(self) -> None:
        """Begin with a new request."""
        self._progress = None
        self._deadline = time.monotonic() + self.timeout

    def expired(self, progress: tuple[int, int]) -> bool:
        """Return whether the input that runs now has had its time."""
        now = time.monotonic()
        if progress != self._progress:
            self._progress = progress
            self._deadline = now + self.timeout
        return now >= self._deadline
