# SPDX-License-Identifier: Apache-2.0
"""What one contender showed in one trial, read from its own words as it said them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from groundstop.campaign import read_stats

__all__ = ["Trial", "Watch", "added"]

_INITED = re.compile(rb"^#(\d+)\s+INITED\b")
_STATUS = re.compile(rb"^#(\d+)\s+[A-Za-z]+\s+cov: (\d+)")
_EXECUTED = re.compile(rb"^stat::number_of_executed_units:\s+(\d+)")
_FOUND = re.compile(rb"^(==\d+==\s*ERROR: |SUMMARY: |.*Test unit written to )")


@dataclass(frozen=True, slots=True)
class Trial:
    """What one run showed.

    `inputs` were run in `seconds` of fuzzing (reading the seeds and starting up not
    counted); `edges` are (seconds, edges) pairs; `found_after` is when the process said
    that it found something, in seconds from the start of fuzzing, None if it did not.
    `evaluated` is the share of inputs that the core evaluated, None where nobody counts.
    `runs` is how many processes it took: each finding ends one.
    """

    inputs: int
    seconds: float
    edges: tuple[tuple[float, int], ...]
    found_after: float | None
    evaluated: float | None = None
    runs: int = 1

    @property
    def rate(self) -> float:
        """Inputs per second."""
        return self.inputs / self.seconds if self.seconds > 0 else 0.0


class Watch:
    """Collects what a libFuzzer process says, with the time at which it says it.

    `numbers` is the file of the driver's own numbers: libFuzzer's count leaves out the
    edges of inputs that the driver asks it not to keep.
    """

    def __init__(self, numbers: Path) -> None:
        self._numbers = numbers
        self.started: float | None = None
        self.found: float | None = None
        self._first_inputs = 0
        self._inputs = 0
        self._edges: list[tuple[float, int]] = []
        self._lines: deque[bytes] = deque(maxlen=31)

    def see(self, line: bytes, now: float) -> None:
        """Take one line, said at `now`."""
        self._lines.append(line)
        if self.started is None:
            if match := _INITED.match(line):
                self.started, self._first_inputs = now, int(match[1])
        elif match := _STATUS.match(line):
            self._inputs = int(match[1])
            edges = read_stats(self._numbers).edges or int(match[2])
            self._edges.append((now - self.started, edges))
        elif match := _EXECUTED.match(line):
            self._inputs = int(match[1])
        elif self.found is None and _FOUND.match(line):
            self.found = now

    def trial(self, ended: float, sharing: int) -> Trial:
        """Return what was seen until `ended`, by one of `sharing` that shared a processor.

        Seconds are those of the processor: what it had to itself takes that much less.
        """
        assert self.started is not None  # noqa: S101  (the caller looked)
        stats = read_stats(self._numbers)
        counted = stats.executions > stats.silent
        # What is printed after a finding is its report, not fuzzing.
        last = ended if self.found is None else self.found
        return Trial(
            inputs=max(0, self._inputs - self._first_inputs),
            seconds=(last - self.started) / sharing,
            edges=tuple((seconds / sharing, edges) for seconds, edges in self._edges),
            found_after=None if self.found is None else (self.found - self.started) / sharing,
            evaluated=stats.shares()["evaluated"] if counted else None,
        )

    def tail(self) -> str:
        """Return the last lines."""
        return b"".join(self._lines).decode(errors="replace")


def added(trials: Sequence[Trial]) -> Trial:
    """Return one trial for several runs, one after the other, of the same contender."""
    edges: list[tuple[float, int]] = []
    before = 0.0
    for trial in trials:
        most = edges[-1][1] if edges else 0
        edges += [(before + seconds, max(most, count)) for seconds, count in trial.edges]
        before += trial.seconds
    shares = [(t.evaluated, t.inputs) for t in trials if t.evaluated is not None]
    inputs = sum(count for _, count in shares)
    return Trial(
        inputs=sum(trial.inputs for trial in trials),
        seconds=before,
        edges=tuple(edges),
        found_after=trials[0].found_after,
        evaluated=sum(share * count for share, count in shares) / inputs if inputs else None,
        runs=len(trials),
    )
