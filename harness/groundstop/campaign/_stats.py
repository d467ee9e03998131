# SPDX-License-Identifier: Apache-2.0
"""The numbers that a campaign's processes share: `struct groundstop_stats` of driver.h."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DriverStats", "read_stats"]

_LAYOUT = struct.Struct("<11QqQ")


@dataclass(frozen=True, slots=True)
class DriverStats:
    """Inputs by the furthest stage they reached, and where the time went.

    `silent` inputs are those of a core that reports no stage.  `edges` are those of the
    core that the corpus covered when it was last loaded.  Times are in nanoseconds and
    add up all processes.
    """

    silent: int = 0
    rejected: int = 0
    loaded: int = 0
    evaluated: int = 0
    not_kept: int = 0
    python_calls: int = 0
    python_ns: int = 0
    busy_ns: int = 0
    digests: int = 0
    processes: int = 0
    edges: int = 0

    @property
    def executions(self) -> int:
        """All inputs that were run."""
        return self.silent + self.rejected + self.loaded + self.evaluated

    @property
    def python_share(self) -> float:
        """The share of the processes' time that went to Python, 0 to 1."""
        return self.python_ns / self.busy_ns if self.busy_ns else 0.0

    def shares(self) -> dict[str, float]:
        """Return the share of inputs that ended `rejected`, `loaded` and `evaluated`."""
        total = self.executions or 1
        return {
            "rejected": self.rejected / total,
            "loaded": self.loaded / total,
            "evaluated": self.evaluated / total,
        }


def read_stats(path: Path) -> DriverStats:
    """Return the numbers as they are now; all zero before the first input."""
    try:
        with path.open("rb") as file:
            head = file.read(_LAYOUT.size)
    except FileNotFoundError:
        return DriverStats()
    if len(head) < _LAYOUT.size:
        return DriverStats()
    # The magic comes first; the allowance, after the processes, is the driver's own business.
    numbers = _LAYOUT.unpack(head)
    return DriverStats(*(*numbers[1:11], numbers[12]))
