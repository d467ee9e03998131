# SPDX-License-Identifier: Apache-2.0
"""The numbers that a campaign's processes share: `struct groundstop_stats` of driver.h."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

__all__ = ["OPERATORS", "DriverStats", "OperatorStats", "read_stats"]

# The fields, what is reserved, and two numbers for each of 32 operators.
_LAYOUT = struct.Struct("<11Qq4Q128x64Q")
_OPERATOR_SLOTS = 32

_NUMBERS = (
    "silent",
    "rejected",
    "loaded",
    "evaluated",
    "not_kept",
    "python_calls",
    "python_ns",
    "busy_ns",
    "digests",
    "processes",
)

# By the numbers that native/mutator/mutator.h gives them; a test compares.
OPERATORS = (
    "boundary",
    "insert",
    "remove",
    "duplicate",
    "swap",
    "move",
    "splice",
    "retag",
    "truncate",
    "zero",
    "leaf",
    "tweak",
    "enum",
    "agree",
    "disagree",
    "copy",
    "bytes",
    "break",
)


@dataclass(frozen=True, slots=True)
class OperatorStats:
    """A mutator's operator: inputs that it made last, and features that these covered first.

    A feature is an edge together with how often, as libFuzzer counts them.
    """

    name: str
    inputs: int
    features: int


@dataclass(frozen=True, slots=True)
class DriverStats:
    """Inputs by the furthest stage they reached, and where the time went.

    `silent` inputs are those of a core that reports no stage.  `edges` are those of the
    core that were covered, `concluded` counts the processes that libFuzzer ended because it was
    done, `operators` is empty without a mutator of ours.  `hang_ns` is the limit that the last
    hanging input had, 0 where none hung.  Times are in nanoseconds; the others add up all
    processes.
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
    hang_ns: int = 0
    concluded: int = 0
    operators: tuple[OperatorStats, ...] = ()

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
    _magic, *fields = _LAYOUT.unpack(head)
    edges, _slowest, hang_ns, concluded, *operators = fields[11:]
    inputs, features = operators[:_OPERATOR_SLOTS], operators[_OPERATOR_SLOTS:]
    # What is beyond the names was made by no operator: the corpus as it was loaded.
    counted = zip(OPERATORS, inputs, features, strict=False)
    used = tuple(OperatorStats(*each) for each in counted) if any(inputs) else ()
    numbers = dict(zip(_NUMBERS, fields, strict=False))
    return DriverStats(**numbers, edges=edges, hang_ns=hang_ns, concluded=concluded, operators=used)
