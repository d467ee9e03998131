# SPDX-License-Identifier: Apache-2.0
"""A campaign's time: how much is left, and how many inputs ran in it."""

from __future__ import annotations

import time

__all__ = ["CampaignClock"]

_RECENT_SECONDS = 3.0


class CampaignClock:
    """Counts from `start` on; `seconds` is how long the campaign is to last."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._start = time.monotonic()
        self._recent: list[tuple[float, int]] = []

    def start(self) -> None:
        """Begin: what was built and read before does not count."""
        self._start = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    @property
    def left(self) -> float:
        """Seconds until the time is up; negative after that."""
        return self._seconds - self.elapsed

    def rate(self, executions: int) -> float:
        """Return the inputs per second over the last moments; `executions` are all so far."""
        now = self.elapsed
        recent = [moment for moment in self._recent if now - moment[0] < _RECENT_SECONDS]
        self._recent = [*recent, (now, executions)]
        since, before = self._recent[0]
        return (executions - before) / (now - since) if now > since else 0.0

    def average(self, executions: int) -> float:
        """Return the inputs per second over the whole campaign."""
        return executions / self.elapsed
